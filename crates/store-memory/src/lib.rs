//! A [`Store`] in memory, for tests, demonstrations and simulated worlds.
//!
//! It keeps every clause of `store::conformance` but the durable ones: simple enough to be seen to
//! be right, it is what the other backends are compared with.
//!
//! **Invariant:** a commit is checked whole before anything of it is written, so that neither a
//! conflict nor a failure leaves half a commit behind.

mod feed;
mod leases;
mod ranked;
mod records;
mod tables;

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kernel::{ActorId, Bucket, CaseNo, DossierKey, ShopId, Timestamp};
use store::{
    Attempt, CasePage, CaseRow, Commit, Document, DueEffect, DueTimer, EntryRow, Hold, Listed,
    Loaded, Outcome, Recorded, Store, StoreError, TaskPage, TaskRow, Term, Total, Version, Wanted,
};

use crate::tables::Tables;

#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

impl MemoryStore {
    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing in `Tables` panics, so that a poisoned lock still guards whole tables.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError> {
        let tables = self.tables();
        Ok(wanted.iter().map(|it| tables.load(it)).collect())
    }

    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        let mut tables = self.tables();
        let mut left_out = BTreeSet::new();
        let write = |it: &Commit| {
            if left_out.contains(&it.dossier) {
                return Ok(tables.conflict(&it.dossier));
            }
            let outcome = tables.commit(it)?;
            if outcome != Outcome::Committed {
                left_out.insert(it.dossier.clone());
            }
            Ok(outcome)
        };
        batch.iter().map(write).collect()
    }

    fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.tables().history(dossier, after, limit))
    }

    fn due_timers(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueTimer>, StoreError> {
        Ok(self.tables().due_timers(hold, now, limit))
    }

    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        Ok(self.tables().due_effects(hold, now, limit))
    }

    fn note_attempts(&self, attempts: &[Attempt]) -> Result<Vec<bool>, StoreError> {
        let mut tables = self.tables();
        Ok(attempts.iter().map(|it| tables.note_attempt(it)).collect())
    }

    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError> {
        Ok(self.tables().tasks(page))
    }

    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError> {
        Ok(self.tables().cases(page))
    }

    fn find(
        &self,
        shop: &ShopId,
        term: &Term,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        Ok(self.tables().find(shop, term, limit))
    }

    fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Result<Option<CaseRow>, StoreError> {
        Ok(self.tables().case(dossier, case))
    }

    fn entries(&self, dossier: &DossierKey) -> Result<Vec<EntryRow>, StoreError> {
        Ok(self.tables().entries(dossier))
    }

    fn totals(&self) -> Result<Vec<Total>, StoreError> {
        self.tables().totals()
    }

    fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> Result<i64, StoreError> {
        Ok(self.tables().spent(shop, actor, day))
    }

    fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        Ok(self.tables().dossiers(bucket, after, limit))
    }

    fn keep(&self, document: &Document) -> Result<bool, StoreError> {
        Ok(self.tables().keep(document))
    }

    fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        Ok(self.tables().documents(|it| it == kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    store::conformance_tests!(MemoryStore::default());
}
