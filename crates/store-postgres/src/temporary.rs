//! A database within a database, for one run.

use std::sync::atomic::{AtomicU32, Ordering};

use store::StoreError;

use crate::{Config, PostgresStore, connect::OpenError, failure::Failure, session::Session};

const CLEAR: &str = "
    TRUNCATE dossier, journal, case_open, case_done, task, timer, effect, entry, term, spend,
        document, worker, record, record_mark;
    UPDATE lease SET epoch = 0, owner = NULL WHERE epoch <> 0 OR owner IS NOT NULL";

/// A schema that is dropped with this, and all tables in it.
#[derive(Debug)]
pub(crate) struct Temporary {
    config: Config,
    name: String,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Ok(session) = Session::open(&self.config) {
            // If this fails, its name says what it is.
            let _ = session.execute(&format!("DROP SCHEMA {} CASCADE", self.name));
        }
    }
}

impl PostgresStore {
    /// Makes tables of its own, in a schema of their own, which is dropped with the store. Nothing
    /// else in the database is touched.
    pub fn open_temporary(url: &str) -> Result<Self, OpenError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let config: Config = url.parse()?;
        let failed = |source: Failure| OpenError::new(&config, source);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("guitu_temporary_{}_{number}", std::process::id());
        let session = Session::open(&config).map_err(failed)?;
        session.execute(&format!("CREATE SCHEMA {name}")).map_err(failed)?;
        drop(session);
        let temporary = Temporary { config: config.clone(), name: name.clone() };
        let mut store = Self::open_with(Config { schema: Some(name), ..config })?;
        store.temporary = Some(temporary);
        Ok(store)
    }

    /// The address at which other processes find a temporary store that was opened at `url`.
    pub fn temporary_url(&self, url: &str) -> Option<String> {
        let Temporary { name, .. } = self.temporary.as_ref()?;
        let joint = if url.contains('?') { '&' } else { '?' };
        Some(format!("{url}{joint}options=-c%20search_path%3D{name}"))
    }

    /// Takes everything out of a temporary store, for the next run. Any other store is left alone.
    pub fn clear_temporary(&self) -> Result<(), StoreError> {
        if self.temporary.is_none() {
            return Ok(());
        }
        self.insist(|session| session.execute(CLEAR))
            .map_err(|failure| failure.into_store_error("clearing a temporary store"))
    }
}
