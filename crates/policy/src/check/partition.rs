//! Cutting columns into stretches of values that all rows treat alike.

use std::collections::BTreeMap;

use crate::{
    set::{Point, Set},
    table::{RowSet, Table, boundaries},
};

/// One point for each column.
pub(crate) type Witness = BTreeMap<usize, Point>;

/// Values of one column that the same rows accept.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) rows: RowSet,
    pub(crate) example: Point,
}

/// Partitions `space`, a part of a column, by which of `rows` accept its values.
pub(crate) fn classes(table: &Table, column: usize, space: &Set, rows: &RowSet) -> Vec<Class> {
    let Some(input) = table.inputs.get(column) else { return Vec::new() };
    let condition = |row: usize| table.rows.get(row)?.conditions.get(column);
    let accepting = |point: Point| {
        let accepts = |it: &usize| condition(*it).is_some_and(|it| it.accepts(point));
        RowSet::of(table.rows.len(), rows.iter().filter(accepts))
    };
    let starts = boundaries(input, rows.iter().filter_map(condition).chain([space]));
    let lasts = starts.iter().skip(1).map(|it| it.saturating_sub(1));
    let lasts = lasts.chain([input.domain().values.last]);
    let stretches = starts.iter().zip(lasts).map(|(&first, last)| Set::range(first, last));
    let points = stretches.filter_map(|it| it.and(space).example());

    let mut classes: Vec<Class> = Vec::new();
    for example in points.chain(space.accepts_missing().then_some(Point::Missing)) {
        let rows = accepting(example);
        if !classes.iter().any(|it| it.rows == rows) {
            classes.push(Class { rows, example });
        }
    }
    classes
}
