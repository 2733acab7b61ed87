//! The dispute pack (纠纷举证包): one ZIP that shows a marketplace what happened in a case.
//!
//! `index.html` is a page that prints well on A4 and needs nothing besides; `evidence/` has the
//! originals, `events.json` the journal with its seals, `manifest.json` every file with its hash,
//! and `SHA256SUMS` the same for `sha256sum -c`.
//!
//! **Invariant:** the same facts and content make the same bytes. Nothing in a pack comes from a
//! clock or from the order in which files happened to be read.
//!
//! **Invariant:** whatever a person or a file said is escaped. Only constants of this crate are
//! markup.

mod build;
mod manifest;
mod page;
mod sections;
mod shown;
mod timeline;
mod verify;

use std::{collections::BTreeMap, io};

use dossier::{Body, Case};
use kernel::{ActorId, DossierKey, Timestamp};
use policy::Pack;
use store::{EntryRow, Recorded};
use thiserror::Error;
use views::reply::Sender;

use crate::{failure::Failure, record::Evidence};

pub use self::{
    build::{Bundled, build},
    manifest::{File, Manifest},
    verify::{Verified, VerifyError, verify},
};

/// All that a pack says of a case.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub dossier: &'a DossierKey,
    pub body: &'a Body,
    pub case: &'a Case,
    /// The version the order was bought under.
    pub pack: &'a Pack,
    pub sender: Sender<'a>,
    /// Names of people, where there are any.
    pub people: &'a BTreeMap<ActorId, String>,
    /// The whole journal of the dossier, oldest first.
    pub history: &'a [Recorded],
    pub chain: &'a Chain,
    /// The whole ledger of the dossier.
    pub entries: &'a [EntryRow],
    /// Of the case, in order: see [`crate::Archive::list`].
    pub evidence: &'a [Evidence],
    pub weights: &'a [Weight],
    pub made_at: Timestamp,
    pub made_by: &'a ActorId,
}

/// What a scale said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Weight {
    /// In Chinese, for people: `发货称重`.
    pub what: String,
    pub grams: i64,
    pub at: Timestamp,
    pub by: String,
}

/// The seals of the journal, and what came of checking them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    pub state: ChainState,
    /// One per commit of the history, in lower-case hexadecimal; `None` before there were seals.
    pub seals: Vec<Option<String>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChainState {
    /// Every seal is that of its commit and of the one before.
    Whole,
    /// The first commit whose seal is not.
    Broken { version: u64, why: String },
    /// Written before there were seals.
    Unsealed,
}

impl Chain {
    /// The last seal: whoever keeps it can tell whether the journal was changed since.
    pub fn head(&self) -> Option<&str> {
        self.seals.last()?.as_deref()
    }
}

/// Why there is no pack.
#[derive(Debug, Error)]
pub enum PackError {
    #[error(transparent)]
    Failed(#[from] Failure),
    #[error("the pack cannot be written")]
    Write(#[from] io::Error),
    #[error("the pack cannot be zipped")]
    Zip(#[from] zip::result::ZipError),
    #[error("the events of version {version} cannot be read")]
    Events { version: u64, source: codec::DecodeError },
    #[error("the manifest cannot be written")]
    Manifest(#[source] serde_json::Error),
}
