//! The stores that are measured, and the limit of each.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use store::{Commit, Store, StoreError};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::database::Place;

/// Where databases are made to be measured. Each is a new one, and gone afterwards.
pub(super) enum Backend {
    /// Files in a folder.
    Sqlite {
        folder: PathBuf,
    },
    Postgres {
        url: String,
    },
}

/// The same rows written bare.
pub(super) enum Raw {
    Sqlite(store_sqlite::raw::RawWriter),
    Postgres {
        writer: Box<store_postgres::raw::RawWriter>,
        /// The tables it writes to go with it.
        _store: Box<PostgresStore>,
    },
}

/// Measures a place, SQLite in a temporary folder where none is named, and clears away.
pub(super) fn with<T>(
    place: Option<&Place>,
    measure: impl FnOnce(&Backend) -> Result<T>,
) -> Result<T> {
    let parent = match place {
        Some(Place::Server { url }) => return measure(&Backend::Postgres { url: url.clone() }),
        Some(Place::File(folder)) => folder.clone(),
        None => std::env::temp_dir(),
    };
    let folder = parent.join(format!("guitu-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&Backend::Sqlite { folder: folder.clone() });
    std::fs::remove_dir_all(&folder)?;
    measured
}

impl Backend {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// `name` tells apart what is measured at one time.
    pub(super) fn store(&self, name: &str) -> Result<Arc<dyn Store>> {
        Ok(match self {
            Self::Sqlite { folder } => {
                Arc::new(SqliteStore::open(folder.join(format!("{name}.db")))?)
            }
            Self::Postgres { url } => Arc::new(PostgresStore::open_temporary(url)?),
        })
    }

    pub(super) fn raw(&self, name: &str) -> Result<Raw> {
        Ok(match self {
            Self::Sqlite { folder } => {
                let file = folder.join(format!("{name}-raw.db"));
                Raw::Sqlite(store_sqlite::raw::RawWriter::open(file)?)
            }
            Self::Postgres { url } => {
                let store = PostgresStore::open_temporary(url)?;
                let writer = Box::new(store_postgres::raw::RawWriter::beside(&store)?);
                Raw::Postgres { writer, _store: Box::new(store) }
            }
        })
    }
}

impl Raw {
    /// One transaction, durably.
    pub(super) fn write(&mut self, batch: &[Commit]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(writer) => writer.write(batch),
            Self::Postgres { writer, .. } => writer.write(batch),
        }
    }
}
