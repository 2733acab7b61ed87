//! Several processes on one database: do they get in each other's way, and is their work shared?

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ::engine::{
    Config, Engine, News, Pace, Shelf, Stop, Worker,
    sandbox::{Faults, Sandbox},
};
use anyhow::{Context, Result, ensure};
use clap::Args;
use kernel::WorkerId;
use serde_json::{Value, json};
use store::Hold;
use store_postgres::PostgresStore;

use super::timing::{rate, time};
use crate::{clock, database::Place, packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A PostgreSQL server, in which a schema is made and dropped.
    #[arg(long, env = "GUITU_DATABASE_URL")]
    store: Place,
    /// Numbers of processes to measure with.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4")]
    processes: Vec<u32>,
    /// How many orders in all; each is eight commands and two refunds.
    #[arg(long, default_value_t = 4_000)]
    orders: u32,
    /// Machine-readable results.
    #[arg(long)]
    json: bool,
}

/// One of them: waits for a line on its input, works, and says what it did.
#[derive(Debug, Args)]
pub(crate) struct OneOf {
    #[arg(long)]
    store: Place,
    #[arg(long)]
    name: WorkerId,
    #[arg(long)]
    from: u32,
    #[arg(long)]
    to: u32,
    #[arg(long)]
    payments: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let Place::Server { url } = &arguments.store else {
        anyhow::bail!("several processes are measured on a server");
    };
    let folder = std::env::temp_dir().join(format!("guitu-several-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured: Result<Vec<Value>> =
        arguments.processes.iter().map(|&n| measure(url, n, arguments.orders, &folder)).collect();
    std::fs::remove_dir_all(&folder)?;
    for it in measured? {
        let shown = if arguments.json { it.to_string() } else { plain(&it) };
        println!("{shown}");
    }
    Ok(())
}

fn measure(url: &str, n_processes: u32, n_orders: u32, folder: &Path) -> Result<Value> {
    let store = PostgresStore::open_temporary(url)?;
    let place = store.temporary_url(url).context("the store is a temporary one")?;
    let payments = folder.join(format!("payments-{n_processes}.txt"));
    let each = n_orders.div_ceil(n_processes.max(1));
    let mut processes = Vec::new();
    for nth in 0..n_processes {
        let from = each.saturating_mul(nth);
        let share = (from, from.saturating_add(each).min(n_orders));
        processes.push(Process::start(&place, nth, share, &payments)?);
    }
    for process in &mut processes {
        process.hear()?;
    }
    let (took, done) = time(|| -> Result<Vec<Value>> {
        processes.iter_mut().try_for_each(Process::go)?;
        processes.iter_mut().map(|it| Ok(serde_json::from_str(&it.hear()?)?)).collect()
    });
    let done = done?;
    for process in processes {
        process.end()?;
    }
    check(&store, &payments, n_orders)?;

    let of = |name: &str| -> Vec<u64> {
        done.iter().map(|it| it.get(name).and_then(Value::as_u64).unwrap_or_default()).collect()
    };
    let n_commands = usize::try_from(of("commands").into_iter().fold(0, u64::saturating_add))?;
    Ok(json!({
        "processes": n_processes,
        "seconds": took.as_secs_f32(),
        "commands_per_second": rate(n_commands, took),
        "commands_of_each_per_second": of("commands_per_second"),
        "effects_of_each": of("effects"),
        "buckets_of_each": of("buckets"),
    }))
}

/// No payment was made twice, none is missing, and nothing is left to do.
fn check(store: &PostgresStore, payments: &Path, n_orders: u32) -> Result<()> {
    let mut paid: BTreeMap<String, u32> = BTreeMap::new();
    for line in std::fs::read_to_string(payments)?.lines() {
        let times = paid.entry(line.to_owned()).or_default();
        *times = times.saturating_add(1);
    }
    ensure!(paid.values().all(|it| *it == 1), "a refund was sent twice");
    let wanted = usize::try_from(n_orders)?.saturating_mul(2);
    ensure!(paid.len() == wanted, "{} refunds were sent of {wanted}", paid.len());
    let left = store::Store::due_effects(store, &Hold::All, clock::now(), 1)?;
    ensure!(left.is_empty(), "{left:?} is left");
    Ok(())
}

struct Process {
    child: Child,
    to: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(place: &str, nth: u32, (from, to): (u32, u32), payments: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "one-of-several", "--store", place]);
        command.args(["--name", &format!("p{nth}")]);
        command.args(["--from", &from.to_string(), "--to", &to.to_string()]);
        command.arg("--payments").arg(payments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let to = child.stdin.take().context("its input is a pipe")?;
        let said = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        Ok(Self { child, to, said })
    }

    fn hear(&mut self) -> Result<String> {
        Ok(self.said.next().context("a process has ended too early")??)
    }

    fn go(&mut self) -> Result<()> {
        self.to.write_all(b"go\n")?;
        Ok(self.to.flush()?)
    }

    /// Its work is done when there is nothing more to read.
    fn end(mut self) -> Result<()> {
        drop(self.to);
        ensure!(self.child.wait()?.success(), "a process has failed");
        Ok(())
    }
}

pub(super) fn one_of(arguments: &OneOf) -> Result<()> {
    let database = arguments.store.open()?;
    let shelf = Arc::new(Shelf::open(&*database)?);
    shelf.publish(&*database, packs::pack("base", None)?)?;
    let config = Config { automatic: false, ..Config::default() };
    let engine = Engine::start(database.clone(), Arc::new(clock::now), shelf, config)?;
    let sandbox = Sandbox::with_journal(&arguments.payments, Faults::default())?;
    let mut requests = Vec::new();
    for number in arguments.from..arguments.to {
        requests.extend(workload::order(7, number)?);
    }

    let effects = AtomicUsize::new(0);
    let failed: Mutex<Option<String>> = Mutex::new(None);
    let buckets = AtomicUsize::new(0);
    let tell = |news: News<'_>| match news {
        News::Heard => (),
        News::Tenure(it) => buckets.store(it.leases.len(), Ordering::Relaxed),
        News::Worked { effects: n, .. } => {
            effects.fetch_add(n, Ordering::Relaxed);
        }
        News::Failed(error) => {
            let told = format!("{:#}", anyhow::Error::from(error));
            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(told);
        }
    };
    let worker = Worker {
        engine: &engine,
        leases: &*database,
        outside: Some(&sandbox),
        name: &arguments.name,
        pace: Pace { beat: Duration::from_millis(500), ..Pace::default() },
        tell: &tell,
    };
    let stop = Stop::default();
    std::thread::scope(|scope| -> Result<()> {
        let signal = stop.signal();
        scope.spawn(move || worker.run(&signal));
        let mut lines = std::io::stdin().lines();
        println!("ready");
        lines.next().transpose()?;
        let n_commands = requests.len();
        let (took, answers) = time(|| engine.execute_all(requests));
        let answers: Result<Vec<_>, _> = answers.into_iter().collect();
        // All the effects there are, whoever works them.
        while answers.is_ok() && !database.due_effects(&Hold::All, clock::now(), 1)?.is_empty() {
            std::thread::yield_now();
        }
        println!(
            "{}",
            json!({
                "commands": n_commands,
                "commands_per_second": rate(n_commands, took),
                "effects": effects.load(Ordering::Relaxed),
                "buckets": buckets.load(Ordering::Relaxed),
            })
        );
        // It goes on working for the others until they are done, too.
        lines.next().transpose()?;
        drop(stop);
        answers?;
        Ok(())
    })?;
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    ensure!(failed.is_none(), "{failed:?}");
    Ok(())
}

fn plain(measured: &Value) -> String {
    let of = |name: &str| measured.get(name).map(ToString::to_string).unwrap_or_default();
    format!(
        "{} processes: {} commands/s in all with their refunds, {} each; effects {}, buckets {}",
        of("processes"),
        of("commands_per_second"),
        of("commands_of_each_per_second"),
        of("effects_of_each"),
        of("buckets_of_each")
    )
}
