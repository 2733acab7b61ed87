//! What this process has read about sessions and keys lately, so that a request reads nothing.
//!
//! **Invariant:** what was revoked in this process is not found here a moment later, even if it was
//! being read while it was revoked. Other processes find out when their entries grow old.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kernel::{Span, Timestamp};

use crate::{Failure, Session};

#[derive(Debug)]
pub(crate) struct Cache {
    most: usize,
    lasting: Span,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    /// How many times something was revoked.
    turn: u64,
    /// By digest of the token.
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) session: Arc<Session>,
    /// What has to be revoked for this to be void: a user, a key, an order.
    pub(crate) stands_on: String,
    pub(crate) read_at: Timestamp,
    /// The session ends then, whatever else.
    pub(crate) until: Timestamp,
}

impl Cache {
    pub(crate) fn new(most: usize, lasting: Span) -> Self {
        Self { most: most.max(1), lasting, inside: Mutex::default() }
    }

    /// From the cache if it is fresh there, else by `read`, which is `None` for a token that does
    /// not let anybody in. That is not remembered.
    pub(crate) fn session(
        &self,
        digest: &str,
        now: Timestamp,
        read: impl FnOnce() -> Result<Option<Entry>, Failure>,
    ) -> Result<Option<Arc<Session>>, Failure> {
        let turn = {
            let inside = self.inside();
            if let Some(entry) = inside.entries.get(digest).filter(|it| self.is_fresh(it, now)) {
                return Ok(Some(Arc::clone(&entry.session)));
            }
            inside.turn
        };
        let Some(entry) = read()? else { return Ok(None) };
        let session = Arc::clone(&entry.session);
        let mut inside = self.inside();
        if inside.turn == turn {
            if self.most <= inside.entries.len() {
                inside.entries.retain(|_, it| self.is_fresh(it, now));
            }
            if self.most <= inside.entries.len() {
                inside.entries.clear();
            }
            inside.entries.insert(digest.to_owned(), entry);
        }
        Ok(Some(session))
    }

    /// From the cache alone.
    pub(crate) fn fresh(&self, digest: &str, now: Timestamp) -> Option<Arc<Session>> {
        let inside = self.inside();
        let entry = inside.entries.get(digest).filter(|it| self.is_fresh(it, now))?;
        Some(Arc::clone(&entry.session))
    }

    pub(crate) fn forget(&self, stands_on: &str) {
        self.forget_if(|_, entry| entry.stands_on == stands_on);
    }

    pub(crate) fn forget_session(&self, digest: &str) {
        self.forget_if(|it, _| it == digest);
    }

    fn forget_if(&self, is_void: impl Fn(&str, &Entry) -> bool) {
        let mut inside = self.inside();
        inside.turn = inside.turn.wrapping_add(1);
        inside.entries.retain(|digest, entry| !is_void(digest, entry));
    }

    fn is_fresh(&self, entry: &Entry, now: Timestamp) -> bool {
        // A clock that was set back makes entries old, not young for ever.
        entry.read_at <= now && now < entry.read_at.plus(self.lasting) && now < entry.until
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing that holds the lock panics.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.inside().entries.len()
    }
}
