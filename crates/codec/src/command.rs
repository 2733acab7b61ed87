//! What is asked, as callers write it.
//!
//! The same form serves the API, scenarios and logs: `{"kind":"approve","case":…,"ground":…}`.

use dossier::{
    Command,
    case::{Finding, Market, Pieces, Place, Request},
    command::{Application, OrderFacts, PayoutOutcome},
    facts::Fact,
    inspection::Inspected,
    parcel::Scan,
    words::{Direction, Purpose, Raising, Role},
};
use kernel::{CaseNo, EvidenceId, ParcelNo, PayoutKey, TaskId, TimerId, Timestamp};
use money::Money;

use crate::{
    DecodeError,
    kinds::{self, Kinds, OfKind},
    shape::{Found, declare::shape_kinds},
    text,
};

/// Every kind and version of command that can be read.
pub const COMMAND_KINDS: &[(&str, u32)] = Command::KINDS;

pub fn encode_command(command: &Command) -> String {
    text::written(&OfKind(command))
}

/// `approve`, as it is written.
pub fn command_kind(command: &Command) -> &'static str {
    command.kind()
}

pub fn decode_command(text: &str) -> Result<Command, DecodeError> {
    kinds::read("command", text)
}

/// A stable hash of what a command says: FNV-1a over its encoded form. Stored with the answer, so
/// that a command key used again for something else is noticed.
pub fn fingerprint(command: &Command) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    text::put(&OfKind(command), &mut hash);
    hash.0
}

struct Fnv(u64);

impl std::io::Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

shape_kinds! { Command:
    "record-order" 1 { order: Box<OrderFacts> } = (Command::RecordOrder(order));
    "record-scans" 1 { parcel: ParcelNo, direction: Direction, scans: Vec<Scan> }
        or { carrier: String, case: Option<CaseNo> }
        = (Command::RecordScans { parcel, carrier, direction, case, scans });
    "record-market" 1 { case: CaseNo, market: Market } = (Command::RecordMarket { case, market });

    "apply" 1 { application: Box<Application> } = (Command::Apply(application));
    "change-request" 1 { case: CaseNo, request: Request }
        = (Command::ChangeRequest { case, request });
    "withdraw" 1 { case: CaseNo } = (Command::Withdraw { case });
    "enter-return" 1 { case: CaseNo, parcel: ParcelNo } or { carrier: String }
        = (Command::EnterReturn { case, parcel, carrier });

    "record-finding" 1 { case: CaseNo, found: Found }
        = (Command::RecordFinding { case, fact, value })
        with { let found = &Found(*fact, *value); } back { let Found(fact, value) = found; };
    "attach-evidence" 1 { case: CaseNo, evidence: EvidenceId, shows: Fact }
        = (Command::AttachEvidence { case, evidence, shows });
    "record-receipt" 1 { case: CaseNo } or { parcel: Option<ParcelNo>, carrier: String }
        = (Command::RecordReceipt { case, parcel, carrier });
    "inspect" 1 { case: CaseNo, pieces: Vec<Inspected> } or { place: Option<Place> }
        = (Command::Inspect { case, pieces, place });
    "book-pickup" 1 { case: CaseNo, from: Timestamp } = (Command::BookPickup { case, from });
    "assess" 1 { case: CaseNo, finding: Finding }
        or { accepted: Vec<Pieces>, reason: String, withheld: Money, place: Option<Place> }
        = (Command::Assess { case, finding, accepted, reason, withheld, place });
    "refuse-return" 1 { case: CaseNo } or { parcel: Option<ParcelNo>, ground: String }
        = (Command::RefuseReturn { case, parcel, ground });

    "judge" 1 { case: CaseNo } = (Command::Judge { case });
    "approve" 1 { case: CaseNo } or { amount: Option<Money>, ground: String }
        = (Command::Approve { case, amount, ground });
    "decline" 1 { case: CaseNo } or { ground: String } = (Command::Decline { case, ground });
    "ask-buyer" 1 { case: CaseNo, what: String } = (Command::AskBuyer { case, what });
    "refund-ahead" 1 { case: CaseNo } or { ground: String }
        = (Command::RefundAhead { case, ground });
    "compensate" 1 { case: CaseNo, purpose: Purpose, amount: Money } or { ground: String }
        = (Command::Compensate { case, purpose, amount, ground });
    "repay-postage" 1 { case: CaseNo, laid_out: Money } or { insurance_paid: Money }
        = (Command::RepayPostage { case, laid_out, insurance_paid });
    "decide-approval" 1 { case: CaseNo, approve: bool } or { ground: String }
        = (Command::DecideApproval { case, approve, ground });
    "take-back" 1 { case: CaseNo } or { ground: String } = (Command::TakeBack { case, ground });
    "take-deposit" 1 { case: CaseNo, amount: Money } = (Command::TakeDeposit { case, amount });
    "file-claim" 1 { case: CaseNo, carrier: String, amount: Money }
        = (Command::FileClaim { case, carrier, amount });
    "answer-claim" 1 { case: CaseNo, paid: Money } = (Command::AnswerClaim { case, paid });
    "send-replacement" 1 { case: CaseNo, parcel: ParcelNo } or { carrier: String }
        = (Command::SendReplacement { case, parcel, carrier });
    "finish-case" 1 { case: CaseNo } = (Command::FinishCase { case });
    "extend-receipt" 1 { until: Timestamp } or { ground: String }
        = (Command::ExtendReceipt { until, ground });
    "keep-order" 1 { case: CaseNo, until: Timestamp } or { ground: String }
        = (Command::KeepOrder { case, until, ground });
    "escalate" 1 { case: CaseNo, asks: Raising, what: String } or { back_at: Option<Timestamp> }
        = (Command::Escalate { case, kind: asks, what, back_at });

    "claim-task" 1 { task: TaskId } = (Command::ClaimTask { task });
    "answer-task" 1 { task: TaskId, answer: String } = (Command::AnswerTask { task, answer });
    "hand-over-task" 1 { task: TaskId, to: Role } = (Command::HandOverTask { task, to });

    "record-payout" 1 { payout: PayoutKey, outcome: PayoutOutcome }
        = (Command::RecordPayout { payout, outcome });
    "retry-payout" 1 { payout: PayoutKey } = (Command::RetryPayout { payout });
    "release-payout" 1 { payout: PayoutKey } = (Command::ReleasePayout { payout });
    "record-delivery" 1 { effect: String, delivered: bool }
        = (Command::RecordDelivery { effect, delivered });
    "fire" 1 { timer: TimerId } = (Command::Fire { timer });
}
