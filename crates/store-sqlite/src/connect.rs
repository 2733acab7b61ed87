//! Opening a file: is it ours, is it whole, and does it hold what we promise.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use thiserror::Error;

use crate::schema;

/// Why a file cannot be used as a store.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("`{}` is not a database, or it is damaged", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("`{}` is a database of another program", path.display())]
    Foreign { path: PathBuf },
    #[error(
        "`{}` was written by a newer version: its schema is {found}, this one knows {known}",
        path.display()
    )]
    TooNew { path: PathBuf, found: i64, known: i64 },
    /// The build of SQLite, or the file system, cannot do what we promise.
    #[error(
        "`{}` cannot be opened with `{pragma} = {wanted}`, only with `{found}`",
        path.display()
    )]
    Setting { path: PathBuf, pragma: &'static str, wanted: String, found: String },
    #[error("`{}` cannot be opened", path.display())]
    Failed {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("there is no room for a temporary database")]
    Directory {
        #[source]
        source: std::io::Error,
    },
}

impl OpenError {
    /// Sorts what SQLite said about `path`.
    pub(crate) fn new(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path, source: source.into() }
            }
            _ => Self::Failed { path, source: source.into() },
        }
    }
}

/// How long a process waits for another one that holds the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pages of 8 KiB would halve the waste of states that miss sharing a page by a few bytes, but
/// nearly double what a commit writes to the log, which is what its speed hangs on.
const PAGE_BYTES: i64 = 4_096;

/// Negative: in KiB.
const WRITER_CACHE: i64 = -65_536;
const READER_CACHE: i64 = -16_384;

/// What a log is cut to when it starts over. It is written over again until then, which is twice
/// as fast to sync as a growing file.
pub(crate) const LOG_BYTES_KEPT: i64 = 256 * 1024 * 1024;

/// Opens the writing connection: makes, checks and migrates the file.
pub(crate) fn open(path: &Path) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::new(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // Nothing is written, not even the journal mode, before the file is known to be ours.
    schema::identify(&connection, path)?;
    check_length(&connection, path)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(failed)?;
    configure(&connection, path, WRITER_CACHE)?;
    schema::migrate(&mut connection, path)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens another writing connection to a file that [`open`] has opened: for checkpoints.
pub(crate) fn open_again(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| OpenError::new(path, source);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    configure(&connection, path, READER_CACHE)?;
    Ok(connection)
}

/// Opens a connection that can only read.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "cache_size", READER_CACHE)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Sets what durability and speed rest on, and reads it back: SQLite ignores what it cannot do.
fn configure(connection: &Connection, path: &Path, cache: i64) -> Result<(), OpenError> {
    let settings: [(&'static str, &str, String); 7] = [
        ("journal_mode", "wal", "wal".to_owned()),
        ("synchronous", "full", "2".to_owned()),
        ("foreign_keys", "on", "1".to_owned()),
        ("temp_store", "memory", "2".to_owned()),
        ("wal_autocheckpoint", "0", "0".to_owned()),
        ("cache_size", &cache.to_string(), cache.to_string()),
        ("journal_size_limit", &LOG_BYTES_KEPT.to_string(), LOG_BYTES_KEPT.to_string()),
    ];
    for (pragma, value, wanted) in settings {
        connection
            .execute_batch(&format!("PRAGMA {pragma} = {value}"))
            .map_err(|source| OpenError::new(path, source))?;
        let found = read_pragma(connection, pragma).map_err(|it| OpenError::new(path, it))?;
        if found != wanted {
            return Err(OpenError::Setting { path: path.to_owned(), pragma, wanted, found });
        }
    }
    Ok(())
}

/// The value of a pragma as text, whatever its type.
pub(crate) fn read_pragma(connection: &Connection, pragma: &str) -> rusqlite::Result<String> {
    connection.pragma_query_value(None, pragma, |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(it) => it.to_string(),
            rusqlite::types::ValueRef::Text(it) => String::from_utf8_lossy(it).into_owned(),
            rusqlite::types::ValueRef::Null
            | rusqlite::types::ValueRef::Real(_)
            | rusqlite::types::ValueRef::Blob(_) => String::new(),
        })
    })
}

/// A file that was cut short would be found out by the first read of a missing page, long after.
fn check_length(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::new(path, source);
    let log = path.with_file_name({
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push("-wal");
        name
    });
    // Pages may still be in the log only.
    if std::fs::metadata(log).is_ok_and(|it| 0 < it.len()) {
        return Ok(());
    }
    let pages: u64 =
        read_pragma(connection, "page_count").map_err(failed)?.parse().unwrap_or_default();
    let page: u64 =
        read_pragma(connection, "page_size").map_err(failed)?.parse().unwrap_or_default();
    let length = std::fs::metadata(path)
        .map_err(|source| OpenError::Failed { path: path.to_owned(), source: source.into() })?
        .len();
    if length < pages.saturating_mul(page) {
        let source = format!("{length} bytes are too few for {pages} pages of {page}");
        return Err(OpenError::Damaged { path: path.to_owned(), source: source.into() });
    }
    Ok(())
}
