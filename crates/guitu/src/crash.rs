//! A run of many orders against a database file, made to be killed at any moment and started again.
//!
//! Every command is acknowledged as `ack DOSSIER KEY VERSION EVENTS` once it is durable, so that
//! whoever kills the process knows what it was told. The provider keeps a file of its own of what
//! it paid. A run that is started again gives every command again under the same keys. When one
//! has said `done`, `--check` holds everything against the promises.
//!
//! **Invariant:** time is counted from a fixed moment, so a run depends on nothing but its seed and
//! on where the runs before it were killed.

mod check;

use std::{
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context, Result, bail};
use clap::Args;
use dossier::Command;
use engine::{
    Config, Engine, EngineError, Reply, Request, Shelf, Ticket,
    sandbox::{Faults, Sandbox},
};
use kernel::{CommandKey, Span, Timestamp};
use store::{Hold, Store};

use crate::{clock, database::Place, packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The database.
    #[arg(long)]
    db: Place,
    /// The provider's file of payments.
    #[arg(long)]
    provider: PathBuf,
    /// How many orders.
    #[arg(long, default_value_t = 200)]
    orders: u32,
    /// The first order to give again: a caller that was told of all before it may leave them out.
    #[arg(long, default_value_t = 0)]
    from: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only give commands, and leave what follows from them to `guitu work`.
    #[arg(long)]
    give: bool,
    /// Check what is there instead of running; reads acknowledgements from standard input.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.check {
        check::check(arguments)?;
    } else {
        go_on(arguments)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives every order from `--from` on; what was done before is found to be done.
fn go_on(arguments: &Arguments) -> Result<()> {
    let store: Arc<dyn Store> = arguments.db.open()?;
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, packs::pack("base", None)?)?;
    let begun = SECONDS_PER_ORDER.saturating_mul(i64::from(arguments.from));
    let begun = workload::START.epoch_seconds().saturating_add(begun);
    let seconds = Arc::new(AtomicI64::new(begun));
    let clock = {
        let seconds = Arc::clone(&seconds);
        Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
    };
    let config = Config { batch: 16, automatic: false, ..Config::default() };
    let engine = Engine::start(store, clock, shelf, config)?;
    let faults = Faults { seed: arguments.seed, lost_answers: 10, lost_requests: 5, declined: 0 };
    let sandbox = Sandbox::with_journal(&arguments.provider, faults)?;

    for number in arguments.from..arguments.orders {
        give(&engine, with_a_refusal(workload::order(arguments.seed, number)?)?)?;
        if arguments.give {
            continue;
        }
        engine.work_effects(&sandbox, &Hold::All, 64)?;
        seconds.fetch_add(SECONDS_PER_ORDER, Ordering::Relaxed);
        engine.fire_timers(&Hold::All, 64)?;
        // Somewhere to be killed between two orders.
        say(format_args!("worked {number}"))?;
    }
    if !arguments.give {
        // What others worked is put off by the wall clock.
        seconds.fetch_max(clock::now().epoch_seconds(), Ordering::Relaxed);
        settle(&engine, &sandbox, &seconds)?;
    }
    engine.shut_down();
    say(format_args!("done"))
}

/// An approval that comes before its request: it is refused, and what follows is not.
fn with_a_refusal(mut requests: Vec<Request>) -> Result<Vec<Request>> {
    let approval = requests.iter().find(|it| matches!(it.command, Command::Approve { .. }));
    let mut early = approval.context("every order has an approval")?.clone();
    early.key = CommandKey::new(format!("{}-early", early.key))?;
    requests.insert(1, early);
    Ok(requests)
}

const SECONDS_PER_ORDER: i64 = 30;

/// Hands in all commands at once and acknowledges each when it is durable.
fn give(engine: &Engine, requests: Vec<Request>) -> Result<()> {
    let named: Vec<(String, Ticket)> = requests
        .into_iter()
        .map(|it| (format!("{} {}", it.dossier, it.key), engine.submit(it)))
        .collect();
    for (name, ticket) in named {
        match ticket.wait() {
            Ok(Reply { version, kinds, .. }) => {
                say(format_args!("ack {name} {} {}", version.0, kinds.len()))?;
            }
            Err(EngineError::Rejected(_)) => (),
            Err(error) => return Err(error).with_context(|| format!("giving {name}")),
        }
    }
    Ok(())
}

/// A whole line at once: one that a kill cuts short was not said.
fn say(line: std::fmt::Arguments<'_>) -> Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(format!("{line}\n").as_bytes())?;
    Ok(stdout.flush()?)
}

/// Lets time pass until nothing is under way any more.
fn settle(engine: &Engine, sandbox: &Sandbox, seconds: &AtomicI64) -> Result<()> {
    for _ in 0..400 {
        let worked = engine.work_effects(sandbox, &Hold::All, 512)?;
        if worked == 0 && engine.store().due_effects(&Hold::All, END_OF_TIME, 1)?.is_empty() {
            return Ok(());
        }
        seconds.fetch_add(Span::minutes(30).whole_seconds(), Ordering::Relaxed);
    }
    bail!("effects are still under way after a week of virtual time")
}

const END_OF_TIME: Timestamp = Timestamp::from_epoch_seconds(i64::MAX);
