//! The audit trail: who did what, and who was not allowed to.
//!
//! **Invariant:** entries are only ever added. Within a process they are in the order in which they
//! were noted, also within a second and also when the clock is set back; between processes they are
//! in order of their clocks' seconds.

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use kernel::{ActorId, Clock, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RecordChange, RecordKey, RecordPage};

use crate::{
    Failure, address,
    desk::{self, Desk, Kept},
    secret, spelled,
};

/// What an entry's rank counts: room for a million entries of a process in each second.
const PER_SECOND: i64 = 1_000_000;

/// What is to be written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// `None` for what concerns the installation.
    pub shop: Option<ShopId>,
    pub who: ActorId,
    /// The code of a permission or a command.
    pub what: String,
    /// The order, case, user or key it was about; nothing personal.
    pub on: String,
    pub outcome: Outcome,
    /// If it was about money.
    pub amount_fen: Option<i64>,
    /// Of the request that asked.
    pub request: String,
    pub address: Option<IpAddr>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Allowed,
    /// With the code of the refusal.
    Denied(String),
}

/// What was written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    pub place: AuditPlace,
    pub at: Timestamp,
    pub who: ActorId,
    pub what: String,
    pub on: String,
    pub outcome: Outcome,
    pub amount_fen: Option<i64>,
    pub request: String,
    /// A network of many addresses, such as `203.0.113.0/24`.
    pub address: Option<String>,
}

/// Where an entry stands in the trail; also a cursor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AuditPlace {
    pub rank: i64,
    pub id: String,
}

/// Which entries are asked for; all of a shop if nothing is said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditFilter {
    pub who: Option<ActorId>,
    pub what: Option<String>,
    /// Included.
    pub from: Option<Timestamp>,
    /// Not included.
    pub to: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct AuditBody {
    rank: i64,
    at: i64,
    #[serde(with = "spelled::text")]
    who: ActorId,
    what: String,
    on: String,
    outcome: Outcome,
    amount_fen: Option<i64>,
    request: String,
    address: Option<String>,
}

impl Kept for AuditBody {
    const KIND: &'static str = "audit";

    fn rank(&self) -> i64 {
        self.rank
    }

    fn marks(&self) -> BTreeSet<String> {
        let marks = [
            mark(Some(&self.who), None),
            mark(None, Some(&self.what)),
            mark(Some(&self.who), Some(&self.what)),
        ];
        marks.into_iter().flatten().collect()
    }
}

/// Writes the trail and reads it.
#[derive(Debug)]
pub struct Audit {
    desk: Desk,
    clock: Shown,
    last: AtomicI64,
}

impl Audit {
    pub(crate) fn new(desk: Desk, clock: Arc<dyn Clock>) -> Self {
        Self { desk, clock: Shown(clock), last: AtomicI64::new(i64::MIN) }
    }

    /// Writes an entry; durable when this returns. Whatever is too long is cut.
    pub fn note(&self, note: &Note) -> Result<AuditPlace, Failure> {
        let (place, change) = self.entry(note)?;
        self.write(&[change])?;
        Ok(place)
    }

    /// Writes entries in one go, all or none.
    pub fn note_all(&self, notes: &[Note]) -> Result<(), Failure> {
        let changes = notes.iter().map(|it| self.entry(it).map(|(_, change)| change));
        self.write(&changes.collect::<Result<Vec<_>, _>>()?)
    }

    fn write(&self, changes: &[RecordChange]) -> Result<(), Failure> {
        if self.desk.write(changes)? { Ok(()) } else { Err(Failure::Contended) }
    }

    fn entry(&self, note: &Note) -> Result<(AuditPlace, RecordChange), Failure> {
        let now = self.clock.0.now();
        let body = AuditBody {
            rank: self.next_rank(now),
            at: now.epoch_seconds(),
            who: note.who.clone(),
            what: cut(&note.what, 60),
            on: cut(&note.on, 300),
            outcome: match &note.outcome {
                Outcome::Allowed => Outcome::Allowed,
                Outcome::Denied(code) => Outcome::Denied(cut(code, 60)),
            },
            amount_fen: note.amount_fen,
            request: cut(&note.request, 100),
            address: note.address.map(address::prefix),
        };
        let id = secret::name()?;
        let shop = note.shop.as_ref().map(ToString::to_string).unwrap_or_default();
        let key = RecordKey { kind: AuditBody::KIND.to_owned(), shop, id: id.clone() };
        let change = desk::make(key, &body)?;
        Ok((AuditPlace { rank: body.rank, id }, change))
    }

    /// Entries of a shop, or of the installation if it is `None`, newest first. Who may read them
    /// is for the caller to say.
    pub fn entries(
        &self,
        shop: Option<&ShopId>,
        filter: &AuditFilter,
        after: Option<&AuditPlace>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, Failure> {
        let mut page = RecordPage::of(
            AuditBody::KIND,
            shop.map(ToString::to_string).unwrap_or_default(),
            limit,
        );
        page.descending = true;
        page.mark = mark(filter.who.as_ref(), filter.what.as_deref());
        page.after = after.map(|it| (it.rank, it.id.clone()));
        let rank = |it: Timestamp| it.epoch_seconds().saturating_mul(PER_SECOND);
        page.least = filter.from.map_or(i64::MIN, rank);
        page.most = filter.to.map_or(i64::MAX, |it| rank(it).saturating_sub(1));
        let found = self.desk.list::<AuditBody>(&page)?;
        Ok(found.into_iter().map(|it| it.body.shown(it.key.id)).collect())
    }

    fn next_rank(&self, now: Timestamp) -> i64 {
        let least = now.epoch_seconds().saturating_mul(PER_SECOND);
        let next = |last: i64| least.max(last.saturating_add(1));
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| Some(next(it)));
        next(last.unwrap_or(i64::MIN))
    }
}

impl AuditBody {
    fn shown(self, id: String) -> AuditEntry {
        AuditEntry {
            place: AuditPlace { rank: self.rank, id },
            at: Timestamp::from_epoch_seconds(self.at),
            who: self.who,
            what: self.what,
            on: self.on,
            outcome: self.outcome,
            amount_fen: self.amount_fen,
            request: self.request,
            address: self.address,
        }
    }
}

fn mark(who: Option<&ActorId>, what: Option<&str>) -> Option<String> {
    let what = what.map(|it| cut(it, 60));
    match (who, what) {
        (None, None) => None,
        (Some(who), None) => Some(format!("who:{who}")),
        (None, Some(what)) => Some(format!("what:{what}")),
        (Some(who), Some(what)) => Some(format!("both:{who} {what}")),
    }
}

/// At most so many bytes, and no control characters.
fn cut(text: &str, most: usize) -> String {
    let text: String = text.chars().filter(|it| !it.is_control()).take(most).collect();
    text.get(..text.floor_char_boundary(most)).unwrap_or_default().to_owned()
}

/// A clock, where `Debug` is asked for.
pub(crate) struct Shown(pub(crate) Arc<dyn Clock>);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
