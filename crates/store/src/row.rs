//! The rows a commit writes beside the dossier itself.

use kernel::{ActorId, CaseNo, ParcelNo, TaskId, TimerId, Timestamp};

/// One change to the rows of the commit's dossier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowChange {
    PutCase(CaseRow),
    PutTask(TaskRow),
    /// The task is done or no longer owed.
    DropTask(TaskId),
    PutTimer(TimerRow),
    DropTimer(TimerId),
    /// A new effect, with no attempts yet.
    PutEffect(EffectRow),
    /// The effect's outcome is known.
    DropEffect(String),
    /// The effect must not happen any more. Only if no attempt at it was noted: if one was, or if
    /// it is gone, the whole commit is left out as a conflict. Judged by how the effect stood
    /// before the commit, whatever else the commit does to it.
    ///
    /// Either this or [`crate::Store::note_attempts`] is first, never both.
    CancelEffect(String),
    /// Entries are only ever added.
    PutEntry(EntryRow),
    /// Makes the dossier findable. Terms are only ever added.
    PutTerm(Term),
    /// Counts towards a person's daily budget. Only ever added.
    PutSpend(SpendRow),
}

/// Money one person decided to give on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpendRow {
    /// The payout, unique within the dossier.
    pub payout: String,
    pub actor: ActorId,
    /// The day in the shop's zone, counted from 1970-01-01.
    pub day: i64,
    /// In fen.
    pub amount: i64,
}

/// A case, for lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseRow {
    pub case: CaseNo,
    /// Kebab-case code, to filter by.
    pub status: String,
    /// Whether anything is still owed; closed cases are listed apart.
    pub open: bool,
    /// Most urgent first: an instant in epoch seconds.
    pub rank: i64,
    pub opened_at: Timestamp,
    /// JSON, the meaning of which `views` knows.
    pub body: String,
}

/// An open task, for worklists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskRow {
    pub task: TaskId,
    pub case: Option<CaseNo>,
    /// Kebab-case code.
    pub kind: String,
    /// Kebab-case code of the role that owes it.
    pub role: String,
    pub due: Timestamp,
    /// Most urgent first: an instant in epoch seconds.
    pub rank: i64,
    pub body: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimerRow {
    pub timer: TimerId,
    pub at: Timestamp,
}

/// Something the outside must do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EffectRow {
    /// Unique within the dossier; the key the outside sees, for life.
    pub effect: String,
    /// Kebab-case code.
    pub kind: String,
    pub due: Timestamp,
    pub body: String,
}

/// One line of a balanced posting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryRow {
    /// Number of the posting within its dossier, from 1.
    pub posting: u32,
    /// Position within the posting, from 1.
    pub position: u16,
    pub at: Timestamp,
    pub case: Option<CaseNo>,
    pub account: String,
    pub tender: String,
    /// In fen; debits positive, credits negative.
    pub amount: i64,
}

/// A word to find a dossier by, besides its own key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Term {
    pub kind: TermKind,
    pub text: String,
}

kernel::choice! {
    /// What a search term is.
    pub enum TermKind {
        Case = "case",
        Parcel = "parcel",
        Buyer = "buyer",
        PhoneTail = "phone-tail",
        Order = "order",
    }
}

impl Term {
    pub fn parcel(parcel: &ParcelNo) -> Self {
        Self { kind: TermKind::Parcel, text: parcel.to_string() }
    }
}
