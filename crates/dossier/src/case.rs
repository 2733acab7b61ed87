//! One request inside a dossier, from the buyer's first word to the last fen.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    ActorId, CaseNo, EvidenceId, LineNo, ParcelNo, PayoutKey, Quantity, TaskId, Timestamp,
};
use money::{Money, MoneyError, Tenders};
use policy::{Record, Value};

pub use crate::inspection::{Assessment, Finding, Place};
use crate::{
    facts::Fact,
    inspection::Receipt,
    words::{
        CaseKind, Flag, GoodsClaim, Payer, Raising, Reason, Role, Route, Standing, TaskKind,
        Verdict,
    },
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    pub no: CaseNo,
    /// What the buyer asks for now; earlier wishes are in `changes`.
    pub request: Request,
    pub opened_at: Timestamp,
    /// The case this one takes up again, if the buyer re-applied (APPLY-08).
    pub follows: Option<CaseNo>,
    pub market: Market,
    /// What people found out, by the fact it answers.
    pub findings: BTreeMap<Fact, Value>,
    pub evidence: Vec<Evidence>,
    pub status: Status,
    /// Where it stood when it was last decided: a decision taken back leads there again.
    pub decided_from: Option<Status>,
    /// What policy last said; none before the first look.
    pub judgement: Option<Judgement>,
    pub changes: Vec<Change>,
    /// The buyer's parcels on their way back, first entered first.
    pub returns: Vec<ParcelNo>,
    /// Parcels of the return that were taken in, first taken in first.
    pub receipts: Vec<Receipt>,
    pub assessment: Option<Assessment>,
    /// From when on a courier is to fetch the goods, if the buyer booked that (RETN-02).
    pub pickup: Option<Timestamp>,
    /// What the buyer laid down so that new goods leave before the old ones are back (EXCH-11).
    pub deposit: Option<Money>,
    /// What a courier is to make good.
    pub claim: Option<Claim>,
    /// Work that policy wanted and somebody has answered, and when. It is not wanted again until
    /// policy says something else or the follow-up time is over.
    pub answered: Vec<Answered>,
    /// Whether anything about the case was ever handed to another role: first-contact resolution.
    pub handed_over: bool,
    /// What was asked of a superior, oldest first (AUTH-13).
    pub raised: Vec<Raised>,
}

/// Something asked of a superior. It has an answer, or its task says when one is due; a task that
/// is gone without one went with the case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised {
    pub task: TaskId,
    pub kind: Raising,
    pub what: String,
    pub at: Timestamp,
    pub by: ActorId,
    pub answer: Option<Returned>,
}

/// What a superior answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Returned {
    pub answer: String,
    pub at: Timestamp,
    pub by: ActorId,
}

/// A claim against a courier for goods it lost or damaged (SM-7).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    pub carrier: String,
    pub amount: Money,
    pub filed_at: Timestamp,
    /// What the courier paid, nothing if it declined; none while it has not answered.
    pub paid: Option<Money>,
}

/// A kind of work that somebody has answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered {
    pub task: TaskKind,
    pub at: Timestamp,
}

/// What the buyer asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub kind: CaseKind,
    pub reason: Reason,
    /// The reason in the buyer's or the marketplace's own words.
    pub reason_text: String,
    /// In line order, each line once.
    pub pieces: Vec<Pieces>,
    /// `None` asks for all that is due; that is never the same as nothing.
    pub asked: Option<Money>,
    pub goods: GoodsClaim,
    pub note: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pieces {
    pub line: LineNo,
    pub quantity: Quantity,
}

/// What the marketplace says about the request.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark the marketplace sets by itself")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Market {
    pub standing: Standing,
    /// When the marketplace acts by itself.
    pub deadline: Option<Timestamp>,
    pub intervened: bool,
    /// The marketplace has advanced the money already (FAST-01).
    pub instant: bool,
    /// The buyer holds freight insurance.
    pub insured: bool,
    /// The buyer's return number was given for somebody else's return too (FRAUD-02).
    pub shared_number: bool,
}

impl Default for Market {
    fn default() -> Self {
        Self {
            standing: Standing::Requested,
            deadline: None,
            intervened: false,
            instant: false,
            insured: false,
            shared_number: false,
        }
    }
}

/// Where a case stands. Each variant carries what only it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Status {
    Submitted,
    UnderReview,
    /// Something was asked of the buyer and has not come.
    WaitingBuyer {
        asked: String,
    },
    /// A parcel is being stopped; no money moves until that is known.
    Intercepting,
    /// An amount waits for somebody with more authority. The money is reserved meanwhile.
    AwaitingApproval {
        payout: PayoutKey,
        maker: ActorId,
        approver: Role,
        due: Timestamp,
    },
    /// Agreed; the money goes when the refused or intercepted parcel is seen coming back.
    AwaitingParcel,
    AwaitingReturn {
        deadline: Option<Timestamp>,
    },
    Returning,
    Inspecting {
        received_at: Timestamp,
    },
    Refunding {
        payout: PayoutKey,
    },
    SendingReplacement {
        parcel: Option<ParcelNo>,
    },
    Repairing,
    InDispute,
    Declined {
        ground: String,
        at: Timestamp,
    },
    Withdrawn {
        at: Timestamp,
    },
    Done {
        at: Timestamp,
    },
}

impl Status {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::UnderReview => "under-review",
            Self::WaitingBuyer { .. } => "waiting-buyer",
            Self::Intercepting => "intercepting",
            Self::AwaitingApproval { .. } => "awaiting-approval",
            Self::AwaitingParcel => "awaiting-parcel",
            Self::AwaitingReturn { .. } => "awaiting-return",
            Self::Returning => "returning",
            Self::Inspecting { .. } => "inspecting",
            Self::Refunding { .. } => "refunding",
            Self::SendingReplacement { .. } => "sending-replacement",
            Self::Repairing => "repairing",
            Self::InDispute => "in-dispute",
            Self::Declined { .. } => "declined",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Done { .. } => "done",
        }
    }

    /// Whether anything is still to happen.
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Declined { .. } | Self::Withdrawn { .. } | Self::Done { .. })
    }

    /// Whether the case waits for facts or people, so that another look may change what is owed.
    pub fn is_judged_again(&self) -> bool {
        match self {
            Self::Submitted
            | Self::UnderReview
            | Self::WaitingBuyer { .. }
            | Self::Intercepting
            | Self::AwaitingParcel
            | Self::AwaitingReturn { .. }
            | Self::Returning
            | Self::Inspecting { .. }
            | Self::InDispute => true,
            Self::AwaitingApproval { .. }
            | Self::Refunding { .. }
            | Self::SendingReplacement { .. }
            | Self::Repairing
            | Self::Declined { .. }
            | Self::Withdrawn { .. }
            | Self::Done { .. } => false,
        }
    }

    /// Whether the merchant has not answered yet, so that policy may still change its mind.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self,
            Self::Submitted | Self::UnderReview | Self::WaitingBuyer { .. } | Self::Intercepting
        )
    }
}

/// What policy says about a case, given the facts of one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    pub at: Timestamp,
    /// `None` if no row answers: then `verdict` is [`Verdict::Person`].
    pub route: Option<Route>,
    pub verdict: Verdict,
    /// Whether the engine may act on the verdict by itself.
    pub automatic: bool,
    /// What will be paid if the verdict is followed, by tender.
    pub amount: Tenders,
    /// The most that may be paid for what was asked.
    pub cap: Money,
    /// Bounds the remedy itself sets, whoever decides (AUTH-16, AUTH-17).
    pub least: Option<Money>,
    pub most: Option<Money>,
    pub worth: Worth,
    pub postage_by: Payer,
    /// The work that follows, the first being the one the case waits for.
    pub tasks: Vec<TaskKind>,
    /// Name of the reply text for the buyer.
    pub reply: String,
    pub flags: BTreeSet<Flag>,
    /// The moment by which to look, earlier the more is at stake. Orders the worklist.
    pub rank: Timestamp,
    /// Every ruling behind this, in the order asked. The last one decided.
    pub rulings: Vec<Record>,
}

/// How an amount came about (CALC-07). All of one currency, none negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Worth {
    /// Goods at list price.
    pub list: Money,
    /// What the pieces' shares of coupons and promotions take off.
    pub reductions: Money,
    /// What is lost because a promotion's threshold is no longer reached.
    pub forfeited: Money,
    /// What an earlier request lost that way and gets back, now that the promotion is gone whole.
    pub restored: Money,
    /// Outward postage that goes back too.
    pub postage: Money,
    /// Earlier compensation and price differences for the same pieces (CALC-11).
    pub deducted: Money,
    /// What the condition of the returned pieces takes off.
    pub withheld: Money,
    /// What the reductions above leave, never below nothing.
    pub due: Money,
}

/// An earlier form of the request (APPLY-07).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub at: Timestamp,
    pub by: ActorId,
    pub from: Request,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    pub id: EvidenceId,
    /// The fact it answers, such as [`Fact::Photo`].
    pub shows: Fact,
    pub at: Timestamp,
    pub by: ActorId,
}

impl Worth {
    /// What the pieces are worth before anything given earlier or withheld is taken off.
    pub fn goods(&self) -> Result<Money, MoneyError> {
        self.list.minus(self.reductions)?.minus(self.forfeited)?.plus(self.restored)
    }
}

impl Judgement {
    /// Whether `other` differs in nothing a person would act on. Facts that merely moved with the
    /// clock are no news.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let rows = |it: &Self| -> Vec<(String, Option<String>)> {
            it.rulings.iter().map(|it| (it.question.clone(), it.row.clone())).collect()
        };
        let mut same_time = other.clone();
        (same_time.at, same_time.rulings) = (self.at, self.rulings.clone());
        *self == same_time && rows(self) == rows(other)
    }
}

impl Case {
    /// The pieces that count: those that passed, once we have looked, else those asked for.
    pub fn pieces(&self) -> &[Pieces] {
        self.assessment.as_ref().map_or(&self.request.pieces, |it| &it.accepted)
    }

    pub fn quantity_of(&self, line: LineNo) -> Quantity {
        let found = self.pieces().iter().find(|it| it.line == line);
        found.map_or(Quantity::ZERO, |it| it.quantity)
    }

    /// Whether something kept shows the fact, so that it can be looked at again.
    pub(crate) fn is_shown(&self, fact: Fact) -> bool {
        self.evidence.iter().any(|it| it.shows == fact)
    }

    pub fn flagged(&self, flag: Flag) -> bool {
        self.judgement.as_ref().is_some_and(|it| it.flags.contains(&flag))
    }
}
