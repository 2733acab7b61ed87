//! What comes back: taken in, looked at piece by piece, and graded.

use kernel::{ActorId, EvidenceId, LineNo, ParcelNo, Quantity, Timestamp};
use money::Money;

use crate::case::Pieces;

/// A parcel of a return that somebody took in (QC-18).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// None if nobody named one.
    pub parcel: Option<ParcelNo>,
    /// Who brought it.
    pub carrier: String,
    pub at: Timestamp,
    pub by: ActorId,
}

/// What we found when we looked at the returned pieces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assessment {
    pub at: Timestamp,
    pub by: ActorId,
    pub finding: Finding,
    /// Pieces that came back as they should.
    pub accepted: Vec<Pieces>,
    /// Required when not everything passed (QC-06).
    pub reason: String,
    /// What the condition takes off the amount.
    pub withheld: Money,
    /// Where it was looked at; unknown for assessments made before anybody said so.
    pub place: Option<Place>,
    /// Piece by piece; empty if the return was judged as a whole.
    pub pieces: Vec<Graded>,
}

kernel::choice! {
    /// Where a returned parcel is opened and looked at (QC-11).
    pub enum Place {
        /// In front of the courier, before it is signed for.
        Door = "door",
        Later = "later",
    }
}

kernel::choice! {
    /// The result of an inspection (SM-9).
    pub enum Finding {
        Pass = "pass",
        Fail = "fail",
        Partial = "partial",
        Swapped = "swapped",
        WrongItem = "wrong-item",
    }
}

kernel::choice! {
    /// The condition of a returned piece, best first. What each is worth is the pack's to say.
    pub enum Grade {
        /// A: to be sold again as it is.
        AsNew = "as-new",
        /// B: opened, without traces that matter.
        SlightTraces = "slight-traces",
        /// C: used, and still of use.
        Used = "used",
        /// D: of no use to anybody.
        Unusable = "unusable",
        /// Something else than was sold.
        WrongArticle = "wrong-article",
        NotInParcel = "not-in-parcel",
    }
}

/// Pieces of one line in one condition, as somebody looked at them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspected {
    /// The line they were sent back for, whatever they are.
    pub line: LineNo,
    pub quantity: Quantity,
    pub grade: Grade,
    /// Points of the pack's checklist that they do not meet; each may make the grade worse.
    pub failed: Vec<String>,
    pub serial: String,
    /// In grams, all of them together.
    pub weight: Option<u32>,
    /// Where they were looked at, which is where the buyer says the fault is (QC-13).
    pub position: String,
    pub note: String,
    /// Attached to the case before.
    pub evidence: Vec<EvidenceId>,
}

/// Inspected pieces with what policy says of their grade.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Graded {
    pub piece: Inspected,
    /// Whether they came back as they should.
    pub accepted: bool,
    /// What their condition takes off, all of them together.
    pub withheld: Money,
    /// The row of the pack that says so.
    pub clause: String,
}

/// One point of the checklist, which is the published policy (QC-03).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    pub code: String,
    /// The best grade of a piece that does not meet it.
    pub at_best: Grade,
    pub zh: String,
    pub en: String,
}
