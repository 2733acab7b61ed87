//! The second step of a sign-in: codes of an authenticator (TOTP, RFC 6238), and recovery codes for
//! the day it is lost.
//!
//! **Invariant:** a code lets somebody in once. The step of the last code that was taken is kept,
//! and none at or before it is taken again, in whichever process.

use kernel::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use totp_rs::{Builder, Totp};

use crate::{Failure, People, Principal, Secret, UserError, UserId, secret, user::UserBody};

/// How long an offer may be confirmed.
const OFFER: Span = Span::minutes(15);

/// Why a second step could not be set up.
#[derive(Debug, Error)]
pub enum SecondStepError {
    /// There was no offer, or it is older than a quarter of an hour.
    #[error("there is nothing to confirm")]
    NothingOffered,
    #[error("the code is wrong")]
    WrongCode,
    #[error("the second step cannot be set up")]
    Unusable,
    #[error(transparent)]
    User(#[from] UserError),
}

impl From<Failure> for SecondStepError {
    fn from(failure: Failure) -> Self {
        Self::User(failure.into())
    }
}

/// What an authenticator has to be told, shown once.
#[derive(Clone, Debug)]
pub struct Offer {
    /// In base32, to be typed.
    pub secret: Secret,
    /// `otpauth://…`, to be shown as a QR code.
    pub address: Secret,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    /// In base64url.
    secret: String,
    /// Of the last code that was taken.
    last: u64,
    /// Digests of recovery codes that were not used.
    recovery: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    secret: String,
    made_at: i64,
}

impl Step {
    /// Takes a code, which is void from now on; `false` if it is no good.
    pub(crate) fn take(&mut self, code: &str, now: Timestamp) -> bool {
        let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
        if code.len() == 6 {
            let found = totp(&self.secret).and_then(|it| matched(&it, &code, now));
            let is_new = found.filter(|it| self.last < *it);
            self.last = is_new.unwrap_or(self.last);
            return is_new.is_some();
        }
        let digest = recovery_digest(&code);
        let n_before = self.recovery.len();
        self.recovery.retain(|it| !secret::is_same(it.as_bytes(), digest.as_bytes()));
        self.recovery.len() < n_before
    }
}

impl People {
    /// Offers a user a second step, in place of any earlier offer. They prove that it is them.
    pub fn offer_second_step(
        &self,
        by: &Principal,
        password: &str,
    ) -> Result<Offer, SecondStepError> {
        let id = self.prove(by, password)?;
        let secret = secret::encode(&secret::random::<20>()?);
        let made_at = self.clock.now().epoch_seconds();
        let login = self.change_user(&id, |body, _| {
            body.pending_step = Some(Pending { secret: secret.clone(), made_at });
            Ok(body.login.clone())
        })?;
        let totp =
            named_totp(&secret, &self.settings.issuer, &login).ok_or(SecondStepError::Unusable)?;
        let address = totp.to_url().map_err(|_| SecondStepError::Unusable)?;
        let typed = totp.secret().to_base32();
        Ok(Offer { secret: Secret::new(typed), address: Secret::new(address) })
    }

    /// Sets up the second step that was offered; `code` shows that the authenticator has it. Ends
    /// all sessions. Gives the recovery codes, which are shown this once.
    pub fn confirm_second_step(
        &self,
        by: &Principal,
        code: &str,
    ) -> Result<Vec<Secret>, SecondStepError> {
        let id = oneself(by)?;
        let now = self.clock.now();
        let codes = self.recovery_codes()?;
        let digests: Vec<String> = codes.iter().map(|it| recovery_digest(it)).collect();
        let confirm = |body: &mut UserBody| {
            let pending = body.pending_step.clone().filter(|it| is_fresh(it, now));
            let pending = pending.ok_or(SecondStepError::NothingOffered)?;
            let mut step = Step { secret: pending.secret, last: 0, recovery: Vec::new() };
            if code.trim().len() != 6 || !step.take(code, now) {
                return Err(SecondStepError::WrongCode);
            }
            step.recovery.clone_from(&digests);
            body.second_step = Some(step);
            body.pending_step = None;
            body.end_sessions();
            Ok(())
        };
        let outcome = self.desk.update(&id.key(), |body, _| confirm(body));
        self.cache.forget(&id.ground());
        outcome?.ok_or(UserError::Unknown)?;
        Ok(codes.into_iter().map(Secret::new).collect())
    }

    /// Takes one's own second step away.
    pub fn drop_second_step(&self, by: &Principal, password: &str) -> Result<(), UserError> {
        let id = self.prove(by, password)?;
        self.change_user(&id, |body, _| {
            body.second_step = None;
            Ok(())
        })
    }

    /// Takes the second step of somebody who has lost it away, and ends their sessions.
    pub fn reset_second_step(&self, by: &Principal, id: &UserId) -> Result<(), UserError> {
        self.change_user(id, |body, _| {
            self.check_governed(by, body)?;
            body.second_step = None;
            body.end_sessions();
            Ok(())
        })
    }

    /// Four groups of four hexadecimal digits each.
    fn recovery_codes(&self) -> Result<Vec<String>, Failure> {
        let grouped = |digits: String| {
            let letters: Vec<char> = digits.chars().collect();
            let groups = letters.chunks(4).map(|it| it.iter().collect::<String>());
            groups.collect::<Vec<_>>().join("-")
        };
        (0..self.settings.recovery_codes).map(|_| secret::name().map(grouped)).collect()
    }
}

/// The user that `by` is. Keys and buyers are none.
pub(crate) fn oneself(by: &Principal) -> Result<UserId, UserError> {
    match by.who() {
        crate::Who::User(id) => Ok(id.clone()),
        crate::Who::Key(_) | crate::Who::Buyer(_) | crate::Who::Console => {
            Err(UserError::Forbidden)
        }
    }
}

fn is_fresh(pending: &Pending, now: Timestamp) -> bool {
    now < Timestamp::from_epoch_seconds(pending.made_at).plus(OFFER)
}

fn recovery_digest(code: &str) -> String {
    let letters = code.chars().filter(|it| !it.is_whitespace() && *it != '-');
    secret::digest(&letters.collect::<String>().to_lowercase())
}

/// SHA-1, six digits, 30 seconds, one step of tolerance: what every authenticator knows.
fn totp(kept: &str) -> Option<Totp> {
    Builder::new().with_secret(secret::decode(kept)?).build().ok()
}

fn named_totp(kept: &str, issuer: &str, login: &str) -> Option<Totp> {
    let builder = Builder::new().with_secret(secret::decode(kept)?);
    builder.with_issuer(Some(issuer)).with_account_name(login).build().ok()
}

fn matched(totp: &Totp, code: &str, now: Timestamp) -> Option<u64> {
    totp.check(code, u64::try_from(now.epoch_seconds()).ok()?)
}

#[cfg(test)]
pub(crate) fn code_at(typed: &str, now: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(typed).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(now.epoch_seconds()).unwrap()).to_string()
}
