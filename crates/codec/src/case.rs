//! Requests, and what became of them.

use std::collections::BTreeMap;

use dossier::{
    case::{
        Answered, Assessment, Case, Change, Claim, Evidence, Finding, Judgement, Market, Pieces,
        Place, Raised, Request, Returned, Status,
    },
    command::Application,
    facts::Fact,
    inspection::{Grade, Graded, Inspected, Receipt},
    words::{CaseKind, GoodsClaim, Raising, Reason, Role, Standing, TaskKind},
};
use kernel::{
    ActorId, CaseNo, EvidenceId, LineNo, ParcelNo, PayoutKey, Quantity, TaskId, Timestamp,
};
use money::Money;
use policy::Value;

use crate::{
    packed::declare::{state_enum, state_struct},
    shape::{Blank, declare::shape_struct},
};

state_struct! {
    Case {
        no: CaseNo,
        request: Request,
        opened_at: Timestamp,
        status: Status,
    } or {
        follows: Option<CaseNo>,
        market: Market,
        findings: BTreeMap<Fact, Value>,
        evidence: Vec<Evidence>,
        decided_from: Option<Status>,
        judgement: Option<Judgement>,
        changes: Vec<Change>,
        returns: Vec<ParcelNo>,
        receipts: Vec<Receipt>,
        assessment: Option<Assessment>,
        pickup: Option<Timestamp>,
        deposit: Option<Money>,
        claim: Option<Claim>,
        answered: Vec<Answered>,
        handed_over: bool,
        raised: Vec<Raised>,
    }
}

state_struct! {
    Raised {
        task: TaskId,
        kind: Raising,
        what: String,
        at: Timestamp,
        by: ActorId,
    } or {
        answer: Option<Returned>,
    }
}

state_struct! { Returned { answer: String, at: Timestamp, by: ActorId } }

state_struct! {
    Request {
        kind: CaseKind,
        reason: Reason,
        pieces: Vec<Pieces>,
        goods: GoodsClaim,
    } or {
        reason_text: String,
        asked: Option<Money>,
        note: String,
    }
}

state_struct! {
    Claim {
        carrier: String,
        amount: Money,
        filed_at: Timestamp,
    } or {
        paid: Option<Money>,
    }
}

state_struct! { Answered { task: TaskKind, at: Timestamp } }

state_struct! { Pieces { line: LineNo, quantity: Quantity } }

state_struct! {
    Market {
        standing: Standing,
    } or {
        deadline: Option<Timestamp>,
        intervened: bool,
        instant: bool,
        insured: bool,
        shared_number: bool,
    }
}

impl Blank for Market {
    fn blank() -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

state_enum! {
    Status {
        "submitted" Submitted,
        "under-review" UnderReview,
        "waiting-buyer" WaitingBuyer { asked: String },
        "intercepting" Intercepting,
        "awaiting-approval" AwaitingApproval {
            payout: PayoutKey,
            maker: ActorId,
            approver: Role,
            due: Timestamp,
        },
        "awaiting-parcel" AwaitingParcel,
        "awaiting-return" AwaitingReturn {} or { deadline: Option<Timestamp> },
        "returning" Returning,
        "inspecting" Inspecting { received_at: Timestamp },
        "refunding" Refunding { payout: PayoutKey },
        "sending-replacement" SendingReplacement {} or { parcel: Option<ParcelNo> },
        "repairing" Repairing,
        "in-dispute" InDispute,
        "declined" Declined { ground: String, at: Timestamp },
        "withdrawn" Withdrawn { at: Timestamp },
        "done" Done { at: Timestamp },
    }
}

state_struct! { Change { at: Timestamp, by: ActorId, from: Request } }

state_struct! { Evidence { id: EvidenceId, shows: Fact, at: Timestamp, by: ActorId } }

state_struct! {
    Assessment {
        at: Timestamp,
        by: ActorId,
        finding: Finding,
        accepted: Vec<Pieces>,
    } or {
        reason: String,
        withheld: Money,
        place: Option<Place>,
        pieces: Vec<Graded>,
    }
}

state_struct! {
    Receipt { at: Timestamp, by: ActorId } or { parcel: Option<ParcelNo>, carrier: String }
}

state_struct! {
    Graded {
        piece: Inspected,
        accepted: bool,
        clause: String,
    } or {
        withheld: Money,
    }
}

state_struct! {
    Inspected {
        line: LineNo,
        quantity: Quantity,
        grade: Grade,
    } or {
        failed: Vec<String>,
        serial: String,
        weight: Option<u32>,
        position: String,
        note: String,
        evidence: Vec<EvidenceId>,
    }
}

shape_struct! {
    Application {
        case: CaseNo,
        request: Request,
        filed_at: Timestamp,
    } or {
        follows: Option<CaseNo>,
        market: Market,
        findings: Vec<(Fact, Value)>,
        return_parcel: Option<(ParcelNo, String)>,
    }
}
