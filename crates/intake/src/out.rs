//! Tables out: CSV that opens in Excel, XLSX, and text for a terminal.
//!
//! **Invariant:** what came from outside never becomes a formula. In CSV a text that a spreadsheet
//! might take for one gets an apostrophe in front, which [`crate::read_sheet`] takes off again; in
//! XLSX texts are stored as texts.

mod rejected;
mod separated;
mod terminal;
mod workbook;

use std::{borrow::Cow, path::Path};

use kernel::Civil;
use money::Money;

pub use self::{
    rejected::{PUT_ASIDE, rejected_table, write_rejected},
    separated::write_csv,
    terminal::write_terminal,
    workbook::write_xlsx,
};
use crate::complaint::{FileError, FileProblem};

/// What to write. Rows may be shorter than the header; missing cells are empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Text(String),
    Amount(Money),
    Number(i64),
    Time(Civil),
    Empty,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The cell as people read it.
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Amount(amount) => Cow::Owned(amount.decimal()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Time(at) => Cow::Owned(at.to_string()),
            Self::Empty => Cow::Borrowed(""),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Amount(_) | Self::Number(_))
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Money> for Cell {
    fn from(amount: Money) -> Self {
        Self::Amount(amount)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Civil> for Cell {
    fn from(at: Civil) -> Self {
        Self::Time(at)
    }
}

/// Writes a file as a whole or not at all: a half-written worklist would be worked.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failed = |error| FileError::new(&path.to_string_lossy(), FileProblem::Unwritable(error));
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, bytes).map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)
}
