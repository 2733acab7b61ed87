//! What we need of a database, and nothing a database could not give.
//!
//! A dossier's rows are written together or not at all, guarded by its version; everything else
//! here is a bounded read. The engine is the only writer.
//!
//! **Invariant:** the store does not know what an event, a state or a row body means. It moves
//! opaque bodies and keeps the columns it has to sort and search by; `codec` and `views` give them
//! meaning. A backend is therefore a few hundred lines of SQL and can be judged by the
//! conformance clauses alone.
//!
//! **Invariant:** no read is proportional to the number of dossiers. Pages have a limit and a
//! cursor, and are served from an index.
//!
//! Calls block. The engine gives the store threads of its own (`docs/decisions`).

#[cfg(feature = "conformance")]
pub mod conformance;
mod copy;
mod feed;
mod lease;
mod page;
mod record;
mod row;
mod seal;

use kernel::{ActorId, Bucket, CaseNo, CommandKey, DossierKey, ShopId, Timestamp};
use thiserror::Error;

pub use crate::{
    copy::{Copies, Dump, Finding, Spending},
    feed::{Fed, Feed},
    lease::{Beat, Epoch, Hold, Lease, Leases, Sharing, Tenure},
    page::{Attempt, CasePage, Cursor, DueEffect, DueTimer, Listed, TaskPage, Total},
    record::{
        Draft, Ending, Record, RecordChange, RecordKey, RecordPage, Records, Unfit, by_record,
        ending,
    },
    row::{CaseRow, EffectRow, EntryRow, RowChange, SpendRow, TaskRow, Term, TermKind, TimerRow},
    seal::Seal,
};

/// How many commits a dossier has had. Zero: there is no such dossier yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Version(pub u64);

/// A command somebody wants carried out, as far as the store cares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    pub dossier: DossierKey,
    pub command: CommandKey,
}

/// A dossier as the last commit left it, and the answer if this very command was given before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Loaded {
    pub version: Version,
    /// Empty if the dossier does not exist yet.
    pub state: Vec<u8>,
    /// Of the last commit; `None` if that was written before there were seals.
    pub seal: Option<Seal>,
    pub answered: Option<Answered>,
}

/// What a command was answered the first time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// Hash of the command's content: the same key with other content is a caller's mistake.
    pub fingerprint: u64,
    pub answer: String,
}

/// Everything one command changes in one dossier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    pub dossier: DossierKey,
    /// The version the decision stood on; the dossier's version becomes one more.
    pub expected: Version,
    pub at: Timestamp,
    pub actor: ActorId,
    pub command: CommandKey,
    /// Set if the decision was made by right of a lease: the epoch of that lease.
    pub fence: Option<Epoch>,
    pub answered: Answered,
    /// The events of this commit, encoded as one body.
    pub events: String,
    /// Over all of this and the seal of the commit before. Kept as it is given.
    pub seal: Seal,
    /// The dossier after the events.
    pub state: Vec<u8>,
    /// In order; a later change to the same row wins.
    pub rows: Vec<RowChange>,
}

/// What became of one [`Commit`] of a batch. Durable when it is returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Committed,
    /// Someone else committed first, or the dossier has answered this very command already, or an
    /// effect that was to be cancelled is under way or gone; in the last two cases `actual` may be
    /// what was expected. Nothing of this commit was written; load and decide again.
    Conflict {
        actual: Version,
    },
    /// The bucket has another owner by now. Nothing of this commit was written, and it is not for
    /// the caller to decide again.
    Fenced,
}

/// One commit of a dossier's history, as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    pub version: Version,
    pub at: Timestamp,
    pub actor: ActorId,
    pub command: CommandKey,
    pub events: String,
    /// `None` if it was written before there were seals.
    pub seal: Option<Seal>,
}

/// The backend failed. For a write the outcome is *unknown*: it may have happened. Ask again with
/// the same command key; never guess.
#[derive(Debug, Error)]
#[error("the store failed: {during}")]
pub struct StoreError {
    during: &'static str,
    is_busy: bool,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// `during` says what was being done: `loading dossiers`, `committing a batch`.
    pub fn new(
        during: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { during, is_busy: false, source: source.into() }
    }

    /// The backend had no room for the call within its patience. Nothing was done, a write
    /// included; in a moment it may be.
    pub fn busy(
        during: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { during, is_busy: true, source: source.into() }
    }

    /// Whether to come back later, rather than to look into what is wrong.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }
}

/// A named text kept for the whole installation: a policy pack's version, for one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// Namespace of `name`, such as `pack`.
    pub kind: String,
    pub name: String,
    pub body: String,
}

/// A database, used as `Arc<dyn Store>` by the engine.
pub trait Store: Send + Sync {
    /// Looks up each wanted command's dossier. One answer per question, in order.
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError>;

    /// Writes a batch durably, in order. One outcome per commit; commits that conflict or are
    /// fenced are left out whole, the others stand. Two commits of one dossier may follow each
    /// other in a batch; once one of them is left out, the later ones conflict: they stand on it.
    ///
    /// A ledger entry that is there already is not a conflict but a broken caller: the call fails.
    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError>;

    /// Commits of a dossier with a version above `after`, oldest first, at most `limit`.
    fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError>;

    /// Timers in buckets of `hold` that are due at or before `now`, at most `limit`: earliest
    /// first, then by dossier and id.
    fn due_timers(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueTimer>, StoreError>;

    /// Effects in buckets of `hold` that are due at or before `now`, at most `limit`: earliest
    /// first, then by dossier and id.
    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEffect>, StoreError>;

    /// Durably counts one more attempt of each effect and makes it due again at its new time. Says
    /// of each, in order, whether it may be made: not if the effect is gone, nor if its bucket has
    /// another owner by now.
    ///
    /// Called *before* the outside is contacted, so that after a crash it is known that an attempt
    /// may have been made. From then on [`RowChange::CancelEffect`] comes too late.
    fn note_attempts(&self, attempts: &[Attempt]) -> Result<Vec<bool>, StoreError>;

    /// A page of open tasks, most urgent (lowest rank) first.
    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError>;

    /// A page of cases, most urgent (lowest rank) first.
    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError>;

    /// Dossiers of a shop that carry a search term, at most `limit`, in order of key.
    fn find(&self, shop: &ShopId, term: &Term, limit: usize)
    -> Result<Vec<DossierKey>, StoreError>;

    /// One case's row, by shop, order and case number.
    fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Result<Option<CaseRow>, StoreError>;

    /// A dossier's ledger entries, in order of posting and position.
    fn entries(&self, dossier: &DossierKey) -> Result<Vec<EntryRow>, StoreError>;

    /// The sum of all entries per account and tender, in order of both. Reads the whole ledger: for
    /// audits.
    fn totals(&self) -> Result<Vec<Total>, StoreError>;

    /// What a person has given away in a shop on a day, in fen.
    fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> Result<i64, StoreError>;

    /// Dossier keys of one bucket, in order, after `after`, at most `limit`: for audits and copies.
    fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError>;

    /// Keeps a document. The first body under a kind and name stands; `false` if there was one
    /// already.
    fn keep(&self, document: &Document) -> Result<bool, StoreError>;

    /// All documents of a kind, in order of name.
    fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError>;
}

/// How far the tables of a database are behind what this version writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Schema {
    /// The last migration it has seen; 0 if it is empty.
    pub found: u32,
    /// The last migration there is.
    pub known: u32,
}

/// All that a backend is.
pub trait Database: Store + Leases + Copies + Records + Feed {}

impl<D: Store + Leases + Copies + Records + Feed> Database for D {}
