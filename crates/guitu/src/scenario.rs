//! `guitu scenario`.

use std::{
    io::{self, Error},
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    sync::Arc,
};

use anyhow::{Result, bail};
use clap::Subcommand;
use policy::Sources;
use store::Store;
use store_memory::MemoryStore;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::{database::Place, packs};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs every scenario below the folders, on virtual time, through the real engine.
    Check {
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// A folder of packs instead of the built-in ones.
        #[arg(long)]
        packs: Option<PathBuf>,
        /// Which store to run on: memory, sqlite, or the address of a PostgreSQL server, in which
        /// they have a schema of their own that is dropped afterwards.
        #[arg(long, default_value = "memory")]
        store: Backend,
        /// Machine-readable results.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Backend {
    Memory,
    Sqlite,
    Postgres { url: String },
}

impl FromStr for Backend {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "memory" => Ok(Self::Memory),
            "sqlite" => Ok(Self::Sqlite),
            _ => match text.parse()? {
                Place::Server { url } => Ok(Self::Postgres { url }),
                Place::File(_) => bail!("there are memory, sqlite and postgres://…"),
            },
        }
    }
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Check { dirs, packs: dir, store, json } = command;
    let packs = testkit::Packs::new(Sources::new(packs::sources(dir.as_deref())?));
    let mut server: Option<Arc<PostgresStore>> = None;
    let mut open = || -> io::Result<Arc<dyn Store>> {
        Ok(match store {
            Backend::Memory => Arc::new(MemoryStore::default()),
            Backend::Sqlite => Arc::new(SqliteStore::open_temporary().map_err(Error::other)?),
            Backend::Postgres { url } => {
                let store = if let Some(store) = &server {
                    Arc::clone(store)
                } else {
                    let opened = PostgresStore::open_temporary(url);
                    Arc::clone(server.insert(Arc::new(opened.map_err(Error::other)?)))
                };
                store.clear_temporary().map_err(Error::other)?;
                store
            }
        })
    };
    let reports = testkit::check(dirs, &packs, &mut open)?;
    if *json {
        println!("{}", reports.to_json());
    } else {
        println!("{reports}");
    }
    Ok(if reports.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
