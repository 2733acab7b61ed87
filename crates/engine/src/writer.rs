//! Making decided batches durable, and answering.

use std::{
    collections::BTreeMap,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender};
use kernel::DossierKey;
use store::{Commit, Outcome, Store, StoreError};

use crate::{
    Watch,
    request::{EngineError, Queued, Reply},
};

/// Losing a race this often means something is wrong that another try will not fix.
const MOST_TRIES: u32 = 8;

/// Commands decided together, in order.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Batches are numbered from 1, and reported back in that order.
    pub(crate) number: u64,
    /// The last batch whose report was known when this one was decided.
    pub(crate) heard: u64,
    pub(crate) items: Vec<Item>,
}

/// A decided command. Without a commit it changes nothing, but its answer still waits its turn,
/// because it was decided on top of commits that are not durable yet.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) queued: Queued,
    pub(crate) commit: Option<Commit>,
    pub(crate) answer: Result<Reply, EngineError>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Feedback {
    /// Dossiers on which somebody else was first.
    pub(crate) stale: Vec<DossierKey>,
    pub(crate) retries: Vec<Queued>,
    /// Nothing is known to be written: everything decided ahead has to be decided again.
    pub(crate) failed: bool,
}

impl Item {
    /// The answers to commands that could not even be read for, or may not have been written.
    pub(crate) fn failed(commands: Vec<Queued>, error: StoreError) -> Vec<Self> {
        let mut error = Some(EngineError::Store(error));
        let items = commands.into_iter().map(|queued| {
            let answer = Err(error.take().unwrap_or(EngineError::StoodOnFailed));
            Self { queued, commit: None, answer }
        });
        items.collect()
    }
}

/// What was decided and then not written. Batches that were decided before this was known stand on
/// it, and the version alone does not tell: another writer may have written the same number.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    /// The last batch to come to nothing for a dossier.
    dossiers: BTreeMap<DossierKey, u64>,
    /// The last batch that failed whole.
    failed: u64,
}

impl Undone {
    fn is_under(&self, dossier: &DossierKey, heard: u64) -> bool {
        self.dossiers.get(dossier).is_some_and(|undone| heard < *undone)
    }

    /// Batches come in order: what one has heard of, all later ones have.
    fn forget(&mut self, heard: u64) {
        self.dossiers.retain(|_, undone| heard < *undone);
    }
}

pub(crate) struct Writer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) batches: Receiver<Batch>,
    pub(crate) reports: Sender<Feedback>,
    pub(crate) watch: Option<Arc<dyn Watch>>,
}

impl Writer {
    pub(crate) fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        Builder::new().name("writer".to_owned()).spawn(move || {
            let mut undone = Undone::default();
            for batch in &self.batches {
                let report = write(&*self.store, batch, &mut undone, self.watch.as_deref());
                if self.reports.send(report).is_err() {
                    break;
                }
            }
        })
    }
}

/// Commits a batch and answers every command in it, in order.
pub(crate) fn write(
    store: &dyn Store,
    batch: Batch,
    undone: &mut Undone,
    watch: Option<&dyn Watch>,
) -> Feedback {
    let Batch { number, heard, items } = batch;
    undone.forget(heard);
    if heard < undone.failed {
        return refuse(items);
    }
    let mut feedback = Feedback::default();
    let (mut commits, mut rest) = (Vec::new(), Vec::with_capacity(items.len()));
    for Item { queued, commit, answer } in items {
        if undone.is_under(&queued.request.dossier, heard) {
            again(queued, &mut feedback);
            continue;
        }
        rest.push((queued, commit.is_some(), answer));
        commits.extend(commit);
    }
    let outcomes = match commit(store, &commits, watch) {
        Ok(outcomes) => outcomes,
        Err(error) => {
            undone.failed = number;
            let retried = std::mem::take(&mut feedback.retries);
            let queued = retried.into_iter().chain(rest.into_iter().map(|(queued, _, _)| queued));
            return fail(queued.collect(), error);
        }
    };
    let mut outcomes = outcomes.into_iter();
    for (queued, writes, answer) in rest {
        let dossier = &queued.request.dossier;
        match writes.then(|| outcomes.next()).flatten() {
            Some(Outcome::Conflict { .. }) => {
                undone.dossiers.insert(dossier.clone(), number);
                again(queued, &mut feedback);
            }
            Some(Outcome::Fenced) => {
                undone.dossiers.insert(dossier.clone(), number);
                feedback.stale.push(dossier.clone());
                reply(queued, Err(EngineError::LeaseLost));
            }
            None if undone.is_under(dossier, heard) => again(queued, &mut feedback),
            Some(Outcome::Committed) | None => reply(queued, answer),
        }
    }
    feedback
}

fn commit(
    store: &dyn Store,
    commits: &[Commit],
    watch: Option<&dyn Watch>,
) -> Result<Vec<Outcome>, StoreError> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(watch) = watch {
        watch.writing(commits.len());
    }
    let outcomes = store.commit(commits);
    if let Some(watch) = watch {
        watch.written(outcomes.is_err());
    }
    outcomes
}

/// Somebody else was first: decide again on what they left.
fn again(mut queued: Queued, feedback: &mut Feedback) {
    feedback.stale.push(queued.request.dossier.clone());
    queued.tries = queued.tries.saturating_add(1);
    if MOST_TRIES < queued.tries {
        return reply(queued, Err(EngineError::Contended));
    }
    feedback.retries.push(queued);
}

/// What was decided on top of a batch that may not have been written was decided on sand.
fn refuse(items: Vec<Item>) -> Feedback {
    for item in items {
        reply(item.queued, Err(EngineError::StoodOnFailed));
    }
    Feedback { failed: true, ..Feedback::default() }
}

fn fail(batch: Vec<Queued>, error: StoreError) -> Feedback {
    for Item { queued, answer, .. } in Item::failed(batch, error) {
        reply(queued, answer);
    }
    Feedback { failed: true, ..Feedback::default() }
}

fn reply(queued: Queued, answer: Result<Reply, EngineError>) {
    (queued.reply)(answer);
}
