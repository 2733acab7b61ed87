//! Sums under names, as they are kept for a shop and a day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whole numbers by name: counts, fen or seconds, as the name says.
///
/// Names are words joined by dots, `opened.return-refund` say; a code within them may hold no dot.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sums(BTreeMap<String, i64>);

impl Sums {
    pub(crate) fn add(&mut self, name: impl Into<String>, amount: i64) {
        let sum = self.0.entry(name.into()).or_default();
        *sum = sum.saturating_add(amount);
    }

    pub(crate) fn count(&mut self, name: impl Into<String>) {
        self.add(name, 1);
    }

    pub fn add_all(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            self.add(name.as_str(), *amount);
        }
    }

    /// Nothing was ever added to what is not there.
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Sums whose names begin with the words of `prefix`, by what follows.
    pub fn under<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = (&'s str, i64)> {
        let inside = move |name: &'s str| name.strip_prefix(prefix)?.strip_prefix('.');
        self.0.iter().filter_map(move |(name, amount)| Some((inside(name)?, *amount)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
