//! The domain: an order with everything after-sales about it, what may happen to it, and what then
//! must happen.
//!
//! Three pure functions, and data between them:
//!
//! ```text
//! decide: Dossier × Command × Context → Result<[Event], Rejection>   may it happen?
//! evolve: Dossier × Event             → Dossier                      what is true now?
//! react:  Event × Body                → Effect                       what must be done outside?
//! post:   Event × Body                → Posting                      what moves in the ledger?
//! ```
//!
//! Read [`words`] for the vocabulary, then [`order`], [`parcel`], [`case`], [`payout`] and [`task`]
//! for the nouns, [`command`] and [`event`] for what is asked and what happens. [`facts`] and
//! [`vocabulary`] say what policy may be asked; [`judge()`] asks it; [`amount`] works out money.
//!
//! **Invariant:** nothing here does I/O, reads a clock, or draws a random number. Time, policy and
//! the actor come in through [`command::Context`], identifiers through [`command::Command`].
//!
//! **Invariant:** numbers and conditions a merchant might change are in the policy pack. What is in
//! Rust holds for every shop: money is not given twice, and not without anybody entitled.
//!
//! **Invariant:** domain types are not serializable. What is stored and what is sent have their
//! own types, in `codec` and `api`, so that renaming a field here never breaks a stored event.

pub mod amount;
pub mod body;
pub mod case;
pub mod command;
mod decide;
pub mod deed;
pub mod event;
mod evolve;
pub mod facts;
pub mod inspection;
mod judge;
pub mod order;
pub mod parcel;
pub mod payout;
mod react;
mod rejection;
pub mod returns;
mod scene;
pub mod task;
pub mod vocabulary;
pub mod words;

pub use crate::{
    body::{Body, Dossier},
    case::Case,
    command::{Command, Context},
    decide::{Bounds, CaseAfter, Ground, Offer, Proposal, offers},
    event::Event,
    judge::judge,
    react::{Effect, post, react},
    rejection::Rejection,
    vocabulary::VOCABULARY,
};

#[cfg(test)]
mod tests;
