//! `guitu db`: looking after a database.

pub(crate) mod check;
mod copy;

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::database::Place;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes the database, or brings it up to date.
    Migrate(Of),
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
        Command::Check(Of { db }) => check::check(&*db.open_existing()?)?.to_string(),
        Command::Copy { from, to } => {
            copy::copy(&*from.open_existing()?, &*to.open()?)?.to_string()
        }
    };
    writeln!(stdout(), "{told}")?;
    Ok(ExitCode::SUCCESS)
}
