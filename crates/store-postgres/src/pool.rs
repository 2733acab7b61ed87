//! Sessions, as many as there is work at one time, up to a limit.
//!
//! **Invariant:** nobody waits for a session without end.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::{Config, failure::Failure, session::Session};

#[derive(Debug)]
pub(crate) struct Pool {
    config: Config,
    sessions: Mutex<Sessions>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Sessions {
    idle: VecDeque<Session>,
    /// Lent, or being opened.
    n_lent: usize,
}

impl Pool {
    pub(crate) fn new(config: Config) -> Self {
        Self { config, sessions: Mutex::default(), freed: Condvar::new() }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Lends a session, opening one if none is idle, and waiting if there are too many.
    pub(crate) fn lend(&self) -> Result<Lent<'_>, Failure> {
        let full = |it: &mut Sessions| self.config.pool_size <= it.n_lent;
        let waited = self.freed.wait_timeout_while(self.sessions(), self.config.pool_timeout, full);
        let (mut sessions, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if full(&mut sessions) {
            return Err(Failure::Busy);
        }
        sessions.n_lent = sessions.n_lent.saturating_add(1);
        // The last one that was used: the rest may be closed by a server that counts idle time.
        let idle = sessions.idle.pop_back();
        drop(sessions);
        let place = Place { pool: self };
        let session = match idle {
            Some(session) => session,
            None => Session::open(&self.config)?,
        };
        Ok(Lent { session, place })
    }

    /// Closes what is idle: after one connection was lost, the others are suspected.
    pub(crate) fn close_idle(&self) {
        let idle = std::mem::take(&mut self.sessions().idle);
        drop(idle);
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one session. Given back when dropped.
#[derive(Debug)]
struct Place<'p> {
    pool: &'p Pool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut sessions = self.pool.sessions();
        sessions.n_lent = sessions.n_lent.saturating_sub(1);
        drop(sessions);
        self.pool.freed.notify_one();
    }
}

/// A session on loan.
#[derive(Debug)]
pub(crate) struct Lent<'p> {
    session: Session,
    place: Place<'p>,
}

impl Lent<'_> {
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Gives the session back for the next one to use. One that is dropped instead is closed, which
    /// is right after a failure.
    pub(crate) fn give_back(self) {
        let Self { session, place } = self;
        if session.is_usable() {
            place.pool.sessions().idle.push_back(session);
        }
    }
}
