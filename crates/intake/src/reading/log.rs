//! Complaints and rejected rows of one file, within bounds.

use std::{collections::BTreeSet, sync::Arc};

use super::{Reading, Rejected, RejectedRow};
use crate::{
    complaint::{Complaint, Expected, Severity, printable},
    dictionary::Concept,
    sheet::{Header, Record},
};

/// Most complaints listed, and most rejected rows kept, for one file. A file with more is another
/// file than it was taken for.
const LISTED_MAX: usize = 50_000;

pub(crate) struct Log {
    file: Arc<str>,
    complaints: Vec<Complaint>,
    unlisted: u64,
    rejected: Rejected,
    /// Words already complained of: one line for a word, not one for each row that has it.
    strange: BTreeSet<(Concept, Box<str>)>,
}

/// Where in the file: the row and, if it is about one, the column.
pub(crate) type Place<'p> = (u32, Option<&'p Arc<str>>);

impl Log {
    pub(crate) fn new(file: Arc<str>, header: &Header) -> Self {
        let order_column = header.columns.get(&Concept::OrderNo).and_then(|it| it.first());
        let rejected = Rejected {
            file: file.clone(),
            order_column: order_column.map(|it| it.name.clone()),
            columns: header.names.clone(),
            rows: Vec::new(),
        };
        Self { file, complaints: Vec::new(), unlisted: 0, rejected, strange: BTreeSet::new() }
    }

    pub(crate) fn fail(&mut self, place: Place<'_>, found: &str, expected: Expected) {
        self.add(place, found, expected, Severity::Error);
    }

    pub(crate) fn warn(&mut self, place: Place<'_>, found: &str, expected: Expected) {
        self.add(place, found, expected, Severity::Warning);
    }

    pub(crate) fn note(&mut self, place: Place<'_>, found: &str, expected: Expected) {
        self.add(place, found, expected, Severity::Note);
    }

    /// Notes a word no dictionary has, the first time it comes.
    pub(crate) fn strange(
        &mut self,
        place: Place<'_>,
        concept: Concept,
        word: &str,
        taken_as: &'static str,
    ) {
        if self.strange.len() < LISTED_MAX && self.strange.insert((concept, word.into())) {
            self.note(place, word, Expected::KnownWord { taken_as });
        }
    }

    pub(crate) fn reject(&mut self, record: &Record) {
        if self.rejected.rows.len() < LISTED_MAX {
            let cells = record.raw_cells().map(Box::from).collect();
            self.rejected.rows.push(RejectedRow { row: record.row, cells });
        }
    }

    fn add(
        &mut self,
        (row, column): Place<'_>,
        found: &str,
        expected: Expected,
        severity: Severity,
    ) {
        if LISTED_MAX <= self.complaints.len() {
            self.unlisted = self.unlisted.saturating_add(1);
            return;
        }
        let (file, row, column) = (self.file.clone(), Some(row), column.cloned());
        let found = printable(found);
        self.complaints.push(Complaint { file, row, column, found, expected, severity });
    }

    pub(crate) fn into_reading<R>(mut self, rows: Vec<R>) -> Reading<R> {
        if 0 < self.unlisted {
            self.complaints.push(Complaint {
                file: self.file,
                row: None,
                column: None,
                found: self.unlisted.to_string(),
                expected: Expected::FewerProblems,
                severity: Severity::Error,
            });
        }
        Reading { rows, complaints: self.complaints, rejected: self.rejected }
    }
}
