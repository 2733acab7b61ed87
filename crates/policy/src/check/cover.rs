//! Is there a point that no row accepts? By search.
//!
//! Each column is partitioned into classes; one class per column makes a box, and all points of a
//! box are alike, so the question is finite. The search goes column by column. Rows that still
//! accept everything end it, a class whose rows include another's need not be looked at, and what
//! was found covered once is remembered.

use std::collections::BTreeSet;

use crate::{
    check::partition::{Class, Witness, classes},
    set::{Point, Set},
    table::{RowSet, Table},
};

/// The search was given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tangled;

/// Boxes looked at before giving up. Tables that people can read need a few hundred.
const PATIENCE: u32 = 200_000;

/// The space that has to be covered, and the rows that may cover it.
pub(crate) struct Search {
    columns: Vec<Vec<Class>>,
    /// For each column, the rows that accept all of it.
    indifferent: Vec<RowSet>,
    rows: RowSet,
    covered: BTreeSet<(Vec<usize>, RowSet)>,
    patience: u32,
}

impl Search {
    /// The whole table.
    pub(crate) fn everywhere(table: &Table) -> Self {
        let rows = RowSet::of(table.rows.len(), 0..table.rows.len());
        let everything = table.inputs.iter().map(|it| Set::everything(it.domain())).collect();
        Self::new(table, everything, rows)
    }

    /// Only the points one row accepts, to be covered by `rows`.
    pub(crate) fn within(table: &Table, row: usize, rows: &RowSet) -> Self {
        let space = table.rows.get(row).map(|it| it.conditions.clone()).unwrap_or_default();
        Self::new(table, space, rows.clone())
    }

    fn new(table: &Table, space: Vec<Set>, rows: RowSet) -> Self {
        let columns: Vec<Vec<Class>> = space
            .iter()
            .enumerate()
            .map(|(column, space)| classes(table, column, space, &rows))
            .collect();
        let all_of = |classes: &Vec<Class>| {
            classes.iter().fold(rows.clone(), |rows, class| rows.and(&class.rows))
        };
        let indifferent = columns.iter().map(all_of).collect();
        Self { columns, indifferent, rows, covered: BTreeSet::new(), patience: PATIENCE }
    }

    /// A point of the space that none of the rows accepts.
    pub(crate) fn gap(mut self) -> Result<Option<Witness>, Tangled> {
        let open = (0..self.columns.len()).collect();
        let alive = self.rows.clone();
        self.look(open, &alive)
    }

    /// Looks for a point in the `open` columns that no row of `alive` accepts.
    fn look(&mut self, open: Vec<usize>, alive: &RowSet) -> Result<Option<Witness>, Tangled> {
        if alive.is_empty() {
            return Ok(Some(self.anywhere(&open)));
        }
        let Some(column) = self.most_decisive(&open, alive) else { return Ok(None) };
        let state = (open, alive.clone());
        if self.covered.contains(&state) {
            return Ok(None);
        }
        self.patience = self.patience.checked_sub(1).ok_or(Tangled)?;
        let (open, _) = &state;
        let rest: Vec<usize> = open.iter().copied().filter(|&it| it != column).collect();
        for (example, alive) in self.fewest_rows_first(column, alive) {
            if let Some(mut witness) = self.look(rest.clone(), &alive)? {
                witness.insert(column, example);
                return Ok(Some(witness));
            }
        }
        self.covered.insert(state);
        Ok(None)
    }

    /// The open column that most rows have an opinion about; none if some row accepts everything
    /// that is open.
    fn most_decisive(&self, open: &[usize], alive: &RowSet) -> Option<usize> {
        let mut accept_all = alive.clone();
        let mut best: Option<(usize, usize)> = None;
        for &column in open {
            let indifferent = self.indifferent.get(column)?.and(alive);
            let opinions = alive.len().saturating_sub(indifferent.len());
            accept_all = accept_all.and(&indifferent);
            if best.is_none_or(|(most, _)| most < opinions) {
                best = Some((opinions, column));
            }
        }
        if accept_all.is_empty() { best.map(|(_, column)| column) } else { None }
    }

    /// What is left of `alive` in each class of a column. A class that keeps all the rows another
    /// class keeps is covered if the other is, so it is left out.
    fn fewest_rows_first(&self, column: usize, alive: &RowSet) -> Vec<(Point, RowSet)> {
        let classes = self.columns.get(column).map_or(&[][..], Vec::as_slice);
        let mut left: Vec<(Point, RowSet)> =
            classes.iter().map(|it| (it.example, it.rows.and(alive))).collect();
        left.sort_by_key(|(_, rows)| rows.len());
        let mut needed: Vec<(Point, RowSet)> = Vec::new();
        for (point, rows) in left {
            if !needed.iter().any(|(_, fewer)| fewer.is_part_of(&rows)) {
                needed.push((point, rows));
            }
        }
        needed
    }

    fn anywhere(&self, open: &[usize]) -> Witness {
        let example = |&column: &usize| Some((column, self.columns.get(column)?.first()?.example));
        open.iter().filter_map(example).collect()
    }
}
