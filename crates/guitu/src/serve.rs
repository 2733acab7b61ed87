//! `guitu serve`: the service.
//!
//! ```text
//! open the database ─▶ publish packs ─▶ engine ─▶ worker inside ─▶ listen … told to stop:
//! not ready ─▶ no more connections ─▶ requests finish ─▶ leases given up ─▶ engine finishes
//! ```
//!
//! **Invariant:** what was taken on is finished, or was never acknowledged, however it stops.

mod door;
mod figures;
mod keys;
mod logs;
mod outside;
mod parts;
mod tls;
#[cfg(feature = "traces")]
mod traces;
#[cfg(not(feature = "traces"))]
#[path = "serve/no_traces.rs"]
mod traces;
mod worker;

use std::{
    io::{Write, stdout},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use ::evidence::Archive;
use anyhow::{Context, Result, anyhow};
use api::{
    App, Parts,
    jobs::Workers,
    ops::{Counted, Drain},
};
use clap::Args;
use engine::{Config, Engine, Shelf};
use kernel::ShopId;
use policy::Pack;
use store::{Database, RecordPage};
use tokio::{net::TcpListener, signal::unix::SignalKind};
use vault::Vault;

use self::{door::Door, worker::Inside};
pub(crate) use self::{keys::ring, logs::Format, outside::OutsidePlace, tls::client_that_knows};
use crate::{
    clock,
    config::{self, Configuration},
    evidence, packs,
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: config::Sources,
    /// Address and port to listen on; port 0 takes one that is free.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Folder for the database, evidence and keys; made if it is not there.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The database: a file, or the address of a server.
    #[arg(long)]
    db: Option<String>,
    /// What pays refunds and writes to buyers: `sandbox:FILE`, or `none`.
    #[arg(long)]
    outside: Option<String>,
    /// Also carry out what policy calls automatic, and not only what people have decided.
    #[arg(long)]
    automatic: bool,
    /// Leave timers and effects to `guitu work`.
    #[arg(long)]
    no_work: bool,
}

impl Arguments {
    /// Its own flags are short for settings, and win over `--set`.
    fn configuration(&self) -> Result<(Configuration, Vec<String>)> {
        let mut arguments = self.config.clone();
        let mut set = |key: &str, value: Option<String>| {
            arguments.set.extend(value.map(|it| (key.to_owned(), it)));
        };
        set("listen", self.listen.map(|it| it.to_string()));
        set("data", self.data.as_ref().map(|it| it.display().to_string()));
        set("database.url", self.db.clone());
        set("work.outside", self.outside.clone());
        set("work.automatic", self.automatic.then(|| "true".to_owned()));
        set("work.inside", self.no_work.then(|| "false".to_owned()));
        arguments.read()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (configuration, notes) = arguments.configuration()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads())
        .thread_name("http")
        .enable_all()
        .build()?;
    tls::install_provider();
    let traces = logs::start(&configuration)?;
    for note in notes {
        tracing::warn!("configuration: {note}");
    }
    let figures = figures::install()?;
    make_private(&configuration.data)?;
    let drain = Drain::default();
    let app = app(&configuration, drain.clone())?;
    let inside = Inside::start(&app, &configuration.work)?;
    let jobs = Workers::start(&app, JOB_THREADS)?;
    let settings = api::ops::Settings {
        limits: configuration.limits,
        trusted: configuration.trusted.clone(),
        metrics_for: configuration.metrics_for.clone(),
        secure: configuration.is_secure(),
        drain: drain.clone(),
        pulse: inside.as_ref().map(Inside::pulse),
        render: Box::new(move || figures::written(&figures)),
        shops,
    };
    let (routes, _) = api::router();
    let routes = api::ops::around(routes, app.clone(), settings);
    let beside = runtime.block_on(async { api::background(&app) })?;
    let served = runtime.block_on(serve(&configuration, routes, &drain));
    drain.begin();
    runtime.block_on(async {
        let stopped = tokio::time::timeout(configuration.drain.bound, beside.stop());
        if stopped.await.is_err() {
            tracing::warn!("what is done beside requests did not finish in time");
        }
    });
    drop(inside);
    jobs.stop();
    // Handlers that were cut off let go of the engine with the runtime.
    runtime.shutdown_timeout(configuration.drain.bound);
    drop(app);
    drop(traces);
    served?;
    say(format_args!("stopped"));
    Ok(ExitCode::SUCCESS)
}

/// How many imports and exports are worked on at once.
const JOB_THREADS: usize = 2;

/// Handlers only translate; what takes long is done on other threads.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |it| it.get().clamp(2, 4))
}

/// The engine on its database, with packs published.
fn app(configuration: &Configuration, drain: Drain) -> Result<App> {
    // To prove packs takes longer than all the rest, which goes on meanwhile.
    let folder = configuration.packs.clone();
    let packs = std::thread::spawn(move || packs::all(folder.as_deref()));
    let database = configuration.database.open()?;
    // The key ring is read, or made, before anybody is let in.
    let ring = ring(&configuration.keys, &*database)?;
    let shelf = Arc::new(Shelf::open(&*database)?);
    let packs = packs.join().map_err(|_| anyhow!("reading the packs ended in a panic"))??;
    publish(&shelf, &*database, packs)?;
    let clock = Arc::new(clock::now);
    let config = Config { automatic: configuration.work.automatic, ..Config::default() };
    let watch = Arc::new(Counted::default());
    let engine = Engine::start_watched(database.clone(), clock, shelf, config, watch)?;
    let records: Arc<dyn store::Records> = database.clone();
    let people = Arc::new(parts::people(configuration, Arc::clone(&records), &ring)?);
    let setup_code = parts::setup_code(&people)?;
    let oidc = parts::identity_provider(configuration, &ring)?;
    let messenger = parts::messenger(&configuration.work.outside);
    let vault = Vault::new(Arc::clone(&records), ring, Arc::new(clock::now));
    let content = evidence::opened(configuration)?;
    let evidence = Archive::new(records, content, Arc::new(clock::now));
    let mut settings = configuration.service.clone();
    settings.secure = configuration.is_secure();
    settings.job_folder = configuration.data.join("jobs");
    settings.public_url = configuration.public_url.as_ref().map(ToString::to_string);
    let webhooks = parts::webhook_rules(&configuration.webhooks);
    let dictionary = Arc::new(packs::dictionary(configuration.packs.as_deref())?);
    Ok(App::start(Parts {
        engine,
        database,
        people,
        vault,
        evidence,
        dictionary,
        messenger,
        oidc,
        setup_code,
        settings,
        webhooks,
        drain,
    })?)
}

/// Makes every pack the one that new orders of its name come under.
fn publish(shelf: &Shelf, database: &dyn Database, packs: Vec<Pack>) -> Result<()> {
    for pack in packs {
        if !shelf.make_current(pack.id()) {
            let pack = shelf.publish(database, pack)?;
            tracing::info!(pack = %pack.id(), "published");
        }
    }
    Ok(())
}

/// Most shops of which figures are shown.
const MOST_SHOPS: usize = 100;

/// The first shops there are, by name; none if they cannot be read.
fn shops(app: &App) -> Vec<ShopId> {
    let page = RecordPage::of("shop", "", MOST_SHOPS);
    match app.database().list_records(&page) {
        Ok(records) => records.iter().map(|it| ShopId::lossy(&it.draft.key.id)).collect(),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "shops cannot be read");
            Vec::new()
        }
    }
}

async fn serve(configuration: &Configuration, routes: axum::Router, drain: &Drain) -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind(configuration.listen)
        .await
        .with_context(|| format!("listening on {}", configuration.listen))?;
    let scheme = if configuration.tls.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    let door = Door {
        listener,
        tls: configuration.tls.as_ref().map(tls::acceptor).transpose()?,
        routes,
        connections: configuration.connections,
        header: configuration.header,
    };
    say(format_args!("listening on {scheme}://{address}"));
    let asked_to_stop = async {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        tracing::info!("told to stop");
        drain.begin();
        tokio::time::sleep(configuration.drain.notice).await;
    };
    let connections = door.serve_until(asked_to_stop).await;
    tokio::select! {
        () = connections.shutdown() => tracing::info!("all requests have finished"),
        () = tokio::time::sleep(configuration.drain.bound) => {
            tracing::warn!("requests that did not finish in time are cut off");
        }
        // Told again: whoever runs it has no more patience.
        _ = terminate.recv() => tracing::warn!("told again to stop"),
        _ = interrupt.recv() => tracing::warn!("told again to stop"),
    }
    Ok(())
}

/// What lies in there is nobody else's business.
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("making {}", folder.display()))
}

/// Nobody reading is no reason to stop.
fn say(line: std::fmt::Arguments<'_>) {
    let mut stdout = stdout().lock();
    let _ = stdout.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdout.flush());
}
