//! One row of cells, whatever it was read from.

use std::borrow::Cow;

use crate::{dictionary::Dictionary, fold::cleaned};

/// A row's cells in one piece of text, so that reading a file allocates nothing per cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The row's number as a spreadsheet shows it.
    pub(crate) row: u32,
    /// Whether a quotation mark was opened and never closed.
    pub(crate) unclosed: bool,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    pub(crate) fn new(row: u32) -> Self {
        Self { row, ..Self::default() }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.unclosed = false;
    }

    pub(crate) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn push_char(&mut self, it: char) {
        self.text.push(it);
    }

    pub(crate) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    pub(crate) fn push(&mut self, cell: &str) {
        self.push_text(cell);
        self.end_cell();
    }

    /// The text of the cell that is being written.
    pub(crate) fn open_cell(&self) -> &str {
        self.text.get(self.ends.last().copied().unwrap_or(0)..).unwrap_or("")
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell as it stands in the file; nothing beyond the last.
    pub(crate) fn raw(&self, nth: usize) -> &str {
        let start = nth.checked_sub(1).and_then(|it| self.ends.get(it)).copied().unwrap_or(0);
        self.ends.get(nth).and_then(|&end| self.text.get(start..end)).unwrap_or("")
    }

    pub(crate) fn cell(&self, nth: usize) -> Cow<'_, str> {
        cleaned(self.raw(nth))
    }

    pub(crate) fn raw_cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|nth| self.raw(nth))
    }

    /// The header of two rows, if `below` is the second: the columns of a group have their names
    /// there, and what is merged over both rows is in this one.
    pub(crate) fn joined(&self, below: &Self, dictionary: &Dictionary) -> Option<Self> {
        let is_known = |it: &str| dictionary.known_columns([it].into_iter()) == 1;
        // A group is called something else, or what its columns have in common.
        let is_group =
            |above: &str, name: &str| above.is_empty() || !is_known(above) || name.contains(above);
        let (mut joined, mut names) = (Self::new(below.row), 0_usize);
        for nth in 0..self.len().max(below.len()) {
            let (above, name) = (self.cell(nth), below.cell(nth));
            if name.is_empty() {
                joined.push(&above);
                continue;
            }
            if !is_group(&above, &name) || name.contains(|it: char| it.is_ascii_digit()) {
                return None;
            }
            names = names.saturating_add(usize::from(is_known(&name)));
            joined.push(&name);
        }
        (0 < names).then_some(joined)
    }

    /// What the row has, for a complaint about it.
    pub(crate) fn summary(&self) -> Vec<String> {
        let cells = (0..self.len()).map(|nth| self.cell(nth).into_owned());
        cells.filter(|it| !it.is_empty()).take(40).collect()
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.text.is_empty() || self.raw_cells().all(|it| cleaned(it).is_empty())
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.text.contains('\u{fffd}')
    }

    /// Cells up to and including the last that has something in it.
    pub(crate) fn used(&self) -> usize {
        let last = (0..self.len()).rev().find(|&nth| !self.cell(nth).is_empty());
        last.map_or(0, |it| it.saturating_add(1))
    }
}
