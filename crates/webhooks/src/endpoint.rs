//! Where messages go.

use std::collections::BTreeSet;

use kernel::{Choice, ShopId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordChange, RecordKey, Version};

use crate::{
    EndpointId, EventType, Message, Pattern,
    stored::{self, Unreadable},
};

pub(crate) const KIND: &str = "webhook";

kernel::choice! {
    pub enum EndpointState {
        Active = "active",
        /// A person switched it off.
        Disabled = "disabled",
        /// Nothing but failures for five days.
        DisabledFailing = "disabled-failing",
        /// The receiver answered that it is gone for good: 410.
        DisabledGone = "disabled-gone",
    }
}

/// How long an old secret goes on signing beside the new one: up to seven days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overlap(Span);

impl Overlap {
    /// The old secret ends at once.
    pub const NONE: Self = Self(Span::ZERO);

    /// `None` if negative, or more than seven days.
    pub fn new(span: Span) -> Option<Self> {
        (Span::ZERO..=Span::days(7)).contains(&span).then_some(Self(span))
    }
}

/// Where the messages of one shop go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    pub id: EndpointId,
    pub shop: ShopId,
    /// For `expected` of the next change. Attempts do not move it, disabling does.
    pub version: Version,
    pub url: String,
    pub description: String,
    /// Empty: everything.
    pub events: Vec<Pattern>,
    pub state: EndpointState,
    pub created: Timestamp,
    pub changed: Timestamp,
    /// When the first of the failures was that nothing but failures followed.
    pub failing_since: Option<Timestamp>,
    /// One or two, sealed; the newest first.
    pub(crate) secrets: Vec<Sealed>,
}

/// A secret as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sealed {
    pub(crate) text: String,
    /// `None`: it is the newest.
    pub(crate) expires: Option<Timestamp>,
}

impl Endpoint {
    pub(crate) fn key(shop: &ShopId, id: &EndpointId) -> RecordKey {
        RecordKey::of_shop(KIND, shop, id.as_str())
    }

    /// When the old secret of a rotation stops signing; `None` outside of a rotation.
    pub fn old_secret_expires(&self, now: Timestamp) -> Option<Timestamp> {
        self.secrets.iter().filter_map(|it| it.expires).filter(|it| now < *it).max()
    }

    /// Whether the message is for this endpoint. What happened before there was the endpoint is
    /// not.
    pub(crate) fn wants(&self, message: &Message) -> bool {
        self.state == EndpointState::Active
            && self.created <= message.at
            && self.wants_type(&message.event_type)
    }

    fn wants_type(&self, event_type: &EventType) -> bool {
        self.events.is_empty() || self.events.iter().any(|it| it.fits(event_type))
    }

    /// The secrets to sign with at `now`.
    pub(crate) fn signing(&self, now: Timestamp) -> impl Iterator<Item = &Sealed> {
        self.secrets.iter().filter(move |it| it.expires.is_none_or(|expires| now < expires))
    }

    /// Signs with `new` from now on. Of older ones the newest stays for `overlap`.
    pub(crate) fn rotate(&mut self, new: String, overlap: Overlap, now: Timestamp) {
        let old = self.secrets.drain(..).next();
        self.secrets.push(Sealed { text: new, expires: None });
        let old = old.filter(|_| overlap != Overlap::NONE);
        let expires = Some(now.plus(overlap.0));
        self.secrets.extend(old.map(|it| Sealed { text: it.text, expires }));
    }

    /// Writes the endpoint on top of the version it was read at.
    pub(crate) fn put(&self) -> RecordChange {
        RecordChange::Put { draft: self.draft(), expected: Some(self.version) }
    }

    fn draft(&self) -> Draft {
        let stored = Stored {
            url: self.url.clone(),
            description: self.description.clone(),
            events: self.events.iter().map(Pattern::to_string).collect(),
            state: self.state.code().to_owned(),
            created: self.created.epoch_seconds(),
            changed: self.changed.epoch_seconds(),
            secrets: self.secrets.iter().map(StoredSecret::of).collect(),
        };
        Draft {
            key: Self::key(&self.shop, &self.id),
            rank: self.created.epoch_seconds(),
            marks: BTreeSet::from([self.state.code().to_owned()]),
            body: stored::encode(&stored),
        }
    }

    /// `failing_since` is the lane's to know, and is not set.
    pub(crate) fn read(record: &Record) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable::of(&record.draft.key);
        let it: Stored = stored::decode(record)?;
        let events: Result<Vec<Pattern>, _> = it.events.iter().map(|it| it.parse()).collect();
        Ok(Self {
            id: EndpointId::parse(&record.draft.key.id).ok_or_else(unreadable)?,
            shop: stored::shop(record)?,
            version: record.version,
            url: it.url,
            description: it.description,
            events: events.map_err(|_| unreadable())?,
            state: EndpointState::from_code(&it.state).ok_or_else(unreadable)?,
            created: Timestamp::from_epoch_seconds(it.created),
            changed: Timestamp::from_epoch_seconds(it.changed),
            failing_since: None,
            secrets: it.secrets.into_iter().map(StoredSecret::read).collect(),
        })
    }
}

/// Instants are epoch seconds, choices their codes.
#[derive(Serialize, Deserialize)]
struct Stored {
    url: String,
    description: String,
    events: Vec<String>,
    state: String,
    created: i64,
    changed: i64,
    secrets: Vec<StoredSecret>,
}

#[derive(Serialize, Deserialize)]
struct StoredSecret {
    sealed: String,
    expires: Option<i64>,
}

impl StoredSecret {
    fn of(secret: &Sealed) -> Self {
        let expires = secret.expires.map(Timestamp::epoch_seconds);
        Self { sealed: secret.text.clone(), expires }
    }

    fn read(self) -> Sealed {
        let expires = self.expires.map(Timestamp::from_epoch_seconds);
        Sealed { text: self.sealed, expires }
    }
}
