//! Sending what is due, to many endpoints at once.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use kernel::{Clock, Span};
use rustls::crypto::CryptoProvider;
use store::{Records, StoreError};
use thiserror::Error;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinSet},
};

use crate::{
    Failure, Limits, MessageId, Report, Resolver, Rules, Sealer,
    lane::Lane,
    resolve::Guard,
    run::{self, Workshop},
    send::Sender,
};

/// What a dispatcher is made of.
pub struct Parts {
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
    pub sealer: Arc<dyn Sealer>,
    pub rules: Arc<Rules>,
    pub resolver: Arc<dyn Resolver>,
    pub limits: Limits,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rules, limits, .. } = self;
        f.debug_struct("Parts")
            .field("rules", rules)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

/// Why there is no dispatcher.
#[derive(Debug, Error)]
pub enum SetUpError {
    #[error("no provider of cryptography is installed for TLS")]
    NoCryptoProvider,
    #[error("the HTTP client cannot be made")]
    Client(#[from] reqwest::Error),
    #[error("the system has no randomness")]
    Random(#[from] getrandom::Error),
}

/// Sends what is due. Several processes may each have one.
pub struct Dispatcher {
    shop: Arc<Workshop>,
    lanes: Arc<Semaphore>,
    /// Held besides one of `lanes` by endpoints that fail, so that they never have all of them.
    failing: Arc<Semaphore>,
    running: Mutex<JoinSet<Report>>,
    /// Tells our claims from those of other dispatchers.
    name: MessageId,
    claims: AtomicU64,
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Lanes read at a time, and how often in one tick: failing ones that have to wait are passed over.
const PAGE: usize = 100;
const PAGES: usize = 10;

impl Dispatcher {
    /// A provider of cryptography has to be installed for the process beforehand.
    pub fn new(parts: Parts) -> Result<Self, SetUpError> {
        if CryptoProvider::get_default().is_none() {
            return Err(SetUpError::NoCryptoProvider);
        }
        let Parts { records, clock, sealer, rules, resolver, limits } = parts;
        let sender = Sender::new(Guard { resolver, rules }, limits)?;
        let total = i64::try_from(limits.total.as_secs()).unwrap_or(i64::MAX);
        let lease = Span::seconds(total.saturating_mul(2)).max(Span::minutes(1));
        let is_stopping = AtomicBool::new(false);
        let lanes = limits.lanes.clamp(2, Semaphore::MAX_PERMITS);
        Ok(Self {
            shop: Arc::new(Workshop { records, clock, sealer, sender, lease, is_stopping }),
            lanes: Arc::new(Semaphore::new(lanes)),
            failing: Arc::new(Semaphore::new(lanes.div_euclid(2))),
            running: Mutex::new(JoinSet::new()),
            name: MessageId::random()?,
            claims: AtomicU64::new(0),
        })
    }

    /// Begins to send to endpoints for which something is due, at most `limit` of them, and says
    /// what was done since the last report. It does not wait for receivers.
    pub async fn tick(&self, limit: usize) -> Result<Report, Failure> {
        let report = self.reap();
        let mut started = 0_usize;
        let mut after = None;
        for _ in 0..PAGES {
            let page = self.due(after).await?;
            let is_last = page.len() < PAGE;
            after = page.last().cloned();
            for lane in page {
                if limit <= started {
                    return Ok(report);
                }
                let Ok(permit) = self.lanes.clone().try_acquire_owned() else {
                    return Ok(report);
                };
                if self.start(lane, permit) {
                    started = started.saturating_add(1);
                }
            }
            if is_last {
                break;
            }
        }
        Ok(report)
    }

    /// Waits for what was begun, and says what was done since the last report.
    pub async fn settle(&self) -> Report {
        let mut report = Report::default();
        let mut running = mem::take(&mut *self.running());
        while let Some(run) = running.join_next().await {
            report.add(finished(run));
        }
        report
    }

    /// Begins nothing more, lets the attempts that are being made come to their end, and gives up
    /// the claims.
    pub async fn stop(&self) -> Report {
        self.shop.is_stopping.store(true, Ordering::Release);
        self.settle().await
    }

    fn start(&self, lane: Lane, permit: OwnedSemaphorePermit) -> bool {
        let second = if lane.failures == 0 {
            None
        } else {
            match self.failing.clone().try_acquire_owned() {
                Ok(second) => Some(second),
                Err(_) => return false,
            }
        };
        let nth = self.claims.fetch_add(1, Ordering::Relaxed);
        let token = format!("{}-{nth}", self.name);
        let shop = self.shop.clone();
        self.running().spawn(async move {
            let report = run::run(shop, lane, token).await;
            drop((permit, second));
            report
        });
        true
    }

    async fn due(&self, after: Option<Lane>) -> Result<Vec<Lane>, Failure> {
        let shop = self.shop.clone();
        let listed = tokio::task::spawn_blocking(move || {
            let page = Lane::due_page(shop.clock.now(), after.as_ref(), PAGE);
            let found = shop.records.list_records(&page)?;
            Ok(found.iter().map(Lane::read).collect::<Result<Vec<Lane>, _>>()?)
        });
        listed.await.map_err(|it| StoreError::new("waiting for the store", it))?
    }

    fn reap(&self) -> Report {
        let mut report = Report::default();
        let mut running = self.running();
        while let Some(run) = running.try_join_next() {
            report.add(finished(run));
        }
        report
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<Report>> {
        // A set of tasks is whole whatever happened to its last user.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run that panicked is a bug, and is told as one.
fn finished(run: Result<Report, JoinError>) -> Report {
    run.unwrap_or_else(|error| {
        let fault = StoreError::new("working through a lane", error);
        Report { faults: vec![fault.into()], ..Report::default() }
    })
}
