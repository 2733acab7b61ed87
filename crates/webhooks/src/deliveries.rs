//! Looking at deliveries, sending them again, and forgetting old ones.

use std::{fmt, sync::Arc};

use kernel::{Clock, ShopId, Span, Timestamp};
use serde_json::json;
use store::{RecordChange, RecordPage, Records, StoreError, Version};
use thiserror::Error;

use crate::{
    Delivery, DeliveryId, DeliveryState, EndpointId, EndpointState, EventType, Message, MessageId,
    Unreadable,
    delivery::{self, Entry},
    endpoint::Endpoint,
    lane::{Failure, Lane, Wake},
};

/// How long finished deliveries are kept.
const KEPT: Span = Span::days(30);
/// Records written at a time.
const BATCH: usize = 100;
/// More than the writers that meet at one lane.
const TRIES: usize = 50;

/// A page of deliveries, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryPage {
    pub shop: ShopId,
    pub endpoint: Option<EndpointId>,
    pub state: Option<DeliveryState>,
    /// [`Delivery::cursor`] of the last one of the page before.
    pub after: Option<(i64, String)>,
    pub limit: usize,
}

/// How far a replay of many came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replayed {
    pub count: usize,
    /// Whether there is nothing left to replay. If not, ask again.
    pub are_all: bool,
}

/// Why a delivery is not shown or not sent.
#[derive(Debug, Error)]
pub enum DeliveryError {
    #[error("there is no such delivery")]
    NotFound,
    #[error("there is no such endpoint")]
    NoEndpoint,
    #[error("the endpoint is disabled")]
    Disabled,
    #[error("the delivery was changed meanwhile")]
    Stale { actual: Version },
    #[error("the system has no randomness")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for DeliveryError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Unreadable(error) => Self::Unreadable(error),
        }
    }
}

/// The deliveries of all shops.
pub struct Deliveries {
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliveries").finish_non_exhaustive()
    }
}

impl Deliveries {
    pub fn list(&self, page: &DeliveryPage) -> Result<Vec<Delivery>, DeliveryError> {
        let found = self.records.list_records(&RecordPage {
            mark: delivery::mark(page.endpoint.as_ref(), page.state),
            descending: true,
            after: page.after.clone(),
            ..RecordPage::of(delivery::KIND, page.shop.as_str(), page.limit)
        })?;
        Ok(found.iter().map(Delivery::read).collect::<Result<_, _>>()?)
    }

    pub fn find(&self, shop: &ShopId, id: &DeliveryId) -> Result<Delivery, DeliveryError> {
        let found = self.records.records(&[Delivery::key(shop, id)])?;
        let record = found.iter().flatten().next().ok_or(DeliveryError::NotFound)?;
        Ok(Delivery::read(record)?)
    }

    /// Sends a delivery again, and now, under the same `webhook-id`; one that waits is sent
    /// without waiting.
    pub fn replay(
        &self,
        shop: &ShopId,
        id: &DeliveryId,
        expected: Option<Version>,
    ) -> Result<Delivery, DeliveryError> {
        for _ in 0..TRIES {
            let mut delivery = self.find(shop, id)?;
            let actual = delivery.version;
            if expected.is_some_and(|it| it != actual) {
                return Err(DeliveryError::Stale { actual });
            }
            let lane = self.awake(shop, &delivery.endpoint)?;
            delivery.replay(self.clock.now());
            let mut changes = Vec::from(delivery.changes());
            changes.push(lane.put());
            if self.records.write_records(&changes)? {
                delivery.version = Version(actual.0.saturating_add(1));
                return Ok(delivery);
            }
        }
        Err(contended())
    }

    /// Sends again what was given up of all that was made at or after `since`, oldest first, at
    /// most `limit`.
    pub fn replay_failed(
        &self,
        shop: &ShopId,
        endpoint: &EndpointId,
        since: Timestamp,
        limit: usize,
    ) -> Result<Replayed, DeliveryError> {
        let limit = limit.min(BATCH);
        for _ in 0..TRIES {
            let lane = self.awake(shop, endpoint)?;
            let found = self.records.list_records(&RecordPage {
                mark: delivery::mark(Some(endpoint), Some(DeliveryState::Failed)),
                least: since.epoch_seconds().saturating_mul(1_000),
                ..RecordPage::of(delivery::KIND, shop.as_str(), limit.saturating_add(1))
            })?;
            let mut changes = vec![lane.put()];
            for record in found.iter().take(limit) {
                let mut delivery = Delivery::read(record)?;
                delivery.replay(self.clock.now());
                changes.extend(delivery.changes());
            }
            if self.records.write_records(&changes)? {
                let count = found.len().min(limit);
                return Ok(Replayed { count, are_all: found.len() <= limit });
            }
        }
        Err(contended())
    }

    /// Sends a message of type `webhook.ping`, whatever the endpoint wants to hear, before all that
    /// waits.
    pub fn ping(&self, shop: &ShopId, endpoint: &EndpointId) -> Result<Delivery, DeliveryError> {
        let (id, now) = (MessageId::random()?, self.clock.now());
        let data = json!({ "endpoint": endpoint.as_str() });
        let message = Message { id, event_type: EventType::ping(), at: now, data };
        let entry = Entry { now, millisecond: 999, order: 0 };
        let mut delivery = Delivery::new(shop, endpoint, &message, entry);
        for _ in 0..TRIES {
            let lane = self.awake(shop, endpoint)?;
            let mut changes = Vec::from(delivery.changes());
            changes.push(lane.put());
            if self.records.write_records(&changes)? {
                delivery.version = Version(1);
                return Ok(delivery);
            }
        }
        Err(contended())
    }

    /// Forgets deliveries that were finished, or should have been sent, over 30 days ago, at most
    /// `limit`, and says how many. Less than `limit`: there are no more.
    pub fn trim(&self, limit: usize) -> Result<usize, DeliveryError> {
        let mut trimmed = 0_usize;
        let mut after = None;
        loop {
            let found = self.records.list_records(&Lane::page(after, BATCH))?;
            for record in &found {
                let room = limit.saturating_sub(trimmed);
                if room == 0 {
                    return Ok(trimmed);
                }
                let n_trimmed = self.trim_lane(&Lane::read(record)?, room)?;
                trimmed = trimmed.saturating_add(n_trimmed);
            }
            match found.last() {
                Some(last) => after = Some((last.draft.rank, last.draft.key.id.clone())),
                None => return Ok(trimmed),
            }
        }
    }

    fn trim_lane(&self, lane: &Lane, limit: usize) -> Result<usize, DeliveryError> {
        let before = self.clock.now().minus(KEPT);
        let mut trimmed = 0_usize;
        let mut after = None;
        while trimmed < limit {
            let found = self.records.list_records(&RecordPage {
                mark: delivery::mark(Some(&lane.endpoint), None),
                most: before.epoch_seconds().saturating_mul(1_000),
                after,
                ..RecordPage::of(delivery::KIND, lane.shop.as_str(), BATCH)
            })?;
            let Some(last) = found.last() else { break };
            after = Some((last.draft.rank, last.draft.key.id.clone()));
            let deliveries: Result<Vec<_>, _> = found.iter().map(Delivery::read).collect();
            let is_old = |it: &Delivery| it.finished.or(it.due).is_some_and(|it| it < before);
            let old = deliveries?.into_iter().filter(is_old);
            let old: Vec<_> = old.take(limit.saturating_sub(trimmed)).collect();
            let changes: Vec<RecordChange> = old.iter().flat_map(Delivery::drops).collect();
            // One that a person replayed meanwhile keeps its neighbors until the next time.
            if self.records.write_records(&changes)? {
                trimmed = trimmed.saturating_add(old.len());
            }
        }
        self.forget_lane(lane)?;
        Ok(trimmed)
    }

    /// A removed endpoint leaves its lane behind until the last of its deliveries is gone.
    fn forget_lane(&self, lane: &Lane) -> Result<(), DeliveryError> {
        let endpoint = self.records.records(&[Endpoint::key(&lane.shop, &lane.endpoint)])?;
        if endpoint.iter().any(Option::is_some) {
            return Ok(());
        }
        let mark = delivery::mark(Some(&lane.endpoint), None);
        let page = RecordPage { mark, ..RecordPage::of(delivery::KIND, lane.shop.as_str(), 1) };
        if self.records.count_records(&page)? == 0 {
            self.records.write_records(&[lane.drops()])?;
        }
        Ok(())
    }

    /// The lane of an endpoint that can be sent to, woken.
    fn awake(&self, shop: &ShopId, id: &EndpointId) -> Result<Lane, DeliveryError> {
        let found = self.records.records(&[Endpoint::key(shop, id), Lane::key(id)])?;
        let [Some(endpoint), Some(lane)] = found.as_slice() else {
            return Err(DeliveryError::NoEndpoint);
        };
        if Endpoint::read(endpoint)?.state != EndpointState::Active {
            return Err(DeliveryError::Disabled);
        }
        let mut lane = Lane::read(lane)?;
        lane.wake(Wake::Person, self.clock.now());
        Ok(lane)
    }
}

fn contended() -> DeliveryError {
    let why = "the endpoint's lane changed again and again";
    DeliveryError::Store(StoreError::busy("sending again", why))
}
