//! What is asked of the engine, and what it answers.

use std::fmt;

use codec::Answer;
use crossbeam_channel::{Receiver, Sender, bounded};
use dossier::{Command, Rejection, command::Actor};
use kernel::{CommandKey, DossierKey};
use store::{Epoch, StoreError, Version};
use thiserror::Error;

use crate::shelf::ShelfError;

/// A command, who gives it, and its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub dossier: DossierKey,
    /// Names the command for life.
    pub key: CommandKey,
    pub actor: Actor,
    pub command: Command,
    /// Name of the pack a new order comes under; known orders keep theirs.
    pub pack: String,
}

/// What a command did. Durable when it is given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The dossier's version after the command.
    pub version: Version,
    /// The kinds of events it caused, in order. Empty if it found its work already done.
    pub kinds: Vec<String>,
    /// Answered from memory: the same command was carried out before.
    pub repeated: bool,
}

#[derive(Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("the command key was used before for another command")]
    KeyReused,
    #[error("too many writers to one order; try again")]
    Contended,
    #[error("the order's policy pack `{pack}` is not on the shelf")]
    UnknownPack { pack: String },
    #[error("the packs on the shelf cannot be read")]
    Shelf(#[from] ShelfError),
    #[error("the order cannot be read back")]
    Unreadable(#[from] codec::DecodeError),
    /// Whether the command was carried out is unknown. Ask again under the same key.
    #[error("the store failed")]
    Store(#[from] StoreError),
    #[error("the store failed while an earlier command was written; ask again under the same key")]
    StoodOnFailed,
    /// Another process works the order's bucket now. Nothing was done.
    #[error("the lease of the order's bucket was lost; its new owner goes on")]
    LeaseLost,
    /// Nothing was done.
    #[error("the order changed since it was read; it is at version {} now", actual.0)]
    Changed { actual: Version },
    /// Nothing was done, and in a moment it may be.
    #[error("more commands are waiting than can be taken on")]
    Full,
    #[error("the engine has stopped")]
    Stopped,
}

/// A reply to come.
#[derive(Debug)]
pub struct Ticket(Receiver<Result<Reply, EngineError>>);

/// Hears the reply, once, on the pump's or the writer's thread: it must not wait for anything.
pub(crate) type ReplyTo = Box<dyn FnOnce(Result<Reply, EngineError>) + Send>;

/// A request on its way through the pump.
pub(crate) struct Queued {
    pub(crate) request: Request,
    /// The version it was given in view of, if it is to stand on that one alone.
    pub(crate) stands_on: Option<Version>,
    /// Set if it is only to be written under a lease.
    pub(crate) fence: Option<Epoch>,
    pub(crate) reply: ReplyTo,
    pub(crate) tries: u32,
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queued").field("request", &self.request).finish_non_exhaustive()
    }
}

impl Ticket {
    pub(crate) fn new() -> (ReplyTo, Self) {
        let (reply, ticket): (Sender<Result<Reply, EngineError>>, _) = bounded(1);
        // A caller that no longer waits is no reason to stop.
        let hear = move |answer| drop(reply.send(answer));
        (Box::new(hear), Self(ticket))
    }

    /// Waits until the command is durable or refused.
    pub fn wait(self) -> Result<Reply, EngineError> {
        self.0.recv().unwrap_or(Err(EngineError::Stopped))
    }
}

impl Reply {
    pub(crate) fn from_answer(answer: Answer) -> Result<Self, EngineError> {
        match answer {
            Answer::Done { version, kinds } => {
                Ok(Self { version: Version(version), kinds, repeated: true })
            }
            Answer::Rejected { .. } => Err(EngineError::KeyReused),
        }
    }
}
