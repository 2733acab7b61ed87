//! Is there a point that no row accepts? By counting, if no two rows overlap.
//!
//! Rows that do not overlap cover everything exactly if their boxes add up to all boxes. That is
//! quick where a [search](super::cover) could take long, and `unique` tables tend to be such.

use crate::{
    check::partition::{Class, Witness, classes},
    set::Set,
    table::{RowSet, Table},
};

/// There are more boxes than a number can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooMany;

/// A point without a row. Meaningless if rows overlap.
pub(crate) fn gap(table: &Table) -> Result<Option<Witness>, TooMany> {
    let mut left = RowSet::of(table.rows.len(), 0..table.rows.len());
    let everything = table.inputs.iter().map(|it| Set::everything(it.domain())).enumerate();
    let columns: Vec<Vec<Class>> =
        everything.map(|(column, space)| classes(table, column, &space, &left)).collect();
    let boxes = Boxes::count(&columns, table.rows.len()).ok_or(TooMany)?;
    if !boxes.fall_short(0, &left)? {
        return Ok(None);
    }
    let mut witness = Witness::new();
    for (column, classes) in columns.iter().enumerate() {
        // Something is missing, so it is missing in one of the classes of this column.
        for class in classes {
            let rows = class.rows.and(&left);
            if boxes.fall_short(column.saturating_add(1), &rows)? {
                witness.insert(column, class.example);
                left = rows;
                break;
            }
        }
    }
    Ok(Some(witness))
}

/// How many boxes there are, from each column to the last.
struct Boxes {
    all: Vec<u128>,
    of_row: Vec<Vec<u128>>,
}

impl Boxes {
    /// `None` if a number cannot hold them.
    fn count(columns: &[Vec<Class>], rows: usize) -> Option<Self> {
        let mut boxes = Self { all: vec![1], of_row: vec![vec![1; rows]] };
        for classes in columns.iter().rev() {
            let all = *boxes.all.last()?;
            boxes.all.push(all.checked_mul(u128::try_from(classes.len()).ok()?)?);
            let narrower = boxes.of_row.last()?.iter().enumerate();
            let wider = narrower.map(|(row, narrower)| {
                let accepted = classes.iter().filter(|it| it.rows.contains(row)).count();
                narrower.checked_mul(u128::try_from(accepted).ok()?)
            });
            let wider: Option<Vec<u128>> = wider.collect();
            boxes.of_row.push(wider?);
        }
        boxes.all.reverse();
        boxes.of_row.reverse();
        Some(boxes)
    }

    /// Whether `rows` fill fewer boxes than there are.
    fn fall_short(&self, from_column: usize, rows: &RowSet) -> Result<bool, TooMany> {
        let (all, of_row) =
            self.all.get(from_column).zip(self.of_row.get(from_column)).ok_or(TooMany)?;
        let mut filled = 0_u128;
        for row in rows.iter() {
            filled = filled.checked_add(of_row.get(row).copied().unwrap_or(0)).ok_or(TooMany)?;
        }
        Ok(filled < *all)
    }
}
