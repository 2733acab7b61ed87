//! Moving the log into the database file, off the writer's path.
//!
//! SQLite would do it within some unlucky commit. Here a thread does, while the writer goes on; it
//! cannot finish alone, because the log starts over only when every page of it has been moved and
//! the writer keeps adding. So when the thread has caught up, the writer moves the few pages that
//! are left, between two transactions.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use rusqlite::Connection;

use crate::{
    connect::{self, OpenError},
    writer::{Syncing, Writer},
};

/// A log of 128 MiB: long enough that a page written again and again is moved once, short enough to
/// be recovered in a blink. Tests move it all the time.
pub(crate) const START_PAGES: u32 = if cfg!(test) { 64 } else { 32_768 };

/// What the writer may move itself without being held up for long.
const FEW_PAGES: u32 = START_PAGES / 32;

#[derive(Debug)]
pub(crate) struct Checkpointer {
    /// `None` only while being dropped.
    wake: Option<SyncSender<()>>,
    caught_up: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path, syncing: Arc<Syncing>) -> Result<Self, OpenError> {
        let connection = connect::open_again(path)?;
        let (wake, woken) = sync_channel(1);
        let caught_up = Arc::new(AtomicBool::new(false));
        let mover = Mover { connection, syncing, caught_up: Arc::clone(&caught_up) };
        let thread = std::thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || mover.run(&woken))
            .map_err(|source| OpenError::Failed { path: path.to_owned(), source: source.into() })?;
        Ok(Self { wake: Some(wake), caught_up, thread: Some(thread) })
    }

    /// To be told after each transaction.
    pub(crate) fn log_has_grown(&self, writer: &mut Writer) {
        if writer.log_pages() < START_PAGES {
            return;
        }
        if self.caught_up.swap(false, Ordering::AcqRel) {
            writer.finish_checkpoint();
        } else if let Some(wake) = &self.wake {
            // Full: the thread is at it already.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Mover {
    connection: Connection,
    syncing: Arc<Syncing>,
    caught_up: Arc<AtomicBool>,
}

impl Mover {
    /// A writer that is faster than the disk is not waited for longer than this.
    const MOST_PASSES: u32 = 4;

    fn run(&self, woken: &Receiver<()>) {
        for () in woken {
            if self.syncing.has_failed() {
                return;
            }
            match self.catch_up() {
                Ok(()) => self.caught_up.store(true, Ordering::Release),
                // Busy, or a disk in trouble: the log only grows until the next attempt.
                Err(error) => self.syncing.learn(&error),
            }
        }
    }

    fn catch_up(&self) -> rusqlite::Result<()> {
        for _ in 0..Self::MOST_PASSES {
            if passive(&self.connection)? < FEW_PAGES {
                break;
            }
        }
        Ok(())
    }
}

/// Moves what can be moved without waiting for anyone. Returns how many pages are left.
pub(crate) fn passive(connection: &Connection) -> rusqlite::Result<u32> {
    let mut statement = connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?;
    statement.query_row((), |row| {
        let (in_log, moved): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(u32::try_from(in_log.saturating_sub(moved)).unwrap_or_default())
    })
}
