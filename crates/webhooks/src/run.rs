//! Working through one endpoint's lane.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kernel::{Clock, ShopId, Span, Timestamp};
use store::{Records, StoreError};

use crate::{DeliveryState, EndpointId, EndpointState, Failure, Sealer, lane::Lane, send::Sender};

mod book;

use book::{Book, Next, Ready, Settled};

/// Deliveries after which a lane is put behind the others that are due.
const BUDGET: usize = 50;

/// An endpoint that is sent nothing more, which somebody should hear of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disabled {
    pub shop: ShopId,
    pub endpoint: EndpointId,
    /// Which of the ways of being disabled.
    pub state: EndpointState,
    pub failing_since: Timestamp,
}

/// What was done since the last report.
#[derive(Debug, Default)]
pub struct Report {
    pub attempts: usize,
    pub delivered: usize,
    /// Deliveries that were given up.
    pub failed: usize,
    pub disabled: Vec<Disabled>,
    /// What went wrong on our side. The lane is tried again when its claim has ended.
    pub faults: Vec<Failure>,
}

impl Report {
    pub(crate) fn add(&mut self, other: Self) {
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.delivered = self.delivered.saturating_add(other.delivered);
        self.failed = self.failed.saturating_add(other.failed);
        self.disabled.extend(other.disabled);
        self.faults.extend(other.faults);
    }
}

/// What all runs of a dispatcher share.
pub(crate) struct Workshop {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) sender: Sender,
    /// How long a claim holds without being renewed.
    pub(crate) lease: Span,
    pub(crate) is_stopping: AtomicBool,
}

/// Claims the lane and sends what is due in it. `token` is nobody else's.
pub(crate) async fn run(shop: Arc<Workshop>, lane: Lane, token: String) -> Report {
    let mut report = Report::default();
    if let Err(failure) = work(&shop, lane, token, &mut report).await {
        report.faults.push(failure);
    }
    report
}

async fn work(
    shop: &Arc<Workshop>,
    lane: Lane,
    token: String,
    report: &mut Report,
) -> Result<(), Failure> {
    let book = Book { shop: shop.clone(), token };
    let Some(mut lane) = blocking(&book, move |book| book.claim(lane)).await? else {
        return Ok(());
    };
    for _ in 0..BUDGET {
        if shop.is_stopping.load(Ordering::Acquire) {
            break;
        }
        let asked = lane.clone();
        let Ready { url, secrets, delivery } =
            match blocking(&book, move |it| it.next(&asked)).await? {
                Next::Send(ready) => *ready,
                Next::Nothing => break,
                Next::Stopped => {
                    blocking(&book, move |book| book.park(lane)).await?;
                    return Ok(());
                }
                Next::Removed => {
                    let cleared = blocking(&book, move |book| book.clear(lane)).await?;
                    report.failed = report.failed.saturating_add(cleared);
                    return Ok(());
                }
            };
        let answer = match secrets {
            Ok(secrets) => shop.sender.send(&url, &delivery, &secrets, shop.clock.now()).await,
            Err(answer) => answer,
        };
        report.attempts = report.attempts.saturating_add(1);
        let held = lane.clone();
        let settled = blocking(&book, move |it| it.settle(held, delivery, &answer)).await?;
        match note(settled, report) {
            Some(next) => lane = next,
            None => return Ok(()),
        }
        if lane.is_resting(shop.clock.now()) {
            break;
        }
    }
    blocking(&book, move |book| book.release(lane)).await
}

/// Adds what became of a delivery to the report. `None` if the claim is not ours any more.
fn note(settled: Settled, report: &mut Report) -> Option<Lane> {
    let Settled { state, disabled, lane } = settled;
    match state {
        Some(DeliveryState::Delivered) => report.delivered = report.delivered.saturating_add(1),
        Some(DeliveryState::Failed) => report.failed = report.failed.saturating_add(1),
        Some(DeliveryState::Pending) | None => (),
    }
    report.disabled.extend(disabled);
    lane
}

/// Calls to the store block, and get a thread.
async fn blocking<T: Send + 'static>(
    book: &Book,
    call: impl FnOnce(&Book) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let book = book.clone();
    let called = tokio::task::spawn_blocking(move || call(&book)).await;
    called.map_err(|it| StoreError::new("waiting for the store", it))?
}
