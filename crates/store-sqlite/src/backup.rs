//! A copy of a file that is in use.

use std::{fs::File, path::Path};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use crate::{
    connect::{self, OpenError},
    schema,
};

/// Copies the database in `from` to `to`, which must not be there: as it was at one moment,
/// whatever is written meanwhile, by whichever process. It is on disk when this returns.
///
/// Errors: [`OpenError`] of either file. `to` is then to be thrown away.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), OpenError> {
    let failed_from = |source| OpenError::new(from, source);
    let failed_to = |source| OpenError::new(to, source);
    let source = connect::open_reader(from).map_err(failed_from)?;
    schema::identify(&source, from)?;
    File::create_new(to)
        .map_err(|it| OpenError::Failed { path: to.to_owned(), source: it.into() })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags).map_err(failed_to)?;
    copy.execute_batch("PRAGMA synchronous = full").map_err(failed_to)?;
    // In one step: the pages are read in one transaction, so that writers are neither waited for
    // nor held up, and nothing has to be begun again.
    match Backup::new(&source, &mut copy).and_then(|it| it.step(-1)) {
        Ok(StepResult::Done) => (),
        Ok(other) => {
            let source = format!("the copy was not finished: {other:?}");
            return Err(OpenError::Failed { path: from.to_owned(), source: source.into() });
        }
        Err(error) => return Err(failed_from(error)),
    }
    // One file, without a log beside it.
    copy.execute_batch("PRAGMA journal_mode = delete").map_err(failed_to)?;
    let found = connect::read_pragma(&copy, "integrity_check").map_err(failed_to)?;
    if found != "ok" {
        return Err(OpenError::Damaged { path: to.to_owned(), source: found.into() });
    }
    copy.close().map_err(|(_, error)| failed_to(error))
}
