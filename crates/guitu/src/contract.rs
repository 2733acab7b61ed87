//! `guitu api`: the contract with everybody who calls the service.

mod shops;

use std::{
    io::{Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the OpenAPI document, as the service gives it at `/api/openapi.json`.
    Openapi,
    /// Makes shops in a data folder and prints a key of every position in each, for programs that
    /// try the service from outside.
    #[command(hide = true)]
    Shops {
        #[arg(long)]
        data: PathBuf,
        /// Names of the shops.
        #[arg(required = true)]
        shops: Vec<String>,
    },
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let text = match command {
        Command::Openapi => serde_json::to_string_pretty(&api::router().1)?,
        Command::Shops { data, shops } => serde_json::to_string(&shops::make(data, shops)?)?,
    };
    writeln!(stdout().lock(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
