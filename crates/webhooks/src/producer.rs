//! From what was committed to deliveries, once each.

use std::{collections::BTreeMap, fmt, sync::Arc};

use kernel::{Choice, Clock, ShopId};
use serde::{Deserialize, Serialize};
use store::{Draft, RecordChange, RecordKey, RecordPage, Records, StoreError, Version};
use thiserror::Error;

use crate::{
    Delivery, DeliveryId, Endpoint, EndpointId, EndpointState, Endpoints, Message, Unreadable,
    delivery::Entry,
    endpoint,
    lane::{Failure, Lane, Wake},
    stored,
};

/// Why the source could not say what happened.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// What happened, in one line. Usually `store::Feed`, with events made into messages.
pub trait Source {
    /// What happened behind `after`, oldest first, at most `limit`. What nobody is told of is part
    /// of it, with no messages, so that the place moves on.
    fn next(&self, after: u64, limit: usize) -> Result<Vec<Told>, SourceError>;
}

/// One thing that happened, and what is told of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// Rises from one to the next.
    pub place: u64,
    pub shop: ShopId,
    pub messages: Vec<Message>,
}

/// What a tick did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// How much of the source was read. As much as was asked for: there may be more.
    pub told: usize,
    pub deliveries: usize,
    /// Another process was faster; nothing was done.
    pub was_overtaken: bool,
}

#[derive(Debug, Error)]
pub enum ProduceError {
    #[error("what happened cannot be read")]
    Source(#[source] SourceError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for ProduceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Unreadable(error) => Self::Unreadable(error),
        }
    }
}

/// Makes deliveries. Several processes may each have one.
pub struct Producer {
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Producer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").finish_non_exhaustive()
    }
}

/// Deliveries after which a write takes no further commit.
const ENOUGH: usize = 500;
/// More than the writers that meet at one lane.
const TRIES: usize = 50;

impl Producer {
    /// Begins behind `place` if nothing was read yet: for an installation that had a history
    /// before it had webhooks.
    pub fn begin(&self, place: u64) -> Result<(), ProduceError> {
        self.records.write_records(&[put_cursor(Cursor { place }, Version(0))])?;
        Ok(())
    }

    /// Reads on in `source`, at most `limit`, and makes a delivery for every active endpoint that
    /// wants a message.
    pub fn tick(&self, source: &dyn Source, limit: usize) -> Result<Progress, ProduceError> {
        let (cursor, version) = self.cursor()?;
        let told = source.next(cursor.place, limit).map_err(ProduceError::Source)?;
        let mut batch = Batch::default();
        let mut progress = Progress::default();
        let mut place = cursor.place;
        for told in &told {
            if ENOUGH <= batch.deliveries.len() {
                break;
            }
            self.add(&mut batch, told)?;
            place = place.max(told.place);
            progress.told = progress.told.saturating_add(1);
        }
        if place == cursor.place {
            return Ok(progress);
        }
        let made = self.unknown(batch.deliveries)?;
        progress.deliveries = made.len();
        // A lane moves with every attempt: only one that another producer is ahead of gives up.
        for _ in 0..TRIES {
            let mut changes = vec![put_cursor(Cursor { place }, version)];
            changes.extend(made.values().flat_map(Delivery::changes));
            changes.extend(self.woken(&made)?.iter().map(Lane::put));
            if self.records.write_records(&changes)? {
                return Ok(progress);
            }
            if self.cursor()?.1 != version {
                break;
            }
        }
        Ok(Progress { was_overtaken: true, ..Progress::default() })
    }

    fn add(&self, batch: &mut Batch, told: &Told) -> Result<(), ProduceError> {
        if told.messages.is_empty() {
            return Ok(());
        }
        if !batch.endpoints.contains_key(&told.shop) {
            let endpoints = self.active(&told.shop)?;
            batch.endpoints.insert(told.shop.clone(), endpoints);
        }
        let now = self.clock.now();
        let endpoints = batch.endpoints.get(&told.shop).map_or(&[][..], Vec::as_slice);
        for (index, message) in (0_u64..).zip(&told.messages) {
            let order = told.place.saturating_mul(1_000).saturating_add(index.min(999));
            for endpoint in endpoints.iter().filter(|it| it.wants(message)) {
                let millisecond = i64::try_from(batch.deliveries.len()).unwrap_or(999).min(999);
                let entry = Entry { now, millisecond, order };
                batch.deliveries.push(Delivery::new(&told.shop, &endpoint.id, message, entry));
            }
        }
        Ok(())
    }

    /// Leaves out what was made before, as happens when a source tells something twice.
    fn unknown(
        &self,
        deliveries: Vec<Delivery>,
    ) -> Result<BTreeMap<DeliveryId, Delivery>, ProduceError> {
        let keys: Vec<RecordKey> =
            deliveries.iter().map(|it| Delivery::key(&it.shop, &it.id)).collect();
        let known = self.records.records(&keys)?;
        let made = deliveries.into_iter().zip(known).filter(|(_, known)| known.is_none());
        Ok(made.map(|(it, _)| (it.id.clone(), it)).collect())
    }

    /// The lanes of the deliveries' endpoints, as they are at this moment, woken.
    fn woken(&self, made: &BTreeMap<DeliveryId, Delivery>) -> Result<Vec<Lane>, ProduceError> {
        let endpoints: BTreeMap<&EndpointId, &ShopId> =
            made.values().map(|it| (&it.endpoint, &it.shop)).collect();
        let keys: Vec<RecordKey> = endpoints.keys().map(|it| Lane::key(it)).collect();
        let found = self.records.records(&keys)?;
        let mut lanes = Vec::with_capacity(found.len());
        for ((endpoint, shop), found) in endpoints.into_iter().zip(&found) {
            let mut lane = match found {
                Some(record) => Lane::read(record)?,
                // The endpoint was removed this very moment. A run clears what waits for it.
                None => Lane::idle(shop, endpoint),
            };
            lane.wake(Wake::Message, self.clock.now());
            lanes.push(lane);
        }
        Ok(lanes)
    }

    fn active(&self, shop: &ShopId) -> Result<Vec<Endpoint>, ProduceError> {
        let page = RecordPage {
            mark: Some(EndpointState::Active.code().to_owned()),
            ..RecordPage::of(endpoint::KIND, shop.as_str(), Endpoints::MOST.saturating_mul(2))
        };
        let found = self.records.list_records(&page)?;
        Ok(found.iter().map(Endpoint::read).collect::<Result<_, _>>()?)
    }

    fn cursor(&self) -> Result<(Cursor, Version), ProduceError> {
        let found = self.records.records(&[cursor_key()])?;
        let Some(record) = found.iter().flatten().next() else {
            return Ok((Cursor { place: 0 }, Version(0)));
        };
        Ok((stored::decode::<Cursor>(record)?, record.version))
    }
}

#[derive(Default)]
struct Batch {
    endpoints: BTreeMap<ShopId, Vec<Endpoint>>,
    deliveries: Vec<Delivery>,
}

/// The last place that was read.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Cursor {
    place: u64,
}

fn cursor_key() -> RecordKey {
    RecordKey::of_all("webhook-cursor", "feed")
}

fn put_cursor(cursor: Cursor, expected: Version) -> RecordChange {
    let draft = Draft {
        key: cursor_key(),
        rank: 0,
        marks: std::collections::BTreeSet::new(),
        body: stored::encode(&cursor),
    };
    RecordChange::Put { draft, expected: Some(expected) }
}

/// How far the producers have come: the last place read, 0 before the first.
///
/// What lies behind it in the feed may be forgotten.
pub fn produced_up_to(records: &dyn Records) -> Result<u64, Failure> {
    let found = records.records(&[cursor_key()])?;
    let cursor = found.iter().flatten().next().map(stored::decode::<Cursor>).transpose()?;
    Ok(cursor.map_or(0, |it: Cursor| it.place))
}
