//! Connections that read.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use store::StoreError;

use crate::connect;

/// As many connections as there are reads at one time, opened as needed; a few are kept.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    const MOST_KEPT: usize = 8;

    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    /// Does `work` on one snapshot of the database.
    pub(crate) fn read<T>(
        &self,
        during: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let failed = |source: rusqlite::Error| StoreError::new(during, source);
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect::open_reader(&self.path).map_err(failed)?,
        };
        let done = snapshot(&connection, work).map_err(failed)?;
        // A connection that failed is closed, and whatever ailed it is gone with it.
        let mut idle = self.idle();
        if idle.len() < Self::MOST_KEPT {
            idle.push(connection);
        }
        Ok(done)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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
