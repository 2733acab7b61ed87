//! A [`Store`] in one SQLite file: the embedded default.
//!
//! One connection writes, behind a lock; a batch is one transaction and one `fsync`. A few others
//! read, each from a snapshot of its own, and never wait for the writer (write-ahead log). One
//! more, on a thread of its own, moves the log into the database file. Several processes may open
//! one file: they conflict by version, like any two writers.
//!
//! **Invariant:** an outcome is returned only after the transaction is on disk
//! (`synchronous=FULL`). After a failed `fsync` nobody knows what is on disk, so nothing is written
//! any more until the file is opened again.
//!
//! **Invariant:** every list is served from an index; a test reads the query plans.

mod backup;
mod checkpoint;
mod connect;
mod copies;
mod feed;
mod leases;
mod lists;
mod lookups;
pub mod raw;
mod readers;
mod records;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kernel::{ActorId, Bucket, CaseNo, DossierKey, ShopId, Timestamp};
use store::{
    Attempt, CasePage, CaseRow, Commit, Document, DueEffect, DueTimer, EntryRow, Hold, Listed,
    Loaded, Outcome, Recorded, Schema, Store, StoreError, TaskPage, TaskRow, Term, Total, Version,
    Wanted,
};
use tempfile::TempDir;

pub use crate::connect::OpenError;
use crate::{
    checkpoint::Checkpointer,
    readers::Readers,
    write::Statements,
    writer::{Syncing, Writer},
};

/// A database file.
///
/// Fields are dropped in order: the writer closes last and leaves one file behind, without a log;
/// a directory that was made for the file goes after that.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    checkpointer: Checkpointer,
    readers: Readers,
    writer: Mutex<Writer>,
    _directory: Option<TempDir>,
}

impl SqliteStore {
    /// Opens a file, and makes it if there is none. Its directory has to exist.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_in(path.as_ref(), None)
    }

    /// How far a file is behind. Changes nothing; the file has to exist.
    pub fn schema(path: impl AsRef<Path>) -> Result<Schema, OpenError> {
        let path = path.as_ref();
        let failed = |source| OpenError::new(path, source);
        let connection = connect::open_reader(path).map_err(failed)?;
        let found = schema::identify(&connection, path)?;
        let known = u32::try_from(schema::MIGRATIONS.len()).unwrap_or(u32::MAX);
        Ok(Schema { found: u32::try_from(found).unwrap_or_default(), known })
    }

    /// Copies a file to `to`, which must not be there, while it is in use: as it was at one moment.
    pub fn back_up(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), OpenError> {
        backup::copy(from.as_ref(), to.as_ref())
    }

    /// Makes a file in a directory of its own, which is removed with the store.
    pub fn open_temporary() -> Result<Self, OpenError> {
        let directory = tempfile::Builder::new()
            .prefix("guitu-")
            .tempdir()
            .map_err(|source| OpenError::Directory { source })?;
        Self::open_in(&directory.path().join("guitu.db"), Some(directory))
    }

    fn open_in(path: &Path, directory: Option<TempDir>) -> Result<Self, OpenError> {
        let syncing = Arc::new(Syncing::default());
        let writer = Writer::new(connect::open(path)?, Arc::clone(&syncing));
        let checkpointer = Checkpointer::start(path, syncing)?;
        Ok(Self {
            path: path.to_owned(),
            checkpointer,
            readers: Readers::new(path),
            writer: Mutex::new(writer),
            _directory: directory,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write<T>(
        &self,
        during: &'static str,
        work: impl FnOnce(&mut Statements<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let done = writer.transaction(work).map_err(|source| StoreError::new(during, source))?;
        self.checkpointer.log_has_grown(&mut writer);
        Ok(done)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        // `Writer::transaction` rolls back what a panic left open.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SqliteStore {
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError> {
        self.readers.read("loading dossiers", |it| lookups::load(it, wanted))
    }

    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.write("committing a batch", |statements| statements.commit_all(batch))
    }

    fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.readers.read("reading a history", |it| lookups::history(it, dossier, after, limit))
    }

    fn due_timers(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueTimer>, StoreError> {
        self.readers.read("listing due timers", |it| lists::due_timers(it, hold, now, limit))
    }

    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        self.readers.read("listing due effects", |it| lists::due_effects(it, hold, now, limit))
    }

    fn note_attempts(&self, attempts: &[Attempt]) -> Result<Vec<bool>, StoreError> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        self.write("noting attempts", |statements| {
            attempts.iter().map(|it| statements.note_attempt(it)).collect()
        })
    }

    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError> {
        self.readers.read("listing tasks", |it| lists::tasks(it, page))
    }

    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError> {
        self.readers.read("listing cases", |it| lists::cases(it, page))
    }

    fn find(
        &self,
        shop: &ShopId,
        term: &Term,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.readers.read("finding dossiers", |it| lists::find(it, shop, term, limit))
    }

    fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Result<Option<CaseRow>, StoreError> {
        self.readers.read("looking up a case", |it| lookups::case(it, dossier, case))
    }

    fn entries(&self, dossier: &DossierKey) -> Result<Vec<EntryRow>, StoreError> {
        self.readers.read("reading a ledger", |it| lookups::entries(it, dossier))
    }

    fn totals(&self) -> Result<Vec<Total>, StoreError> {
        self.readers.read("adding up the ledger", lookups::totals)
    }

    fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> Result<i64, StoreError> {
        self.readers.read("adding up a day", |it| lookups::spent(it, shop, actor, day))
    }

    fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.readers.read("walking a bucket", |it| lists::dossiers(it, bucket, after, limit))
    }

    fn keep(&self, document: &Document) -> Result<bool, StoreError> {
        self.write("keeping a document", |statements| statements.keep(document))
    }

    fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        self.readers.read("reading documents", |it| lookups::documents(it, kind))
    }
}
