//! `guitu bench`: what this machine does, with the real engine on a real file.

mod backend;
mod engine;
mod http;
mod policy;
mod reads;
mod recording;
mod several;
mod timing;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Durable commands through the whole path, beside the same rows written bare.
    Engine(engine::Arguments),
    /// The service, over HTTP: decided applications, whole returns, lists, reads.
    Http(http::Arguments),
    /// Rulings of a 200-row decision table.
    Policy(policy::Arguments),
    /// The worklist's first page and the due timers, at growing numbers of open cases.
    Reads(reads::Arguments),
    /// Several processes on one PostgreSQL database.
    Several(several::Arguments),
    #[command(hide = true)]
    OneOfSeveral(several::OneOf),
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Engine(arguments) => engine::run(arguments)?,
        Command::Http(arguments) => http::run(arguments)?,
        Command::Policy(arguments) => policy::run(arguments)?,
        Command::Reads(arguments) => reads::run(arguments)?,
        Command::Several(arguments) => several::run(arguments)?,
        Command::OneOfSeveral(arguments) => several::one_of(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
