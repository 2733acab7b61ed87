//! One decision table: columns with types, rows with conditions and answers.
//!
//! [`read`] turns a file into a [`Table`]; [`index`] compiles the conditions so that a table of
//! hundreds of rows answers in a fraction of a microsecond.

mod index;
mod read;
mod rows;

pub(crate) use crate::table::{index::boundaries, read::read, rows::RowSet};
use crate::{
    Complaint, Value,
    cell::Cell,
    column::{Input, Output},
    complaint::Report,
    constants::Constants,
    ruling::{Answer, Ruling, Why},
    set::Set,
    sheet::HitPolicy,
    table::index::Index,
};

/// A checked decision table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub(crate) name: String,
    pub(crate) hit: HitPolicy,
    pub(crate) source: String,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rows: Vec<Row>,
    index: Index,
}

/// One row, also called a clause: conditions that all have to hold, and what follows from them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub id: String,
    /// Entries of the ledger that the row carries out.
    pub source: String,
    /// The row as a sentence.
    pub zh: String,
    pub en: String,
    /// One for each input of the table.
    pub conditions: Vec<Set>,
    /// One for each output of the table.
    pub answers: Vec<Cell>,
    /// The conditions as they were typed, for people.
    pub typed: Vec<String>,
    pub(crate) line: u64,
}

impl Table {
    /// Reads and checks a table that stands alone: one whose type line says everything.
    pub fn standalone(file: &str, text: &str) -> Result<Self, Vec<Complaint>> {
        let mut report = Report::about(file);
        let table = read(text, None, &Constants::default(), &mut report);
        if let Some(table) = &table {
            crate::check::prove(table, &mut report);
        }
        match table {
            Some(table) if !report.has_errors() => Ok(table),
            Some(_) | None => Err(report.finish()),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn hit(&self) -> HitPolicy {
        self.hit
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn row(&self, id: &str) -> Option<Ruling<'_>> {
        self.rows.iter().find(|it| it.id == id).map(|row| Ruling { table: self, row })
    }

    /// Answers facts given in the order of the table's own inputs.
    pub fn ask(&self, facts: &[Value]) -> Answer<'_> {
        let nth = |column: usize, _: &Input| facts.get(column).copied();
        self.one(nth).unwrap_or(Answer::Person(Why::Unreadable("a fact")))
    }

    /// Every row that applies, in order.
    pub fn ask_all(&self, facts: &[Value]) -> Vec<Ruling<'_>> {
        self.all(|column, _| facts.get(column).copied()).unwrap_or_default()
    }

    /// The input whose fact cannot be read is the error.
    pub(crate) fn one(
        &self,
        fact: impl Fn(usize, &Input) -> Option<Value>,
    ) -> Result<Answer<'_>, &Input> {
        let blocks = self.index.blocks(&self.inputs, fact)?;
        let mut hits = self.index.hits(&blocks);
        let Some(row) = hits.next().and_then(|it| self.rows.get(it)) else {
            return Ok(Answer::Person(Why::NoRow));
        };
        // The checker has proven that this cannot be. Looking again costs a few nanoseconds, and
        // guessing between two clauses could cost money.
        if self.hit != HitPolicy::First && hits.next().is_some() {
            return Ok(Answer::Person(Why::Ambiguous));
        }
        Ok(Answer::Row(Ruling { table: self, row }))
    }

    pub(crate) fn all(
        &self,
        fact: impl Fn(usize, &Input) -> Option<Value>,
    ) -> Result<Vec<Ruling<'_>>, &Input> {
        let blocks = self.index.blocks(&self.inputs, fact)?;
        let rows = self.index.hits(&blocks).filter_map(|it| self.rows.get(it));
        Ok(rows.map(|row| Ruling { table: self, row }).collect())
    }
}

impl Row {
    /// `auto-7 (line 9)`
    pub(crate) fn place(&self) -> String {
        format!("{} (line {})", self.id, self.line)
    }
}
