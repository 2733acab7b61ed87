//! Exact sets of facts: what one cell of one row accepts.
//!
//! Every kind of fact is counted: a flag is 0 or 1, a code its position, a number its base units.
//! So a cell is a union of ranges, plus whether it accepts a missing fact, and questions about
//! cells (do two rows overlap? is anything left over?) have exact answers.

/// Whole numbers from `first` to `last`, both included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Range {
    pub first: i64,
    pub last: i64,
}

/// Everything a column can be asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Domain {
    pub values: Range,
    pub missing: bool,
}

/// A point of a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Point {
    Missing,
    At(i64),
}

/// What a cell accepts.
///
/// Invariant: the ranges are not empty, ascend, and neither overlap nor touch, so equal sets are
/// equal values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Set {
    ranges: Vec<Range>,
    missing: bool,
}

impl Set {
    pub fn nothing() -> Self {
        Self { ranges: Vec::new(), missing: false }
    }

    pub fn missing() -> Self {
        Self { ranges: Vec::new(), missing: true }
    }

    pub fn everything(domain: Domain) -> Self {
        Self { ranges: vec![domain.values], missing: domain.missing }
    }

    pub fn range(first: i64, last: i64) -> Self {
        let ranges = if first <= last { vec![Range { first, last }] } else { Vec::new() };
        Self { ranges, missing: false }
    }

    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    pub fn accepts_missing(&self) -> bool {
        self.missing
    }

    pub fn is_nothing(&self) -> bool {
        self.ranges.is_empty() && !self.missing
    }

    pub fn accepts(&self, point: Point) -> bool {
        match point {
            Point::Missing => self.missing,
            Point::At(at) => self.ranges.iter().any(|it| it.first <= at && at <= it.last),
        }
    }

    pub fn or(self, other: Self) -> Self {
        let missing = self.missing || other.missing;
        let mut ranges = self.ranges;
        ranges.extend(other.ranges);
        ranges.sort_unstable();
        let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.first <= last.last.saturating_add(1) => {
                    last.last = last.last.max(range.last);
                }
                Some(_) | None => joined.push(range),
            }
        }
        Self { ranges: joined, missing }
    }

    pub fn and(&self, other: &Self) -> Self {
        let pairs =
            self.ranges.iter().flat_map(|one| other.ranges.iter().map(move |two| (one, two)));
        let common = pairs.map(|(one, two)| Range {
            first: one.first.max(two.first),
            last: one.last.min(two.last),
        });
        let mut ranges: Vec<Range> = common.filter(|it| it.first <= it.last).collect();
        ranges.sort_unstable();
        Self { ranges, missing: self.missing && other.missing }
    }

    /// The values of `domain` that are not in `self`. A missing fact is no value: it is neither
    /// `a` nor `not a`.
    pub fn other_values(&self, domain: Domain) -> Self {
        let mut ranges = Vec::new();
        let mut next = Some(domain.values.first);
        for range in &self.ranges {
            if let Some(first) = next
                && first < range.first
            {
                ranges.push(Range { first, last: range.first.saturating_sub(1) });
            }
            next = range.last.checked_add(1);
        }
        if let Some(first) = next
            && first <= domain.values.last
        {
            ranges.push(Range { first, last: domain.values.last });
        }
        Self { ranges, missing: false }
    }

    /// A point of the set that reads well in an example: a small one, if there is a choice.
    pub fn example(&self) -> Option<Point> {
        let nearest = |it: &Range| 0.clamp(it.first, it.last);
        let value = self.ranges.iter().map(nearest).min_by_key(|it| it.unsigned_abs());
        value.map(Point::At).or(self.missing.then_some(Point::Missing))
    }
}
