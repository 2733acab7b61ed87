//! Requests, and what became of them.

use std::collections::BTreeMap;

use dossier::{
    case::{
        Assessment, Case, Change, Evidence, Finding, Judgement, Market, Pieces, Request, Status,
    },
    command::Application,
    facts::Fact,
    words::{CaseKind, GoodsClaim, Reason, Role, Standing},
};
use kernel::{ActorId, CaseNo, EvidenceId, LineNo, ParcelNo, PayoutKey, Quantity, Timestamp};
use money::Money;
use policy::Value;

use crate::shape::{
    Blank,
    declare::{shape_enum, shape_struct},
};

shape_struct! {
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
        judgement: Option<Judgement>,
        changes: Vec<Change>,
        returns: Vec<ParcelNo>,
        assessment: Option<Assessment>,
        handed_over: bool,
    }
}

shape_struct! {
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

shape_struct! { Pieces { line: LineNo, quantity: Quantity } }

shape_struct! {
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

shape_enum! {
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

shape_struct! { Change { at: Timestamp, by: ActorId, from: Request } }

shape_struct! { Evidence { id: EvidenceId, shows: Fact, at: Timestamp, by: ActorId } }

shape_struct! {
    Assessment {
        at: Timestamp,
        by: ActorId,
        finding: Finding,
        accepted: Vec<Pieces>,
    } or {
        reason: String,
        withheld: Money,
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
