//! A dictionary file as lines of fields, before anybody knows what they mean.

use std::sync::Arc;

use crate::{
    complaint::{Complaint, Expected, Severity, printable},
    sheet::{Encoding, Lines, Record, Records},
};

/// The lines of one file below its header.
pub(super) struct Entries {
    path: Arc<str>,
    pub(super) lines: Vec<(u32, Vec<String>)>,
}

impl Entries {
    pub(super) fn read(path: &str, text: &str, complaints: &mut Vec<Complaint>) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = Lines::new(text.as_bytes(), Encoding::Utf8, b'\n');
        let mut records = Records::new(lines, ',');
        let mut record = Record::default();
        let mut result = Self { path: path.into(), lines: Vec::new() };
        loop {
            match records.next(&mut record) {
                Ok(true) if record.row == 1 || record.is_blank() => {}
                Ok(true) => {
                    let cells = (0..record.len()).map(|nth| record.raw(nth).trim().to_owned());
                    result.lines.push((record.row, cells.collect()));
                }
                Ok(false) => return result,
                Err(_) => {
                    let expected = entry("a line is too long", "有一行太长");
                    complaints.push(complaint(path, Some(record.row), "", expected));
                    return result;
                }
            }
        }
    }

    pub(super) fn stranger(&self) -> Complaint {
        let expected = entry("no dictionary file has this name", "没有这个名字的词典文件");
        complaint(&self.path, None, "", expected)
    }

    pub(super) fn complaint(&self, row: u32, found: &str, expected: Expected) -> Complaint {
        complaint(&self.path, Some(row), found, expected)
    }
}

pub(super) fn entry(english: impl Into<String>, chinese: impl Into<String>) -> Expected {
    Expected::Entry { english: english.into(), chinese: chinese.into() }
}

pub(super) fn complaint(
    path: &str,
    row: Option<u32>,
    found: &str,
    expected: Expected,
) -> Complaint {
    let (file, found) = (path.into(), printable(found));
    Complaint { file, row, column: None, found, expected, severity: Severity::Error }
}
