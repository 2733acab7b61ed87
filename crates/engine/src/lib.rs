//! The pump: the only way to change a dossier.
//!
//! ```text
//! submit ──▶ queue ──▶ pump: load, decide, fold, encode ──▶ writer: one durable commit ──▶ replies
//!                        ▲                                        │
//!                        └── timers, outcomes of effects ◀────────┘
//! ```
//!
//! Commands are taken off the queue in batches, as many as are waiting. While one batch is being
//! written, the next is being decided on top of it; the version of each dossier guards against
//! deciding on something that was then not written. A reply leaves only when its batch, and every
//! batch it stood on, is durable.
//!
//! **Invariant:** a command key names its command for life: a repeat is answered as the first was
//! and does nothing.
//!
//! **Invariant:** money is asked for under the payout's own key. After an attempt whose outcome is
//! not known, the provider is asked what became of that key before anything is sent again.
//!
//! **Invariant:** every commit is sealed over the one it was decided on, see [`verify`].

mod effects;
mod preview;
mod pump;
mod request;
pub mod sandbox;
mod seal;
mod shelf;
mod spending;
mod timers;
mod watch;
mod worker;
mod writer;

use std::{
    fmt,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use dossier::Dossier;
use kernel::{Clock, CommandKey, DossierKey, Timestamp};
use store::{Epoch, Loaded, Store, Version, Wanted};

pub use crate::{
    effects::{Asked, Outside},
    request::{EngineError, Reply, Request, Ticket},
    seal::verify,
    shelf::{Shelf, ShelfError},
    watch::Watch,
    worker::{News, Pace, Signal, Stop, Worker},
};
use crate::{
    pump::Pump,
    request::{Queued, ReplyTo},
};

/// How the engine works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// Most commands decided and committed together.
    pub batch: usize,
    /// Most dossiers kept decoded between batches. More only costs memory; fewer only costs
    /// reading.
    pub kept: usize,
    /// Most commands waiting; callers wait when it is full.
    pub queue: usize,
    /// Whether verdicts that policy calls automatic are carried out, see
    /// [`dossier::Context::automatic`].
    pub automatic: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { batch: 512, kept: 2048, queue: 8192, automatic: true }
    }
}

/// A running engine. Dropping it, or [`Engine::shut_down`], finishes what is queued first.
pub struct Engine {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    shelf: Arc<Shelf>,
    queue: Option<Sender<Queued>>,
    pump: Option<JoinHandle<()>>,
    watch: Option<Arc<dyn Watch>>,
    automatic: bool,
}

impl Engine {
    /// Starts the pump on threads of its own.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        shelf: Arc<Shelf>,
        config: Config,
    ) -> std::io::Result<Self> {
        Self::start_parts((store, clock, shelf), config, None)
    }

    /// As [`Engine::start`], with somebody who hears how it is doing.
    pub fn start_watched(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        shelf: Arc<Shelf>,
        config: Config,
        watch: Arc<dyn Watch>,
    ) -> std::io::Result<Self> {
        Self::start_parts((store, clock, shelf), config, Some(watch))
    }

    fn start_parts(
        (store, clock, shelf): (Arc<dyn Store>, Arc<dyn Clock>, Arc<Shelf>),
        config: Config,
        watch: Option<Arc<dyn Watch>>,
    ) -> std::io::Result<Self> {
        let (queue, waiting): (Sender<Queued>, Receiver<Queued>) = bounded(config.queue.max(1));
        let parts = (Arc::clone(&store), Arc::clone(&clock), Arc::clone(&shelf));
        let automatic = config.automatic;
        let pump = Pump::new(parts, config, waiting, watch.clone())?;
        let pump = Builder::new().name("pump".to_owned()).spawn(move || pump.run())?;
        Ok(Self { store, clock, shelf, queue: Some(queue), pump: Some(pump), watch, automatic })
    }

    /// Queues a command. Waits while the queue is full.
    pub fn submit(&self, request: Request) -> Ticket {
        self.submit_by_right(request, None)
    }

    fn submit_by_right(&self, request: Request, fence: Option<Epoch>) -> Ticket {
        let (reply, ticket) = Ticket::new();
        if let Some(queue) = &self.queue {
            let reply = self.overheard(&request, reply);
            // If the pump is gone the reply channel is dropped, and the ticket says so.
            let _ = queue.send(Queued { request, stands_on: None, fence, reply, tries: 0 });
        }
        ticket
    }

    /// Queues a command for a caller that cannot wait. `reply` hears of it, once, on a thread of
    /// the engine's, and must not wait for anything; if the engine stops first it is dropped
    /// unheard.
    ///
    /// With `stands_on` the command is only carried out on that version of the dossier
    /// ([`EngineError::Changed`]), unless it was carried out before.
    ///
    /// Errors: [`EngineError::Full`] while the queue is full, and then `reply` hears nothing.
    pub fn submit_then(
        &self,
        request: Request,
        stands_on: Option<Version>,
        reply: impl FnOnce(Result<Reply, EngineError>) + Send + 'static,
    ) -> Result<(), EngineError> {
        let Some(queue) = &self.queue else { return Err(EngineError::Stopped) };
        let reply = self.overheard(&request, Box::new(reply));
        let queued = Queued { request, stands_on, fence: None, reply, tries: 0 };
        queue.try_send(queued).map_err(|error| match error {
            TrySendError::Full(_) => EngineError::Full,
            TrySendError::Disconnected(_) => EngineError::Stopped,
        })
    }

    /// The same reply, of which the watch hears as well.
    fn overheard(&self, request: &Request, reply: ReplyTo) -> ReplyTo {
        let Some(watch) = self.watch.clone() else { return reply };
        let kind = codec::command_kind(&request.command);
        Box::new(move |answer| {
            watch.answered(kind, &answer);
            reply(answer);
        })
    }

    /// How many commands wait to be decided.
    pub fn n_waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, Sender::len)
    }

    /// Carries out one command and waits until it is durable.
    pub fn execute(&self, request: Request) -> Result<Reply, EngineError> {
        self.submit(request).wait()
    }

    /// Carries out commands in order, without waiting for one before deciding the next.
    pub fn execute_all(
        &self,
        requests: impl IntoIterator<Item = Request>,
    ) -> Vec<Result<Reply, EngineError>> {
        self.execute_by_right(requests.into_iter().map(|it| (it, None)))
    }

    /// Carries out commands each of which is only to be written under its lease.
    fn execute_by_right(
        &self,
        requests: impl IntoIterator<Item = (Request, Option<Epoch>)>,
    ) -> Vec<Result<Reply, EngineError>> {
        let submit = |(request, fence)| self.submit_by_right(request, fence);
        let tickets: Vec<Ticket> = requests.into_iter().map(submit).collect();
        tickets.into_iter().map(Ticket::wait).collect()
    }

    /// A dossier as the last commit left it.
    pub fn dossier(&self, key: &DossierKey) -> Result<(Version, Dossier), EngineError> {
        let command = CommandKey::new("read").map_err(|_| EngineError::Stopped)?;
        let wanted = Wanted { dossier: key.clone(), command };
        match self.store.load(&[wanted])?.pop() {
            Some(loaded) => Ok((loaded.version, state(&*self.store, key, &loaded)?)),
            None => Ok((Version::default(), Dossier::Absent)),
        }
    }

    /// When a command of this key was carried out, and what it was answered; `None` if it was not.
    pub fn answered(
        &self,
        dossier: &DossierKey,
        key: &CommandKey,
    ) -> Result<Option<(Timestamp, Reply)>, EngineError> {
        let wanted = Wanted { dossier: dossier.clone(), command: key.clone() };
        let loaded = self.store.load(&[wanted])?.pop();
        let Some(answered) = loaded.and_then(|it| it.answered) else { return Ok(None) };
        let reply = Reply::from_answer(codec::decode_answer(&answered.answer)?)?;
        let before = Version(reply.version.0.saturating_sub(1));
        let commit = self.store.history(dossier, before, 1)?.pop();
        Ok(commit.map(|it| (it.at, reply)))
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Whether verdicts that policy calls automatic are carried out, see [`Config::automatic`].
    pub fn is_automatic(&self) -> bool {
        self.automatic
    }

    pub fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Finishes everything queued and stops. Nothing acknowledged is lost by not calling it.
    pub fn shut_down(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        self.queue = None;
        if let Some(pump) = self.pump.take() {
            // A pump that panicked has nothing left to finish.
            let _ = pump.join();
        }
    }
}

/// The stored state; rebuilt from the events if it was written by another release, or is damaged.
pub(crate) fn state(
    store: &dyn Store,
    key: &DossierKey,
    loaded: &Loaded,
) -> Result<Dossier, EngineError> {
    match codec::decode_state(&loaded.state) {
        Err(codec::DecodeError::OtherFormat | codec::DecodeError::Damaged) => {
            let history = store.history(key, Version::default(), usize::MAX)?;
            let bodies = history.iter().map(|it| it.events.as_str());
            Ok(codec::replay(bodies)?)
        }
        decoded => Ok(decoded?),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
