//! The audit trail, written in batches: one durable write for all that wait.
//!
//! A request that moves money waits until its entry is durable. Many requests at once share a
//! write, as commands do in the engine.

use std::{sync::Arc, thread};

use people::{Failure, Note, People};
use tokio::sync::{mpsc, oneshot};

use crate::{App, Problem};

/// Most entries of one write.
const MOST: usize = 256;

type Waiting = (Note, oneshot::Sender<Result<(), Problem>>);

/// Takes entries to the thread that writes them.
#[derive(Debug)]
pub(crate) struct Trail(mpsc::Sender<Waiting>);

impl Trail {
    pub(crate) fn start(people: Arc<People>) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(MOST.saturating_mul(4));
        thread::Builder::new().name("trail".to_owned()).spawn(move || write(&people, receiver))?;
        Ok(Self(sender))
    }
}

/// Until nobody can send any more.
fn write(people: &People, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch: Vec<Waiting> = Vec::with_capacity(MOST);
    while waiting.blocking_recv_many(&mut batch, MOST) > 0 {
        let (notes, replies): (Vec<Note>, Vec<_>) = batch.drain(..).unzip();
        let outcome = people.audit().note_all(&notes);
        if let Err(error) = &outcome {
            tracing::error!(%error, n = notes.len(), "entries of the audit trail were not written");
        }
        for reply in replies {
            let told = outcome.as_ref().copied().map_err(|error: &Failure| {
                if error.is_busy() { Problem::busy() } else { Problem::internal(error) }
            });
            // A caller that went away does not wait for it.
            let _ = reply.send(told);
        }
    }
}

impl App {
    /// Writes an entry; durable when this returns.
    pub(crate) async fn note(&self, note: Note) -> Result<(), Problem> {
        let (reply, heard) = oneshot::channel();
        if self.trail().0.send((note, reply)).await.is_err() {
            return Err(Problem::busy());
        }
        heard.await.unwrap_or_else(|_| Err(Problem::busy()))
    }
}
