//! What must be seen after a step. What is not said is not checked.

use dossier::words::{
    CaseKind, Deadline, Flag, Payer, Purpose, Raising, Reason, Role, Route, TaskKind, Verdict,
};
use kernel::{CaseNo, ParcelNo};
use money::{Account, Money, Tender};

use crate::read::When;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expect {
    pub cases: Vec<CaseSeen>,
    /// Tasks that are open, whatever else is.
    pub tasks: Vec<TaskSeen>,
    pub no_tasks: NoTasks,
    /// Every payout the order ever had, in order.
    pub payouts: Option<Vec<PayoutSeen>>,
    /// What the provider really paid for the order.
    pub paid: Option<Money>,
    /// Texts the buyer was sent in this step, in order, whatever else was.
    pub told: Vec<String>,
    pub not_told: Vec<String>,
    /// Parcels that were to be stopped in this step; `order` where none was known.
    pub stopped: Vec<String>,
    /// Balances of the order's accounts: debits positive, credits negative.
    pub ledger: Vec<(Account, Money)>,
    pub order: OrderSeen,
    /// Kinds of events of this step, in order, whatever else happened; `nothing` for none at all.
    pub events: Option<Vec<String>>,
    /// The first open cases of the shop, most urgent first.
    pub worklist: Vec<CaseNo>,
    pub texts: Vec<TextSeen>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum NoTasks {
    #[default]
    Unsaid,
    /// None at all.
    Any,
    Of(Vec<TaskKind>),
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CaseSeen {
    pub line: usize,
    /// The case last spoken of, if it is not said.
    pub case: Option<CaseNo>,
    pub status: Option<String>,
    /// Every status the case has had, in order.
    pub walked: Option<Vec<String>>,
    pub kind: Option<CaseKind>,
    pub reason: Option<Reason>,
    pub asked: Option<Money>,
    /// What was asked before, oldest first.
    pub earlier: Option<Vec<(Option<CaseKind>, Option<Reason>)>>,
    pub follows: Option<CaseNo>,
    pub route: Option<Route>,
    pub verdict: Option<Verdict>,
    pub automatic: Option<bool>,
    /// The row that decided, or its table.
    pub clause: Option<String>,
    /// What policy answered to single questions: question, output, value.
    pub rulings: Vec<(String, String, String)>,
    pub amount: Option<Money>,
    pub parts: Vec<(Tender, Money)>,
    pub cap: Option<Money>,
    pub least: Option<Money>,
    pub most: Option<Money>,
    pub postage_by: Option<Payer>,
    pub flags: Vec<Flag>,
    pub no_flags: Vec<Flag>,
    pub reply: Option<String>,
    /// The work that follows from the judgement, in order.
    pub work: Option<Vec<TaskKind>>,
    pub breakdown: Vec<(String, Money)>,
    pub ground: Option<String>,
    pub deadline: Option<When>,
    pub approver: Option<Role>,
    pub due: Option<When>,
    pub received_at: Option<When>,
    /// Parcels taken in, as `SF1 by warehouse from 顺丰`, no more and no fewer.
    pub receipts: Option<Vec<String>>,
    /// How the returned pieces were graded, as `1 x 2 used`.
    pub grades: Option<Vec<String>>,
    /// The points an inspector has to look for.
    pub checklist: Option<Vec<String>>,
    /// Whether a courier can be booked to fetch the goods.
    pub pickup: Option<bool>,
    pub couriers: Option<Vec<String>>,
    pub reminder: Option<String>,
    pub returns: Option<Vec<ParcelNo>>,
    pub handed_over: Option<bool>,
    /// What is found out so far, by the fact's name, as it is written.
    pub findings: Vec<(dossier::facts::Fact, policy::Value)>,
    /// What was asked of a superior, oldest first, no more and no less.
    pub raised: Option<Vec<RaisedSeen>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RaisedSeen {
    pub kind: Option<Raising>,
    pub what: Option<String>,
    /// When an answer is due; nothing is, once there is one.
    pub next: Option<When>,
    pub answer: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskSeen {
    pub line: usize,
    pub kind: Option<TaskKind>,
    pub case: Option<CaseNo>,
    pub role: Option<Role>,
    pub due: Option<When>,
    pub opened_at: Option<When>,
    pub owner: Option<String>,
    pub overdue: Option<bool>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PayoutSeen {
    pub payout: Option<String>,
    pub case: Option<CaseNo>,
    pub purpose: Option<Purpose>,
    pub amount: Option<Money>,
    pub parts: Vec<(Tender, Money)>,
    pub status: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderSeen {
    pub paid: Option<Money>,
    /// What may still be given out of what was paid.
    pub left: Option<Money>,
    pub left_cash: Option<Money>,
    pub left_points: Option<Money>,
    pub shipped: Option<bool>,
    /// Parcels with their last scan.
    pub parcels: Vec<(ParcelNo, String)>,
    /// Where the history contradicts itself.
    pub stopped_at: Option<String>,
    pub ship_by: Option<When>,
    pub confirm_by: Option<When>,
    /// Dates that were put off, oldest first, no more and no less.
    pub extended: Option<Vec<ExtensionSeen>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExtensionSeen {
    pub deadline: Option<Deadline>,
    pub from: Option<When>,
    pub until: Option<When>,
    pub reason: Option<String>,
    pub by: Option<String>,
}

/// What a reply text of the pack says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextSeen {
    pub line: usize,
    pub text: String,
    /// Variables it fills in.
    pub mentions: Vec<String>,
    pub says: Vec<String>,
    pub says_not: Vec<String>,
}
