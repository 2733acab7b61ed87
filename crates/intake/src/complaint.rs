//! What is wrong with a file, in one line that says where, what was found and what is expected.

mod file;
mod phrase;

use std::{fmt, sync::Arc};

use kernel::Civil;

pub use self::file::{FileError, FileProblem, Phrase};

/// The language a message is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    English,
    Chinese,
}

kernel::choice! {
    /// How much a complaint matters.
    pub enum Severity {
        /// The row was not taken.
        Error = "error",
        /// The row was taken; someone should look at it.
        Warning = "warning",
        /// Nothing was lost.
        Note = "note",
    }
}

/// One thing wrong with one row, or with a file as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    pub file: Arc<str>,
    /// The row's number as a spreadsheet shows it; the header counts.
    pub row: Option<u32>,
    /// The column's name as the file has it.
    pub column: Option<Arc<str>>,
    /// Printable, at most 60 characters, without telephone numbers.
    pub found: String,
    pub expected: Expected,
    pub severity: Severity,
}

/// What should have been there instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    Value,
    Identifier,
    /// A spreadsheet stored the number as a float.
    AllDigits,
    Amount,
    TwoDecimals,
    WholeFen,
    NotNegative,
    AtMost(money::Money),
    Pieces,
    Time,
    TimeInRange,
    NotAfter(Civil),
    /// Needed by the row's kind: `1` or more of these columns.
    OneOf(Vec<Arc<str>>),
    Cells(usize),
    ClosingQuote,
    Decodable,
    /// The same key stands on an earlier row with other values.
    Once {
        first_row: u32,
    },
    KnownOrder,
    /// A word no dictionary has; taken as the code given.
    KnownWord {
        taken_as: &'static str,
    },
    DataRow,
    FewerProblems,
    /// A dictionary or pack file is malformed; says how it should look.
    Entry {
        english: String,
        chinese: String,
    },
}

impl Complaint {
    /// One line in the language asked for.
    pub fn line(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Chinese => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let file = printable(&self.file);
        let row = self.row.map(|it| format!(" row {it}")).unwrap_or_default();
        let column = self.column.as_ref().map(|it| format!(", column {}", printable(it)));
        let found = if self.found.is_empty() {
            "found nothing".to_owned()
        } else {
            format!("found `{}`", self.found)
        };
        let expected = self.expected.phrase(Language::English);
        format!("{file}{row}{}: {found}; {expected}", column.unwrap_or_default())
    }

    fn chinese(&self) -> String {
        let file = printable(&self.file);
        let row = self.row.map(|it| format!(" 第 {it} 行")).unwrap_or_default();
        let column = self.column.as_ref().map(|it| format!("「{}」列", printable(it)));
        let found = if self.found.is_empty() {
            "内容为空".to_owned()
        } else {
            format!("内容是“{}”", self.found)
        };
        let expected = self.expected.phrase(Language::Chinese);
        format!("{file}{row}{}：{found}；{expected}", column.unwrap_or_default())
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(Language::English))
    }
}

/// Longest piece of a file that is repeated in a message, in characters.
const FOUND_MAX: usize = 60;

/// `text` as it may stand in a message: one line, shortened, control characters escaped, and
/// telephone numbers masked wherever they stand alone.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::new();
    for (nth, it) in text.chars().enumerate() {
        if nth == FOUND_MAX {
            shown.push('…');
            break;
        }
        if it.is_control() || crate::fold::is_invisible(it) {
            shown.extend(it.escape_default());
        } else {
            shown.push(it);
        }
    }
    masked(&shown)
}

/// Eleven digits beginning 13 to 19, with nothing alphanumeric around them, are somebody's mobile.
fn masked(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut run = String::new();
    for it in text.chars().chain([' ']) {
        if it.is_alphanumeric() {
            run.push(it);
            continue;
        }
        result.push_str(if is_mobile(&run) { "1**********" } else { &run });
        run.clear();
        result.push(it);
    }
    result.pop();
    result
}

fn is_mobile(run: &str) -> bool {
    let digits = run.strip_prefix("86").filter(|it| it.len() == 11).unwrap_or(run);
    let mut bytes = digits.bytes();
    digits.len() == 11
        && digits.bytes().all(|it| it.is_ascii_digit())
        && bytes.next() == Some(b'1')
        && bytes.next().is_some_and(|it| (b'3'..=b'9').contains(&it))
}
