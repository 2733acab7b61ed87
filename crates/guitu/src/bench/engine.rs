//! Durable commands: in batches, alone, by several callers at once, and all again in a full
//! database.

use std::{sync::Arc, time::Duration};

use ::engine::{Config, Engine, Request, Shelf};
use anyhow::{Result, bail, ensure};
use clap::Args;
use kernel::Clock;
use serde_json::{Value, json};
use store::{Commit, Store};

use super::{
    backend::{self, Backend, Raw},
    recording::Recording,
    timing::{hundredths, percentiles, rate, time},
};
use crate::{database::Place, packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to measure: files in a folder (`sqlite:FOLDER`), or a PostgreSQL server, in which a
    /// schema is made and dropped. Files in a temporary folder if it is not given.
    #[arg(long)]
    store: Option<Place>,
    /// How many orders; each is eight commands.
    #[arg(long, default_value_t = 5_000)]
    orders: u32,
    /// How many commands are given one at a time.
    #[arg(long, default_value_t = 2_000)]
    alone: u32,
    /// How many callers give commands at once, each one at a time.
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    callers: Vec<u32>,
    /// Measure once more when so many events are in the database.
    #[arg(long)]
    loaded: Option<u64>,
    /// Most commands in a batch.
    #[arg(long, default_value_t = 512)]
    batch: usize,
    /// Machine-readable results.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let measured = backend::with(arguments.store.as_ref(), |it| measure(arguments, it))?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{}", plain(&measured));
    }
    Ok(())
}

fn measure(arguments: &Arguments, backend: &Backend) -> Result<Value> {
    let requests = by_step(0, arguments.orders)?;
    let recorded = batches_of(requests.clone(), arguments, backend)?;
    let n_commits: usize = recorded.iter().map(Vec::len).sum();
    let engine = start(backend.store("engine")?, arguments)?;
    let n_commands = requests.len();
    let commands = rate(n_commands, whole_path(&engine, requests)?.0);
    let raw = rate(n_commits, raw(&recorded, backend)?);
    let mean = n_commits.checked_div(recorded.len().max(1)).unwrap_or_default();
    drop(recorded);

    let mut next_order = arguments.orders;
    let callers = at_once(&engine, arguments, &mut next_order)?;
    let mut measured = json!({
        "store": backend.name(),
        "batches": {
            "commands": n_commands,
            "commits": n_commits,
            "mean_batch": mean,
            "commands_per_second": commands,
            "raw_commits_per_second": raw,
            "percent_of_raw": hundredths(commands, raw),
        },
        "alone": alone(arguments, backend)?,
        "at_once": callers,
    });
    if let (Some(n_events), Some(object)) = (arguments.loaded, measured.as_object_mut()) {
        let loaded = loaded(&engine, arguments, &mut next_order, n_events)?;
        object.insert("loaded".to_owned(), loaded);
    }
    Ok(measured)
}

/// Interleaved as callers are: the first command of many orders, then the second of each.
fn by_step(from: u32, n_orders: u32) -> Result<Vec<Request>> {
    let mut requests = Vec::new();
    for number in from..from.saturating_add(n_orders) {
        requests.extend(workload::order(7, number)?);
    }
    let steps = usize::try_from(workload::COMMANDS_PER_ORDER)?;
    Ok((0..steps).flat_map(|step| requests.iter().skip(step).step_by(steps).cloned()).collect())
}

fn start(store: Arc<dyn Store>, arguments: &Arguments) -> Result<Engine> {
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, packs::pack("base", None)?)?;
    let clock: Arc<dyn Clock> = Arc::new(|| workload::START);
    let config = Config { batch: arguments.batch, automatic: false, ..Config::default() };
    Ok(Engine::start(store, clock, shelf, config)?)
}

/// How long commands take, and how many events they write.
fn whole_path(engine: &Engine, requests: Vec<Request>) -> Result<(Duration, u64)> {
    let (took, answers) = time(|| engine.execute_all(requests));
    let mut n_events = 0_u64;
    for answer in answers {
        let written = u64::try_from(answer?.kinds.len())?;
        n_events = n_events.saturating_add(written);
    }
    Ok((took, n_events))
}

/// The commits of the same commands, in the batches the engine made of them.
fn batches_of(
    requests: Vec<Request>,
    arguments: &Arguments,
    backend: &Backend,
) -> Result<Vec<Vec<Commit>>> {
    let store = Arc::new(Recording::new(backend.store("recorded")?));
    let engine = start(store.clone(), arguments)?;
    for answer in engine.execute_all(requests) {
        answer?;
    }
    engine.shut_down();
    let batches = store.batches();
    ensure!(!batches.is_empty(), "nothing was committed");
    Ok(batches)
}

fn raw(batches: &[Vec<Commit>], backend: &Backend) -> Result<Duration> {
    let mut writer = backend.raw("batches")?;
    let (took, outcome) = time(|| batches.iter().try_for_each(|batch| writer.write(batch)));
    outcome?;
    Ok(took)
}

/// One command at a time, each acknowledged durable before the next, beside the same rows written
/// bare, one transaction each; the two take turns, so that both see the same machine.
fn alone(arguments: &Arguments, backend: &Backend) -> Result<Value> {
    let orders = arguments.alone.div_ceil(workload::COMMANDS_PER_ORDER);
    let store = Arc::new(Recording::new(backend.store("alone")?));
    let engine = start(store.clone(), arguments)?;
    let mut writer: Raw = backend.raw("alone")?;
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
    Ok(json!({ "engine": percentiles(ours), "raw": percentiles(bare) }))
}

/// Several callers, each of which waits for its answer before it gives the next command.
fn at_once(engine: &Engine, arguments: &Arguments, next_order: &mut u32) -> Result<Vec<Value>> {
    let mut measured = Vec::new();
    for &n_callers in &arguments.callers {
        let n_orders = arguments.alone.div_ceil(workload::COMMANDS_PER_ORDER).max(n_callers);
        let each = n_orders.div_ceil(n_callers.max(1));
        let first = *next_order;
        *next_order = first.saturating_add(each.saturating_mul(n_callers));
        let call = |nth: u32| -> Result<Vec<Duration>> {
            let from = first.saturating_add(each.saturating_mul(nth));
            let mut times = Vec::new();
            for number in from..from.saturating_add(each) {
                for request in workload::order(7, number)? {
                    let (took, answer) = time(|| engine.execute(request));
                    answer?;
                    times.push(took);
                }
            }
            Ok(times)
        };
        let (took, times) = time(|| -> Result<Vec<Duration>> {
            std::thread::scope(|scope| {
                let call = &call;
                let callers: Vec<_> =
                    (0..n_callers).map(|nth| scope.spawn(move || call(nth))).collect();
                let mut times = Vec::new();
                for caller in callers {
                    let Ok(done) = caller.join() else { bail!("a caller panicked") };
                    times.extend(done?);
                }
                Ok(times)
            })
        });
        let times = times?;
        measured.push(json!({
            "callers": n_callers,
            "commands_per_second": rate(times.len(), took),
            "latency": percentiles(times),
        }));
    }
    Ok(measured)
}

/// The same figures when the database is full.
fn loaded(
    engine: &Engine,
    arguments: &Arguments,
    next_order: &mut u32,
    n_events: u64,
) -> Result<Value> {
    let mut written = 0_u64;
    let mut n_orders = 0_u32;
    let mut took = Duration::ZERO;
    let mut take = |n: u32| -> Result<(usize, Duration, u64)> {
        let requests = by_step(*next_order, n)?;
        *next_order = next_order.saturating_add(n);
        let n_commands = requests.len();
        let (took, events) = whole_path(engine, requests)?;
        Ok((n_commands, took, events))
    };
    while written < n_events {
        let (_, portion, events) = take(2_000)?;
        written = written.saturating_add(events);
        n_orders = n_orders.saturating_add(2_000);
        took = took.saturating_add(portion);
    }
    // What the load left in the machine's memory is written out first: a shop does not fill up
    // overnight.
    let written_out = std::process::Command::new("sync").status()?;
    ensure!(written_out.success(), "`sync` failed");
    let (n_commands, batches, _) = take(arguments.orders)?;
    Ok(json!({
        "events": written,
        "orders": n_orders,
        "loaded_events_per_second": rate(usize::try_from(written)?, took),
        "commands_per_second": rate(n_commands, batches),
        "at_once": at_once(engine, arguments, next_order)?,
    }))
}

fn plain(measured: &Value) -> String {
    let number = |path: &str| measured.pointer(path).map(ToString::to_string).unwrap_or_default();
    let mut lines = vec![format!(
        "in batches: {} commands/s, {} % of the same rows bare ({} commits/s), {} commits a batch\n\
         alone: p50 {} us, p99 {} us; bare p50 {} us, p99 {} us",
        number("/batches/commands_per_second"),
        number("/batches/percent_of_raw"),
        number("/batches/raw_commits_per_second"),
        number("/batches/mean_batch"),
        number("/alone/engine/p50_us"),
        number("/alone/engine/p99_us"),
        number("/alone/raw/p50_us"),
        number("/alone/raw/p99_us"),
    )];
    for section in ["", "/loaded"] {
        let callers = measured.pointer(&format!("{section}/at_once")).and_then(Value::as_array);
        if !section.is_empty() && callers.is_some() {
            let (events, commands) =
                (number("/loaded/events"), number("/loaded/commands_per_second"));
            lines.push(format!("with {events} events: {commands} commands/s in batches"));
        }
        for it in callers.into_iter().flatten() {
            let of = |path: &str| it.pointer(path).map(ToString::to_string).unwrap_or_default();
            lines.push(format!(
                "{} at once: {} commands/s, p50 {} us, p99 {} us",
                of("/callers"),
                of("/commands_per_second"),
                of("/latency/p50_us"),
                of("/latency/p99_us")
            ));
        }
    }
    lines.join("\n")
}
