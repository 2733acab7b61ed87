//! Who works which bucket.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Bucket, DossierKey, WorkerId};
use rusqlite::{Connection, OptionalExtension};
use store::{Beat, Epoch, Lease, Leases, Sharing, StoreError, Tenure};

use crate::{SqliteStore, row};

const PRUNE: &str = "DELETE FROM worker WHERE until <= ?1";

const HEAR: &str = "REPLACE INTO worker (worker, until) VALUES (?1, ?2)";

const ALIVE: &str = "SELECT worker FROM worker ORDER BY worker";

const LEASES: &str = "SELECT bucket, epoch, owner FROM lease ORDER BY bucket";

const TAKE: &str = "UPDATE lease SET owner = ?2, epoch = epoch + 1 WHERE bucket = ?1";

const RELEASE: &str = "UPDATE lease SET owner = NULL WHERE bucket = ?1 AND owner = ?2";

const RELEASE_ALL: &str = "UPDATE lease SET owner = NULL WHERE owner = ?1";

const FORGET: &str = "DELETE FROM worker WHERE worker = ?1";

const EPOCH: &str = "SELECT epoch FROM lease WHERE bucket = ?1";

/// What is decided by right of leases, within one transaction.
#[derive(Default)]
pub(crate) struct Fences {
    epochs: BTreeMap<Bucket, Epoch>,
}

impl Fences {
    /// Whether what is decided under `fence` may be written.
    pub(crate) fn let_pass(
        &mut self,
        connection: &Connection,
        dossier: &DossierKey,
        fence: Option<Epoch>,
    ) -> rusqlite::Result<bool> {
        let Some(fence) = fence else { return Ok(true) };
        let bucket = dossier.bucket();
        if let Some(epoch) = self.epochs.get(&bucket) {
            return Ok(*epoch == fence);
        }
        let mut statement = connection.prepare_cached(EPOCH)?;
        let found =
            statement.query_row((bucket.number(),), |it| row::unsigned(it, 0)).optional()?;
        let epoch = Epoch(found.unwrap_or_default());
        self.epochs.insert(bucket, epoch);
        Ok(epoch == fence)
    }
}

impl Leases for SqliteStore {
    fn beat(&self, beat: &Beat) -> Result<Tenure, StoreError> {
        self.write("sharing out buckets", |statements| share_out(statements.connection(), beat))
    }

    fn release(&self, worker: &WorkerId, buckets: &[Bucket]) -> Result<(), StoreError> {
        self.write("giving up buckets", |statements| {
            let mut release = statements.connection().prepare_cached(RELEASE)?;
            buckets
                .iter()
                .try_for_each(|it| release.execute((it.number(), worker.as_str())).map(drop))
        })
    }

    fn leave(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.write("leaving", |statements| {
            statements.connection().execute(RELEASE_ALL, (worker.as_str(),))?;
            statements.connection().execute(FORGET, (worker.as_str(),)).map(drop)
        })
    }
}

fn share_out(connection: &Connection, beat: &Beat) -> rusqlite::Result<Tenure> {
    let worker = beat.worker.as_str();
    connection.prepare_cached(PRUNE)?.execute((beat.now.epoch_seconds(),))?;
    connection.prepare_cached(HEAR)?.execute((worker, beat.until.epoch_seconds()))?;
    let mut alive = connection.prepare_cached(ALIVE)?;
    let alive: BTreeSet<WorkerId> =
        alive.query_map((), |it| row::id(it, 0))?.collect::<rusqlite::Result<_>>()?;
    let mut leases = connection.prepare_cached(LEASES)?;
    let leases = leases.query_map((), |it| {
        Ok(Lease {
            bucket: row::bucket(it, 0)?,
            epoch: Epoch(row::unsigned(it, 1)?),
            owner: row::optional_id(it, 2)?,
        })
    })?;
    let sharing = Sharing::of(&beat.worker, &alive, &leases.collect::<rusqlite::Result<Vec<_>>>()?);

    let mut take = connection.prepare_cached(TAKE)?;
    let mut taken = Vec::with_capacity(sharing.free.len());
    for (bucket, epoch) in &sharing.free {
        take.execute((bucket.number(), worker))?;
        taken.push((*bucket, Epoch(epoch.0.saturating_add(1))));
    }
    Ok(sharing.settle(taken))
}
