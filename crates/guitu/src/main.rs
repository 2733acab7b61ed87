//! `guitu`: the command line. Wires the crates together and holds no rule of its own.
//!
//! **Invariant:** the wall clock, the environment and the file system are reached from here and
//! from `intake`, nowhere else.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command line")]

mod backup;
mod bench;
mod clock;
mod config;
mod contract;
mod crash;
mod database;
mod db;
mod evidence;
mod explain;
mod health;
mod pack;
mod packs;
mod scenario;
mod serve;
mod triage;
mod work;
mod workload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Deciding makes many small, short-lived texts; the system's allocator takes a fifth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// After-sales, decided: refunds, returns, exchanges and everything around them.
#[derive(Debug, Parser)]
#[command(name = "guitu", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The service: HTTP, and what nobody asks for, on one database.
    Serve(Box<serve::Arguments>),
    /// The service's configuration: is it right, what does it come to, what could be in it?
    Config {
        #[command(subcommand)]
        command: config::Command,
    },
    /// The API as a contract.
    Api {
        #[command(subcommand)]
        command: contract::Command,
    },
    /// Asks a running service how it is.
    Health(health::Arguments),
    /// Copies a database file while it is in use, with evidence and, if told to, keys.
    Backup(backup::Arguments),
    /// Makes a data folder from a backup.
    Restore(backup::restore::Arguments),
    /// Reads today's exports and hands back a decided, prioritised worklist.
    Triage(Box<triage::Arguments>),
    /// Says why a case was decided as it was, in plain words.
    Explain(explain::Arguments),
    /// Policy packs: check them, list them, exchange tables with GoRules.
    Pack {
        #[command(subcommand)]
        command: pack::Command,
    },
    /// Runs scenarios: the executable ledger.
    Scenario {
        #[command(subcommand)]
        command: scenario::Command,
    },
    /// Works timers and refunds of a database, together with other such processes.
    Work(work::Arguments),
    /// The database: its state, its schema, its soundness, and moving it elsewhere.
    Db {
        #[command(subcommand)]
        command: db::Command,
    },
    /// Evidence and dispute packs: are they what was kept?
    Evidence {
        #[command(subcommand)]
        command: evidence::Command,
    },
    /// Measures this machine with the real engine.
    Bench {
        #[command(subcommand)]
        command: bench::Command,
    },
    /// A run of many orders against a database file, made to be killed and resumed.
    #[command(hide = true)]
    Crash(crash::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Config { command } => config::run(&command),
        Command::Api { command } => contract::run(&command),
        Command::Health(arguments) => health::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => backup::restore::run(&arguments),
        Command::Triage(arguments) => triage::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Pack { command } => pack::run(&command),
        Command::Scenario { command } => scenario::run(&command),
        Command::Work(arguments) => work::run(&arguments),
        Command::Db { command } => db::run(&command),
        Command::Evidence { command } => evidence::run(&command),
        Command::Bench { command } => bench::run(&command),
        Command::Crash(arguments) => crash::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        // Whoever read has read enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("guitu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().filter_map(|it| it.downcast_ref::<std::io::Error>());
    io.map(std::io::Error::kind).any(|it| it == std::io::ErrorKind::BrokenPipe)
}
