//! The columns of a table: what they are called, what they hold, in which unit.

use thiserror::Error;

use crate::{
    Kind, Value,
    set::{Domain, Point, Range},
    spelling,
    unit::{Measure, Unit},
};

/// What the cells of a column hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Flag,
    /// One of these codes.
    Choice(Vec<String>),
    /// Any number of these codes, at most 64.
    Choices(Vec<String>),
    Number(Unit),
    Text,
}

/// A column with a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    pub name: String,
    pub kind: Type,
    /// Whether the fact may be missing.
    pub optional: bool,
    /// Where the fact stands among the inputs of the question.
    pub(crate) position: usize,
}

/// A column with a part of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    pub name: String,
    pub kind: Type,
    /// Whether the cell may be empty.
    pub optional: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TypeError {
    #[error("`{0}` is not a type; write {known}", known = KNOWN)]
    Unknown(String),
    #[error("`{word}` is a number without a unit; write {expected}")]
    NoUnit { word: String, expected: String },
    #[error("`{unit}` is the wrong unit for {word}; write {expected}")]
    WrongUnit { word: &'static str, unit: String, expected: String },
    #[error("the codes are not stated; write `one of a | b` or `set of a | b`")]
    NoCodes,
    #[error("`{0}` is not a code; codes are lower-case words joined by hyphens or underscores")]
    NotACode(String),
    #[error("a set has at most 64 codes")]
    TooManyCodes,
    #[error("the question is about something else; write {0}")]
    Other(String),
    #[error("the question knows other codes; write {0}")]
    OtherCodes(String),
    #[error("the fact may be missing; write {0}")]
    Optional(String),
    #[error("the fact is never missing; write {0}")]
    NotOptional(String),
    #[error("a condition cannot be about {0}")]
    NoCondition(&'static str),
}

const KNOWN: &str = "`flag`, `choice`, `one of a | b`, `amount in yuan`, `time in hours`, \
                     `days`, `percent`, `pieces`, `length in cm`, `weight in g` or `text`";

impl Type {
    /// Reads a type that says everything, `one of a | b` say. The flag says whether it was marked
    /// with `?`: a fact that may be missing, an answer that may be empty.
    pub fn stated(text: &str) -> Result<(Self, bool), TypeError> {
        Self::read(text, None)
    }

    /// Reads a cell of the type line. `kind` is what the question says, if one is asked. The flag
    /// says whether the type was marked with `?`.
    pub(crate) fn read(text: &str, kind: Option<Kind>) -> Result<(Self, bool), TypeError> {
        let text = spelling::plain(text);
        let (word, optional) = match text.strip_suffix('?') {
            Some(word) => (word.trim_end(), true),
            None => (text.as_str(), false),
        };
        let read = Self::read_word(word, kind)?;
        if let Some(kind) = kind {
            read.must_be(kind)?;
        }
        Ok((read, optional))
    }

    fn read_word(word: &str, kind: Option<Kind>) -> Result<Self, TypeError> {
        if let Some(codes) = word.strip_prefix("one of ") {
            return Ok(Self::Choice(read_codes(codes)?));
        }
        if let Some(codes) = word.strip_prefix("set of ") {
            let codes = read_codes(codes)?;
            return if 64 < codes.len() {
                Err(TypeError::TooManyCodes)
            } else {
                Ok(Self::Choices(codes))
            };
        }
        match word {
            "flag" => return Ok(Self::Flag),
            "text" => return Ok(Self::Text),
            "choice" | "choices" => {
                return match kind {
                    Some(Kind::Choice(codes)) if word == "choice" => Ok(Self::Choice(owned(codes))),
                    Some(Kind::Choices(codes)) if word == "choices" => {
                        Ok(Self::Choices(owned(codes)))
                    }
                    Some(kind) => Err(TypeError::Other(spelled(kind))),
                    None => Err(TypeError::NoCodes),
                };
            }
            _ => {}
        }
        read_unit(word).map(Self::Number)
    }

    fn must_be(&self, kind: Kind) -> Result<(), TypeError> {
        match (self, kind) {
            (Self::Flag, Kind::Flag) | (Self::Text, Kind::Text) => Ok(()),
            (Self::Choice(mine), Kind::Choice(codes))
            | (Self::Choices(mine), Kind::Choices(codes)) => {
                let same = mine.iter().eq(codes.iter());
                if same { Ok(()) } else { Err(TypeError::OtherCodes(spelled(kind))) }
            }
            (Self::Number(unit), kind) if Measure::of(kind) == Some(unit.measure()) => Ok(()),
            (
                Self::Flag | Self::Choice(_) | Self::Choices(_) | Self::Number(_) | Self::Text,
                kind,
            ) => Err(TypeError::Other(spelled(kind))),
        }
    }

    /// The type as the type line of a table that stands alone says it.
    pub fn spelled(&self) -> String {
        match self {
            Self::Flag => "flag".to_owned(),
            Self::Choice(codes) => format!("one of {}", codes.join(" | ")),
            Self::Choices(codes) => format!("set of {}", codes.join(" | ")),
            Self::Number(unit) => spelled_unit(*unit),
            Self::Text => "text".to_owned(),
        }
    }

    /// All values of the column, for a condition.
    pub(crate) fn values(&self) -> Range {
        match self {
            Self::Flag => Range { first: 0, last: 1 },
            Self::Choice(codes) => {
                let last = i64::try_from(codes.len()).unwrap_or(i64::MAX).saturating_sub(1);
                Range { first: 0, last }
            }
            Self::Number(unit) => Range { first: unit.measure().smallest(), last: i64::MAX },
            // No condition is about these.
            Self::Choices(_) | Self::Text => Range { first: 0, last: 0 },
        }
    }

    /// How a point reads in an example: `yes`, `damaged`, `12.50 yuan`, `missing`.
    pub fn show(&self, point: Point) -> String {
        let Point::At(at) = point else { return "missing".to_owned() };
        match self {
            Self::Flag => if at == 0 { "no" } else { "yes" }.to_owned(),
            Self::Choice(codes) | Self::Choices(codes) => {
                let code = usize::try_from(at).ok().and_then(|it| codes.get(it));
                code.cloned().unwrap_or_else(|| at.to_string())
            }
            Self::Number(unit) => unit.measure().show(at),
            Self::Text => at.to_string(),
        }
    }
}

impl Input {
    pub fn domain(&self) -> Domain {
        Domain { values: self.kind.values(), missing: self.optional }
    }

    /// Where `value` lies in the column; `None` if it cannot be a fact of this column.
    pub(crate) fn point(&self, value: Value) -> Option<Point> {
        let at = match (value, &self.kind) {
            (Value::Missing, _) => return self.optional.then_some(Point::Missing),
            (Value::Flag(flag), Type::Flag) => i64::from(flag),
            (Value::Choice(index), Type::Choice(_)) => i64::from(index),
            (Value::Number(number), Type::Number(_)) => number,
            (
                Value::Flag(_) | Value::Choice(_) | Value::Number(_) | Value::Unreadable,
                Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Number(_) | Type::Text,
            ) => return None,
        };
        let values = self.kind.values();
        (values.first <= at && at <= values.last).then_some(Point::At(at))
    }
}

/// How a question's field is written on the type line.
pub(crate) fn spelled(kind: Kind) -> String {
    let units = Measure::of(kind).map(|measure| {
        let spelled = measure.units().iter().map(|&it| format!("`{}`", spelled_unit(it)));
        spelled.collect::<Vec<String>>().join(" or ")
    });
    match kind {
        Kind::Flag => "`flag`".to_owned(),
        Kind::Choice(_) => "`choice`".to_owned(),
        Kind::Choices(_) => "`choices`".to_owned(),
        Kind::Text => "`text`".to_owned(),
        Kind::Amount
        | Kind::Span
        | Kind::Days
        | Kind::Percent
        | Kind::Count
        | Kind::Length
        | Kind::Weight => units.unwrap_or_default(),
    }
}

fn spelled_unit(unit: Unit) -> String {
    let measure = unit.measure();
    if measure.units().len() == 1 {
        measure.word().to_owned()
    } else {
        format!("{} in {}", measure.word(), unit.name())
    }
}

const MEASURES: [Measure; 7] = [
    Measure::Amount,
    Measure::Span,
    Measure::Days,
    Measure::Percent,
    Measure::Count,
    Measure::Length,
    Measure::Weight,
];

fn read_unit(text: &str) -> Result<Unit, TypeError> {
    let (word, unit) = match text.split_once(" in ") {
        Some((word, unit)) => (word.trim(), Some(unit.trim())),
        None => (text, None),
    };
    let alone = |it: &Measure| it.units().len() == 1;
    let named = |it: &&Measure| it.word() == word || (**it == Measure::Count && word == "times");
    let Some(&measure) = MEASURES.iter().find(named) else {
        return Err(TypeError::Unknown(text.to_owned()));
    };
    let expected = || {
        let spelled = measure.units().iter().map(|&it| format!("`{}`", spelled_unit(it)));
        spelled.collect::<Vec<String>>().join(" or ")
    };
    match unit {
        None if alone(&measure) => {
            measure.units().first().copied().ok_or_else(|| TypeError::Unknown(text.to_owned()))
        }
        None => Err(TypeError::NoUnit { word: word.to_owned(), expected: expected() }),
        Some(unit) => match measure.units().iter().find(|it| it.is_called(unit)) {
            Some(&unit) => Ok(unit),
            None => Err(TypeError::WrongUnit {
                word: measure.word(),
                unit: unit.to_owned(),
                expected: expected(),
            }),
        },
    }
}

fn read_codes(text: &str) -> Result<Vec<String>, TypeError> {
    let codes: Vec<String> = text.split('|').map(|it| it.trim().to_owned()).collect();
    match codes.iter().find(|it| !spelling::is_code(it)) {
        Some(bad) => Err(TypeError::NotACode(bad.clone())),
        None => Ok(codes),
    }
}

fn owned(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|&it| it.to_owned()).collect()
}
