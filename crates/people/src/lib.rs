//! Who may come in, and what they may do.
//!
//! ```text
//! password, code ──▶ sign_in ──────────┐
//! identity provider ▶ sign_in_by_… ────┤             ┌─ token ──▶ authenticate ─┐
//! link ─────────────▶ enter_by_link ───┼─▶ SignedIn ─┘                          ├─▶ Principal
//! code to a phone ──▶ enter_code ──────┘                                        │    may(…)?
//! API key ─────────────────────────────────────────▶ authenticate_key ──────────┘
//! ```
//!
//! A [`Principal`] says who is asking and what they may do in which shop. What a position may do is
//! a table ([`Matrix`], `permissions.csv`) that people keep; how much money it may move is the
//! policy pack's authority table, and not here. What was done, and what was not allowed, goes into
//! the [`Audit`] trail, which the caller writes.
//!
//! To read on: `permission`, `matrix` and `principal` say what is allowed; `user`, `users` and
//! `shop` who there is; `sign_in`, `second_step`, `session`, `key` and `door` how they come in;
//! `limit` how often they may try.
//!
//! **Invariant:** nothing says yes by default. An error, an unreadable record, an unknown word is
//! an error and never a permission.
//!
//! **Invariant:** nothing that lets somebody in is kept: tokens, keys and codes by their hash,
//! passwords by argon2id. The one exception is the secret of a second step, which has to be known
//! to be checked; it is of no use without the password.
//!
//! **Invariant:** what is revoked lets nobody in. In the process that revoked it from that moment
//! on; in others within [`Settings::cached_for`].
//!
//! Calls block: on the store, and on argon2id for some tens of milliseconds.

mod address;
mod audit;
mod cache;
mod desk;
mod door;
mod failure;
mod key;
mod limit;
mod matrix;
mod password;
mod permission;
mod principal;
mod second_step;
mod secret;
mod session;
mod settings;
mod shop;
mod sign_in;
mod spelled;
mod sweep;
#[cfg(test)]
mod tests;
mod user;
mod users;

use std::{fmt, sync::Arc};

use kernel::Clock;
use store::Records;
use thiserror::Error;

pub use crate::{
    audit::{Audit, AuditEntry, AuditFilter, AuditPlace, Note, Outcome},
    door::{BuyerKey, BuyerKeyError, BuyerKeys, CodeAsked, CodeError, CodeToSend, LinkError},
    failure::Failure,
    key::{ApiKey, KeyError, NewKey},
    matrix::{Matrix, MatrixError},
    password::PasswordFault,
    permission::{Permission, Permissions, Position},
    principal::{Place, Principal, Who},
    second_step::{Offer, SecondStepError},
    secret::Secret,
    session::{AuthError, Origin, Session, SessionNote, SignedIn},
    settings::{Hashing, Lasting, Limit, PasswordRules, Settings},
    shop::{Shop, ShopError, ShopStatus},
    sign_in::{Credentials, SignInError},
    user::{BadUserId, Identity, Seat, User, UserError, UserId, UserStatus},
    users::NewUser,
};

/// What the crate has to be given.
#[derive(Debug)]
pub struct Setup {
    pub settings: Settings,
    pub matrix: Matrix,
    pub buyer_keys: BuyerKeys,
}

/// Why it cannot be used like that.
#[derive(Debug, Error)]
pub enum SetupError {
    #[error("passwords cannot be hashed at this cost")]
    Hashing(#[from] argon2::Error),
    #[error("the issuer `{0}` is empty or has a colon in it")]
    Issuer(String),
}

/// The door of an installation. One for each process, shared by its threads.
pub struct People {
    desk: desk::Desk,
    clock: Arc<dyn Clock>,
    settings: Settings,
    matrix: Matrix,
    hasher: password::Hasher,
    buyer_keys: BuyerKeys,
    cache: cache::Cache,
    audit: Audit,
}

impl People {
    pub fn new(
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        setup: Setup,
    ) -> Result<Self, SetupError> {
        let Setup { settings, matrix, buyer_keys } = setup;
        if settings.issuer.is_empty() || settings.issuer.contains(':') {
            return Err(SetupError::Issuer(settings.issuer));
        }
        let desk = desk::Desk::new(records);
        Ok(Self {
            hasher: password::Hasher::new(&settings.hashing)?,
            cache: cache::Cache::new(settings.cached, settings.cached_for),
            audit: Audit::new(desk.clone(), Arc::clone(&clock)),
            desk,
            clock,
            settings,
            matrix,
            buyer_keys,
        })
    }

    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// What a position may do.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// Whoever runs commands on the machine itself, see [`Principal::console`].
    pub fn console(&self) -> Principal {
        Principal::console(&self.matrix)
    }
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("People").field("settings", &self.settings).finish_non_exhaustive()
    }
}
