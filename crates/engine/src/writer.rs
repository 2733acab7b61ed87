//! Making decided batches durable, and answering.

use std::{
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender};
use kernel::DossierKey;
use store::{Commit, Outcome, Store, StoreError};

use crate::request::{EngineError, Queued, Reply};

/// Losing a race this often means something is wrong that another try will not fix.
const MOST_TRIES: u32 = 8;

/// Commands decided together, in order.
#[derive(Debug)]
pub(crate) struct Batch {
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

impl Batch {
    /// A batch that could not even be read for.
    pub(crate) fn failed(batch: Vec<Queued>, error: StoreError) -> Self {
        let mut error = Some(EngineError::Store(error));
        let items = batch.into_iter().map(|queued| {
            let answer = Err(error.take().unwrap_or(EngineError::StoodOnFailed));
            Item { queued, commit: None, answer }
        });
        Self { items: items.collect() }
    }
}

pub(crate) struct Writer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) batches: Receiver<Batch>,
    pub(crate) reports: Sender<Feedback>,
}

impl Writer {
    pub(crate) fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        Builder::new().name("writer".to_owned()).spawn(move || {
            let mut after_failure = false;
            for batch in &self.batches {
                // What was decided on top of a failed batch was decided on sand.
                let report = if after_failure { refuse(batch) } else { write(&*self.store, batch) };
                after_failure = report.failed && !after_failure;
                if self.reports.send(report).is_err() {
                    break;
                }
            }
        })
    }
}

/// Commits a batch and answers every command in it, in order.
pub(crate) fn write(store: &dyn Store, batch: Batch) -> Feedback {
    let (mut commits, mut rest) = (Vec::new(), Vec::with_capacity(batch.items.len()));
    for Item { queued, commit, answer } in batch.items {
        rest.push((queued, commit.is_some(), answer));
        commits.extend(commit);
    }
    let outcomes = if commits.is_empty() { Ok(Vec::new()) } else { store.commit(&commits) };
    let outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            let queued = rest.into_iter().map(|(queued, _, _)| queued).collect();
            return fail(queued, error);
        }
    };
    let mut outcomes = outcomes.into_iter();
    let mut feedback = Feedback::default();
    for (queued, writes, answer) in rest {
        match writes.then(|| outcomes.next()).flatten() {
            Some(Outcome::Conflict { .. }) => again(queued, &mut feedback),
            Some(Outcome::Committed) | None => reply(queued, answer),
        }
    }
    feedback
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
fn refuse(batch: Batch) -> Feedback {
    for item in batch.items {
        reply(item.queued, Err(EngineError::StoodOnFailed));
    }
    Feedback { failed: true, ..Feedback::default() }
}

fn fail(batch: Vec<Queued>, error: StoreError) -> Feedback {
    for Item { queued, answer, .. } in Batch::failed(batch, error).items {
        reply(queued, answer);
    }
    Feedback { failed: true, ..Feedback::default() }
}

/// A caller that no longer waits is no reason to stop.
fn reply(queued: Queued, answer: Result<Reply, EngineError>) {
    let _ = queued.reply.send(answer);
}
