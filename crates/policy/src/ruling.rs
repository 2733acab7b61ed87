//! What a pack says to a question, and on whose authority.

use std::fmt;

use kernel::{Choice, Span};
use money::Money;
use thiserror::Error;

use crate::{
    cell::Cell,
    column::Type,
    table::{Row, Table},
    text::Language,
    unit::Measure,
};

/// The answer to a question that wants one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer<'p> {
    Row(Ruling<'p>),
    /// A person must look. Never to be read as a no.
    Person(Why),
}

/// Why no row could speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Why {
    #[error("the policy pack has no table for this question")]
    NoTable,
    #[error("no row of the table answers this")]
    NoRow,
    #[error("more than one row of the table answers this")]
    Ambiguous,
    /// The field whose fact is missing though it must not be, or of another kind.
    #[error("`{0}` is missing or cannot be read")]
    Unreadable(&'static str),
}

/// One row that applies.
#[derive(Clone, Copy)]
pub struct Ruling<'p> {
    pub(crate) table: &'p Table,
    pub(crate) row: &'p Row,
}

/// Where a ruling comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clause<'p> {
    pub table: &'p str,
    pub row: &'p str,
    /// Entries of the ledger.
    pub source: &'p str,
}

impl<'p> Answer<'p> {
    pub fn ruling(self) -> Option<Ruling<'p>> {
        match self {
            Self::Row(ruling) => Some(ruling),
            Self::Person(_) => None,
        }
    }
}

impl<'p> Ruling<'p> {
    pub fn clause(&self) -> Clause<'p> {
        Clause { table: &self.table.name, row: &self.row.id, source: &self.row.source }
    }

    pub fn table(&self) -> &'p Table {
        self.table
    }

    pub fn row(&self) -> &'p Row {
        self.row
    }

    /// The row as a sentence; the other language if this one was left empty.
    pub fn sentence(&self, language: Language) -> &'p str {
        let (first, second) = match language {
            Language::Zh => (&self.row.zh, &self.row.en),
            Language::En => (&self.row.en, &self.row.zh),
        };
        if first.is_empty() { second } else { first }
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.cell(name)? {
            (_, Cell::Flag(flag)) => Some(*flag),
            (
                _,
                Cell::Empty | Cell::Choice(_) | Cell::Choices(_) | Cell::Number(_) | Cell::Text(_),
            ) => None,
        }
    }

    pub fn choice<C: Choice>(&self, name: &str) -> Option<C> {
        self.code(name).and_then(C::from_code)
    }

    /// The code of a choice that has no type in Rust.
    pub fn code(&self, name: &str) -> Option<&'p str> {
        match self.cell(name)? {
            (Type::Choice(codes), Cell::Choice(index)) => {
                codes.get(usize::from(*index)).map(String::as_str)
            }
            (Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Number(_) | Type::Text, _) => {
                None
            }
        }
    }

    /// In the order of the codes. Empty if the cell says `none` or nothing.
    pub fn choices<C: Choice>(&self, name: &str) -> Vec<C> {
        match self.cell(name) {
            Some((Type::Choices(codes), Cell::Choices(bits))) => {
                chosen(codes, *bits).filter_map(C::from_code).collect()
            }
            Some(_) | None => Vec::new(),
        }
    }

    pub fn amount(&self, name: &str) -> Option<Money> {
        self.number(name, Measure::Amount).map(Money::fen)
    }

    pub fn span(&self, name: &str) -> Option<Span> {
        self.number(name, Measure::Span).map(Span::seconds)
    }

    pub fn days(&self, name: &str) -> Option<i64> {
        self.number(name, Measure::Days)
    }

    /// In hundredths of a percent.
    pub fn percent(&self, name: &str) -> Option<i64> {
        self.number(name, Measure::Percent)
    }

    pub fn count(&self, name: &str) -> Option<u32> {
        self.number(name, Measure::Count).and_then(|it| u32::try_from(it).ok())
    }

    /// In millimeters.
    pub fn length(&self, name: &str) -> Option<i64> {
        self.number(name, Measure::Length)
    }

    /// In grams.
    pub fn weight(&self, name: &str) -> Option<i64> {
        self.number(name, Measure::Weight)
    }

    pub fn text(&self, name: &str) -> Option<&'p str> {
        match self.cell(name)? {
            (_, Cell::Text(text)) => Some(text),
            (
                _,
                Cell::Empty | Cell::Flag(_) | Cell::Choice(_) | Cell::Choices(_) | Cell::Number(_),
            ) => None,
        }
    }

    /// The answers with their names, as people write them; what was left empty is left out.
    pub fn shown(&self) -> impl Iterator<Item = (&'p str, String)> {
        let columns = self.table.outputs.iter().zip(&self.row.answers);
        columns
            .filter_map(|(output, cell)| Some((output.name.as_str(), shown(&output.kind, cell)?)))
    }

    fn number(&self, name: &str, measure: Measure) -> Option<i64> {
        match self.cell(name)? {
            (Type::Number(unit), Cell::Number(number)) if unit.measure() == measure => {
                Some(*number)
            }
            (Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Number(_) | Type::Text, _) => {
                None
            }
        }
    }

    fn cell(&self, name: &str) -> Option<(&'p Type, &'p Cell)> {
        let mut columns = self.table.outputs.iter().zip(&self.row.answers);
        columns.find(|(it, _)| it.name == name).map(|(output, cell)| (&output.kind, cell))
    }
}

/// Two rulings are equal if the same clause says the same.
impl PartialEq for Ruling<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.clause() == other.clause() && self.row.answers == other.row.answers
    }
}

impl Eq for Ruling<'_> {}

/// `refund-path#unshipped: route=unshipped`
impl fmt::Debug for Ruling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers = self.shown().map(|(name, value)| format!("{name}={value}"));
        write!(f, "{}: {}", self.clause(), answers.collect::<Vec<String>>().join("; "))
    }
}

/// `refund-path#unshipped`
impl fmt::Display for Clause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.table, self.row)
    }
}

/// The codes whose bits are set, in order.
pub fn chosen(codes: &[String], bits: u64) -> impl Iterator<Item = &str> {
    let is_set = move |nth: usize| {
        u32::try_from(nth).ok().and_then(|it| bits.checked_shr(it)).is_some_and(|it| it & 1 == 1)
    };
    let codes = codes.iter().enumerate();
    codes.filter(move |&(nth, _)| is_set(nth)).map(|(_, code)| code.as_str())
}

fn shown(kind: &Type, cell: &Cell) -> Option<String> {
    let at = |number: i64| Some(kind.show(crate::set::Point::At(number)));
    match (cell, kind) {
        (Cell::Flag(flag), _) => at(i64::from(*flag)),
        (Cell::Choice(index), _) => at(i64::from(*index)),
        (Cell::Number(number), _) => at(*number),
        (Cell::Text(text), _) => Some(text.clone()),
        (Cell::Choices(0), _) => Some("none".to_owned()),
        (Cell::Choices(bits), Type::Choices(codes)) => {
            Some(chosen(codes, *bits).collect::<Vec<&str>>().join(", "))
        }
        (Cell::Empty, _)
        | (Cell::Choices(_), Type::Flag | Type::Choice(_) | Type::Number(_) | Type::Text) => None,
    }
}
