//! What can go wrong that is nobody's wish or mistake.

use store::StoreError;
use thiserror::Error;

/// Something failed. Whoever asked may ask again; whether a write happened is not known.
#[derive(Debug, Error)]
pub enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the {kind} record `{id}` cannot be read")]
    Unreadable {
        kind: &'static str,
        id: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("a {kind} record cannot be written")]
    Unwritable {
        kind: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("the machine gives no random numbers")]
    NoRandomness(#[from] getrandom::Error),
    #[error("a password cannot be hashed")]
    Hashing(#[from] argon2::password_hash::Error),
    #[error("too many passwords are being checked at once")]
    Busy,
    #[error("others keep changing the same record")]
    Contended,
}

impl Failure {
    /// Whether nothing was done, and in a moment it may be.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Store(error) => error.is_busy(),
            Self::Busy | Self::Contended => true,
            Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::NoRandomness(_)
            | Self::Hashing(_) => false,
        }
    }
}
