//! An order with everything after-sales about it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CaseNo, LineNo, ParcelNo, PayoutKey, Quantity, TaskId, TimerId, Timestamp};
use money::{Money, MoneyError, Tender, Tenders};

use crate::{
    amount::paid_for,
    case::Case,
    order::{Extension, Order},
    parcel::Parcel,
    payout::{HeldText, Payout},
    task::{Task, Timer},
    words::{Act, CaseKind, Deadline, Direction, Purpose, Standing},
};

/// A dossier, as its history has left it: the consistency boundary.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Dossier {
    /// Nothing is known of the order.
    #[default]
    Absent,
    Open(Box<Body>),
    /// The history contradicts itself, so nothing more is allowed to happen to this order until a
    /// person has looked at it. Money stops moving; the process does not.
    Stopped {
        at: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    pub order: Order,
    pub parcels: BTreeMap<ParcelNo, Parcel>,
    /// In the order they were opened.
    pub cases: Vec<Case>,
    /// Open tasks only; answered ones are history.
    pub tasks: BTreeMap<TaskId, Task>,
    pub timers: BTreeMap<TimerId, Timer>,
    /// In the order they were reserved, whatever became of them.
    pub payouts: Vec<Payout>,
    /// Dates of the order that were put off, oldest first.
    pub extensions: Vec<Extension>,
    /// Effects that move no money and have not been answered.
    pub pending: BTreeSet<String>,
    /// Those of them that wait with the money of their decision.
    pub held_texts: Vec<HeldText>,
    /// How many tasks were ever opened; numbers the next one.
    pub n_tasks: u32,
    /// How many texts were ever sent to the buyer; numbers the next one.
    pub n_texts: u32,
}

impl Body {
    pub fn new(order: Order) -> Self {
        Self {
            order,
            parcels: BTreeMap::new(),
            cases: Vec::new(),
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
            payouts: Vec::new(),
            extensions: Vec::new(),
            pending: BTreeSet::new(),
            held_texts: Vec::new(),
            n_tasks: 0,
            n_texts: 0,
        }
    }

    pub fn case(&self, no: &CaseNo) -> Option<&Case> {
        self.cases.iter().find(|it| &it.no == no)
    }

    pub fn payout(&self, key: &PayoutKey) -> Option<&Payout> {
        self.payouts.iter().find(|it| &it.key == key)
    }

    /// What the deadline was before it was first put off; none if it never was.
    pub(crate) fn first_extension(&self, deadline: Deadline) -> Option<&Extension> {
        self.extensions.iter().find(|it| it.deadline == deadline)
    }

    pub fn tasks_of<'a>(&'a self, case: &'a CaseNo) -> impl Iterator<Item = &'a Task> + 'a {
        self.tasks.values().filter(move |it| it.case.as_ref() == Some(case))
    }

    /// The payout a decision about the case sends, while that can still be taken back.
    pub fn held_payout(&self, case: &CaseNo, now: Timestamp) -> Option<&Payout> {
        let of_case = self.payouts.iter().rev().filter(|it| &it.case == case);
        of_case.into_iter().find(|it| it.held_until(now).is_some())
    }

    /// Payouts whose money is given or promised.
    pub fn holding(&self) -> impl Iterator<Item = &Payout> {
        self.payouts.iter().filter(|it| it.status.holds_money())
    }

    pub fn holding_of<'a>(&'a self, case: &'a CaseNo) -> impl Iterator<Item = &'a Payout> + 'a {
        self.holding().filter(move |it| &it.case == case)
    }

    /// What the shop sent out first, latest parcel last.
    pub fn outbound(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.values().filter(|it| it.direction == Direction::Outbound && it.case.is_none())
    }

    pub fn returns_of<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = &'a Parcel> + 'a {
        case.returns.iter().filter_map(|no| self.parcels.get(no))
    }

    /// The goods that left in exchange, or repaired, or for what was missing.
    pub fn replacement_of(&self, case: &CaseNo) -> Option<&Parcel> {
        let sent = |it: &&Parcel| it.direction == Direction::Outbound;
        self.parcels.values().filter(sent).find(|it| it.case.as_ref() == Some(case))
    }

    /// Whether new goods left before the old ones were seen to be right: until they are, the case
    /// is followed and cannot close (EXCH-14).
    pub fn awaits_old_goods(&self, case: &Case) -> bool {
        case.request.kind == CaseKind::Exchange
            && case.assessment.is_none()
            && self.replacement_of(&case.no).is_some()
    }

    /// What is held of the case's deposit: what was laid down, less what was given or promised
    /// back.
    pub fn deposit_held(&self, case: &Case) -> Result<Money, MoneyError> {
        let taken = case.deposit.unwrap_or(Money::zero(self.order.currency()));
        let mut given = self.holding_of(&case.no).filter(|it| it.purpose == Purpose::Deposit);
        given.try_fold(taken, |held, it| held.minus(it.amount.total()?))
    }

    /// Pieces of a line that goods money was given or promised for.
    pub fn pieces_paid_for(&self, line: LineNo) -> Quantity {
        self.holding()
            .filter(|it| it.purpose == Purpose::Refund)
            .map(|it| it.quantity_of(line))
            .fold(Quantity::ZERO, |sum, it| sum.checked_add(it).unwrap_or(sum))
    }

    /// Pieces of a line that open or finished cases other than `except` ask for.
    pub fn pieces_asked_for(&self, line: LineNo, except: &CaseNo) -> Quantity {
        self.cases
            .iter()
            .filter(|it| &it.no != except && it.claims_pieces(self))
            .map(|it| it.quantity_of(line))
            .fold(Quantity::ZERO, |sum, it| sum.checked_add(it).unwrap_or(sum))
    }

    /// The one reservation of the order: what was paid, less everything given or promised out of it
    /// in any way. Nothing may leave that does not fit in here.
    ///
    /// Return postage and deposits are the buyer's own outlay, not part of what was paid for the
    /// order, and have bounds of their own.
    pub fn room(&self) -> Result<Tenders, MoneyError> {
        let room = self
            .holding()
            .filter(|it| it.purpose.is_out_of_the_price())
            .try_fold(self.order.paid.clone(), |room, it| room.minus(&it.amount))?;
        let gone = Money::sum(self.order.currency(), self.refunded_elsewhere().map(|it| it.1))?;
        if gone.is_zero() { Ok(room) } else { room.minus(&cash_first(&room, gone)?) }
    }

    /// What the marketplace refunded by itself: money that none of our payouts accounts for.
    pub fn refunded_elsewhere(&self) -> impl Iterator<Item = (&Case, Money)> {
        self.cases.iter().filter_map(|it| Some((it, it.refunded_elsewhere(self)?)))
    }
}

/// `amount` out of what there is, as far as it reaches: cash before points and cards.
pub(crate) fn cash_first(room: &Tenders, amount: Money) -> Result<Tenders, MoneyError> {
    let cash = room.part(Tender::Cash).smaller(amount)?;
    let cash = Tenders::cash(if cash.is_positive() { cash } else { Money::zero(room.currency()) });
    let missing = amount.minus(cash.total()?)?;
    cash.plus(&room.minus(&cash)?.take(missing)?)
}

impl Purpose {
    /// What somebody has to be entitled to who decides about it.
    pub fn act(self) -> Act {
        match self {
            Self::Refund | Self::Deposit => Act::FullRefund,
            Self::Compensation | Self::PriceDifference | Self::InstallationFee | Self::Postage => {
                Act::SmallMoney
            }
            Self::FreightWaiver => Act::FreightWaiver,
            Self::RepairFee => Act::RepairFee,
            Self::Discount => Act::Discount,
        }
    }

    /// Whether the money comes out of what the buyer paid for the order.
    pub fn is_out_of_the_price(self) -> bool {
        match self {
            Self::Refund
            | Self::Compensation
            | Self::PriceDifference
            | Self::InstallationFee
            | Self::FreightWaiver
            | Self::RepairFee
            | Self::Discount => true,
            Self::Postage | Self::Deposit => false,
        }
    }
}

impl Case {
    /// Whether the case's pieces are spoken for: it is open, or they were paid for, by us or by the
    /// marketplace. A part of their price leaves them with the buyer.
    pub fn claims_pieces(&self, body: &Body) -> bool {
        let paid_elsewhere = || match (self.refunded_elsewhere(body), self.request.kind) {
            (Some(_), CaseKind::ReturnRefund) => true,
            (Some(amount), CaseKind::RefundOnly) => {
                let values = self.request.pieces.iter().map(|&it| paid_for(&body.order, it));
                let value = Money::sum(amount.currency(), values);
                value.is_ok_and(|it| it.minor() <= amount.minor())
            }
            (_, _) => false,
        };
        self.status.is_open()
            || body.holding_of(&self.no).any(|it| it.purpose == Purpose::Refund)
            || paid_elsewhere()
    }

    /// What the marketplace refunded for the case, if it did and we did not.
    fn refunded_elsewhere(&self, body: &Body) -> Option<Money> {
        let is_over = self.market.standing == Standing::Refunded && !self.status.is_open();
        let ours = || body.holding_of(&self.no).any(|it| it.purpose.is_out_of_the_price());
        let amount = self.request.asked.filter(|_| self.request.kind.pays_goods_money())?;
        (is_over && !ours()).then_some(amount)
    }
}
