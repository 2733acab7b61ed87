//! A store that keeps what it is asked to commit, so that the bare database can be given the same
//! rows in the same batches.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::{ActorId, Bucket, CaseNo, DossierKey, ShopId, Timestamp};
use store::{
    Attempt, CasePage, CaseRow, Commit, Document, DueEffect, DueTimer, EntryRow, Hold, Listed,
    Loaded, Outcome, Recorded, Store, StoreError, TaskPage, TaskRow, Term, Total, Version, Wanted,
};

pub(super) struct Recording {
    inner: Arc<dyn Store>,
    batches: Mutex<Vec<Vec<Commit>>>,
}

impl Recording {
    pub(super) fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner, batches: Mutex::new(Vec::new()) }
    }

    pub(super) fn batches(&self) -> Vec<Vec<Commit>> {
        std::mem::take(&mut *self.batches.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for Recording {
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError> {
        self.inner.load(wanted)
    }

    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch.to_vec());
        self.inner.commit(batch)
    }

    fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.inner.history(dossier, after, limit)
    }

    fn due_timers(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueTimer>, StoreError> {
        self.inner.due_timers(hold, now, limit)
    }

    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        self.inner.due_effects(hold, now, limit)
    }

    fn note_attempts(&self, attempts: &[Attempt]) -> Result<Vec<bool>, StoreError> {
        self.inner.note_attempts(attempts)
    }

    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError> {
        self.inner.tasks(page)
    }

    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError> {
        self.inner.cases(page)
    }

    fn find(
        &self,
        shop: &ShopId,
        term: &Term,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.inner.find(shop, term, limit)
    }

    fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Result<Option<CaseRow>, StoreError> {
        self.inner.case(dossier, case)
    }

    fn entries(&self, dossier: &DossierKey) -> Result<Vec<EntryRow>, StoreError> {
        self.inner.entries(dossier)
    }

    fn totals(&self) -> Result<Vec<Total>, StoreError> {
        self.inner.totals()
    }

    fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> Result<i64, StoreError> {
        self.inner.spent(shop, actor, day)
    }

    fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.inner.dossiers(bucket, after, limit)
    }

    fn keep(&self, document: &Document) -> Result<bool, StoreError> {
        self.inner.keep(document)
    }

    fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        self.inner.documents(kind)
    }
}
