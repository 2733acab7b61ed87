//! Stores that fail before the write, after it, and for good.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use kernel::{ActorId, Bucket, CaseNo, DossierKey, ShopId, Timestamp};
use store::{
    Attempt, CasePage, CaseRow, Commit, Document, DueEffect, DueTimer, EntryRow, Hold, Listed,
    Loaded, Outcome, Recorded, Store, StoreError, TaskPage, TaskRow, Term, Total, Version, Wanted,
};
use store_memory::MemoryStore;

use super::shop::{Shop, apply, approve, order, request};
use crate::EngineError;

/// When the next commits fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Failing {
    Never,
    BeforeTheWrite,
    AfterTheWrite,
}

/// Fails the commit after `countdown` more, once.
#[derive(Default)]
struct Faulty {
    inner: MemoryStore,
    plan: Mutex<Option<Failing>>,
    countdown: AtomicU32,
}

impl Faulty {
    fn fail_after(&self, commits: u32, how: Failing) {
        self.countdown.store(commits, Ordering::SeqCst);
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    }

    fn due(&self) -> Failing {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        if plan.is_none() {
            return Failing::Never;
        }
        if self.countdown.fetch_sub(1, Ordering::SeqCst) == 0 {
            return plan.take().unwrap_or(Failing::Never);
        }
        Failing::Never
    }
}

impl Store for Faulty {
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError> {
        self.inner.load(wanted)
    }

    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        let due = self.due();
        if due == Failing::BeforeTheWrite {
            return Err(StoreError::new("committing a batch", "the disk is gone"));
        }
        let outcomes = self.inner.commit(batch)?;
        if due == Failing::AfterTheWrite {
            return Err(StoreError::new("committing a batch", "the answer is lost"));
        }
        Ok(outcomes)
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
        n: usize,
    ) -> Result<Vec<DueTimer>, StoreError> {
        self.inner.due_timers(hold, now, n)
    }

    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        n: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        self.inner.due_effects(hold, now, n)
    }

    fn note_attempts(&self, all: &[Attempt]) -> Result<Vec<bool>, StoreError> {
        self.inner.note_attempts(all)
    }

    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError> {
        self.inner.tasks(page)
    }

    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError> {
        self.inner.cases(page)
    }

    fn find(&self, shop: &ShopId, term: &Term, n: usize) -> Result<Vec<DossierKey>, StoreError> {
        self.inner.find(shop, term, n)
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

/// For each commit of a refund's life, failing before and after it: giving the unanswered commands
/// again under their keys ends where an undisturbed run ends.
#[test]
fn whatever_commit_fails_asking_again_under_the_same_key_ends_the_same() {
    for how in [Failing::BeforeTheWrite, Failing::AfterTheWrite] {
        for nth in 0..3 {
            let store = Arc::new(Faulty::default());
            let shop = Shop::on(store.clone());
            store.fail_after(nth, how);
            for (key, command) in [("k1", order()), ("k2", apply("R1", 4)), ("k3", approve("R1"))] {
                let first = shop.give(key, command.clone());
                if let Err(error) = &first {
                    assert!(matches!(error, EngineError::Store(_)), "{how:?} {nth}: {error}");
                    shop.give(key, command).unwrap();
                }
            }
            assert_eq!(shop.payouts(), "R1-1 sending 40.00", "{how:?} {nth}");
            assert_eq!(shop.body("A1").cases.len(), 1);
            shop.assert_replays("A1");
        }
    }
}

/// What was decided on top of a batch that failed was decided on sand, and says so.
#[test]
fn commands_on_top_of_a_failed_batch_are_not_believed() {
    let store = Arc::new(Faulty::default());
    let shop = Shop::on(store.clone());
    store.fail_after(0, Failing::BeforeTheWrite);
    let mut requests = vec![request("A1", "k1", order())];
    requests.extend(
        (0..40).map(|nth| request("A1", &format!("k-{nth}"), apply(&format!("R{nth}"), 1))),
    );
    let answers = shop.engine.execute_all(requests.clone());
    for (request, answer) in requests.iter().zip(&answers) {
        let known = shop
            .engine
            .store()
            .load(&[Wanted { dossier: request.dossier.clone(), command: request.key.clone() }]);
        let written = known.unwrap()[0].answered.is_some();
        assert_eq!(answer.is_ok(), written, "{}: {answer:?}", request.key);
    }
}
