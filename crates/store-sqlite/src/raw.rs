//! The limit to measure against: the rows of the same commits in the same batches, written with
//! nothing but bare inserts, replacements and deletions, under the same pragmas.
//!
//! What a store adds to it is the price of its guards: nothing is read here, no version is
//! compared, no outcome is told, and checkpoints are left to SQLite.
//!
//! **Invariant:** only benchmarks use it. It believes every version it is told.

use std::path::Path;

use rusqlite::Connection;
use store::{Commit, StoreError};

use crate::{
    checkpoint::START_PAGES,
    connect::{self, OpenError},
    row,
    write::{self, Statements, key},
};

/// Faster than `REPLACE`, which would move the row and with it an entry of the key.
const PUT_DOSSIER: &str = "
    INSERT INTO dossier (bucket, shop, order_no, version, state, seal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT DO UPDATE
    SET version = excluded.version, state = excluded.state, seal = excluded.seal";

const ADD_TO_JOURNAL: &str = "
    INSERT INTO journal
        (bucket, shop, order_no, version, at, actor, command, fingerprint, answer, events, seal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

/// Writes commits as fast as SQLite can on this machine.
#[derive(Debug)]
pub struct RawWriter {
    connection: Connection,
}

impl RawWriter {
    /// Opens a file as a store does, and makes it if there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let connection = connect::open(path)?;
        let set = connection.pragma_update(None, "wal_autocheckpoint", START_PAGES);
        set.map_err(|source| OpenError::new(path, source))?;
        Ok(Self { connection })
    }

    /// Writes a batch in one transaction, durably.
    pub fn write(&mut self, batch: &[Commit]) -> Result<(), StoreError> {
        self.transaction(batch).map_err(|source| StoreError::new("writing a raw batch", source))
    }

    fn transaction(&mut self, batch: &[Commit]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        let mut statements = Statements::prepare(&transaction)?;
        let mut put_dossier = transaction.prepare_cached(PUT_DOSSIER)?;
        let mut add_to_journal = transaction.prepare_cached(ADD_TO_JOURNAL)?;
        let mut add_to_feed = transaction.prepare_cached(write::ADD_TO_FEED)?;
        for commit in batch {
            let (bucket, shop, order) = key(&commit.dossier);
            let version = row::from_version(commit.expected)?.saturating_add(1);
            let seal = row::from_seal(Some(&commit.seal));
            put_dossier.execute((bucket, shop, order, version, &commit.state, seal))?;
            add_to_journal.execute((
                bucket,
                shop,
                order,
                version,
                commit.at.epoch_seconds(),
                commit.actor.as_str(),
                commit.command.as_str(),
                commit.answered.fingerprint.cast_signed(),
                &commit.answered.answer,
                &commit.events,
                seal,
            ))?;
            for change in &commit.rows {
                statements.change(key(&commit.dossier), change)?;
            }
            add_to_feed.execute((commit.at.epoch_seconds(), shop, order, version))?;
        }
        drop((statements, put_dossier, add_to_journal, add_to_feed));
        transaction.commit()
    }
}
