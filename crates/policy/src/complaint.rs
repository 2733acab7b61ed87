//! What is wrong with a pack, and where.

use std::fmt;

/// One thing that is wrong, for the person who maintains the tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    pub severity: Severity,
    /// The file as the person knows it: `base/tables/review.csv`, even if another pack inherits it.
    pub file: String,
    pub table: Option<String>,
    /// Name and line, `auto-7 (line 9)`.
    pub row: Option<String>,
    /// A plain sentence, lower case, without a full stop.
    pub what: String,
}

/// An error keeps the pack from being used; a warning does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    Error,
    Warning,
}

impl Complaint {
    pub(crate) fn error(file: &str, what: impl Into<String>) -> Self {
        let (severity, what) = (Severity::Error, what.into());
        Self { severity, file: file.to_owned(), table: None, row: None, what }
    }

    pub(crate) fn warning(file: &str, what: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, what) }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `base/tables/review.csv: review, row auto-7 (line 9): nothing answers …`
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match (&self.table, &self.row) {
            (Some(table), Some(row)) => write!(f, ": {table}, row {row}")?,
            (Some(table), None) => write!(f, ": {table}")?,
            (None, Some(row)) => write!(f, ": row {row}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.what)
    }
}

/// Collects complaints about one file.
#[derive(Debug)]
pub(crate) struct Report<'f> {
    file: &'f str,
    table: Option<String>,
    complaints: Vec<Complaint>,
}

impl<'f> Report<'f> {
    pub(crate) fn about(file: &'f str) -> Self {
        Self { file, table: None, complaints: Vec::new() }
    }

    /// From here on, complaints carry the name of the table.
    pub(crate) fn name_table(&mut self, table: &str) {
        self.table = Some(table.to_owned());
    }

    pub(crate) fn error(&mut self, what: impl Into<String>) {
        let complaint = Complaint::error(self.file, what);
        self.complaints.push(Complaint { table: self.table.clone(), ..complaint });
    }

    pub(crate) fn warn(&mut self, what: impl Into<String>) {
        let complaint = Complaint::warning(self.file, what);
        self.complaints.push(Complaint { table: self.table.clone(), ..complaint });
    }

    pub(crate) fn row_error(&mut self, row: String, what: impl Into<String>) {
        self.error(what);
        self.place(row);
    }

    pub(crate) fn row_warn(&mut self, row: String, what: impl Into<String>) {
        self.warn(what);
        self.place(row);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.complaints.iter().any(Complaint::is_error)
    }

    pub(crate) fn finish(self) -> Vec<Complaint> {
        self.complaints
    }

    fn place(&mut self, row: String) {
        if let Some(last) = self.complaints.last_mut() {
            last.row = Some(row);
        }
    }
}
