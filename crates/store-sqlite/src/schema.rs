//! Whose file it is, and how its tables came to be.
//!
//! The header of a SQLite file has two numbers for programs: `application_id` says that the file is
//! ours, `user_version` how many migrations it has seen.
//!
//! **Invariant:** a released migration is never edited; a test knows their checksums.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::connect::OpenError;

/// "GUIT" in ASCII.
const APPLICATION_ID: i64 = 0x4755_4954;

/// In order; the first leads from an empty file to schema 1.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_leases.sql"),
    include_str!("../migrations/0003_service.sql"),
];

/// How many migrations a file has seen. Refuses one that is not ours, or from the future; an empty
/// one is welcome.
pub(crate) fn identify(connection: &Connection, path: &Path) -> Result<i64, OpenError> {
    let failed = |source| OpenError::new(path, source);
    let (application, found) = numbers(connection).map_err(failed)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if application != APPLICATION_ID {
        let n_objects: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))
            .map_err(failed)?;
        let is_empty = application == 0 && found == 0 && n_objects == 0;
        return if is_empty { Ok(0) } else { Err(OpenError::Foreign { path: path.to_owned() }) };
    }
    if known < found {
        return Err(OpenError::TooNew { path: path.to_owned(), found, known });
    }
    Ok(found)
}

/// Runs the migrations the file has not seen, all or none.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::new(path, source);
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if numbers(connection).map_err(failed)?.1 == known {
        return Ok(());
    }
    // Holds off another process that opens the same file for the first time.
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let seen = identify(&transaction, path)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(seen).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", known).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// `application_id` and `user_version`.
fn numbers(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}
