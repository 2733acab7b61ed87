//! What an installation keeps besides dossiers: users, sessions, webhooks, jobs, the audit trail.
//!
//! One shape for all of them, so that a backend has one table and not twenty. What a body means is
//! for its kind to know; the store sorts, finds and guards.

mod change;
mod place;

use std::collections::BTreeSet;

pub use self::change::{Ending, Unfit, by_record, ending};
use crate::{StoreError, Version};

/// Names a record: no two have the same. None of its parts has control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordKey {
    /// Kebab-case, such as `user` or `webhook`.
    pub kind: String,
    /// The shop it belongs to; empty for what belongs to the installation.
    pub shop: String,
    /// Unique within kind and shop; from 1 to 200 bytes.
    pub id: String,
}

impl RecordKey {
    /// Of one shop.
    pub fn of_shop(kind: &str, shop: &kernel::ShopId, id: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), shop: shop.to_string(), id: id.into() }
    }

    /// Of the installation.
    pub fn of_all(kind: &str, id: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), shop: String::new(), id: id.into() }
    }
}

/// A record as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    pub key: RecordKey,
    /// Its place in lists, such as an instant in epoch seconds or milliseconds.
    pub rank: i64,
    /// Words it is found by, in place of those it had; each from 1 to 200 bytes without control
    /// characters.
    pub marks: BTreeSet<String>,
    /// JSON, the meaning of which the kind's own code knows.
    pub body: String,
}

/// A record as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// How many times it was written since it was last made.
    pub version: Version,
    pub draft: Draft,
}

/// One change to a record. To drop what is not there is fine, and to expect it at zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordChange {
    /// `expected`: the version it stands on, zero for one that must not be there yet; whatever
    /// there is if `None`.
    Put {
        draft: Draft,
        expected: Option<Version>,
    },
    Drop {
        key: RecordKey,
        expected: Option<Version>,
    },
}

/// A list of one kind, in order of rank, then id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordPage {
    pub kind: String,
    /// Empty for what belongs to the installation.
    pub shop: String,
    /// Only records that carry this mark.
    pub mark: Option<String>,
    /// Only ranks within these bounds, both included.
    pub least: i64,
    pub most: i64,
    /// Highest rank first.
    pub descending: bool,
    /// Rank and id of the last record of the page before.
    pub after: Option<(i64, String)>,
    pub limit: usize,
}

impl RecordPage {
    /// Everything of a kind in a shop (or of the installation, with an empty `shop`), lowest rank
    /// first.
    pub fn of(kind: &str, shop: impl Into<String>, limit: usize) -> Self {
        Self {
            kind: kind.to_owned(),
            shop: shop.into(),
            mark: None,
            least: i64::MIN,
            most: i64::MAX,
            descending: false,
            after: None,
            limit,
        }
    }
}

/// The part of a database that is not dossiers.
pub trait Records: Send + Sync {
    /// One answer per key, in order.
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError>;

    /// Makes the changes durably, in order, all or none. `false`, and nothing is written, if a
    /// record is not at the version it was expected at.
    ///
    /// A key or mark that cannot be is not a conflict but a broken caller: the call fails with
    /// [`Unfit`], and nothing is written.
    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError>;

    /// A page of a list. What asks for a key or mark that cannot be finds nothing.
    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError>;

    /// How many records a list has from the page on, counting no further than its limit.
    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError>;
}
