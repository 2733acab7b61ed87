//! What of a case a buyer is shown.

use dossier::{
    Body, Case,
    case::Status,
    payout::{Payout, PayoutStatus},
};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{
    Code, Fen, Moment,
    case::PiecesBody,
    codes::{CaseKindCode, PurposeCode, ReasonCode},
    judgement::WorthView,
    order::TendersBody,
};

kernel::choice! {
    /// Where a case stands, in words for its buyer.
    pub(crate) enum BuyerStatus {
        Submitted = "submitted",
        UnderReview = "under-review",
        /// The shop needs something from the buyer.
        WaitingForYou = "waiting-for-you",
        Approved = "approved",
        Declined = "declined",
        AwaitingReturn = "awaiting-return",
        Returning = "returning",
        Inspecting = "inspecting",
        Refunding = "refunding",
        SendingReplacement = "sending-replacement",
        Repairing = "repairing",
        Done = "done",
        Withdrawn = "withdrawn",
        InDispute = "in-dispute",
    }
}

pub(crate) type BuyerStatusCode = Code<BuyerStatus>;

impl BuyerStatus {
    /// A decision that may still be taken back is not shown: the case stands where it stood.
    pub(super) fn of(body: &Body, case: &Case, now: Timestamp) -> Self {
        let waits = |it: &dossier::payout::HeldText| it.case == case.no && now < it.until;
        let is_held =
            body.held_payout(&case.no, now).is_some() || body.held_texts.iter().any(waits);
        match &case.decided_from {
            Some(before) if is_held => Self::shown(before),
            None if is_held => Self::UnderReview,
            Some(_) | None => Self::shown(&case.status),
        }
    }

    /// Whose approval it waits for is the shop's own affair.
    fn shown(status: &Status) -> Self {
        match status {
            Status::Submitted => Self::Submitted,
            Status::UnderReview | Status::Intercepting | Status::AwaitingApproval { .. } => {
                Self::UnderReview
            }
            Status::WaitingBuyer { .. } => Self::WaitingForYou,
            Status::AwaitingParcel => Self::Approved,
            Status::AwaitingReturn { .. } => Self::AwaitingReturn,
            Status::Returning => Self::Returning,
            Status::Inspecting { .. } => Self::Inspecting,
            Status::Refunding { .. } => Self::Refunding,
            Status::SendingReplacement { .. } => Self::SendingReplacement,
            Status::Repairing => Self::Repairing,
            Status::InDispute => Self::InDispute,
            Status::Declined { .. } => Self::Declined,
            Status::Withdrawn { .. } => Self::Withdrawn,
            Status::Done { .. } => Self::Done,
        }
    }
}

/// A case, as its buyer sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuyerCaseView {
    case: String,
    kind: CaseKindCode,
    reason: ReasonCode,
    reason_text: String,
    note: String,
    pieces: Vec<PiecesBody>,
    /// None asks for all that is due.
    asked: Option<Fen>,
    opened_at: Moment,
    status: BuyerStatusCode,
    /// Whether anything is still to happen.
    open: bool,
    /// By when the goods have to be sent back.
    deadline: Option<Moment>,
    /// What the shop asks for, or why it declined.
    text: Option<String>,
    /// What the pieces come to, and how. Before the shop has decided it is what they are worth, not
    /// what is promised.
    worth: Option<WorthView>,
    /// Where to send the goods, when that is agreed.
    return_address: Option<String>,
    /// Waybills of the parcels on their way back.
    returns: Vec<String>,
    /// The waybill of what was sent in exchange.
    replacement: Option<String>,
    money: Vec<MoneyView>,
    /// Texts that were sent, oldest first.
    texts: Vec<TextView>,
    /// What the buyer can do now.
    #[schema(example = json!(["withdraw", "enter-return"]))]
    possible: Vec<&'static str>,
}

/// Money that is given back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoneyView {
    purpose: PurposeCode,
    amount: TendersBody,
    /// `on-its-way` or `paid`.
    #[schema(example = "paid")]
    status: &'static str,
    /// When it was paid.
    paid_at: Option<Moment>,
}

/// A text, with the figures of today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TextView {
    pub(super) at: Moment,
    pub(super) text: String,
}

/// What stands beside the case itself.
pub(super) struct Beside {
    pub(super) return_address: Option<String>,
    pub(super) texts: Vec<TextView>,
    pub(super) possible: Vec<&'static str>,
}

impl BuyerCaseView {
    pub(super) fn of(body: &Body, case: &Case, now: Timestamp, beside: Beside) -> Self {
        let status = BuyerStatus::of(body, case, now);
        let is_agreed = matches!(status, BuyerStatus::AwaitingReturn | BuyerStatus::Returning);
        let deadline = return_deadline(&case.status).filter(|_| is_agreed);
        let is_said = [BuyerStatus::WaitingForYou, BuyerStatus::Declined].contains(&status);
        let text = said_to_buyer(&case.status).filter(|it| is_said && !it.is_empty());
        let payouts = body.payouts.iter().filter(|it| it.case == case.no);
        Self {
            case: case.no.to_string(),
            kind: Code(case.request.kind),
            reason: Code(case.request.reason),
            reason_text: case.request.reason_text.clone(),
            note: case.request.note.clone(),
            pieces: case.request.pieces.iter().map(PiecesBody::of).collect(),
            asked: case.request.asked.map(Fen::from),
            opened_at: Moment(case.opened_at),
            status: Code(status),
            open: case.status.is_open(),
            deadline: deadline.map(Moment),
            text: text.map(str::to_owned),
            worth: case.judgement.as_ref().map(|it| WorthView::of(&it.worth)),
            return_address: beside.return_address.filter(|_| is_agreed),
            returns: case.returns.iter().map(ToString::to_string).collect(),
            replacement: body.replacement_of(&case.no).map(|it| it.no.to_string()),
            money: payouts.filter_map(|it| MoneyView::of(it, now)).collect(),
            texts: beside.texts,
            possible: beside.possible,
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other status has that deadline")]
fn return_deadline(status: &Status) -> Option<Timestamp> {
    match status {
        Status::AwaitingReturn { deadline } => *deadline,
        _ => None,
    }
}

/// What the shop asks for, or why it declined.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other status says anything")]
fn said_to_buyer(status: &Status) -> Option<&str> {
    match status {
        Status::WaitingBuyer { asked: text } | Status::Declined { ground: text, .. } => Some(text),
        _ => None,
    }
}

impl MoneyView {
    /// Nothing of money that may still be taken back, or waits for somebody's approval.
    fn of(payout: &Payout, now: Timestamp) -> Option<Self> {
        let (status, paid_at) = match &payout.status {
            _ if payout.held_until(now).is_some() => return None,
            PayoutStatus::Sending { .. } | PayoutStatus::Unknown { .. } => ("on-its-way", None),
            PayoutStatus::Settled { at, .. } => ("paid", Some(Moment(*at))),
            PayoutStatus::Reserved
            | PayoutStatus::Failed { .. }
            | PayoutStatus::Released { .. } => return None,
        };
        let amount = TendersBody::of(&payout.amount);
        Some(Self { purpose: Code(payout.purpose), amount, status, paid_at })
    }
}
