//! What happened, as it is kept for ever.
//!
//! One commit's events are one JSON array; each says its `kind` and the version `v` of its form.
//!
//! **Invariant:** a line here, once released, is never changed; `tests/golden.jsonl` holds one of
//! each.

use dossier::{
    Case, Dossier, Event,
    case::{Assessment, Evidence, Judgement, Market, Raised, Request, Status},
    event::{CaseChange, PayoutChange, TaskChange},
    inspection::Receipt,
    order::{Extension, Order},
    parcel::Scan,
    payout::Payout,
    task::{Task, Timer},
    words::{Direction, Role},
};
use kernel::{ActorId, CaseNo, ParcelNo, PayoutKey, TaskId, TimerId, Timestamp};
use money::Money;
use serde::{Serialize, Serializer};

use crate::{
    DecodeError,
    kinds::{self, Kinds, OfKind},
    shape::{Found, declare::shape_kinds},
    text,
};

/// Every kind and version of event that can be read.
pub const EVENT_KINDS: &[(&str, u32)] = Event::KINDS;

/// The events of one commit as one JSON array.
pub fn encode_events(events: &[Event]) -> String {
    text::written(&List(events))
}

pub fn decode_events(body: &str) -> Result<Vec<Event>, DecodeError> {
    kinds::read_list("event", body)
}

/// The dossier that the bodies of its commits, oldest first, make.
pub fn replay<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Result<Dossier, DecodeError> {
    bodies.into_iter().try_fold(Dossier::Absent, |dossier, body| {
        Ok(decode_events(body)?.iter().fold(dossier, Dossier::evolve))
    })
}

struct List<'a>(&'a [Event]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(OfKind))
    }
}

shape_kinds! { Event:
    "order-recorded" 1 { order: Box<Order> } = (Event::OrderRecorded { order });
    "parcel-scanned" 1 { parcel: ParcelNo, direction: Direction }
        or { carrier: String, case: Option<CaseNo>, scans: Vec<Scan> }
        = (Event::ParcelScanned { parcel, carrier, direction, case, scans });
    "case-opened" 1 { case: Box<Case> } = (Event::CaseOpened { case });

    "market-recorded" 1 { case: CaseNo, market: Market }
        = (Event::CaseChanged { case, change: CaseChange::Market(market) });
    "request-changed" 1 { case: CaseNo, request: Box<Request>, at: Timestamp, by: ActorId }
        = (Event::CaseChanged { case, change: CaseChange::Request { request, at, by } });
    "finding-recorded" 1 { case: CaseNo, found: Found }
        = (Event::CaseChanged { case, change: CaseChange::Finding { fact, value } })
        with { let found = &Found(*fact, *value); } back { let Found(fact, value) = found; };
    "evidence-attached" 1 { case: CaseNo, evidence: Evidence }
        = (Event::CaseChanged { case, change: CaseChange::Evidence(evidence) });
    "return-entered" 1 { case: CaseNo, parcel: ParcelNo } or { carrier: String }
        = (Event::CaseChanged { case, change: CaseChange::ReturnEntered { parcel, carrier } });
    "goods-received" 1 { case: CaseNo, receipt: Receipt }
        = (Event::CaseChanged { case, change: CaseChange::Received(receipt) });
    "assessed" 1 { case: CaseNo, assessment: Box<Assessment> }
        = (Event::CaseChanged { case, change: CaseChange::Assessed(assessment) });
    "pickup-booked" 1 { case: CaseNo, from: Timestamp }
        = (Event::CaseChanged { case, change: CaseChange::PickupBooked { from } });
    "deposit-taken" 1 { case: CaseNo, amount: Money }
        = (Event::CaseChanged { case, change: CaseChange::DepositTaken { amount } });
    "claim-filed" 1 { case: CaseNo, carrier: String, amount: Money, at: Timestamp }
        = (Event::CaseChanged { case, change: CaseChange::ClaimFiled { carrier, amount, at } });
    "claim-answered" 1 { case: CaseNo, paid: Money, declined: Money }
        = (Event::CaseChanged { case, change: CaseChange::ClaimAnswered { paid, declined } });
    "judged" 1 { case: CaseNo, judgement: Box<Judgement> }
        = (Event::CaseChanged { case, change: CaseChange::Judged(judgement) });
    "raised" 1 { case: CaseNo, raised: Box<Raised> }
        = (Event::CaseChanged { case, change: CaseChange::Raised(raised) });
    "status-changed" 1 { case: CaseNo, status: Status } or { ground: String }
        = (Event::CaseChanged { case, change: CaseChange::Status { status, ground } });

    "payout-reserved" 1 { payout: Box<Payout> } = (Event::PayoutReserved { payout });
    "payout-started" 1 { payout: PayoutKey, at: Timestamp } or { held_until: Option<Timestamp> }
        = (Event::PayoutChanged { payout, at, change: PayoutChange::Started { held_until } });
    "payout-unknown" 1 { payout: PayoutKey, at: Timestamp }
        = (Event::PayoutChanged { payout, at, change: PayoutChange::Unknown });
    "payout-settled" 1 { payout: PayoutKey, at: Timestamp } or { reference: String }
        = (Event::PayoutChanged { payout, at, change: PayoutChange::Settled { reference } });
    "payout-failed" 1 { payout: PayoutKey, at: Timestamp } or { why: String }
        = (Event::PayoutChanged { payout, at, change: PayoutChange::Failed { why } });
    "payout-released" 1 { payout: PayoutKey, at: Timestamp }
        = (Event::PayoutChanged { payout, at, change: PayoutChange::Released });

    "task-opened" 1 { task: Box<Task> } = (Event::TaskOpened { task });
    "task-claimed" 1 { task: TaskId, by: ActorId }
        = (Event::TaskChanged { task, change: TaskChange::Claimed { by } });
    "task-handed-over" 1 { task: TaskId, to: Role }
        = (Event::TaskChanged { task, change: TaskChange::HandedOver { to } });
    "task-overdue" 1 { task: TaskId }
        = (Event::TaskChanged { task, change: TaskChange::Overdue });
    "task-renewed" 1 { task: TaskId, to: Role, due: Timestamp }
        = (Event::TaskChanged { task, change: TaskChange::Renewed { to, due } });
    "task-answered" 1 { task: TaskId, by: ActorId, at: Timestamp, answer: String }
        = (Event::TaskChanged { task, change: TaskChange::Answered { by, at, answer } });
    "task-dropped" 1 { task: TaskId }
        = (Event::TaskChanged { task, change: TaskChange::Dropped });

    "timer-set" 1 { timer: Timer } = (Event::TimerSet { timer });
    "timer-cleared" 1 { timer: TimerId } = (Event::TimerCleared { timer });
    "buyer-told" 1 { case: CaseNo, text: String, number: u32 }
        or { held_until: Option<Timestamp> }
        = (Event::BuyerTold { case, text, number, held_until });
    "stop-asked" 1 { case: CaseNo } or { parcel: Option<ParcelNo> }
        = (Event::StopAsked { case, parcel });
    "deadline-extended" 1 { extension: Box<Extension> } = (Event::DeadlineExtended { extension });
    "delivered" 1 { effect: String, delivered: bool } = (Event::Delivered { effect, delivered });
    "effect-cancelled" 1 { effect: String } = (Event::EffectCancelled { effect });
}
