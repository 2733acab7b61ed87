//! A scenario as it was read: what is given, what happens, what must be seen.

use std::collections::BTreeMap;

use dossier::{
    case::{Finding, Pieces, Place},
    command::PayoutOutcome,
    facts::Fact,
    inspection::Inspected,
    order::{Announced, Coupon, SoldLine},
    words::{
        CaseKind, Channel, Direction, GoodsClaim, Purpose, Raising, Reason, Role, ScanKind, Signer,
    },
};
use kernel::{CaseNo, EvidenceId, OrderNo, ParcelNo, PayoutKey, TimerId};
use money::Money;
use policy::Value;

use crate::{expect::Expect, provider::Mishap, read::When};

/// One scenario, as somebody wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    pub file: String,
    /// Where it begins.
    pub line: usize,
    pub name: String,
    /// The IDs of the ledger that it shows at work.
    pub ledger: Vec<String>,
    pub pack: String,
    /// Constants of the pack that this shop sets otherwise, with where they stand.
    pub constants: Vec<Setting>,
    /// Whether the shop's systems can be acted on.
    pub automatic: bool,
    pub start: When,
    pub people: BTreeMap<String, Person>,
    pub orders: Vec<Sale>,
    pub steps: Vec<Step>,
}

/// A constant of the pack, as a scenario sets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    pub line: usize,
    pub name: String,
    pub value: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub role: Role,
    pub grade: u32,
}

/// An order, with what is known of it when the scenario begins. Moments count from the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sale {
    pub line: usize,
    pub order: OrderNo,
    pub channel: Channel,
    pub buyer: String,
    pub placed_at: When,
    pub paid_at: When,
    pub ship_by: Option<When>,
    pub shipped_at: Option<When>,
    pub confirmed_at: Option<When>,
    pub confirm_by: Option<When>,
    pub packed: bool,
    pub presale: bool,
    pub remote: bool,
    pub lines: Vec<SoldLine>,
    pub postage: Money,
    pub coupon: Money,
    pub coupons: Vec<Coupon>,
    pub promotions: Vec<Announced>,
    pub points: Money,
    pub gift_card: Money,
    /// What the buyer paid in all, to be held against what the lines come to.
    pub paid: Option<Money>,
    pub parcels: Vec<Track>,
}

/// A courier's account of a parcel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Track {
    pub parcel: ParcelNo,
    pub carrier: String,
    /// Outbound unless it is a return that a case names.
    pub direction: Option<Direction>,
    pub case: Option<CaseNo>,
    pub scans: Vec<PlannedScan>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedScan {
    pub at: When,
    pub kind: ScanKind,
    pub signer: Option<Signer>,
}

/// One step: a moment, somebody, something done, and what must be seen then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub line: usize,
    /// The step on one line, as it was written.
    pub text: String,
    pub at: Option<When>,
    pub by: Option<String>,
    pub order: Option<OrderNo>,
    pub act: Act,
    pub refused: Refused,
    /// Whether the step ends while decisions can still be taken back.
    pub held: bool,
    /// A part of the refusal's sentence.
    pub says: Option<String>,
    pub expect: Expect,
}

/// Whether the step's commands must be turned down, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    Nothing,
    /// With this code, whatever is asked.
    All(String),
    /// Only these cases, each with its code.
    Some(Vec<(CaseNo, String)>),
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Time passes.
    Wait,
    Provider(Provider),
    /// From now on new orders come under the pack with these constants.
    Publish(Vec<Setting>),
    OfOrder(OrderAct),
    OfCases(Cases, CaseAct),
    /// A request, walked to its end by everybody concerned.
    Refund(Box<Walk>),
}

/// Commands that name no case of the order yet, or none at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderAct {
    Record(OrderNews),
    Courier(Track),
    Apply(Box<Filing>),
    RecordPayout(PayoutKey, PayoutOutcome),
    RetryPayout(PayoutKey),
    ReleasePayout(PayoutKey),
    RecordDelivery(String, bool),
    ExtendReceipt(When, String),
    Fire(TimerId),
}

/// Commands about cases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CaseAct {
    Market(MarketNews),
    Change(Box<Wish>),
    Withdraw,
    EnterReturn(ParcelNo, String),
    Find(Vec<(Fact, Value)>),
    Attach(Vec<(Fact, EvidenceId)>),
    Receive(Option<ParcelNo>, String),
    BookPickup(When),
    Assess(Look),
    Judge,
    Approve(Option<Money>, String),
    Decline(String),
    AskBuyer(String),
    RefundAhead(String),
    Compensate(Purpose, Money, String),
    RepayPostage(Money, Money),
    DecideApproval(bool, String),
    TakeBack(String),
    TakeDeposit(Money),
    FileClaim(String, Money),
    AnswerClaim(Money),
    SendReplacement(ParcelNo, String),
    Finish,
    RefuseReturn(Option<ParcelNo>, String),
    KeepOrder(When, String),
    Escalate(Raising, String, Option<When>),
    Task(TaskAct),
}

/// The cases a step is about; empty means the one last spoken of.
pub(crate) type Cases = Vec<CaseNo>;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provider {
    Down,
    Up,
    /// What goes wrong with the next payments, in order.
    Next(Vec<Mishap>),
}

/// What an order's source newly says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderNews {
    pub ship_by: Option<When>,
    pub shipped_at: Option<When>,
    pub confirmed_at: Option<When>,
    pub confirm_by: Option<When>,
    pub packed: bool,
    pub remote: bool,
    /// Another total than the one known.
    pub paid: Option<Money>,
    pub coupons: Vec<Coupon>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MarketNews {
    pub standing: Option<dossier::words::Standing>,
    pub deadline: Option<When>,
    pub intervened: Option<bool>,
    pub instant: Option<bool>,
    pub insured: Option<bool>,
    pub shared_number: Option<bool>,
}

/// What a buyer asks for; what is not said stays as it is, or as it usually is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wish {
    pub kind: Option<CaseKind>,
    pub reason: Option<Reason>,
    pub reason_text: String,
    pub pieces: Option<Vec<Pieces>>,
    pub asked: Option<Money>,
    pub goods: Option<GoodsClaim>,
    pub note: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filing {
    pub case: Option<CaseNo>,
    pub wish: Wish,
    pub filed_at: Option<When>,
    pub follows: Option<CaseNo>,
    pub market: MarketNews,
    pub findings: Vec<(Fact, Value)>,
    pub return_parcel: Option<(ParcelNo, String)>,
}

/// What the inspector saw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    pub finding: Finding,
    pub accepted: Vec<Pieces>,
    pub reason: String,
    pub withheld: Money,
    pub place: Option<Place>,
    /// Piece by piece, instead of as a whole.
    pub pieces: Vec<Inspected>,
    /// What is attached before the result is given.
    pub shown: Vec<(Fact, EvidenceId)>,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            finding: Finding::Pass,
            accepted: Vec::new(),
            reason: String::new(),
            withheld: Money::zero(money::Currency::Cny),
            place: Some(Place::Door),
            pieces: Vec::new(),
            shown: Vec::new(),
        }
    }
}

/// Something done with a task, which is named by its kind or by its own name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskAct {
    pub task: String,
    pub does: TaskDeed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaskDeed {
    Claim,
    Answer(String),
    HandOver(Role),
}

/// A refund from the request to the money, and what it must come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walk {
    pub filing: Filing,
    pub look: Look,
    pub amount: Money,
    pub parts: Vec<(money::Tender, Money)>,
    pub breakdown: Vec<(String, Money)>,
}
