//! What can be done about a case, and the commands that do it.

use kernel::{ParcelNo, Span, Timestamp};
use money::Money;

use crate::{
    body::Body,
    case::{Case, Finding, Pieces, Place},
    command::Command,
    inspection::{Grade, Inspected},
    payout::PayoutStatus,
    words::{Purpose, Raising, Verdict},
};

kernel::choice! {
    /// What somebody can do about a case, under the name of the command that does it.
    pub enum Deed {
        Approve = "approve",
        Decline = "decline",
        AskBuyer = "ask-buyer",
        RefundAhead = "refund-ahead",
        Compensate = "compensate",
        RepayPostage = "repay-postage",
        DecideApproval = "decide-approval",
        TakeBack = "take-back",
        TakeDeposit = "take-deposit",
        FileClaim = "file-claim",
        AnswerClaim = "answer-claim",
        SendReplacement = "send-replacement",
        FinishCase = "finish-case",
        KeepOrder = "keep-order",
        Escalate = "escalate",
        EnterReturn = "enter-return",
        RecordReceipt = "record-receipt",
        Assess = "assess",
        Inspect = "inspect",
        BookPickup = "book-pickup",
        RefuseReturn = "refuse-return",
        Withdraw = "withdraw",
        RetryPayout = "retry-payout",
        ReleasePayout = "release-payout",
    }
}

const PLACEHOLDER: &str = "-";

/// The commands of a deed, with everything a person has to say filled in somehow.
pub(crate) fn commands(deed: Deed, known: &Case, body: &Body, now: Timestamp) -> Vec<Command> {
    let (case, ground) = (known.no.clone(), PLACEHOLDER.to_owned());
    let zero = Money::zero(body.order.currency());
    let (parcel, carrier) = (ParcelNo::lossy(PLACEHOLDER), PLACEHOLDER.to_owned());
    let payouts = || body.payouts.iter().filter(|it| it.case == known.no);
    vec![match deed {
        Deed::Approve if asks_for_amount(known) => {
            Command::Approve { case, amount: Some(zero), ground }
        }
        Deed::Approve => Command::Approve { case, amount: None, ground },
        Deed::Decline => Command::Decline { case, ground },
        Deed::AskBuyer => Command::AskBuyer { case, what: ground },
        Deed::RefundAhead => Command::RefundAhead { case, ground },
        Deed::Compensate => {
            let amount = zero;
            let of = |&purpose: &Purpose| {
                let (case, ground) = (case.clone(), ground.clone());
                Command::Compensate { case, purpose, amount, ground }
            };
            return COMPENSATIONS.iter().map(of).collect();
        }
        Deed::RepayPostage => Command::RepayPostage { case, laid_out: zero, insurance_paid: zero },
        Deed::DecideApproval => {
            let of = |approve| {
                let (case, ground) = (case.clone(), ground.clone());
                Command::DecideApproval { case, approve, ground }
            };
            return vec![of(true), of(false)];
        }
        Deed::TakeBack => Command::TakeBack { case, ground },
        Deed::TakeDeposit => Command::TakeDeposit { case, amount: zero },
        Deed::FileClaim => Command::FileClaim { case, carrier, amount: zero },
        Deed::AnswerClaim => Command::AnswerClaim { case, paid: zero },
        Deed::SendReplacement => Command::SendReplacement { case, parcel, carrier },
        Deed::FinishCase => Command::FinishCase { case },
        Deed::KeepOrder => {
            let promised = body.order.ship_by.unwrap_or(now).max(now);
            Command::KeepOrder { case, until: promised.plus(Span::days(1)), ground }
        }
        Deed::Escalate => {
            let (kind, what) = (Raising::SpecialWish, ground);
            Command::Escalate { case, kind, what, back_at: None }
        }
        Deed::EnterReturn => Command::EnterReturn { case, parcel, carrier },
        Deed::RecordReceipt => {
            Command::RecordReceipt { case, parcel: None, carrier: String::new() }
        }
        Deed::Inspect => {
            let pieces = known.request.pieces.iter().copied().map(as_new).collect();
            Command::Inspect { case, pieces, place: Some(Place::Door) }
        }
        Deed::BookPickup => Command::BookPickup { case, from: now.plus(Span::days(1)) },
        Deed::Assess => Command::Assess {
            case,
            finding: Finding::Pass,
            accepted: Vec::new(),
            reason: String::new(),
            withheld: zero,
            place: Some(Place::Door),
        },
        Deed::RefuseReturn => Command::RefuseReturn { case, parcel: None, ground },
        Deed::Withdraw => Command::Withdraw { case },
        Deed::RetryPayout => {
            let failed = payouts().filter(|it| matches!(it.status, PayoutStatus::Failed { .. }));
            return failed.map(|it| Command::RetryPayout { payout: it.key.clone() }).collect();
        }
        Deed::ReleasePayout => {
            let failed = payouts().filter(|it| matches!(it.status, PayoutStatus::Failed { .. }));
            return failed.map(|it| Command::ReleasePayout { payout: it.key.clone() }).collect();
        }
    }]
}

const COMPENSATIONS: &[Purpose] = &[
    Purpose::Compensation,
    Purpose::PriceDifference,
    Purpose::InstallationFee,
    Purpose::FreightWaiver,
    Purpose::RepairFee,
    Purpose::Discount,
];

fn as_new(pieces: Pieces) -> Inspected {
    Inspected {
        line: pieces.line,
        quantity: pieces.quantity,
        grade: Grade::AsNew,
        failed: Vec::new(),
        serial: String::new(),
        weight: None,
        position: PLACEHOLDER.to_owned(),
        note: String::new(),
        evidence: Vec::new(),
    }
}

/// Whether to agree names an amount: not while the goods are still to come back, and not for goods
/// that go out.
fn asks_for_amount(case: &Case) -> bool {
    let to_come_back = case.request.kind.returns_goods() && case.assessment.is_none();
    let on_condition =
        case.judgement.as_ref().map(|it| it.verdict) == Some(Verdict::RefundOnReturn);
    case.request.kind.pays_goods_money() && !to_come_back && !on_condition
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other commands name no amount")]
pub(crate) fn amount_of(command: &Command) -> Option<Money> {
    match command {
        Command::Approve { amount, .. } => *amount,
        Command::Compensate { amount, .. }
        | Command::TakeDeposit { amount, .. }
        | Command::FileClaim { amount, .. } => Some(*amount),
        Command::RepayPostage { laid_out, .. } => Some(*laid_out),
        Command::AnswerClaim { paid, .. } => Some(*paid),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other commands name no amount")]
pub(crate) fn set_amount(command: &mut Command, to: Money) {
    match command {
        Command::Approve { amount, .. } => *amount = Some(to),
        Command::Compensate { amount, .. }
        | Command::TakeDeposit { amount, .. }
        | Command::FileClaim { amount, .. } => *amount = to,
        Command::RepayPostage { laid_out, .. } => *laid_out = to,
        Command::AnswerClaim { paid, .. } => *paid = to,
        _ => (),
    }
}

/// A courier may decline; whoever laid nothing out is repaid nothing.
pub(crate) fn may_be_nothing(command: &Command) -> bool {
    matches!(command, Command::AnswerClaim { .. } | Command::RepayPostage { .. })
}

/// What a person has to say about why.
#[expect(clippy::wildcard_enum_match_arm, reason = "other commands need no ground")]
pub(crate) fn ground_of(command: &mut Command) -> Option<&mut String> {
    match command {
        Command::Approve { ground, .. }
        | Command::Decline { ground, .. }
        | Command::RefundAhead { ground, .. }
        | Command::Compensate { ground, .. }
        | Command::DecideApproval { ground, .. }
        | Command::TakeBack { ground, .. }
        | Command::KeepOrder { ground, .. }
        | Command::RefuseReturn { ground, .. }
        | Command::AskBuyer { what: ground, .. }
        | Command::Escalate { what: ground, .. } => Some(ground),
        _ => None,
    }
}
