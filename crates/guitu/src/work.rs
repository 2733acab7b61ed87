//! `guitu work`: one of the processes that work what nobody asks for.

use std::{
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use engine::{
    Config, Engine, News, Pace, Shelf, Stop, Worker,
    sandbox::{Faults, Sandbox},
};
use kernel::WorkerId;

use crate::{clock, database::Place};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The database: a file, or the address of a server.
    #[arg(long, env = "GUITU_DATABASE_URL")]
    db: Place,
    /// What pays refunds, stops parcels and writes to buyers. There is `sandbox:FILE`, which pays
    /// nobody and keeps in FILE what it was told to pay.
    #[arg(long)]
    outside: OutsidePlace,
    /// Also carry out what policy calls automatic, and not only what people have decided.
    #[arg(long)]
    automatic: bool,
    /// What others know this process by; made up if it is not given.
    #[arg(long)]
    name: Option<WorkerId>,
}

#[derive(Clone, Debug)]
struct OutsidePlace {
    payments: PathBuf,
}

impl FromStr for OutsidePlace {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("sandbox:") {
            Some(path) if !path.is_empty() => Ok(Self { payments: path.into() }),
            _ => bail!("there is only `sandbox:FILE`"),
        }
    }
}

/// Works until it is interrupted or told to terminate.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let database = arguments.db.open_existing()?;
    let shelf = Arc::new(Shelf::open(&*database)?);
    let clock = Arc::new(clock::now);
    let config = Config { automatic: arguments.automatic, ..Config::default() };
    let engine = Engine::start(database.clone(), clock, shelf, config)?;
    let payments = &arguments.outside.payments;
    let sandbox = Sandbox::with_journal(payments, Faults::default())
        .with_context(|| format!("opening {}", payments.display()))?;

    let stop = Stop::default();
    let signal = stop.signal();
    let stop = Mutex::new(Some(stop));
    ctrlc::set_handler(move || {
        stop.lock().unwrap_or_else(PoisonError::into_inner).take();
    })?;

    let name = arguments.name.clone().unwrap_or_else(made_up_name);
    say(format_args!("{name} works {}", arguments.db));
    Worker {
        engine: &engine,
        leases: &*database,
        outside: Some(&sandbox),
        name: &name,
        pace: Pace::default(),
        tell: &tell,
    }
    .run(&signal);
    engine.shut_down();
    say(format_args!("{name} is done"));
    Ok(ExitCode::SUCCESS)
}

/// Of no other process, now or before: the machine, the process and the moment.
pub(crate) fn made_up_name() -> WorkerId {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (process, second) = (std::process::id(), clock::now().epoch_seconds());
    WorkerId::lossy(&format!("{}-{process}-{second}", host.trim()))
}

fn tell(news: News<'_>) {
    match news {
        News::Heard => (),
        News::Tenure(it) => {
            say(format_args!("leases {} buckets of a share of {}", it.leases.len(), it.share));
        }
        News::Worked { timers, effects } => {
            say(format_args!("worked {timers} timers and {effects} effects"));
        }
        News::Failed(error) => eprintln!("guitu: {:#}", anyhow::Error::from(error)),
    }
}

/// Nobody reading is no reason to stop.
fn say(line: std::fmt::Arguments<'_>) {
    let mut stdout = stdout().lock();
    let _ = stdout.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdout.flush());
}
