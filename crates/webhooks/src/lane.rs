//! When something of an endpoint is due, who works on it, and how it has been going.
//!
//! **Invariant:** whoever puts something into an endpoint's queue writes its lane in the same
//! write, on top of the version it read. So a claim is never given up while something that came
//! meanwhile stays unseen.

use std::collections::BTreeSet;

use kernel::{ShopId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, StoreError, Version};

use crate::{
    EndpointId, schedule,
    stored::{self, Unreadable},
};

/// One list for the whole installation; ranks are due seconds.
pub(crate) const KIND: &str = "delivery-due";

/// The rank of a lane in which nothing is due.
const IDLE: i64 = i64::MAX;

/// The lane of one endpoint. There is one as long as there is an endpoint or a delivery to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lane {
    pub(crate) endpoint: EndpointId,
    pub(crate) shop: ShopId,
    pub(crate) version: Version,
    /// When somebody has to look; when the claim ends, if it is claimed. Epoch seconds.
    due: i64,
    claim: Option<String>,
    pub(crate) failing_since: Option<Timestamp>,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Until when the endpoint is left alone.
    rest_until: Option<Timestamp>,
}

/// Who wakes a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wake {
    /// A message came: not before the endpoint's rest is over.
    Message,
    /// A person asked: now.
    Person,
}

impl Lane {
    pub(crate) fn idle(shop: &ShopId, endpoint: &EndpointId) -> Self {
        Self {
            endpoint: endpoint.clone(),
            shop: shop.clone(),
            version: Version(0),
            due: IDLE,
            claim: None,
            failing_since: None,
            failures: 0,
            rest_until: None,
        }
    }

    pub(crate) fn key(endpoint: &EndpointId) -> RecordKey {
        RecordKey::of_all(KIND, endpoint.as_str())
    }

    /// Lanes that are due at `now`, the longest waiting first.
    pub(crate) fn due_page(now: Timestamp, after: Option<&Self>, limit: usize) -> RecordPage {
        let after = after.map(|it| (it.due, it.endpoint.to_string()));
        RecordPage { most: now.epoch_seconds(), after, ..RecordPage::of(KIND, "", limit) }
    }

    /// All lanes, in the order of [`Self::due_page`].
    pub(crate) fn page(after: Option<(i64, String)>, limit: usize) -> RecordPage {
        RecordPage { after, ..RecordPage::of(KIND, "", limit) }
    }

    pub(crate) fn load(
        records: &dyn Records,
        endpoint: &EndpointId,
    ) -> Result<Option<Self>, Failure> {
        let found = records.records(&[Self::key(endpoint)])?;
        Ok(found.iter().flatten().next().map(Self::read).transpose()?)
    }

    pub(crate) fn wake(&mut self, wake: Wake, now: Timestamp) {
        if wake == Wake::Person {
            self.rest_until = None;
        }
        if self.claim.is_none() {
            let rest = self.rest_until.unwrap_or(now).max(now);
            self.due = self.due.min(rest.epoch_seconds());
        }
    }

    /// Forgets that it went badly: the endpoint is a different one now.
    pub(crate) fn forgive(&mut self) {
        self.failing_since = None;
        self.failures = 0;
        self.rest_until = None;
    }

    pub(crate) fn claim(&mut self, token: &str, until: Timestamp) {
        self.claim = Some(token.to_owned());
        self.due = until.epoch_seconds();
    }

    pub(crate) fn is_claimed_by(&self, token: &str) -> bool {
        self.claim.as_deref() == Some(token)
    }

    /// Ends the claim; `next` is when the first in the queue is due.
    pub(crate) fn release(&mut self, next: Option<Timestamp>) {
        self.claim = None;
        let next = next.map(|it| self.rest_until.map_or(it, |rest| rest.max(it)));
        self.due = next.map_or(IDLE, Timestamp::epoch_seconds);
    }

    pub(crate) fn succeeded(&mut self) {
        self.forgive();
    }

    /// Says whether it went on for too long.
    pub(crate) fn failed(&mut self, asked: Option<Span>, now: Timestamp) -> bool {
        self.failures = self.failures.saturating_add(1);
        let rest = schedule::rest_after(self.failures).max(asked.unwrap_or(Span::ZERO));
        self.rest_until = (Span::ZERO < rest).then(|| now.plus(rest));
        let since = *self.failing_since.get_or_insert(now);
        schedule::PATIENCE <= now.since(since)
    }

    pub(crate) fn is_resting(&self, now: Timestamp) -> bool {
        self.rest_until.is_some_and(|it| now < it)
    }

    /// Writes the lane on top of the version it was read at.
    pub(crate) fn put(&self) -> RecordChange {
        let stored = Stored {
            shop: self.shop.to_string(),
            claim: self.claim.clone(),
            failing_since: self.failing_since.map(Timestamp::epoch_seconds),
            failures: self.failures,
            rest_until: self.rest_until.map(Timestamp::epoch_seconds),
        };
        let draft = Draft {
            key: Self::key(&self.endpoint),
            rank: self.due,
            marks: BTreeSet::new(),
            body: stored::encode(&stored),
        };
        RecordChange::Put { draft, expected: Some(self.version) }
    }

    pub(crate) fn drops(&self) -> RecordChange {
        RecordChange::Drop { key: Self::key(&self.endpoint), expected: Some(self.version) }
    }

    pub(crate) fn read(record: &Record) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable::of(&record.draft.key);
        let it: Stored = stored::decode(record)?;
        Ok(Self {
            endpoint: EndpointId::parse(&record.draft.key.id).ok_or_else(unreadable)?,
            shop: ShopId::new(it.shop).map_err(|_| unreadable())?,
            version: record.version,
            due: record.draft.rank,
            claim: it.claim,
            failing_since: it.failing_since.map(Timestamp::from_epoch_seconds),
            failures: it.failures,
            rest_until: it.rest_until.map(Timestamp::from_epoch_seconds),
        })
    }
}

/// What stands in the way of reading: the store, or what was kept in it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Instants are epoch seconds.
#[derive(Serialize, Deserialize)]
struct Stored {
    shop: String,
    claim: Option<String>,
    failing_since: Option<i64>,
    failures: u32,
    rest_until: Option<i64>,
}
