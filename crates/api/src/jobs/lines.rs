//! Rows that were not taken, each with where, what and why.
//!
//! **Invariant:** nothing personal is in a line: what stood in a cell is only told as `intake`
//! tells it, without names, addresses and telephone numbers.

use std::collections::BTreeSet;

use intake::{
    Complaint, Language as Spoken, Severity,
    out::{Cell, Table},
};
use kernel::{OrderNo, ShopId};
use policy::Language;
use serde::{Deserialize, Serialize};
use store::{Draft, RecordChange, RecordKey, RecordPage};

use super::record::LINES;
use crate::{App, Problem};

/// Lines of one record.
const PER_RECORD: usize = 200;
/// Most records of one job.
pub(super) const MOST_RECORDS: usize = 100;

/// One row, or one command of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    file: String,
    row: Option<u32>,
    column: Option<String>,
    found: String,
    zh: String,
    en: String,
}

/// All that was not taken of an import. More than can be kept is only counted.
#[derive(Debug, Default)]
pub(super) struct Lines {
    kept: Vec<Line>,
    rows: BTreeSet<(String, Option<u32>)>,
    n_warnings: u64,
}

impl Lines {
    pub(super) fn complain(&mut self, complaint: &Complaint) {
        match complaint.severity {
            Severity::Note => return,
            Severity::Warning => self.n_warnings = self.n_warnings.saturating_add(1),
            Severity::Error => {
                self.rows.insert((complaint.file.to_string(), complaint.row));
            }
        }
        if complaint.severity == Severity::Error {
            self.push(Line {
                file: complaint.file.to_string(),
                row: complaint.row,
                column: complaint.column.as_ref().map(ToString::to_string),
                found: complaint.found.clone(),
                zh: complaint.expected.phrase(Spoken::Chinese),
                en: complaint.expected.phrase(Spoken::English),
            });
        }
    }

    /// A command that the rules did not allow, or that could not be given.
    pub(super) fn refuse(
        &mut self,
        (file, row): (&str, Option<u32>),
        order: &OrderNo,
        (zh, en): (String, String),
    ) {
        let (file, found) = (file.to_owned(), order.to_string());
        self.push(Line { file, row, column: None, found, zh, en });
    }

    fn push(&mut self, line: Line) {
        if self.kept.len() < PER_RECORD.saturating_mul(MOST_RECORDS) {
            self.kept.push(line);
        }
    }

    pub(super) fn n_rejected(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }

    pub(super) fn n_warnings(&self) -> u64 {
        self.n_warnings
    }

    /// In the order in which they came.
    pub(super) fn records(&self, shop: &ShopId, job: &str) -> Vec<RecordChange> {
        let chunks = self.kept.chunks(PER_RECORD);
        chunks
            .zip(0_i64..)
            .map(|(lines, rank)| RecordChange::Put {
                draft: Draft {
                    key: RecordKey::of_shop(LINES, shop, format!("{job}-{rank}")),
                    rank,
                    marks: BTreeSet::from([job.to_owned()]),
                    body: serde_json::to_string(lines).unwrap_or_default(),
                },
                expected: None,
            })
            .collect()
    }
}

impl App {
    /// The lines of a job as a table. Blocks.
    pub(super) fn job_lines(
        &self,
        shop: &ShopId,
        job: &str,
        language: Language,
    ) -> Result<Table, Problem> {
        let mut page = RecordPage::of(LINES, shop.as_str(), MOST_RECORDS);
        page.mark = Some(job.to_owned());
        let is_english = language == Language::En;
        let columns = if is_english {
            ["file", "line", "column", "value", "reason"]
        } else {
            ["文件", "行", "列", "内容", "原因"]
        };
        let mut rows = Vec::new();
        for record in self.database().list_records(&page)? {
            let lines: Vec<Line> = serde_json::from_str(&record.draft.body)
                .map_err(|error| Problem::internal(&error))?;
            rows.extend(lines.into_iter().map(|it| {
                vec![
                    Cell::from(it.file),
                    Cell::from(it.row.map(i64::from)),
                    Cell::from(it.column),
                    Cell::from(it.found),
                    Cell::from(if is_english { it.en } else { it.zh }),
                ]
            }));
        }
        let columns = columns.iter().map(|it| (*it).to_owned()).collect();
        Ok(Table { name: "rejected".to_owned(), columns, rows })
    }
}
