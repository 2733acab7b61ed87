//! Passwords: what one has to be, and how it is kept.

use std::{
    collections::BTreeSet,
    sync::{Condvar, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use thiserror::Error;

use crate::{Failure, Hashing, PasswordRules, secret};

/// Why a text cannot be a password.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PasswordFault {
    #[error("a password has at least {least} characters")]
    TooShort { least: usize },
    #[error("a password has at most {most} characters")]
    TooLong { most: usize },
    #[error("a password is not the login")]
    IsTheLogin,
    #[error("a password has at least {least} different characters")]
    TooMonotonous { least: usize },
}

impl PasswordRules {
    /// Whether `password` will do for the user of `login`.
    pub fn check(&self, password: &str, login: &str) -> Result<(), PasswordFault> {
        let length = password.chars().take(self.most.saturating_add(1)).count();
        if length < self.least {
            return Err(PasswordFault::TooShort { least: self.least });
        }
        if self.most < length {
            return Err(PasswordFault::TooLong { most: self.most });
        }
        if password.to_lowercase().trim() == login.to_lowercase() {
            return Err(PasswordFault::IsTheLogin);
        }
        if password.chars().collect::<BTreeSet<_>>().len() < self.least_distinct {
            return Err(PasswordFault::TooMonotonous { least: self.least_distinct });
        }
        Ok(())
    }
}

/// Computes argon2id, a few at a time, as each takes its share of memory.
#[derive(Debug)]
pub(crate) struct Hasher {
    params: Params,
    at_once: usize,
    waiting: usize,
    queue: Mutex<Queue>,
    turn: Condvar,
    #[cfg(test)]
    pub(crate) n_computed: std::sync::atomic::AtomicUsize,
}

#[derive(Debug, Default)]
struct Queue {
    running: usize,
    waiting: usize,
}

/// Whether a password was right, and whether it has to be hashed anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, but kept under other parameters than today's.
    Outdated,
}

impl Hasher {
    pub(crate) fn new(hashing: &Hashing) -> Result<Self, argon2::Error> {
        let params = Params::new(hashing.memory_kib, hashing.passes, hashing.lanes, None)?;
        Ok(Self {
            params,
            at_once: hashing.at_once.max(1),
            waiting: hashing.waiting,
            queue: Mutex::default(),
            turn: Condvar::new(),
            #[cfg(test)]
            n_computed: 0.into(),
        })
    }

    /// A PHC string.
    pub(crate) fn hash(&self, password: &str) -> Result<String, Failure> {
        let salt = secret::random::<16>()?;
        let hash =
            self.in_turn(|| self.argon2().hash_password_with_salt(password.as_bytes(), &salt))??;
        Ok(hash.to_string())
    }

    /// Takes as long as [`Self::check`] takes, for nothing: there is no such user.
    pub(crate) fn pretend(&self, password: &str) -> Result<(), Failure> {
        self.hash(password).map(|_| ())
    }

    pub(crate) fn check(&self, password: &str, kept: &str) -> Result<Verdict, Failure> {
        let parsed = PasswordHash::new(kept).map_err(password_hash::Error::from)?;
        let argon2 = self.argon2();
        match self.in_turn(|| argon2.verify_password(password.as_bytes(), &parsed))? {
            Ok(()) if self.is_current(&parsed) => Ok(Verdict::Right),
            Ok(()) => Ok(Verdict::Outdated),
            Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
            Err(error) => Err(error.into()),
        }
    }

    fn is_current(&self, kept: &PasswordHash) -> bool {
        let same = |it: Params| {
            it.m_cost() == self.params.m_cost()
                && it.t_cost() == self.params.t_cost()
                && it.p_cost() == self.params.p_cost()
        };
        kept.algorithm == Algorithm::Argon2id.ident() && Params::try_from(kept).is_ok_and(same)
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    /// Waits for a turn, unless too many do.
    pub(crate) fn in_turn<R>(&self, work: impl FnOnce() -> R) -> Result<R, Failure> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if self.at_once <= queue.running {
            if self.waiting <= queue.waiting {
                return Err(Failure::Busy);
            }
            queue.waiting = queue.waiting.saturating_add(1);
            queue = self
                .turn
                .wait_while(queue, |it| self.at_once <= it.running)
                .unwrap_or_else(PoisonError::into_inner);
            queue.waiting = queue.waiting.saturating_sub(1);
        }
        queue.running = queue.running.saturating_add(1);
        drop(queue);
        #[cfg(test)]
        self.n_computed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let outcome = work();
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.running = queue.running.saturating_sub(1);
        self.turn.notify_one();
        Ok(outcome)
    }
}
