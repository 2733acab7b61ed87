//! What comes back, taken in and looked at.

use dossier::inspection::{Assessment, Graded, Inspected, Receipt};
use kernel::{LineNo, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Code, Fen, Moment,
    case::PiecesBody,
    codes::{FindingCode, GradeCode, PlaceCode},
    parsed,
};
use crate::problem::Problem;

/// Pieces of one line in one condition, as somebody looked at them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InspectedBody {
    /// The line they were sent back for, whatever they are.
    #[schema(minimum = 1)]
    line: u16,
    #[schema(minimum = 1)]
    quantity: u32,
    grade: GradeCode,
    /// Points of the checklist that they do not meet.
    #[serde(default)]
    #[schema(max_items = 50)]
    failed: Vec<String>,
    #[serde(default)]
    serial: String,
    /// In grams, all of them together.
    #[serde(default)]
    weight: Option<u32>,
    /// Where they were looked at.
    #[serde(default)]
    position: String,
    #[serde(default)]
    note: String,
    /// Attached to the case before.
    #[serde(default)]
    #[schema(max_items = 50)]
    evidence: Vec<String>,
}

impl InspectedBody {
    pub(crate) fn of(it: &Inspected) -> Self {
        Self {
            line: it.line.0,
            quantity: it.quantity.pieces(),
            grade: Code(it.grade),
            failed: it.failed.clone(),
            serial: it.serial.clone(),
            weight: it.weight,
            position: it.position.clone(),
            note: it.note.clone(),
            evidence: it.evidence.iter().map(ToString::to_string).collect(),
        }
    }

    pub(crate) fn piece(self) -> Result<Inspected, Problem> {
        let evidence = self.evidence.into_iter().map(|it| parsed("pieces.evidence", it));
        Ok(Inspected {
            line: LineNo(self.line),
            quantity: Quantity::new(self.quantity),
            grade: self.grade.0,
            failed: self.failed,
            serial: self.serial,
            weight: self.weight,
            position: self.position,
            note: self.note,
            evidence: evidence.collect::<Result<_, _>>()?,
        })
    }
}

/// Inspected pieces with what policy says of their grade.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradedView {
    piece: InspectedBody,
    /// Whether they came back as they should.
    accepted: bool,
    /// What their condition takes off, all of them together.
    withheld: Fen,
    /// The row of the pack that says so.
    clause: String,
}

impl GradedView {
    pub(crate) fn of(it: &Graded) -> Self {
        Self {
            piece: InspectedBody::of(&it.piece),
            accepted: it.accepted,
            withheld: it.withheld.into(),
            clause: it.clause.clone(),
        }
    }
}

/// A parcel of a return that somebody took in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    parcel: Option<String>,
    /// Who brought it.
    carrier: String,
    at: Moment,
    by: String,
}

impl ReceiptView {
    pub(crate) fn of(it: &Receipt) -> Self {
        Self {
            parcel: it.parcel.as_ref().map(ToString::to_string),
            carrier: it.carrier.clone(),
            at: Moment(it.at),
            by: it.by.to_string(),
        }
    }
}

/// What was found when the returned pieces were looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentView {
    at: Moment,
    by: String,
    finding: FindingCode,
    accepted: Vec<PiecesBody>,
    reason: String,
    withheld: Fen,
    place: Option<PlaceCode>,
    /// Piece by piece; empty if the return was judged as a whole.
    pieces: Vec<GradedView>,
}

impl AssessmentView {
    pub(crate) fn of(it: &Assessment) -> Self {
        Self {
            at: Moment(it.at),
            by: it.by.to_string(),
            finding: Code(it.finding),
            accepted: it.accepted.iter().map(PiecesBody::of).collect(),
            reason: it.reason.clone(),
            withheld: it.withheld.into(),
            place: it.place.map(Code),
            pieces: it.pieces.iter().map(GradedView::of).collect(),
        }
    }
}
