//! `guitu db`: looking after a database.

pub(crate) mod check;
mod copy;

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use kernel::Bucket;
use store::Schema;
use store_postgres::PostgresStore;

use crate::database::Place;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes the database, or brings it up to date.
    Migrate(Of),
    /// Says whether the tables are those that this version writes. Changes nothing.
    Status(Of),
    /// Spreads a database on Citus over its nodes.
    Distribute {
        #[command(flatten)]
        of: Of,
        /// What it is spread by; there are 1024, and never more or fewer.
        #[arg(long, default_value_t = Bucket::COUNT)]
        buckets: u16,
        /// Into how many parts: at least as many as there will ever be processor cores.
        #[arg(long, default_value_t = 32)]
        shards: u32,
    },
    /// Reads every dossier: does its history make its state, does its ledger balance?
    Check(Of),
    /// Copies all there is into another database; run it again for what has changed since.
    Copy {
        #[arg(long)]
        from: Place,
        #[arg(long)]
        to: Place,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The database: a file, or the address of a server.
    #[arg(long, env = "GUITU_DATABASE_URL")]
    db: Place,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let told = match command {
        Command::Migrate(Of { db }) => {
            db.open()?;
            format!("{db} is up to date")
        }
        Command::Status(Of { db }) => status(db)?,
        Command::Distribute { of: Of { db }, buckets, shards } => {
            if *buckets != Bucket::COUNT {
                bail!("there are {} buckets, not {buckets}: orders lie in them", Bucket::COUNT);
            }
            let Place::Server { url } = db else {
                bail!("{db} is a file; only a server with Citus can be distributed");
            };
            PostgresStore::open(url)?.distribute(*shards)?;
            format!("{db} is spread by bucket over {shards} shards; start what works it again")
        }
        Command::Check(Of { db }) => check::check(&*db.open_existing()?)?.to_string(),
        Command::Copy { from, to } => {
            copy::copy(&*from.open_existing()?, &*to.open()?)?.to_string()
        }
    };
    writeln!(stdout(), "{told}")?;
    Ok(ExitCode::SUCCESS)
}

fn status(db: &Place) -> Result<String> {
    let Schema { found, known } = db.schema()?;
    Ok(match found {
        0 => format!("{db} is empty; `guitu db migrate` makes its tables"),
        _ if found == known => format!("{db} has schema {found} and is up to date"),
        _ => format!("{db} has schema {found} of {known}; `guitu db migrate` brings it up to date"),
    })
}
