//! What has been committed, one after the other, for whoever has to hear of it.

use kernel::{DossierKey, Timestamp};

use crate::{StoreError, Version};

/// One commit, by its place in the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fed {
    /// From 1. Rises with every commit, with gaps; of one dossier's commits in order of version.
    pub place: u64,
    /// The commit's own instant.
    pub at: Timestamp,
    pub dossier: DossierKey,
    /// The version the commit made.
    pub version: Version,
}

/// The commits of all dossiers in one line.
///
/// Whoever reads on from the last place it was given meets every commit once, as long as it is not
/// away for longer than commits are remembered. A commit that is still being written holds back
/// those behind it: what is read is final, and nothing is put in front of it later.
///
/// Written in the transaction of the commit itself: what is left out leaves no trace, and what is
/// restored from a copy was not committed here.
pub trait Feed: Send + Sync {
    /// Commits behind `after`, in order of place, at most `limit`.
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<Fed>, StoreError>;

    /// The last place there is that nothing can be put in front of any more: who reads on from here
    /// meets everything that is not in the database yet. 0 if nothing was ever committed.
    fn feed_end(&self) -> Result<u64, StoreError>;

    /// Forgets commits of before `before` among the `limit` first ones, and says how many. The last
    /// one there is always stays: places go on from it. Call it again until it says 0.
    fn trim_feed(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;
}
