//! A run of many orders against a database file, made to be killed at any moment and started again.
//!
//! Every acknowledged command is printed as `ack DOSSIER KEY VERSION EVENTS`, so that whoever kills the process
//! knows what it was told. The provider keeps its own file of what it paid. `--check` then reads
//! everything back and holds it against the promises: nothing acknowledged is lost, nothing is paid
//! twice, the ledger balances, and every history replays to its stored state.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use dossier::Dossier;
use engine::{
    Config, Engine, EngineError, Reply, Request, Shelf,
    sandbox::{Faults, Sandbox},
};
use kernel::{Span, Timestamp};
use store::{Store, Version, Wanted};
use store_sqlite::SqliteStore;

use crate::{packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The database file.
    #[arg(long)]
    db: PathBuf,
    /// The provider's file of payments.
    #[arg(long)]
    provider: PathBuf,
    /// How many orders.
    #[arg(long, default_value_t = 200)]
    orders: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Check what is there instead of running; reads acknowledged commands from standard input.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&arguments.db)?);
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, packs::pack("base", None)?)?;
    let seconds = Arc::new(AtomicI64::new(workload::START.epoch_seconds()));
    let clock = {
        let seconds = Arc::clone(&seconds);
        Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
    };
    let config = Config { batch: 16, automatic: false, ..Config::default() };
    let engine = Engine::start(Arc::clone(&store), clock, shelf, config)?;
    let faults =
        Faults { seed: arguments.seed, lost_answers: 10, lost_requests: 5, declined: 0 };
    let sandbox = Sandbox::with_journal(&arguments.provider, faults)?;

    for number in 0..arguments.orders {
        give(&engine, &workload::order(arguments.seed, number)?)?;
        engine.work_effects(&sandbox, 64)?;
        seconds.fetch_add(30, Ordering::Relaxed);
        engine.fire_timers(64)?;
    }
    settle(&engine, &sandbox, &seconds)?;
    engine.shut_down();
    if arguments.check {
        check(&*store, &sandbox, arguments)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn give(engine: &Engine, requests: &[Request]) -> Result<()> {
    let answers = engine.execute_all(requests.iter().cloned());
    let mut out = std::io::stdout().lock();
    for (request, answer) in requests.iter().zip(answers) {
        match answer {
            Ok(Reply { version, kinds, .. }) => {
                let wrote = kinds.len();
                writeln!(out, "ack {} {} {} {wrote}", request.dossier, request.key, version.0)?;
            }
            Err(EngineError::Rejected(_)) => (),
            Err(error) => return Err(error).context("giving a command"),
        }
    }
    Ok(out.flush()?)
}

/// Lets time pass until nothing is under way any more.
fn settle(engine: &Engine, sandbox: &Sandbox, seconds: &AtomicI64) -> Result<()> {
    for _ in 0..400 {
        let worked = engine.work_effects(sandbox, 512)?;
        let later = Span::minutes(30).whole_seconds();
        if worked == 0 && engine.store().due_effects(Timestamp::from_epoch_seconds(i64::MAX), 1)?.is_empty() {
            return Ok(());
        }
        seconds.fetch_add(later, Ordering::Relaxed);
    }
    bail!("effects are still under way after a week of virtual time")
}

fn check(store: &dyn Store, sandbox: &Sandbox, arguments: &Arguments) -> Result<()> {
    let n_acks = check_acknowledged(store)?;
    let paid = sandbox.paid();
    check_provider_file(arguments, &paid)?;
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for number in 0..arguments.orders {
        let key = workload::dossier(number)?;
        let wanted = Wanted { dossier: key.clone(), command: kernel::CommandKey::new("check")? };
        let loaded = store.load(&[wanted])?.pop().context("the store answers every question")?;
        let stored = codec::decode_state(&loaded.state)?;
        let mut replayed = Dossier::Absent;
        for recorded in store.history(&key, Version::default(), usize::MAX)? {
            let events = codec::decode_events(&recorded.events)?;
            replayed = events.iter().fold(replayed, Dossier::evolve);
        }
        ensure!(replayed == stored, "{key}: the history does not replay to the stored state");
        let Dossier::Open(body) = stored else { bail!("{key}: is not open") };
        ensure!(!body.room()?.has_negative_part(), "{key}: more was given than was paid");
        for payout in body.holding() {
            let settled = matches!(payout.status, dossier::payout::PayoutStatus::Settled { .. });
            ensure!(settled, "{}: is {} in the end", payout.key, payout.status.code());
            expected.insert(payout.key.to_string(), payout.amount.total()?.minor());
        }
    }
    ensure!(paid == expected, "the provider paid {paid:?}, the orders say {expected:?}");
    let sum: i64 = store.totals()?.iter().map(|it| it.amount).sum();
    ensure!(sum == 0, "the ledger is off by {sum} fen");
    println!("checked {} orders, {n_acks} acknowledgements, {} payments", arguments.orders, paid.len());
    Ok(())
}

/// Every command somebody was told about is still answered.
fn check_acknowledged(store: &dyn Store) -> Result<usize> {
    let mut count: usize = 0;
    for line in std::io::stdin().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        let mut next = || words.next();
        let (Some("ack"), Some(dossier), Some(key), Some(version), Some(wrote)) =
            (next(), next(), next(), next(), next())
        else {
            // A line the kill cut short was not read by anybody either.
            continue;
        };
        let (shop, order) = dossier.split_once('/').context("a dossier is shop/order")?;
        let wanted = Wanted {
            dossier: kernel::DossierKey::new(shop.parse()?, order.parse()?),
            command: key.parse()?,
        };
        let loaded = store.load(&[wanted])?.pop().context("the store answers every question")?;
        let version: u64 = version.parse().context("a version")?;
        ensure!(version <= loaded.version.0, "{dossier}: version {version} was acknowledged");
        match loaded.answered {
            Some(answered) => {
                let same = matches!(
                    codec::decode_answer(&answered.answer)?,
                    codec::Answer::Done { version: at, .. } if at == version
                );
                ensure!(same, "{key}: was acknowledged at version {version}");
            }
            // A command that found its work done wrote nothing, so there is nothing to find.
            None => ensure!(wrote == "0", "{dossier} {key}: was acknowledged and is gone"),
        }
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// The provider's own file, read without the code under test: each key once.
fn check_provider_file(arguments: &Arguments, paid: &BTreeMap<String, i64>) -> Result<()> {
    let text = fs::read_to_string(&arguments.provider)?;
    let lines = text.lines().count();
    ensure!(lines == paid.len(), "{lines} payments were made under {} keys", paid.len());
    Ok(())
}
