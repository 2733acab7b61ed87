//! Conditions, compiled.
//!
//! Each column is cut at the boundaries of its conditions. Between two boundaries all facts are
//! alike, so the rows that accept them are computed once, as a block of bits. To answer, look up
//! one block per column, AND them word by word, and take the first bit.
//!
//! **Invariant:** answering allocates nothing.

use crate::{
    Value,
    column::Input,
    set::{Point, Set},
    table::{Row, rows},
};

/// Tables do not get wider than this.
pub(crate) const MAX_INPUTS: usize = 32;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Index {
    columns: Vec<Column>,
    /// Every row: what is left when there is no condition.
    every: Vec<u64>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Column {
    /// Where each stretch of like facts begins, ascending; the first is the smallest value.
    starts: Vec<i64>,
    /// One block of bits for each stretch, then one for a missing fact.
    bits: Vec<u64>,
    words: usize,
}

/// One block of row bits for each column.
pub(crate) struct Blocks<'t> {
    blocks: [&'t [u64]; MAX_INPUTS],
}

impl Index {
    pub(crate) fn new(inputs: &[Input], rows: &[Row]) -> Self {
        let columns = inputs.iter().enumerate().map(|(nth, it)| Column::new(nth, it, rows));
        let every = rows::RowSet::of(rows.len(), 0..rows.len());
        Self { columns: columns.collect(), every: every.words().to_vec() }
    }

    pub(crate) fn blocks<'i>(
        &self,
        inputs: &'i [Input],
        fact: impl Fn(usize, &Input) -> Option<Value>,
    ) -> Result<Blocks<'_>, &'i Input> {
        let mut blocks: [&[u64]; MAX_INPUTS] = [&[]; MAX_INPUTS];
        let columns = blocks.iter_mut().zip(&self.columns).zip(inputs).enumerate();
        for (nth, ((block, column), input)) in columns {
            let point = fact(nth, input).and_then(|it| input.point(it)).ok_or(input)?;
            *block = column.block(point);
        }
        Ok(Blocks { blocks })
    }

    /// The rows that accept every fact, in order.
    pub(crate) fn hits(&self, blocks: &Blocks<'_>) -> impl Iterator<Item = usize> {
        let used = blocks.blocks.get(..self.columns.len()).unwrap_or_default();
        rows::bits(self.every.iter().enumerate().map(move |(nth, &every)| {
            used.iter().fold(every, |hits, block| hits & block.get(nth).copied().unwrap_or(0))
        }))
    }
}

impl Column {
    fn new(nth: usize, input: &Input, rows: &[Row]) -> Self {
        let conditions: Vec<_> = rows.iter().filter_map(|it| it.conditions.get(nth)).collect();
        let starts = boundaries(input, conditions.iter().copied());
        let words = rows.len().div_ceil(64);
        let points = starts.iter().copied().map(Point::At).chain([Point::Missing]);
        let mut bits = Vec::new();
        for point in points {
            let accepting = conditions.iter().enumerate().filter(|(_, it)| it.accepts(point));
            let set = rows::RowSet::of(rows.len(), accepting.map(|(row, _)| row));
            bits.extend_from_slice(set.words());
        }
        Self { starts, bits, words }
    }

    fn block(&self, point: Point) -> &[u64] {
        let stretch = match point {
            Point::At(at) => self.starts.partition_point(|&it| it <= at).saturating_sub(1),
            Point::Missing => self.starts.len(),
        };
        let first = stretch.saturating_mul(self.words);
        self.bits.get(first..first.saturating_add(self.words)).unwrap_or_default()
    }
}

/// Where conditions begin or end to hold: between two boundaries, all values are alike.
pub(crate) fn boundaries<'s>(input: &Input, conditions: impl Iterator<Item = &'s Set>) -> Vec<i64> {
    let values = input.domain().values;
    let mut starts = vec![values.first];
    for range in conditions.flat_map(Set::ranges) {
        starts.push(range.first);
        starts.extend(range.last.checked_add(1).filter(|&it| it <= values.last));
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}
