//! Durable commands: in batches, and alone.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ::engine::{Config, Engine, Request, Shelf};
use anyhow::{Result, ensure};
use clap::Args;
use kernel::Clock;
use serde_json::{Value, json};
use store::{Commit, Store};
use store_sqlite::{SqliteStore, raw::RawWriter};

use super::{
    recording::Recording,
    timing::{hundredths, percentiles, rate, time},
};
use crate::{packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many orders; each is eight commands.
    #[arg(long, default_value_t = 5_000)]
    orders: u32,
    /// How many commands are given one at a time.
    #[arg(long, default_value_t = 2_000)]
    alone: u32,
    /// Most commands in a batch.
    #[arg(long, default_value_t = 512)]
    batch: usize,
    /// Where the database files go; a folder that is emptied afterwards.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Machine-readable results.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let dir = arguments.dir.clone().unwrap_or_else(std::env::temp_dir);
    let place = dir.join(format!("guitu-bench-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let measured = measure(arguments, &place);
    std::fs::remove_dir_all(&place)?;
    let measured = measured?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{}", plain(&measured));
    }
    Ok(())
}

fn measure(arguments: &Arguments, place: &std::path::Path) -> Result<Value> {
    let mut requests = Vec::new();
    for number in 0..arguments.orders {
        requests.extend(workload::order(7, number)?);
    }
    // Interleaved as callers are: the first command of many orders, then the second of each.
    let steps = usize::try_from(workload::COMMANDS_PER_ORDER)?;
    let by_step: Vec<Request> =
        (0..steps).flat_map(|step| requests.iter().skip(step).step_by(steps).cloned()).collect();

    let recorded = batches_of(by_step.clone(), arguments, &place.join("recorded.db"))?;
    let n_commits: usize = recorded.iter().map(Vec::len).sum();
    let took = whole_path(by_step, arguments, &place.join("engine.db"))?;
    let engine = rate(requests.len(), took);
    let raw = raw(&recorded, &place.join("raw.db"))?;
    let raw_rate = rate(n_commits, raw);
    let mean = n_commits.checked_div(recorded.len().max(1)).unwrap_or_default();

    let alone = alone(arguments, place)?;
    Ok(json!({
        "batches": {
            "commands": requests.len(),
            "commits": n_commits,
            "mean_batch": mean,
            "commands_per_second": engine,
            "raw_sqlite_commits_per_second": raw_rate,
            "percent_of_raw": hundredths(engine, raw_rate),
        },
        "alone": alone,
    }))
}

fn start(store: Arc<dyn Store>, arguments: &Arguments) -> Result<Engine> {
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, packs::pack("base", None)?)?;
    let clock: Arc<dyn Clock> = Arc::new(|| workload::START);
    let config = Config { batch: arguments.batch, automatic: false, ..Config::default() };
    Ok(Engine::start(store, clock, shelf, config)?)
}

fn whole_path(
    requests: Vec<Request>,
    arguments: &Arguments,
    file: &std::path::Path,
) -> Result<Duration> {
    let engine = start(Arc::new(SqliteStore::open(file)?), arguments)?;
    let (took, answers) = time(|| engine.execute_all(requests));
    for answer in answers {
        answer?;
    }
    Ok(took)
}

/// The commits of the same commands, in the batches the engine made of them.
fn batches_of(
    requests: Vec<Request>,
    arguments: &Arguments,
    file: &std::path::Path,
) -> Result<Vec<Vec<Commit>>> {
    let store = Arc::new(Recording::new(SqliteStore::open(file)?));
    let engine = start(store.clone(), arguments)?;
    for answer in engine.execute_all(requests) {
        answer?;
    }
    engine.shut_down();
    let batches = store.batches();
    ensure!(!batches.is_empty(), "nothing was committed");
    Ok(batches)
}

fn raw(batches: &[Vec<Commit>], file: &std::path::Path) -> Result<Duration> {
    let mut writer = RawWriter::open(file)?;
    let (took, outcome) = time(|| batches.iter().try_for_each(|batch| writer.write(batch)));
    outcome?;
    Ok(took)
}

/// One command at a time, each acknowledged durable before the next, beside the same rows written
/// bare, one transaction each; the two take turns, so that both see the same machine.
fn alone(arguments: &Arguments, place: &std::path::Path) -> Result<Value> {
    let orders = arguments.alone.div_ceil(workload::COMMANDS_PER_ORDER);
    let store = Arc::new(Recording::new(SqliteStore::open(place.join("alone.db"))?));
    let engine = start(store.clone(), arguments)?;
    let mut writer = RawWriter::open(place.join("alone-raw.db"))?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for number in 0..orders {
        for request in workload::order(11, number)? {
            let (took, answer) = time(|| engine.execute(request));
            answer?;
            ours.push(took);
            for batch in store.batches() {
                let (took, outcome) = time(|| writer.write(&batch));
                outcome?;
                bare.push(took);
            }
        }
    }
    Ok(json!({ "engine": percentiles(ours), "raw_sqlite": percentiles(bare) }))
}

fn plain(measured: &Value) -> String {
    let number = |path: &str| measured.pointer(path).map(ToString::to_string).unwrap_or_default();
    format!(
        "in batches: {} commands/s, {} % of bare SQLite ({} commits/s), {} commits a batch\n\
         alone: p50 {} us, p99 {} us; bare SQLite p50 {} us, p99 {} us",
        number("/batches/commands_per_second"),
        number("/batches/percent_of_raw"),
        number("/batches/raw_sqlite_commits_per_second"),
        number("/batches/mean_batch"),
        number("/alone/engine/p50_us"),
        number("/alone/engine/p99_us"),
        number("/alone/raw_sqlite/p50_us"),
        number("/alone/raw_sqlite/p99_us"),
    )
}
