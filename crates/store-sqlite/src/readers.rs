//! Connections that read.

use std::{
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use store::StoreError;

use crate::connect;

/// A few connections, opened as needed and kept. A read that finds all of them in use waits for one
/// a moment, which is much less than it takes to open another; then it opens one for itself, so
/// that reads that take long hold nobody up.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    kept: Mutex<Kept>,
    given_back: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    idle: Vec<Connection>,
    /// How many there are, those in use included.
    n_open: usize,
}

impl Readers {
    const MOST_KEPT: usize = 8;
    const PATIENCE: Duration = Duration::from_millis(5);

    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), kept: Mutex::default(), given_back: Condvar::new() }
    }

    /// Does `work` on one snapshot of the database.
    pub(crate) fn read<T>(
        &self,
        during: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let failed = |source: rusqlite::Error| StoreError::new(during, source);
        // A connection that failed is closed, and whatever ailed it is gone with it.
        let mut taken = self.take();
        let connection = match taken.connection.take() {
            Some(connection) => connection,
            None => connect::open_reader(&self.path).map_err(failed)?,
        };
        let done = snapshot(&connection, work).map_err(failed)?;
        taken.connection = Some(connection);
        Ok(done)
    }

    fn take(&self) -> Taken<'_> {
        let all_in_use = |it: &mut Kept| it.idle.is_empty() && Self::MOST_KEPT <= it.n_open;
        let waited = self.given_back.wait_timeout_while(self.kept(), Self::PATIENCE, all_in_use);
        let (mut kept, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let connection = kept.idle.pop();
        if connection.is_none() {
            kept.n_open = kept.n_open.saturating_add(1);
        }
        Taken { readers: self, connection }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection, given back however the read ends.
struct Taken<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut kept = self.readers.kept();
        match self.connection.take() {
            Some(connection) if kept.n_open <= Readers::MOST_KEPT => kept.idle.push(connection),
            // One too many, or one that failed.
            Some(_) | None => kept.n_open = kept.n_open.saturating_sub(1),
        }
        drop(kept);
        self.readers.given_back.notify_one();
    }
}

fn snapshot<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.prepare_cached("BEGIN")?.execute(())?;
    let done = work(connection)?;
    connection.prepare_cached("COMMIT")?.execute(())?;
    Ok(done)
}
