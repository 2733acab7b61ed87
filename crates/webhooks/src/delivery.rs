//! A message on its way to one endpoint.

use std::collections::BTreeSet;

use kernel::{Choice, ShopId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordChange, RecordKey, Version};

use crate::{
    DeliveryId, EndpointId, EventType, Message, MessageId, schedule,
    send::Answer,
    stored::{self, Unreadable},
};

pub(crate) const KIND: &str = "delivery";
/// What waits to be sent, by due second; one beside each pending delivery.
pub(crate) const QUEUE_KIND: &str = "delivery-queue";

/// Attempts remembered of one delivery, the latest ones.
const MOST_ATTEMPTS: usize = 40;

kernel::choice! {
    pub enum DeliveryState {
        /// Waits for its first or next attempt.
        Pending = "pending",
        Delivered = "delivered",
        /// Given up. A person may replay it.
        Failed = "failed",
    }
}

kernel::choice! {
    /// Why an attempt failed.
    pub enum Fault {
        /// The URL is against the rules of the installation.
        Url = "url",
        /// The host leads to an address that may not be reached.
        Address = "address",
        /// The host has no address.
        Name = "name",
        /// There was no connection, or it broke before an answer came. TLS is part of it.
        Connection = "connection",
        Timeout = "timeout",
        /// The receiver answered with something else than 2xx.
        Status = "status",
        /// The endpoint's secrets could not be opened.
        Secret = "secret",
        /// The endpoint was removed before the message could be sent.
        Removed = "removed",
    }
}

/// One try to deliver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    pub at: Timestamp,
    pub took_ms: u64,
    /// Of HTTP, if there was an answer.
    pub status: Option<u16>,
    /// `None`: the message was taken.
    pub fault: Option<Fault>,
    /// What a person needs to know of the fault, in English.
    pub detail: String,
    /// At most the first 1,024 bytes of the answer's body, without control characters.
    pub answer: String,
}

/// A message for one endpoint, with all that was tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub version: Version,
    pub shop: ShopId,
    pub endpoint: EndpointId,
    pub message: MessageId,
    pub event_type: EventType,
    /// The body as it is sent: JSON.
    pub payload: String,
    pub state: DeliveryState,
    pub created: Timestamp,
    /// When the next attempt is to be made; `None` if there is none.
    pub due: Option<Timestamp>,
    /// When it was delivered or given up.
    pub finished: Option<Timestamp>,
    /// Attempts since it was made or last replayed.
    pub tries: u32,
    /// All attempts, oldest first; of very many, the latest.
    pub attempts: Vec<Attempt>,
    /// Place among others that are due in the same second.
    pub(crate) order: u64,
    /// Milliseconds; where it stands in lists.
    pub(crate) rank: i64,
}

impl Delivery {
    pub(crate) fn new(shop: &ShopId, endpoint: &EndpointId, message: &Message, it: Entry) -> Self {
        Self {
            id: DeliveryId::of(endpoint, &message.id),
            version: Version(0),
            shop: shop.clone(),
            endpoint: endpoint.clone(),
            message: message.id.clone(),
            event_type: message.event_type.clone(),
            payload: message.payload(),
            state: DeliveryState::Pending,
            created: it.now,
            due: Some(it.now),
            finished: None,
            tries: 0,
            attempts: Vec::new(),
            order: it.order,
            rank: it.now.epoch_seconds().saturating_mul(1_000).saturating_add(it.millisecond),
        }
    }

    /// For [`crate::DeliveryPage::after`].
    pub fn cursor(&self) -> (i64, String) {
        (self.rank, self.id.to_string())
    }

    pub(crate) fn key(shop: &ShopId, id: &DeliveryId) -> RecordKey {
        RecordKey::of_shop(KIND, shop, id.as_str())
    }

    fn queue_key(&self) -> RecordKey {
        RecordKey::of_shop(QUEUE_KIND, &self.shop, format!("{:020}-{}", self.order, self.id))
    }

    /// Writes the delivery on top of the version it was read at, and what waits in the queue.
    pub(crate) fn changes(&self) -> [RecordChange; 2] {
        let queued = match self.due {
            Some(due) => {
                let marks = BTreeSet::from([self.endpoint.to_string()]);
                let rank = if self.is_ping() { 0 } else { due.epoch_seconds() };
                let body = stored::encode(&Queued { delivery: self.id.to_string() });
                let draft = Draft { key: self.queue_key(), rank, marks, body };
                RecordChange::Put { draft, expected: None }
            }
            None => RecordChange::Drop { key: self.queue_key(), expected: None },
        };
        [self.put(), queued]
    }

    /// Writes the delivery alone, on top of the version it was read at.
    pub(crate) fn put(&self) -> RecordChange {
        RecordChange::Put { draft: self.draft(), expected: Some(self.version) }
    }

    /// Forgets the delivery and what waits of it.
    pub(crate) fn drops(&self) -> [RecordChange; 2] {
        [
            RecordChange::Drop {
                key: Self::key(&self.shop, &self.id),
                expected: Some(self.version),
            },
            RecordChange::Drop { key: self.queue_key(), expected: None },
        ]
    }

    /// Somebody waits in front of the screen for it.
    fn is_ping(&self) -> bool {
        self.event_type == EventType::ping() && self.tries == 0
    }

    /// Remembers an attempt that does not count: somebody else decides what comes next.
    pub(crate) fn remember(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        let surplus = self.attempts.len().saturating_sub(MOST_ATTEMPTS);
        self.attempts.drain(..surplus);
    }

    /// What an attempt means: done, to be tried again, or given up.
    pub(crate) fn conclude(&mut self, answer: &Answer, now: Timestamp) {
        self.remember(answer.attempt.clone());
        if self.state != DeliveryState::Pending {
            return;
        }
        self.tries = self.tries.saturating_add(1);
        if answer.attempt.fault.is_none() {
            self.finish(DeliveryState::Delivered, now);
            return;
        }
        let wait = schedule::wait_after(self.tries, self.id.as_str());
        match wait.filter(|_| !answer.is_gone()) {
            Some(wait) => {
                let asked = answer.retry_after.unwrap_or(Span::ZERO);
                self.due = Some(now.plus(wait.max(asked)));
            }
            None => self.finish(DeliveryState::Failed, now),
        }
    }

    pub(crate) fn finish(&mut self, state: DeliveryState, now: Timestamp) {
        self.state = state;
        self.due = None;
        self.finished = Some(now);
    }

    /// Begins the schedule anew.
    pub(crate) fn replay(&mut self, now: Timestamp) {
        self.state = DeliveryState::Pending;
        self.tries = 0;
        self.due = Some(now);
        self.finished = None;
    }

    pub(crate) fn draft(&self) -> Draft {
        let stored = Stored {
            endpoint: self.endpoint.to_string(),
            message: self.message.to_string(),
            event_type: self.event_type.to_string(),
            payload: self.payload.clone(),
            state: self.state.code().to_owned(),
            created: self.created.epoch_seconds(),
            due: self.due.map(Timestamp::epoch_seconds),
            finished: self.finished.map(Timestamp::epoch_seconds),
            tries: self.tries,
            attempts: self.attempts.iter().map(StoredAttempt::of).collect(),
            order: self.order,
        };
        let (endpoint, state) = (Some(&self.endpoint), Some(self.state));
        let marks = [mark(endpoint, None), mark(None, state), mark(endpoint, state)];
        Draft {
            key: Self::key(&self.shop, &self.id),
            rank: self.rank,
            marks: marks.into_iter().flatten().collect(),
            body: stored::encode(&stored),
        }
    }

    pub(crate) fn read(record: &Record) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable::of(&record.draft.key);
        let it: Stored = stored::decode(record)?;
        let attempts: Option<Vec<Attempt>> = it.attempts.iter().map(StoredAttempt::read).collect();
        Ok(Self {
            id: DeliveryId::parse(&record.draft.key.id).ok_or_else(unreadable)?,
            version: record.version,
            shop: stored::shop(record)?,
            endpoint: EndpointId::parse(&it.endpoint).ok_or_else(unreadable)?,
            message: MessageId::parse(&it.message).ok_or_else(unreadable)?,
            event_type: EventType::new(&it.event_type).map_err(|_| unreadable())?,
            payload: it.payload,
            state: DeliveryState::from_code(&it.state).ok_or_else(unreadable)?,
            created: Timestamp::from_epoch_seconds(it.created),
            due: it.due.map(Timestamp::from_epoch_seconds),
            finished: it.finished.map(Timestamp::from_epoch_seconds),
            tries: it.tries,
            attempts: attempts.ok_or_else(unreadable)?,
            order: it.order,
            rank: record.draft.rank,
        })
    }
}

/// Where a new delivery comes in lists and queues.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) now: Timestamp,
    /// `0..=999`.
    pub(crate) millisecond: i64,
    /// Its place in the source and, within, among the messages told there.
    pub(crate) order: u64,
}

/// What a list of deliveries is narrowed by; `None` if it is not.
pub(crate) fn mark(endpoint: Option<&EndpointId>, state: Option<DeliveryState>) -> Option<String> {
    match (endpoint, state) {
        (None, None) => None,
        (Some(endpoint), None) => Some(endpoint.to_string()),
        (None, Some(state)) => Some(state.code().to_owned()),
        (Some(endpoint), Some(state)) => Some(format!("{endpoint}:{state}")),
    }
}

/// The delivery that an entry of a queue is about.
pub(crate) fn queued(record: &Record) -> Result<DeliveryId, Unreadable> {
    let it: Queued = stored::decode(record)?;
    DeliveryId::parse(&it.delivery).ok_or_else(|| Unreadable::of(&record.draft.key))
}

#[derive(Serialize, Deserialize)]
struct Queued {
    delivery: String,
}

/// Instants are epoch seconds, choices their codes.
#[derive(Serialize, Deserialize)]
struct Stored {
    endpoint: String,
    message: String,
    event_type: String,
    payload: String,
    state: String,
    created: i64,
    due: Option<i64>,
    finished: Option<i64>,
    tries: u32,
    attempts: Vec<StoredAttempt>,
    order: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredAttempt {
    at: i64,
    took_ms: u64,
    status: Option<u16>,
    fault: Option<String>,
    detail: String,
    answer: String,
}

impl StoredAttempt {
    fn of(attempt: &Attempt) -> Self {
        Self {
            at: attempt.at.epoch_seconds(),
            took_ms: attempt.took_ms,
            status: attempt.status,
            fault: attempt.fault.map(|it| it.code().to_owned()),
            detail: attempt.detail.clone(),
            answer: attempt.answer.clone(),
        }
    }

    fn read(&self) -> Option<Attempt> {
        let fault = match &self.fault {
            Some(code) => Some(Fault::from_code(code)?),
            None => None,
        };
        Some(Attempt {
            at: Timestamp::from_epoch_seconds(self.at),
            took_ms: self.took_ms,
            status: self.status,
            fault,
            detail: self.detail.clone(),
            answer: self.answer.clone(),
        })
    }
}
