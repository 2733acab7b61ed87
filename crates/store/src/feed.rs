//! What has been committed, one after the other, for whoever has to hear of it.

use kernel::{DossierKey, Timestamp};

use crate::{StoreError, Version};

/// One commit, by its place in the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fed {
    /// Rises with every commit, with gaps.
    pub place: u64,
    pub at: Timestamp,
    pub dossier: DossierKey,
    /// The version the commit made.
    pub version: Version,
}

/// The commits of all dossiers in one line.
///
/// Whoever reads on from the last place it was given meets every commit once. A commit that is
/// still being written holds back those behind it.
pub trait Feed: Send + Sync {
    /// Commits behind `after`, at most `limit`.
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<Fed>, StoreError>;

    /// The last place there is; 0 if nothing was ever committed.
    fn feed_end(&self) -> Result<u64, StoreError>;

    /// Forgets commits of before `before`, at most `limit`, and says how many.
    fn trim_feed(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;
}
