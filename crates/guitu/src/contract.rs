//! `guitu api`: the contract with everybody who calls the service.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the OpenAPI document, as the service gives it at `/api/openapi.json`.
    Openapi,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let text = match command {
        Command::Openapi => serde_json::to_string_pretty(&api::router().1)?,
    };
    writeln!(stdout().lock(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
