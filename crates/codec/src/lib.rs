//! Stored and exchanged shapes of the domain.
//!
//! Events are the truth: JSON, one form per kind and version, readable for ever. The state beside
//! them is a cache of its own format, rebuilt from the events when the format changes. Commands,
//! effects and answers are JSON in the same style.
//!
//! The domain does not know serde. [`shape`] says how one of its types is written and read; the
//! topics ([`order`] to [`body`]) list the stored fields, a line each; [`event`], [`command`],
//! [`effect`] and [`answer`] are what other crates call.
//!
//! **Invariant:** every name that is stored stands in this crate. Fields and variants of the domain
//! may be renamed and reordered freely; `tests/golden.rs` notices what would not be read any more.
//!
//! **Invariant:** what cannot be read is an error. Nothing is guessed, and no unknown field is
//! passed over.

mod answer;
mod body;
mod case;
mod command;
mod effect;
mod event;
pub mod jdm;
mod judgement;
mod kinds;
mod order;
mod packed;
mod parcel;
mod payout;
mod seal;
pub mod shape;
mod sources;
mod task;
mod text;

use thiserror::Error;

pub use crate::{
    answer::{Answer, decode_answer, encode_answer},
    body::{decode_state, encode_state},
    command::{COMMAND_KINDS, command_kind, decode_command, encode_command, fingerprint},
    effect::{decode_effect, encode_effect},
    event::{EVENT_KINDS, decode_events, encode_events, replay},
    seal::{Broken, Chain, Flaw, Link, Sealed, seal, verify},
    shape::Shape,
    sources::{decode_sources, encode_sources},
};

/// What is stored, or what a caller sent, is not what we know.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// A field is missing or unknown, or says something that is not one of the words we know.
    #[error("the {what} cannot be read")]
    Unreadable {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("no {what} `{kind}` is known in version {version}")]
    UnknownKind { what: &'static str, kind: String, version: u32 },
    /// Written by another release. The events still say everything: replay them.
    #[error("the state is in the format of another release")]
    OtherFormat,
    #[error("the state is damaged")]
    Damaged,
}

#[cfg(test)]
mod tests;
