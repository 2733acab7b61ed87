//! What is kept of a ruling, so that it can be explained and asked again years later.
//!
//! **Invariant:** a record holds text only. It outlives the pack, the table and the program that
//! made it; [`Pack::replay`] reads it back under any pack that still knows the question.

use kernel::PackId;
use thiserror::Error;

use crate::{
    Answer, Field, Hit, Kind, Pack, Question, Value, Vocabulary, Why,
    constants::{ConstantError, read_code, read_flag},
    unit::{Measure, NumberError},
};

/// One question as it was asked and answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub pack: PackId,
    pub question: String,
    /// The row that answered; none if a person must look.
    pub row: Option<String>,
    /// Entries of the ledger behind the row.
    pub source: String,
    /// `shipped=no; amount=12.50 yuan`, in the order of the question. Optional facts that were
    /// missing are left out.
    pub inputs: String,
    /// `route=unshipped; cap=20.00 yuan`, or the reason why a person must look.
    pub outputs: String,
}

/// Why a record cannot be asked again.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ReplayError {
    #[error("nothing asks the question `{0}` any more")]
    UnknownQuestion(String),
    #[error("the question no longer asks for `{0}`")]
    UnknownInput(String),
    #[error("the record does not say `{0}`, which the question now needs")]
    NotRecorded(&'static str),
    #[error("`{0}` is not of the form `name=value`")]
    Malformed(String),
    #[error("what is recorded of `{name}` cannot be read")]
    Constant { name: &'static str, source: ConstantError },
    #[error("what is recorded of `{name}` is not a number")]
    Number { name: &'static str, source: NumberError },
}

/// How a fact is written that no table could weigh.
const UNREADABLE: &str = "unreadable";

impl Pack {
    /// What to keep of an answer. `facts` are the ones the question was asked with.
    pub fn record(&self, question: &Question, facts: &[Value], answer: &Answer<'_>) -> Record {
        let given = |nth: usize| facts.get(nth).copied().unwrap_or(Value::Missing);
        let mut inputs = String::new();
        for (nth, field) in question.inputs.iter().enumerate() {
            let value = given(nth);
            if value == Value::Missing && field.optional {
                continue;
            }
            let between = if inputs.is_empty() { "" } else { "; " };
            inputs.extend([between, field.name, "=", &show(field, value)]);
        }
        let (row, source, outputs) = match answer {
            Answer::Row(ruling) => {
                let shown = ruling.shown().map(|(name, value)| format!("{name}={value}"));
                let clause = ruling.clause();
                let outputs = shown.collect::<Vec<String>>().join("; ");
                (Some(clause.row.to_owned()), clause.source.to_owned(), outputs)
            }
            Answer::Person(why) => (None, String::new(), why.to_string()),
        };
        let (pack, question) = (self.id().clone(), question.name.to_owned());
        Record { pack, question, row, source, inputs, outputs }
    }

    /// Asks again what was asked then. Under the recorded pack the answer is the recorded one;
    /// under another, it is what that pack would say. Of a question that wants every row, the row
    /// of the record answers if it still applies.
    pub fn replay(
        &self,
        record: &Record,
        vocabulary: &Vocabulary,
    ) -> Result<Answer<'_>, ReplayError> {
        let unknown = || ReplayError::UnknownQuestion(record.question.clone());
        let question = vocabulary.question(&record.question).ok_or_else(unknown)?;
        let facts = read_inputs(question, &record.inputs)?;
        if question.hit == Hit::One {
            return Ok(self.ask(question, &facts));
        }
        let mut rulings = self.ask_all(question, &facts).into_iter();
        let same = rulings.find(|it| Some(it.clause().row) == record.row.as_deref());
        Ok(same.map_or(Answer::Person(Why::NoRow), Answer::Row))
    }
}

fn read_inputs(question: &Question, text: &str) -> Result<Vec<Value>, ReplayError> {
    let mut facts: Vec<Option<Value>> = vec![None; question.inputs.len()];
    for part in text.split(';').map(str::trim).filter(|it| !it.is_empty()) {
        let (name, value) =
            part.split_once('=').ok_or_else(|| ReplayError::Malformed(part.to_owned()))?;
        let mut fields = question.inputs.iter().zip(&mut facts);
        let Some((field, fact)) = fields.find(|(it, _)| it.name == name) else {
            return Err(ReplayError::UnknownInput(name.to_owned()));
        };
        *fact = Some(read(field, value)?);
    }
    let fields = question.inputs.iter().zip(facts);
    fields
        .map(|(field, fact)| match fact {
            None if field.optional => Ok(Value::Missing),
            fact => fact.ok_or(ReplayError::NotRecorded(field.name)),
        })
        .collect()
}

/// The one way to write a fact.
fn show(field: &Field, value: Value) -> String {
    match (value, field.kind) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::Flag(flag), Kind::Flag) => if flag { "yes" } else { "no" }.to_owned(),
        (Value::Choice(index), Kind::Choice(codes)) => {
            let code = codes.get(usize::from(index)).copied();
            code.unwrap_or(UNREADABLE).to_owned()
        }
        (Value::Number(number), kind) => match Measure::of(kind) {
            Some(measure) => measure.show(number),
            None => UNREADABLE.to_owned(),
        },
        (Value::Flag(_) | Value::Choice(_) | Value::Unreadable, _) => UNREADABLE.to_owned(),
    }
}

fn read(field: &Field, text: &str) -> Result<Value, ReplayError> {
    let name = field.name;
    let constant = |source| ReplayError::Constant { name, source };
    match (text, field.kind, Measure::of(field.kind)) {
        ("missing", ..) => Ok(Value::Missing),
        (text, Kind::Flag, _) if text != UNREADABLE => {
            read_flag(text).map(Value::Flag).map_err(constant)
        }
        (text, Kind::Choice(codes), _) if text != UNREADABLE => {
            let codes: Vec<String> = codes.iter().map(|&it| it.to_owned()).collect();
            let index = read_code(text, &codes).map_err(constant)?;
            Ok(Value::Choice(u16::try_from(index).unwrap_or(u16::MAX)))
        }
        (text, _, Some(measure)) if text != UNREADABLE => {
            let number = measure.read_shown(text);
            number.map(Value::Number).map_err(|source| ReplayError::Number { name, source })
        }
        (
            _,
            Kind::Choices(_)
            | Kind::Text
            | Kind::Amount
            | Kind::Span
            | Kind::Days
            | Kind::Percent
            | Kind::Count
            | Kind::Length
            | Kind::Weight
            | Kind::Flag
            | Kind::Choice(_),
            _,
        ) => Ok(Value::Unreadable),
    }
}
