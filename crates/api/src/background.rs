//! What the service does by itself, beside requests: sends webhooks, counts figures, follows packs
//! that others made live, and forgets what is old.
//!
//! **Invariant:** several processes may do all of it at once. Every step moves a place, or claims
//! a lane, by the version it read, and so is done once.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{Builder, JoinHandle},
    time::Duration,
};

use kernel::Span;
use thiserror::Error;
use tokio::sync::watch;
use webhooks::{Dispatcher, Limits, Producer, SetUpError, SystemResolver};

use crate::{
    App,
    hooks::{VaultSealer, messages::FeedSource},
};

const SECOND: Duration = Duration::from_secs(1);
/// Commits read at a time.
const STEP: usize = 500;
/// Steps after which the other work has its turn.
const MOST_STEPS: usize = 20;
/// Endpoints that are begun to be sent to in one second.
const MOST_LANES: usize = 256;
/// Records dropped in one write, or one round.
const MOST_DROPPED: usize = 1_000;
/// How long commits are remembered for streams that were away.
const FEED_KEPT: Span = Span::days(7);

/// Why the background was not begun.
#[derive(Debug, Error)]
pub enum BackgroundError {
    #[error("webhooks cannot be sent")]
    Webhooks(#[from] SetUpError),
    #[error("a thread cannot be begun")]
    Thread(#[from] io::Error),
}

/// Goes on until it is stopped, dropped, or the service drains.
#[derive(Debug)]
pub struct Background {
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
    stop_sending: watch::Sender<bool>,
    sending: tokio::task::JoinHandle<()>,
}

/// Begins what is done beside requests. Within a runtime, with a provider of cryptography.
pub fn background(app: &App) -> Result<Background, BackgroundError> {
    let dispatcher = Dispatcher::new(webhooks::Parts {
        records: app.records(),
        clock: Arc::clone(app.engine().clock()),
        sealer: Arc::new(VaultSealer(app.clone())),
        rules: Arc::clone(app.webhook_rules()),
        resolver: Arc::new(SystemResolver),
        limits: Limits::default(),
    })?;
    let (stop_sending, stopped) = watch::channel(false);
    let threads = vec![
        every_second(app, "messages", |app, _| produce(app))?,
        every_second(app, "chores", chores)?,
    ];
    let sending = tokio::spawn(send(app.clone(), dispatcher, stopped));
    Ok(Background { threads, stop_sending, sending })
}

impl Background {
    /// Returns when nothing is going on any more: attempts that are being made come to their end.
    pub async fn stop(self) {
        self.stop_sending.send_replace(true);
        let (stops, threads): (Vec<_>, Vec<_>) = self.threads.into_iter().unzip();
        drop(stops);
        if let Err(error) = self.sending.await {
            tracing::error!(%error, "sending webhooks had ended badly");
        }
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("a thread of the background had ended in a panic");
                }
            }
        });
        // Nothing in there panics, and the runtime is still there.
        let _ = joined.await;
    }
}

type Stoppable = (Sender<()>, JoinHandle<()>);

/// Calls `work` every second, and says the how-manieth time it is.
fn every_second(
    app: &App,
    name: &str,
    work: impl Fn(&App, u64) + Send + 'static,
) -> io::Result<Stoppable> {
    let (stop, stopped) = channel();
    let app = app.clone();
    let run = move || {
        let mut nth = 0_u64;
        while is_to_go_on(&app, &stopped) {
            work(&app, nth);
            nth = nth.wrapping_add(1);
        }
    };
    let thread = Builder::new().name(name.to_owned()).spawn(run)?;
    Ok((stop, thread))
}

fn is_to_go_on(app: &App, stopped: &Receiver<()>) -> bool {
    let waited = stopped.recv_timeout(SECOND);
    waited == Err(RecvTimeoutError::Timeout) && !app.drain().has_begun()
}

async fn send(app: App, dispatcher: Dispatcher, mut stopped: watch::Receiver<bool>) {
    let mut draining = app.drain().draining();
    let mut second = tokio::time::interval(SECOND);
    loop {
        tokio::select! {
            _ = second.tick() => (),
            () = draining.begun() => break,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
        match dispatcher.tick(MOST_LANES).await {
            Ok(report) => tell(&report),
            Err(error) => tracing::warn!(%error, "webhooks were not sent"),
        }
    }
    tell(&dispatcher.stop().await);
}

fn tell(report: &webhooks::Report) {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    metrics::counter!("guitu_webhook_attempts_total").increment(count(report.attempts));
    metrics::counter!("guitu_webhook_delivered_total").increment(count(report.delivered));
    metrics::counter!("guitu_webhook_failed_total").increment(count(report.failed));
    for it in &report.disabled {
        let (shop, webhook, state) = (&it.shop, &it.endpoint, it.state);
        tracing::warn!(%shop, %webhook, %state, "a webhook was disabled");
    }
    for error in &report.faults {
        tracing::warn!(%error, "a webhook was not worked through");
    }
}

/// Makes deliveries of what was committed.
fn produce(app: &App) {
    let producer = Producer { records: app.records(), clock: Arc::clone(app.engine().clock()) };
    let source = FeedSource(app.clone());
    for _ in 0..MOST_STEPS {
        match producer.tick(&source, STEP) {
            Ok(progress) if progress.told < STEP || progress.was_overtaken => return,
            Ok(_) => (),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "messages for webhooks were not made");
                return;
            }
        }
    }
}

fn chores(app: &App, nth: u64) {
    if nth.is_multiple_of(2) {
        count_figures(app);
    }
    if nth.is_multiple_of(5)
        && let Err(problem) = app.follow_releases()
    {
        tracing::warn!(code = problem.code(), "packs that others made live were not read");
    }
    if nth.checked_rem(3_600) == Some(60) {
        forget(app);
    }
}

fn count_figures(app: &App) {
    let reader =
        insight::Reader { database: Arc::clone(app.database()), zone: app.settings().zone };
    for _ in 0..MOST_STEPS {
        match reader.step(STEP) {
            Ok(progress) if progress.counted < STEP || progress.was_overtaken => return,
            Ok(_) => (),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "figures were not counted");
                return;
            }
        }
    }
}

/// Everything that is old. What fails is tried again in an hour.
fn forget(app: &App) {
    until_done(|| app.deliveries().trim(MOST_DROPPED));
    until_done(|| app.people().sweep(MOST_DROPPED));
    until_done(|| app.sweep_once(MOST_DROPPED));
    until_done(|| app.sweep_leases(MOST_DROPPED));
    until_done(|| trim_feed(app));
}

fn until_done<E: std::error::Error + 'static>(work: impl Fn() -> Result<usize, E>) {
    loop {
        match work() {
            Ok(0) => return,
            Ok(_) => (),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "what is old was not forgotten");
                return;
            }
        }
    }
}

#[derive(Debug, Error)]
enum TrimError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Figures(#[from] insight::InsightError),
    #[error(transparent)]
    Webhooks(#[from] webhooks::Failure),
}

/// Forgets commits that everybody has read who has to.
fn trim_feed(app: &App) -> Result<usize, TrimError> {
    let database = app.database();
    let counted = insight::read_up_to(&**database)?;
    let place = counted.min(webhooks::produced_up_to(&**database)?);
    let first = database.feed(0, MOST_DROPPED)?;
    let n_read = first.iter().take_while(|it| it.place <= place).count();
    if n_read == 0 {
        return Ok(0);
    }
    Ok(database.trim_feed(app.now().minus(FEED_KEPT), n_read)?)
}
