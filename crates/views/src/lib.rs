//! Read models: what lists, searches and people see of a dossier.
//!
//! [`rows`] says which rows one commit changes; [`worklist`] is the row of a case; [`reply`] and
//! [`explain`] put a case into words, [`refusal()`] a rejection, with the [`names`] of things.
//!
//! **Invariant:** pure functions. A view can be thrown away and built again from the events.

pub mod explain;
pub mod figures;
pub mod names;
mod refusal;
pub mod reply;
mod rows;
pub mod worklist;

pub use crate::{
    refusal::refusal,
    rows::{Change, rows},
};

#[cfg(test)]
mod tests;
