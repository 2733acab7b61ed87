//! `guitu scenario`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Result;
use clap::Subcommand;
use policy::Sources;
use store::Store;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;

use crate::packs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs every scenario below the folders, on virtual time, through the real engine.
    Check {
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// A folder of packs instead of the built-in ones.
        #[arg(long)]
        packs: Option<PathBuf>,
        /// Which store to run on.
        #[arg(long, value_enum, default_value_t = Backend::Memory)]
        store: Backend,
        /// Machine-readable results.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Backend {
    Memory,
    Sqlite,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Check { dirs, packs: dir, store, json } = command;
    let packs = testkit::Packs::new(Sources::new(packs::sources(dir.as_deref())?));
    let mut open = || -> std::io::Result<Arc<dyn Store>> {
        Ok(match store {
            Backend::Memory => Arc::new(MemoryStore::default()),
            Backend::Sqlite => {
                Arc::new(SqliteStore::open_temporary().map_err(std::io::Error::other)?)
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
