//! Why a command was turned down. Each variant is a sentence an agent can act on.

use kernel::{CaseNo, LineNo, PayoutKey, Quantity, Span, TaskId};
use money::{Money, MoneyError};
use policy::Gap;
use thiserror::Error;

use crate::words::{Act, Role, Standing};

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Rejection {
    #[error("the order is not known; import or record it first")]
    UnknownOrder,
    #[error("the history of this order contradicts itself at `{at}`; a person has to look first")]
    Stopped { at: String },
    #[error("what was bought or paid cannot change after the order is recorded: {what}")]
    OrderContradicted { what: &'static str },
    #[error("an order needs {what}")]
    OrderIncomplete { what: &'static str },
    #[error("coupon {number} cannot stand on this order: {why}")]
    CouponRefused { number: String, why: &'static str },
    #[error("case {case} does not belong to this order")]
    UnknownCase { case: CaseNo },
    #[error("case {case} was already opened with another request")]
    CaseReused { case: CaseNo },
    #[error("case {case} is {status}; this is not possible any more")]
    NotPossibleNow { case: CaseNo, status: &'static str },
    #[error("the marketplace had case {case} as {known} already; what says {told} is older")]
    StandingGoesBack { case: CaseNo, known: Standing, told: Standing },
    #[error("the order has no line {line}")]
    UnknownLine { line: LineNo },
    #[error("{asked} pieces of line {line} were asked for, but only {left} of {bought} are left")]
    TooManyPieces { line: LineNo, asked: Quantity, left: Quantity, bought: Quantity },
    #[error("a request names at least one piece")]
    NoPieces,
    #[error("a request gives a reason")]
    NoReason,
    #[error("an amount must be more than nothing")]
    NotPositive,
    #[error("{asked} was asked for, but at most {most} can be paid here")]
    ExceedsCap { asked: Money, most: Money },
    #[error("{asked} was asked for, but only {left} of the order's money is left")]
    ExceedsRoom { asked: Money, left: Money },
    #[error("a {role} may not do this ({act}); ask a {ask}")]
    NotEntitled { role: Role, act: Act, ask: Role },
    #[error("{asked} is outside what this remedy allows: {least} to {most}")]
    OutsideRange { asked: Money, least: Money, most: Money },
    #[error("{asked} would exceed today's budget; {left} is left")]
    ExceedsDailyBudget { asked: Money, left: Money },
    #[error("whoever asked for the amount cannot also approve it")]
    SamePerson,
    #[error("say on what ground: a decision without one cannot be defended")]
    NoGround,
    #[error("the money is locked until {until}")]
    Locked { until: &'static str },
    #[error("not everything passed; say why, the buyer will be told")]
    NoInspectionReason,
    #[error("proof is missing: {what}")]
    ProofMissing { what: &'static str },
    #[error("{payout} does not belong to this order")]
    UnknownPayout { payout: PayoutKey },
    #[error("{payout} is {status}; only a payment proven not made can be sent again")]
    NotRetriable { payout: PayoutKey, status: &'static str },
    #[error("{payout} already has the opposite outcome")]
    OutcomeContradicted { payout: PayoutKey },
    #[error("{payout} is still with the provider")]
    PayoutPending { payout: PayoutKey },
    #[error("{payout} has left; a decision can be taken back only while its money is held")]
    HoldOver { payout: PayoutKey },
    #[error("a pickup is booked for a moment that is still to come")]
    PickupTooEarly,
    #[error("task {task} is not open")]
    UnknownTask { task: TaskId },
    #[error("task {task} is already being worked on by somebody else")]
    TaskTaken { task: TaskId },
    #[error("an answer says what was found or done")]
    NoAnswer,
    #[error("no receipt deadline is running that could be put off")]
    NoReceiptDeadline,
    #[error("a deadline moves to a later moment, and by at most {most} in all")]
    DeadlineOutOfReach { most: Span },
    #[error("the order has left already; a late order is kept before it ships")]
    AlreadyShipped,
    #[error("say by when the answer comes back, at a moment that is still to come")]
    NoReturnTime,
    #[error("`{what}` is not a name that can be used here")]
    BadName { what: String },
    #[error(transparent)]
    PolicyGap(#[from] Gap),
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Rejection {
    /// Stable kebab-case code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOrder => "unknown-order",
            Self::Stopped { .. } => "stopped",
            Self::OrderContradicted { .. } => "order-contradicted",
            Self::OrderIncomplete { .. } => "order-incomplete",
            Self::CouponRefused { .. } => "coupon-refused",
            Self::UnknownCase { .. } => "unknown-case",
            Self::CaseReused { .. } => "case-reused",
            Self::NotPossibleNow { .. } => "not-possible-now",
            Self::StandingGoesBack { .. } => "standing-goes-back",
            Self::UnknownLine { .. } => "unknown-line",
            Self::TooManyPieces { .. } => "too-many-pieces",
            Self::NoPieces => "no-pieces",
            Self::NoReason => "no-reason",
            Self::NotPositive => "not-positive",
            Self::ExceedsCap { .. } => "exceeds-cap",
            Self::ExceedsRoom { .. } => "exceeds-room",
            Self::NotEntitled { .. } => "not-entitled",
            Self::OutsideRange { .. } => "outside-range",
            Self::ExceedsDailyBudget { .. } => "exceeds-daily-budget",
            Self::SamePerson => "same-person",
            Self::NoGround => "no-ground",
            Self::Locked { .. } => "locked",
            Self::NoInspectionReason => "no-inspection-reason",
            Self::ProofMissing { .. } => "proof-missing",
            Self::UnknownPayout { .. } => "unknown-payout",
            Self::NotRetriable { .. } => "not-retriable",
            Self::OutcomeContradicted { .. } => "outcome-contradicted",
            Self::PayoutPending { .. } => "payout-pending",
            Self::HoldOver { .. } => "hold-over",
            Self::PickupTooEarly => "pickup-too-early",
            Self::UnknownTask { .. } => "unknown-task",
            Self::TaskTaken { .. } => "task-taken",
            Self::NoAnswer => "no-answer",
            Self::NoReceiptDeadline => "no-receipt-deadline",
            Self::DeadlineOutOfReach { .. } => "deadline-out-of-reach",
            Self::AlreadyShipped => "already-shipped",
            Self::NoReturnTime => "no-return-time",
            Self::BadName { .. } => "bad-name",
            Self::PolicyGap(_) => "policy-gap",
            Self::Money(_) => "money",
        }
    }
}
