//! Which process works which bucket.
//!
//! Any process may carry out a command for any dossier: versions keep them apart. What nobody asks
//! for (timers that come due, effects that wait) is worked bucket by bucket, by whoever leases the
//! bucket. A lease lasts as long as its owner's heart beats, and a little longer.
//!
//! **Invariant:** of two that think they lease a bucket, the earlier one cannot write. A bucket's
//! epoch goes up with each new owner, and a commit made by right of a lease is compared with it in
//! its own transaction. Clocks that disagree can therefore make work late, never double.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Bucket, Timestamp, WorkerId};

use crate::StoreError;

/// How many owners a bucket has had.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Epoch(pub u64);

/// What a process says of itself, again and again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beat {
    /// Unique among all processes there ever are.
    pub worker: WorkerId,
    pub now: Timestamp,
    /// When it is to be taken for dead if it is not heard again.
    pub until: Timestamp,
}

/// A bucket as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    pub bucket: Bucket,
    pub epoch: Epoch,
    /// Nobody yet, or nobody any more.
    pub owner: Option<WorkerId>,
}

/// What a process may work from now on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tenure {
    pub leases: BTreeMap<Bucket, Epoch>,
    /// How many buckets it should have among those alive. It gives up what it has above that, see
    /// [`Leases::release`], when it is not in the middle of working it.
    pub share: usize,
}

/// By what right timers and effects are worked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hold {
    /// No other process works this database.
    All,
    Leased(BTreeMap<Bucket, Epoch>),
}

impl Hold {
    pub fn covers(&self, bucket: Bucket) -> bool {
        match self {
            Self::All => true,
            Self::Leased(leases) => leases.contains_key(&bucket),
        }
    }

    /// What a commit by this right is compared with; see [`crate::Commit::fence`].
    pub fn fence(&self, bucket: Bucket) -> Option<Epoch> {
        match self {
            Self::All => None,
            Self::Leased(leases) => Some(leases.get(&bucket).copied().unwrap_or_default()),
        }
    }
}

/// The part of a database that shares out the buckets.
pub trait Leases: Send + Sync {
    /// Says that a process lives, and takes what is free until it has its share. Free is what
    /// nobody leases, or somebody who was not heard of in time.
    fn beat(&self, beat: &Beat) -> Result<Tenure, StoreError>;

    /// Gives buckets up. Those that the process does not lease are passed over.
    fn release(&self, worker: &WorkerId, buckets: &[Bucket]) -> Result<(), StoreError>;

    /// Gives up everything and is not heard of again.
    fn leave(&self, worker: &WorkerId) -> Result<(), StoreError>;
}

/// Who lives, and what a beat may take: the same sums for every backend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sharing {
    /// What the process leases already.
    pub held: BTreeMap<Bucket, Epoch>,
    /// What it may take, at the epochs at which it was free.
    pub free: Vec<(Bucket, Epoch)>,
    pub share: usize,
}

impl Sharing {
    /// `alive` are the processes heard of in time, the one that beats included.
    pub fn of(worker: &WorkerId, alive: &BTreeSet<WorkerId>, leases: &[Lease]) -> Self {
        let nth = alive.range(..worker.clone()).count();
        let share = share(leases.len(), alive.len(), nth);
        let mine = |it: &&Lease| it.owner.as_ref() == Some(worker);
        let held: BTreeMap<Bucket, Epoch> =
            leases.iter().filter(mine).map(|it| (it.bucket, it.epoch)).collect();
        let is_free = |it: &&Lease| it.owner.as_ref().is_none_or(|it| !alive.contains(it));
        let wanted = share.saturating_sub(held.len());
        let free = leases.iter().filter(is_free).take(wanted);
        Self { free: free.map(|it| (it.bucket, it.epoch)).collect(), held, share }
    }

    /// `taken` are those of [`Self::free`] that nobody else took first.
    pub fn settle(self, taken: impl IntoIterator<Item = (Bucket, Epoch)>) -> Tenure {
        let mut leases = self.held;
        leases.extend(taken);
        Tenure { leases, share: self.share }
    }
}

/// Whole buckets, as even as they can be: the first few have one more.
fn share(n_buckets: usize, n_alive: usize, nth: usize) -> usize {
    let each = n_buckets.checked_div(n_alive).unwrap_or_default();
    let left = n_buckets.checked_rem(n_alive).unwrap_or_default();
    each.saturating_add(usize::from(nth < left))
}
