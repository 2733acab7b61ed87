//! One version of one pack: everything the shop's policy says about one line of goods.
//!
//! [`manifest`] reads `pack.toml`, [`inherit`] adds what the parent packs say, [`draft`] reads
//! every table and text and collects complaints; a [`Pack`] is a draft without errors.
//!
//! **Invariant:** a pack never changes. Its id carries a hash of everything it says, so an order
//! that keeps the id keeps the policy it was bought under.

mod calendar;
mod draft;
mod inherit;
mod manifest;

use std::collections::BTreeMap;

use kernel::{Calendar, Choice, PackId, Span};
use money::Money;
use thiserror::Error;

pub use crate::pack::draft::check;
use crate::{
    Answer, Complaint, Language, Question, Ruling, Sources, Table, Text, Value, Vocabulary, Why,
    constants::{Constants, read_flag},
    pack::draft::Draft,
    unit::Measure,
};

/// A complete, checked pack with everything it inherits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pack {
    id: PackId,
    name: String,
    title: Title,
    calendar: Calendar,
    constants: Constants,
    tables: BTreeMap<String, Table>,
    texts: BTreeMap<(String, Language), Text>,
    /// Everything above as text, by path within the pack.
    files: BTreeMap<String, String>,
}

/// The name of a pack, for people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Title {
    pub zh: String,
    pub en: String,
}

/// The pack does not give what was asked for, or gives something else.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the policy pack says nothing usable about `{name}`")]
pub struct Gap {
    pub name: String,
}

impl Pack {
    /// Refuses a pack with any error; the complaints say where and why.
    pub fn build(
        name: &str,
        sources: &Sources,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Vec<Complaint>> {
        Draft::read(name, sources, vocabulary)?.finish()
    }

    /// Builds a pack that was good once, from the sources kept for the orders bought under it.
    ///
    /// The program may have learned to ask more since. What the old pack does not say is then
    /// missing, and what it says in a way no longer understood is left out; both go to a person.
    pub fn restore(
        name: &str,
        sources: &Sources,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Vec<Complaint>> {
        Draft::read(name, sources, vocabulary)?.finish_without_what_is_wrong()
    }

    /// `apparel@3-1f9c2a7b4d`: the version its author gave and a hash of all it says.
    pub fn id(&self) -> &PackId {
        &self.id
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn title(&self) -> &Title {
        &self.title
    }

    /// Everything the pack says, with what it inherits written out. Building from these gives the
    /// same pack under the same id.
    pub fn sources(&self) -> Sources {
        Sources::new(self.files.iter().map(|(path, text)| (format!("{}/{path}", self.name), text)))
    }

    /// Answers a question that wants one row. `facts` are in the order of the question's inputs.
    pub fn ask<'p>(&'p self, question: &'static Question, facts: &[Value]) -> Answer<'p> {
        let Some(table) = self.tables.get(question.name) else {
            return Answer::Person(Why::NoTable);
        };
        match table.one(|_, input| facts.get(input.position).copied()) {
            Ok(answer) => answer,
            Err(input) => {
                let field = question.inputs.get(input.position);
                Answer::Person(Why::Unreadable(field.map_or("a fact", |it| it.name)))
            }
        }
    }

    /// Answers a question that wants every row that applies, in the order of the table. Empty if a
    /// fact cannot be read: no row is known to apply.
    pub fn ask_all<'p>(&'p self, question: &'static Question, facts: &[Value]) -> Vec<Ruling<'p>> {
        let Some(table) = self.tables.get(question.name) else { return Vec::new() };
        table.all(|_, input| facts.get(input.position).copied()).unwrap_or_default()
    }

    pub fn amount(&self, name: &str) -> Result<Money, Gap> {
        self.number(name, Measure::Amount).map(Money::fen)
    }

    pub fn span(&self, name: &str) -> Result<Span, Gap> {
        self.number(name, Measure::Span).map(Span::seconds)
    }

    pub fn days(&self, name: &str) -> Result<i64, Gap> {
        self.number(name, Measure::Days)
    }

    /// In hundredths of a percent.
    pub fn percent(&self, name: &str) -> Result<i64, Gap> {
        self.number(name, Measure::Percent)
    }

    pub fn count(&self, name: &str) -> Result<u32, Gap> {
        let number = self.number(name, Measure::Count)?;
        u32::try_from(number).map_err(|_| gap(name))
    }

    /// In millimeters.
    pub fn length(&self, name: &str) -> Result<i64, Gap> {
        self.number(name, Measure::Length)
    }

    /// In grams.
    pub fn weight(&self, name: &str) -> Result<i64, Gap> {
        self.number(name, Measure::Weight)
    }

    pub fn flag(&self, name: &str) -> Result<bool, Gap> {
        read_flag(self.phrase(name)?).map_err(|_| gap(name))
    }

    pub fn choice<C: Choice>(&self, name: &str) -> Result<C, Gap> {
        C::from_code(self.phrase(name)?).ok_or_else(|| gap(name))
    }

    /// A constant as it was typed.
    pub fn phrase(&self, name: &str) -> Result<&str, Gap> {
        self.constants.text(name).ok_or_else(|| gap(name))
    }

    pub fn text(&self, name: &str, language: Language) -> Option<&Text> {
        self.texts.get(&(name.to_owned(), language))
    }

    /// Any file of the pack by its path, such as `words/columns.csv`.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The files whose path begins with `prefix`.
    pub fn files<'p>(&'p self, prefix: &str) -> impl Iterator<Item = (&'p str, &'p str)> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let prefix = prefix.to_owned();
        files.filter(move |(path, _)| path.starts_with(&prefix))
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn table(&self, question: &str) -> Option<&Table> {
        self.tables.get(question)
    }

    /// In the order of their names.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    fn number(&self, name: &str, measure: Measure) -> Result<i64, Gap> {
        self.constants.number(name, measure).ok_or_else(|| gap(name))
    }
}

fn gap(name: &str) -> Gap {
    Gap { name: name.to_owned() }
}
