//! The one connection that writes, and what becomes of it when a write fails.
//!
//! **Invariant:** whatever happens inside a transaction, a panic included, the next one finds the
//! connection outside of any.

use std::{
    cell::Cell,
    ffi::c_int,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{Connection, config::DbConfig, ffi};
use thiserror::Error;

use crate::{checkpoint, write::Statements};

/// Why a transaction did not happen, or may not have.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    #[error("an earlier write may not have reached the disk; the file has to be opened again")]
    Unsynced,
    #[error("the database refused")]
    Refused(#[from] rusqlite::Error),
}

/// Whether `fsync` has kept its word so far, for all connections of one store.
///
/// The kernel reports a failed write-back once and then forgets the pages: trying again would
/// succeed and mean nothing.
#[derive(Debug, Default)]
pub(crate) struct Syncing {
    has_failed: AtomicBool,
}

impl Syncing {
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Remembers `error` if it says that a sync failed.
    pub(crate) fn learn(&self, error: &rusqlite::Error) {
        let code = error.sqlite_error().map(|it| it.extended_code);
        if matches!(code, Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC)) {
            self.has_failed.store(true, Ordering::Release);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Writer {
    connection: Connection,
    syncing: Arc<Syncing>,
    log_pages: u32,
}

impl Writer {
    pub(crate) fn new(connection: Connection, syncing: Arc<Syncing>) -> Self {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
        Self { connection, syncing, log_pages: 0 }
    }

    /// Does `work` and makes it durable, or undoes it.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Statements<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, WriteError> {
        if self.syncing.has_failed() {
            return Err(WriteError::Unsynced);
        }
        self.leave_transaction()?;
        let done = self.attempt(work);
        match &done {
            Ok(_) => self.log_pages = u32::try_from(LOG_PAGES.get()).unwrap_or_default(),
            Err(error) => {
                self.syncing.learn(error);
                // If this fails too, the next transaction begins with it.
                let _ = self.leave_transaction();
            }
        }
        Ok(done?)
    }

    fn attempt<T>(
        &self,
        work: impl FnOnce(&mut Statements<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // IMMEDIATE takes the write lock before a version is read. A deferred transaction of
        // another process could read the same version, and one would fail late, with SQLITE_BUSY.
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        let done = work(&mut Statements::prepare(&self.connection)?)?;
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        Ok(done)
    }

    fn leave_transaction(&self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK")
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    #[cfg(test)]
    pub(crate) fn syncing(&self) -> &Syncing {
        &self.syncing
    }

    /// How many pages the log held after the last transaction.
    pub(crate) fn log_pages(&self) -> u32 {
        self.log_pages
    }

    /// Moves what is left of the log while nobody can add to it, so that it starts over.
    pub(crate) fn finish_checkpoint(&mut self) {
        if let Err(error) = checkpoint::passive(&self.connection) {
            self.syncing.learn(&error);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing would move the log into the database and delete it. After a failed sync the log
        // on disk may be the only good copy: leave it to be recovered.
        if self.syncing.has_failed() {
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

thread_local! {
    /// The way out of the hook, which SQLite calls within `COMMIT` and which can carry no value.
    static LOG_PAGES: Cell<c_int> = const { Cell::new(0) };
}
