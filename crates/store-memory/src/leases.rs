//! Who works which bucket.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Bucket, DossierKey, Timestamp, WorkerId};
use store::{Beat, Epoch, Lease, Leases, Sharing, StoreError, Tenure};

use crate::MemoryStore;

#[derive(Debug)]
pub(crate) struct Table {
    leases: BTreeMap<Bucket, Lease>,
    /// When each process is to be taken for dead.
    workers: BTreeMap<WorkerId, Timestamp>,
}

impl Default for Table {
    fn default() -> Self {
        let buckets = (0..Bucket::COUNT).filter_map(Bucket::new);
        let free = buckets.map(|bucket| (bucket, Lease { bucket, epoch: Epoch(0), owner: None }));
        Self { leases: free.collect(), workers: BTreeMap::new() }
    }
}

impl Table {
    /// Whether what is decided under `fence` may be written.
    pub(crate) fn lets(&self, dossier: &DossierKey, fence: Option<Epoch>) -> bool {
        let Some(fence) = fence else { return true };
        self.leases.get(&dossier.bucket()).is_some_and(|it| it.epoch == fence)
    }

    fn beat(&mut self, beat: &Beat) -> Tenure {
        self.workers.retain(|_, until| beat.now < *until);
        self.workers.insert(beat.worker.clone(), beat.until);
        let alive: BTreeSet<WorkerId> = self.workers.keys().cloned().collect();
        let leases: Vec<Lease> = self.leases.values().cloned().collect();
        let sharing = Sharing::of(&beat.worker, &alive, &leases);
        let mut taken = Vec::new();
        for (bucket, epoch) in &sharing.free {
            let epoch = Epoch(epoch.0.saturating_add(1));
            let lease = Lease { bucket: *bucket, epoch, owner: Some(beat.worker.clone()) };
            self.leases.insert(*bucket, lease);
            taken.push((*bucket, epoch));
        }
        sharing.settle(taken)
    }

    fn release(&mut self, worker: &WorkerId, is_given_up: impl Fn(Bucket) -> bool) {
        for (bucket, lease) in &mut self.leases {
            if lease.owner.as_ref() == Some(worker) && is_given_up(*bucket) {
                lease.owner = None;
            }
        }
    }
}

impl Leases for MemoryStore {
    fn beat(&self, beat: &Beat) -> Result<Tenure, StoreError> {
        Ok(self.tables().leases.beat(beat))
    }

    fn release(&self, worker: &WorkerId, buckets: &[Bucket]) -> Result<(), StoreError> {
        self.tables().leases.release(worker, |it| buckets.contains(&it));
        Ok(())
    }

    fn leave(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let leases = &mut self.tables().leases;
        leases.release(worker, |_| true);
        leases.workers.remove(worker);
        Ok(())
    }
}
