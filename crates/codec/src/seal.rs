//! What a commit's seal is over, and whether a history is the one that was sealed.
//!
//! A seal is the SHA-256 of the seal before it and of everything a commit says: whose dossier, at
//! which version, when, by whom, by which command, and which events. The events say the rest: a
//! ruling among them names its pack, the version of it, table and row, and what it was asked, so
//! that the law that was applied is sealed with what was done by it.
//!
//! **Invariant:** two commits that differ in anything are never the same bytes: every part is
//! preceded by its length. The bytes are written down in `docs/formats.md`, for whoever wants to
//! check them without us. They never change; another form would begin with another name.

use kernel::{ActorId, CommandKey, DossierKey, Timestamp};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The form of what is hashed.
const FORM: &str = "guitu-seal-1";

/// The seal before the first.
const NONE: [u8; 32] = [0; 32];

/// What a seal is over, besides the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sealed<'c> {
    pub dossier: &'c DossierKey,
    /// The version that the commit makes.
    pub version: u64,
    pub at: Timestamp,
    pub actor: &'c ActorId,
    pub command: &'c CommandKey,
    /// As they are stored, byte by byte.
    pub events: &'c str,
}

/// The seal of a commit. `previous` is that of the commit before it; `None` if this is the first
/// one, or the first since there are seals.
pub fn seal(previous: Option<[u8; 32]>, commit: &Sealed<'_>) -> [u8; 32] {
    let Sealed { dossier, version, at, actor, command, events } = commit;
    let parts: [&[u8]; 9] = [
        FORM.as_bytes(),
        &previous.unwrap_or(NONE),
        dossier.shop.as_str().as_bytes(),
        dossier.order.as_str().as_bytes(),
        &version.to_be_bytes(),
        &at.epoch_seconds().to_be_bytes(),
        actor.as_str().as_bytes(),
        command.as_str().as_bytes(),
        events.as_bytes(),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths are far below what 64 bits can say.
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A commit as it is found, and the seal that is found with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link<'c> {
    pub commit: Sealed<'c>,
    pub seal: Option<[u8; 32]>,
}

/// A history that is as it was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Chain {
    /// Commits of before there were seals. Nothing is known of them.
    pub n_unsealed: u64,
    pub n_sealed: u64,
    /// The last seal. It should be the dossier's own: otherwise commits are missing at the end.
    pub last: Option<[u8; 32]>,
}

/// A history that is not what was sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("commit {version} {flaw}")]
pub struct Broken {
    /// The first commit that is wrong.
    pub version: u64,
    pub flaw: Flaw,
}

/// What is wrong with a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Flaw {
    /// There is another one in its place.
    #[error("is missing")]
    Missing,
    /// One before it has a seal.
    #[error("has lost its seal")]
    Unsealed,
    #[error("is not what was sealed")]
    Altered,
}

/// Computes every seal anew. `history` is the whole of it, from version 1, oldest first.
pub fn verify<'c>(history: impl IntoIterator<Item = Link<'c>>) -> Result<Chain, Broken> {
    let mut chain = Chain::default();
    for (version, Link { commit, seal: found }) in (1..).zip(history) {
        let broken = |flaw| Err(Broken { version, flaw });
        if commit.version != version {
            return broken(Flaw::Missing);
        }
        match found {
            None if chain.n_sealed == 0 => chain.n_unsealed = version,
            None => return broken(Flaw::Unsealed),
            Some(found) if found == seal(chain.last, &commit) => {
                chain.n_sealed = chain.n_sealed.saturating_add(1);
                chain.last = Some(found);
            }
            Some(_) => return broken(Flaw::Altered),
        }
    }
    Ok(chain)
}
