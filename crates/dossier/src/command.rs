//! What can be asked of a dossier.

use kernel::{ActorId, CaseNo, EvidenceId, ParcelNo, PayoutKey, TaskId, TimerId, Timestamp};
use money::{Money, Tenders};
use policy::{Pack, Value};

use crate::{
    case::{Finding, Market, Pieces, Place, Request},
    facts::Fact,
    inspection::Inspected,
    order::{Announced, Coupon, SoldLine},
    parcel::Scan,
    words::{Channel, Direction, Purpose, Raising, Role},
};

/// A wish or a fact, given by the actor in the [`Context`].
///
/// Every command may be repeated: what is already so causes no events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    // Facts from shops, couriers and the marketplace.
    /// The order as its source now describes it. New facts are taken over; what was bought and paid
    /// cannot change.
    RecordOrder(Box<OrderFacts>),
    RecordScans {
        parcel: ParcelNo,
        carrier: String,
        direction: Direction,
        case: Option<CaseNo>,
        scans: Vec<Scan>,
    },
    RecordMarket {
        case: CaseNo,
        market: Market,
    },

    // The buyer's wishes, and an agent's on the buyer's behalf.
    Apply(Box<Application>),
    ChangeRequest {
        case: CaseNo,
        request: Request,
    },
    Withdraw {
        case: CaseNo,
    },
    EnterReturn {
        case: CaseNo,
        parcel: ParcelNo,
        carrier: String,
    },

    // What people find out.
    RecordFinding {
        case: CaseNo,
        fact: Fact,
        value: Value,
    },
    AttachEvidence {
        case: CaseNo,
        evidence: EvidenceId,
        shows: Fact,
    },
    RecordReceipt {
        case: CaseNo,
        parcel: Option<ParcelNo>,
        /// Who brought it; what is known of the parcel if nobody says.
        carrier: String,
    },
    /// Looks at a return piece by piece. Pieces that are not named are not in the parcel; what it
    /// comes to is derived by policy.
    Inspect {
        case: CaseNo,
        pieces: Vec<Inspected>,
        place: Option<Place>,
    },
    /// The buyer has a courier fetch the goods from `from` on (RETN-02).
    BookPickup {
        case: CaseNo,
        from: Timestamp,
    },
    Assess {
        case: CaseNo,
        finding: Finding,
        accepted: Vec<Pieces>,
        reason: String,
        withheld: Money,
        /// Where; not saying so counts as later.
        place: Option<Place>,
    },
    /// The warehouse does not take a return in, because of what is seen at the door (PATH4-12).
    RefuseReturn {
        case: CaseNo,
        parcel: Option<ParcelNo>,
        ground: String,
    },

    // Decisions.
    /// Looks at the case again with today's facts.
    Judge {
        case: CaseNo,
    },
    /// Agrees to what was asked, up to `amount` if one is given. `ground` is kept (REVIEW-04).
    Approve {
        case: CaseNo,
        amount: Option<Money>,
        ground: String,
    },
    Decline {
        case: CaseNo,
        ground: String,
    },
    AskBuyer {
        case: CaseNo,
        what: String,
    },
    /// Pays now although the goods are not back (PATH2-02, PATH4-10).
    RefundAhead {
        case: CaseNo,
        ground: String,
    },
    /// Gives money while the buyer keeps the goods.
    Compensate {
        case: CaseNo,
        purpose: Purpose,
        amount: Money,
        ground: String,
    },
    /// Repays return postage the buyer laid out, less what the insurance paid (RETN-06).
    RepayPostage {
        case: CaseNo,
        laid_out: Money,
        insurance_paid: Money,
    },
    DecideApproval {
        case: CaseNo,
        approve: bool,
        ground: String,
    },
    /// Undoes a decision whose money has not left yet. `ground` is kept.
    TakeBack {
        case: CaseNo,
        ground: String,
    },
    /// The buyer has laid down the deposit policy asks for (EXCH-11).
    TakeDeposit {
        case: CaseNo,
        amount: Money,
    },
    /// Claims from a courier what its loss or damage cost us (LOST-09).
    FileClaim {
        case: CaseNo,
        carrier: String,
        amount: Money,
    },
    /// What the courier pays of the claim; nothing if it declines.
    AnswerClaim {
        case: CaseNo,
        paid: Money,
    },
    SendReplacement {
        case: CaseNo,
        parcel: ParcelNo,
        carrier: String,
    },
    FinishCase {
        case: CaseNo,
    },
    /// The marketplace now confirms receipt by itself only at `until` (TIME-07).
    ExtendReceipt {
        until: Timestamp,
        ground: String,
    },
    /// The buyer keeps a late order that has not left: it is to leave by `until`, and the request
    /// is over (LATE-05).
    KeepOrder {
        case: CaseNo,
        until: Timestamp,
        ground: String,
    },
    /// Asks a superior. A problem needs an agreed time for the answer.
    Escalate {
        case: CaseNo,
        kind: Raising,
        what: String,
        back_at: Option<Timestamp>,
    },

    // Work.
    ClaimTask {
        task: TaskId,
    },
    AnswerTask {
        task: TaskId,
        answer: String,
    },
    HandOverTask {
        task: TaskId,
        to: Role,
    },

    // What became of what was asked of the outside.
    RecordPayout {
        payout: PayoutKey,
        outcome: PayoutOutcome,
    },
    /// Sends a payout that was proven not paid again, under its own key.
    RetryPayout {
        payout: PayoutKey,
    },
    ReleasePayout {
        payout: PayoutKey,
    },
    RecordDelivery {
        effect: String,
        delivered: bool,
    },
    Fire {
        timer: TimerId,
    },
}

/// An order as a source describes it, before paid shares are worked out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderFacts {
    pub channel: Channel,
    pub buyer: String,
    pub placed_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub ship_by: Option<Timestamp>,
    pub shipped_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub confirm_by: Option<Timestamp>,
    pub packed: bool,
    pub presale: bool,
    pub remote: bool,
    pub lines: Vec<SoldLine>,
    pub postage: Money,
    pub paid: Tenders,
    /// Reductions of the whole order that are not promotions, such as a shop coupon.
    pub coupon: Money,
    pub coupons: Vec<Coupon>,
    pub promotions: Vec<Announced>,
}

/// A request as it is filed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    pub case: CaseNo,
    pub request: Request,
    /// When the buyer filed it, which may be before we heard of it.
    pub filed_at: Timestamp,
    pub follows: Option<CaseNo>,
    pub market: Market,
    /// What the form or the file already answers.
    pub findings: Vec<(Fact, Value)>,
    /// The return parcel the buyer has named, with its carrier.
    pub return_parcel: Option<(ParcelNo, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayoutOutcome {
    Done {
        reference: String,
    },
    /// Proven: the provider said so, under this key.
    NotDone {
        why: String,
    },
    Unknown,
}

/// Who gives the command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    pub id: ActorId,
    pub role: Role,
    /// Years of service and skill as a step, from 1 (AUTH-05).
    pub grade: u32,
}

/// What a decision may know besides the dossier itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub actor: &'a Actor,
    /// The pack the order was bought under, or today's for a new order.
    pub pack: &'a Pack,
    /// Whether the shop's systems can be acted on, so that automatic verdicts are carried out.
    /// Otherwise they are work for people, like all others.
    pub automatic: bool,
    /// What the actor has given away today, in this shop (AUTH: daily budget). Needed for commands
    /// that [may give](Command::may_give); where it is not known, no budget is taken to be left.
    pub spent_today: Option<Money>,
}

impl Command {
    /// Whether somebody may give money by it that counts towards their daily budget.
    pub fn may_give(&self) -> bool {
        matches!(
            self,
            Self::Approve { .. }
                | Self::Decline { .. }
                | Self::RefundAhead { .. }
                | Self::Compensate { .. }
                | Self::RepayPostage { .. }
                | Self::DecideApproval { .. }
        )
    }
}
