//! Following the feed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dossier::{Body, Dossier, Event};
use kernel::{CaseNo, Choice as _, DossierKey, ShopId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use store::{
    Database, Draft, Fed, Record, RecordChange, RecordKey, Recorded, Records, StoreError, Version,
    Wanted,
};
use thiserror::Error;

use crate::{
    Segment, Sums,
    counts::{Told, counts},
    segments::segments,
};

/// Sums of a shop and day.
pub(crate) const KIND: &str = "figures";
/// How far the feed was read.
const CURSOR: &str = "figures-place";

#[derive(Debug, Error)]
pub enum InsightError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("what is kept under `{0}` cannot be read")]
    Unreadable(String, #[source] serde_json::Error),
    #[error("sums cannot be written")]
    Unwritable(#[source] serde_json::Error),
    #[error("an order's history cannot be read")]
    History(#[from] codec::DecodeError),
}

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Commits counted.
    pub counted: usize,
    /// Another process was faster; what was counted here was not written.
    pub was_overtaken: bool,
}

/// Adds up what happened, behind everybody who makes it happen.
pub struct Reader {
    pub database: Arc<dyn Database>,
    /// Where days begin.
    pub zone: Zone,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("zone", &self.zone).finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    place: u64,
}

/// The place in the feed up to which everything was counted: what lies before may be trimmed.
pub fn read_up_to(records: &dyn Records) -> Result<u64, InsightError> {
    Ok(cursor(records)?.1.place)
}

fn cursor(records: &dyn Records) -> Result<(Version, Place), InsightError> {
    match records.records(&[RecordKey::of_all(CURSOR, "feed")])?.pop().flatten() {
        Some(record) => Ok((record.version, read(&record)?)),
        None => Ok((Version(0), Place::default())),
    }
}

pub(crate) fn read<T: for<'de> Deserialize<'de>>(record: &Record) -> Result<T, InsightError> {
    serde_json::from_str(&record.draft.body)
        .map_err(|source| InsightError::Unreadable(record.draft.key.id.clone(), source))
}

type Days = BTreeMap<(ShopId, i64), Sums>;

impl Reader {
    /// Counts at most `limit` more commits. Zero counted: it has caught up.
    pub fn step(&self, limit: usize) -> Result<Progress, InsightError> {
        let (version, place) = cursor(&*self.database)?;
        let fed = self.database.feed(place.place, limit)?;
        let Some(last) = fed.last() else {
            return Ok(Progress { counted: 0, was_overtaken: false });
        };
        let days = self.days(&fed)?;
        let mut changes =
            vec![put(RecordKey::of_all(CURSOR, "feed"), version, &Place { place: last.place })?];
        let days: Vec<((ShopId, i64), Sums)> = days.into_iter().collect();
        let keys: Vec<RecordKey> = days.iter().map(|((shop, day), _)| key(shop, *day)).collect();
        for (((_, day), added), found) in days.iter().zip(self.database.records(&keys)?) {
            let (version, mut sums) = match &found {
                Some(record) => (record.version, read::<Sums>(record)?),
                None => (Version(0), Sums::default()),
            };
            sums.add_all(added);
            let nth = changes.len().saturating_sub(1);
            let Some(key) = keys.get(nth) else { continue };
            changes.push(ranked(put(key.clone(), version, &sums)?, *day));
        }
        let is_written = self.database.write_records(&changes)?;
        Ok(Progress { counted: fed.len(), was_overtaken: !is_written })
    }

    fn days(&self, fed: &[Fed]) -> Result<Days, InsightError> {
        let mut days = Days::new();
        let mut bodies: BTreeMap<&DossierKey, Option<Box<Body>>> = BTreeMap::new();
        for it in fed {
            let before = Version(it.version.0.saturating_sub(1));
            let commit = self.database.history(&it.dossier, before, 1)?;
            let Some(commit) = commit.first() else { continue };
            if !bodies.contains_key(&it.dossier) {
                bodies.insert(&it.dossier, self.body(&it.dossier)?);
            }
            let Some(Some(body)) = bodies.get(&it.dossier) else { continue };
            let sums = self.counted(&it.dossier, commit, body)?;
            if !sums.is_empty() {
                let day = self.day(commit.at);
                days.entry((it.dossier.shop.clone(), day)).or_default().add_all(&sums);
            }
        }
        Ok(days)
    }

    fn counted(
        &self,
        key: &DossierKey,
        commit: &Recorded,
        body: &Body,
    ) -> Result<Sums, InsightError> {
        let events = codec::decode_events(&commit.events)?;
        let told = Told {
            by: &commit.actor,
            events: &events,
            body,
            is_first: commit.version == Version(1),
            was_closed: is_closing(&events) && self.was_closed_before(key, commit.version)?,
        };
        let mut ended = Vec::new();
        let mut sums = counts(&told, &mut ended);
        for case in BTreeSet::from_iter(ended) {
            self.add_segments(&mut sums, (key, &case), body)?;
        }
        Ok(sums)
    }

    /// Whether a commit before `version` said that receipt was confirmed.
    fn was_closed_before(&self, key: &DossierKey, version: Version) -> Result<bool, InsightError> {
        let n_before = usize::try_from(version.0.saturating_sub(1)).unwrap_or(usize::MAX);
        for commit in self.database.history(key, Version(0), n_before)? {
            if is_closing(&codec::decode_events(&commit.events)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn add_segments(
        &self,
        sums: &mut Sums,
        (key, no): (&DossierKey, &CaseNo),
        body: &Body,
    ) -> Result<(), InsightError> {
        let Some(case) = body.case(no) else { return Ok(()) };
        let history = self.database.history(key, Version(0), usize::MAX)?;
        let Some(parts) = segments(&history, no, case.opened_at)? else { return Ok(()) };
        sums.count("segments");
        for (segment, took) in Segment::ALL.iter().zip(parts) {
            sums.add(format!("segment-seconds.{}", segment.code()), took);
        }
        Ok(())
    }

    /// The order as it stands; `None` if there is none to be read.
    fn body(&self, key: &DossierKey) -> Result<Option<Box<Body>>, InsightError> {
        let Ok(command) = kernel::CommandKey::new("read") else { return Ok(None) };
        let wanted = Wanted { dossier: key.clone(), command };
        let Some(loaded) = self.database.load(&[wanted])?.pop() else { return Ok(None) };
        let dossier = if let Ok(dossier) = codec::decode_state(&loaded.state) {
            dossier
        } else {
            let history = self.database.history(key, Version(0), usize::MAX)?;
            codec::replay(history.iter().map(|it| it.events.as_str()))?
        };
        Ok(match dossier {
            Dossier::Open(body) => Some(body),
            Dossier::Absent | Dossier::Stopped { .. } => None,
        })
    }

    fn day(&self, at: Timestamp) -> i64 {
        self.zone.days_between(Timestamp::from_epoch_seconds(0), at)
    }
}

/// Whether the events say that receipt was confirmed.
fn is_closing(events: &[Event]) -> bool {
    let confirms =
        |it: &Event| matches!(it, Event::OrderRecorded { order } if order.confirmed_at.is_some());
    events.iter().any(confirms)
}

pub(crate) fn key(shop: &ShopId, day: i64) -> RecordKey {
    RecordKey::of_shop(KIND, shop, format!("{day:06}"))
}

fn put<T: Serialize>(
    key: RecordKey,
    expected: Version,
    body: &T,
) -> Result<RecordChange, InsightError> {
    let body = serde_json::to_string(body).map_err(InsightError::Unwritable)?;
    let draft = Draft { key, rank: 0, marks: BTreeSet::new(), body };
    Ok(RecordChange::Put { draft, expected: Some(expected) })
}

fn ranked(change: RecordChange, rank: i64) -> RecordChange {
    match change {
        RecordChange::Put { draft, expected } => {
            RecordChange::Put { draft: Draft { rank, ..draft }, expected }
        }
        drop @ RecordChange::Drop { .. } => drop,
    }
}
