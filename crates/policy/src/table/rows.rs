//! Sets of rows, one bit each.

/// A set of rows of one table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct RowSet {
    words: Vec<u64>,
}

impl RowSet {
    pub(crate) fn none(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)] }
    }

    pub(crate) fn of(rows: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::none(rows);
        members.into_iter().for_each(|it| set.insert(it));
        set
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn insert(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / 64) {
            *word |= bit(row);
        }
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word & bit(row) != 0)
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(one, two)| one & two);
        Self { words: words.collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|&it| it == 0)
    }

    pub(crate) fn len(&self) -> usize {
        let ones = self.words.iter().map(|it| it.count_ones());
        usize::try_from(ones.fold(0, u32::saturating_add)).unwrap_or(usize::MAX)
    }

    pub(crate) fn is_part_of(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(one, two)| one & !two == 0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        bits(self.words.iter().copied())
    }
}

/// The positions of the bits that are set, in order.
pub(crate) fn bits(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(nth, word)| {
        let mut left = word;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let lowest = usize::try_from(left.trailing_zeros()).unwrap_or_default();
            left &= left.wrapping_sub(1);
            Some(nth.saturating_mul(64).saturating_add(lowest))
        })
    })
}

fn bit(row: usize) -> u64 {
    1_u64.wrapping_shl(u32::try_from(row % 64).unwrap_or_default())
}
