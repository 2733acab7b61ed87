//! What has happened. Events are facts: they are folded in by `evolve` without further judgement.

use kernel::{ActorId, CaseNo, ParcelNo, PayoutKey, TaskId, TimerId, Timestamp};
use money::Money;
use policy::Value;

use crate::{
    case::{Assessment, Case, Evidence, Judgement, Market, Raised, Request, Status},
    facts::Fact,
    inspection::Receipt,
    order::{Extension, Order},
    parcel::Scan,
    payout::Payout,
    task::{Task, Timer},
    words::{Direction, Role},
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The order became known, or its source told something new about it.
    OrderRecorded {
        order: Box<Order>,
    },
    ParcelScanned {
        parcel: ParcelNo,
        carrier: String,
        direction: Direction,
        case: Option<CaseNo>,
        scans: Vec<Scan>,
    },
    CaseOpened {
        case: Box<Case>,
    },
    CaseChanged {
        case: CaseNo,
        change: CaseChange,
    },
    PayoutReserved {
        payout: Box<Payout>,
    },
    PayoutChanged {
        payout: PayoutKey,
        at: Timestamp,
        change: PayoutChange,
    },
    TaskOpened {
        task: Box<Task>,
    },
    TaskChanged {
        task: TaskId,
        change: TaskChange,
    },
    TimerSet {
        timer: Timer,
    },
    TimerCleared {
        timer: TimerId,
    },
    /// A reply text is to be sent to the buyer, not before `held_until`.
    BuyerTold {
        case: CaseNo,
        text: String,
        number: u32,
        held_until: Option<Timestamp>,
    },
    /// The outside was asked to stop a parcel, or to hold the order in the warehouse.
    StopAsked {
        case: CaseNo,
        parcel: Option<ParcelNo>,
    },
    /// A date of the order was put off.
    DeadlineExtended {
        extension: Box<Extension>,
    },
    /// The outside answered an effect that moves no money.
    Delivered {
        effect: String,
        delivered: bool,
    },
    /// An effect that nobody has tried is not wanted any more.
    EffectCancelled {
        effect: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CaseChange {
    Market(Market),
    /// The buyer asks for something else now (APPLY-07).
    Request {
        request: Box<Request>,
        at: Timestamp,
        by: ActorId,
    },
    Finding {
        fact: Fact,
        value: Value,
    },
    Evidence(Evidence),
    ReturnEntered {
        parcel: ParcelNo,
        carrier: String,
    },
    /// A parcel of the return was taken in.
    Received(Receipt),
    Assessed(Box<Assessment>),
    PickupBooked {
        from: Timestamp,
    },
    DepositTaken {
        amount: Money,
    },
    ClaimFiled {
        carrier: String,
        amount: Money,
        at: Timestamp,
    },
    ClaimAnswered {
        paid: Money,
        declined: Money,
    },
    Judged(Box<Judgement>),
    /// A superior was asked.
    Raised(Box<Raised>),
    /// The case moved on. The ground is in the actor's words, where there are any (REVIEW-04).
    Status {
        status: Status,
        ground: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayoutChange {
    /// It is to be sent, not before `held_until`: until then the decision can be taken back.
    Started {
        held_until: Option<Timestamp>,
    },
    Unknown,
    Settled {
        reference: String,
    },
    Failed {
        why: String,
    },
    Released,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaskChange {
    Claimed {
        by: ActorId,
    },
    HandedOver {
        to: Role,
    },
    Overdue,
    /// It was not answered in time and stays owed, by `to` and with a new date.
    Renewed {
        to: Role,
        due: Timestamp,
    },
    Answered {
        by: ActorId,
        at: Timestamp,
        answer: String,
    },
    /// Nobody owes it any more.
    Dropped,
}

impl Event {
    /// The event's name, as it is stored and as people say it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OrderRecorded { .. } => "order-recorded",
            Self::ParcelScanned { .. } => "parcel-scanned",
            Self::CaseOpened { .. } => "case-opened",
            Self::CaseChanged { change, .. } => change.kind(),
            Self::PayoutReserved { .. } => "payout-reserved",
            Self::PayoutChanged { change, .. } => change.kind(),
            Self::TaskOpened { .. } => "task-opened",
            Self::TaskChanged { change, .. } => change.kind(),
            Self::TimerSet { .. } => "timer-set",
            Self::TimerCleared { .. } => "timer-cleared",
            Self::BuyerTold { .. } => "buyer-told",
            Self::StopAsked { .. } => "stop-asked",
            Self::DeadlineExtended { .. } => "deadline-extended",
            Self::Delivered { .. } => "delivered",
            Self::EffectCancelled { .. } => "effect-cancelled",
        }
    }

    /// The moment before which the effect the event calls for must not leave.
    pub fn held_until(&self) -> Option<Timestamp> {
        match self {
            Self::BuyerTold { held_until, .. }
            | Self::PayoutChanged { change: PayoutChange::Started { held_until }, .. } => {
                *held_until
            }
            Self::OrderRecorded { .. }
            | Self::ParcelScanned { .. }
            | Self::CaseOpened { .. }
            | Self::CaseChanged { .. }
            | Self::PayoutReserved { .. }
            | Self::PayoutChanged { .. }
            | Self::TaskOpened { .. }
            | Self::TaskChanged { .. }
            | Self::TimerSet { .. }
            | Self::TimerCleared { .. }
            | Self::StopAsked { .. }
            | Self::DeadlineExtended { .. }
            | Self::Delivered { .. }
            | Self::EffectCancelled { .. } => None,
        }
    }
}

impl CaseChange {
    fn kind(&self) -> &'static str {
        match self {
            Self::Market(_) => "market-recorded",
            Self::Request { .. } => "request-changed",
            Self::Finding { .. } => "finding-recorded",
            Self::Evidence(_) => "evidence-attached",
            Self::ReturnEntered { .. } => "return-entered",
            Self::Received(_) => "goods-received",
            Self::Assessed(_) => "assessed",
            Self::PickupBooked { .. } => "pickup-booked",
            Self::DepositTaken { .. } => "deposit-taken",
            Self::ClaimFiled { .. } => "claim-filed",
            Self::ClaimAnswered { .. } => "claim-answered",
            Self::Judged(_) => "judged",
            Self::Raised(_) => "raised",
            Self::Status { .. } => "status-changed",
        }
    }
}

impl PayoutChange {
    fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "payout-started",
            Self::Unknown => "payout-unknown",
            Self::Settled { .. } => "payout-settled",
            Self::Failed { .. } => "payout-failed",
            Self::Released => "payout-released",
        }
    }
}

impl TaskChange {
    fn kind(&self) -> &'static str {
        match self {
            Self::Claimed { .. } => "task-claimed",
            Self::HandedOver { .. } => "task-handed-over",
            Self::Overdue => "task-overdue",
            Self::Renewed { .. } => "task-renewed",
            Self::Answered { .. } => "task-answered",
            Self::Dropped => "task-dropped",
        }
    }
}
