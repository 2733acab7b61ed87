//! What was bought, paid and promised.

use kernel::{ActorId, CaseNo, LineNo, PackId, Quantity, Sku, Timestamp};
use money::{Currency, Money, MoneyError, Tenders, share_out};

use crate::words::{Channel, CouponOf, Deadline, GoodsClass};

/// An order as its source last described it.
///
/// Invariant: the lines' `paid` and the postage add up to the total of `paid`, see
/// [`Order::assemble`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    pub channel: Channel,
    /// The marketplace's name for the buyer, opaque to us.
    pub buyer: String,
    pub placed_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    /// By when the goods were promised to leave.
    pub ship_by: Option<Timestamp>,
    /// Marked shipped; the goods may have left earlier, or not at all.
    pub shipped_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    /// When the marketplace confirms receipt by itself, as far as we know.
    pub confirm_by: Option<Timestamp>,
    /// Waybill printed or goods packed, as the warehouse notes it.
    pub packed: bool,
    pub presale: bool,
    /// The destination is one where couriers are allowed more time (LOST-02).
    pub remote: bool,
    pub lines: Vec<Line>,
    pub postage: Money,
    /// Everything the buyer paid, postage included, by tender.
    pub paid: Tenders,
    /// Value of the shop coupon used, already taken off the lines' `paid`.
    pub coupon: Money,
    /// The coupons behind it, as far as the source names them. At most one is the shop's.
    pub coupons: Vec<Coupon>,
    /// Price reductions that depend on how much is bought, already taken off the lines' `paid`.
    pub promotions: Vec<Promotion>,
    /// The pack version the order was bought under.
    pub pack: PackId,
}

/// A coupon the buyer used on the order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coupon {
    pub number: String,
    pub of: CouponOf,
    pub off: Money,
}

/// A quantity of one sold thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub no: LineNo,
    pub sku: Sku,
    pub title: String,
    pub unit_price: Money,
    pub quantity: Quantity,
    /// What was paid for the line after every reduction, postage apart.
    pub paid: Money,
    pub class: GoodsClass,
}

/// Spend so much, pay so much less (满减). Re-evaluated when a part goes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promotion {
    pub threshold: Money,
    pub off: Money,
    /// Whether the reduction is granted again for every full threshold (每满).
    pub repeats: bool,
    /// The part of the reduction each line carries, in line order. Lines outside carry nothing.
    pub shares: Vec<Money>,
}

/// A date of the order that was put off (TIME-07).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Extension {
    pub deadline: Deadline,
    pub from: Option<Timestamp>,
    pub until: Timestamp,
    pub reason: String,
    /// The case it was done for, if one is behind it.
    pub case: Option<CaseNo>,
    pub at: Timestamp,
    pub by: ActorId,
}

/// A line before its paid share is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SoldLine {
    pub sku: Sku,
    pub title: String,
    pub unit_price: Money,
    pub quantity: Quantity,
    pub class: GoodsClass,
    /// The marketplace's own figure for what was paid for the line, if it gave one.
    pub paid: Option<Money>,
}

/// A promotion as announced. `lines` are positions from zero; empty means the whole order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announced {
    pub threshold: Money,
    pub off: Money,
    pub repeats: bool,
    pub lines: Vec<usize>,
}

impl Promotion {
    /// The reduction for goods worth `total` at list price.
    pub fn off_at(&self, total: Money) -> Result<Money, MoneyError> {
        if total.compare(self.threshold)?.is_lt() {
            return Ok(Money::zero(total.currency()));
        }
        if !self.repeats || !self.threshold.is_positive() {
            return Ok(self.off);
        }
        let times = total.minor().checked_div(self.threshold.minor()).unwrap_or(1);
        self.off.times(u32::try_from(times).map_err(|_| MoneyError::Overflow)?)
    }
}

impl Line {
    pub fn list_price(&self) -> Result<Money, MoneyError> {
        self.unit_price.times(self.quantity.pieces())
    }
}

/// The lines with their paid shares, and the promotions with theirs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Apportioned {
    pub lines: Vec<Line>,
    pub promotions: Vec<Promotion>,
}

/// Works out what was paid for each line (CALC-06): list price, less its shares of the promotions
/// it takes part in, less its share of `discount` (coupon and every other reduction of the whole
/// order), by largest remainder in line order. A line's own figure, where the marketplace gave one,
/// stands.
pub fn apportion(
    sold: Vec<SoldLine>,
    announced: &[Announced],
    discount: Money,
) -> Result<Apportioned, MoneyError> {
    let currency = discount.currency();
    let mut left: Vec<Money> = Vec::with_capacity(sold.len());
    for line in &sold {
        left.push(line.unit_price.times(line.quantity.pieces())?);
    }
    let mut promotions = Vec::with_capacity(announced.len());
    for it in announced {
        promotions.push(take_off(it, &mut left, currency)?);
    }
    if discount.is_positive() && sold.iter().any(|it| it.paid.is_none()) {
        let total = Money::sum(currency, left.iter().copied())?;
        let shares = share_by_value(discount.smaller(total)?, &left)?;
        for (left, share) in left.iter_mut().zip(shares) {
            *left = left.minus(share)?;
        }
    }
    let lines = sold.into_iter().zip(left).zip(1..).map(|((line, left), no)| Line {
        no: LineNo(no),
        sku: line.sku,
        title: line.title,
        unit_price: line.unit_price,
        quantity: line.quantity,
        paid: line.paid.unwrap_or(left),
        class: line.class,
    });
    Ok(Apportioned { lines: lines.collect(), promotions })
}

fn take_off(
    announced: &Announced,
    left: &mut [Money],
    currency: Currency,
) -> Result<Promotion, MoneyError> {
    let inside = |at: usize| announced.lines.is_empty() || announced.lines.contains(&at);
    let zero = Money::zero(currency);
    let values: Vec<Money> =
        left.iter().enumerate().map(|(at, &it)| if inside(at) { it } else { zero }).collect();
    let mut promotion = Promotion {
        threshold: announced.threshold,
        off: announced.off,
        repeats: announced.repeats,
        shares: Vec::new(),
    };
    let total = Money::sum(currency, values.iter().copied())?;
    let off = promotion.off_at(total)?.smaller(total)?;
    promotion.shares = share_by_value(off, &values)?;
    for (left, share) in left.iter_mut().zip(&promotion.shares) {
        *left = left.minus(*share)?;
    }
    Ok(promotion)
}

/// Shares `amount` over `values` in proportion; evenly if all values are nothing.
pub fn share_by_value(amount: Money, values: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let weights: Vec<u64> =
        values.iter().map(|it| u64::try_from(it.minor()).unwrap_or_default()).collect();
    if weights.is_empty() {
        return Ok(Vec::new());
    }
    if weights.iter().all(|&it| it == 0) {
        return share_out(amount, &vec![1; weights.len()]);
    }
    share_out(amount, &weights)
}

impl Order {
    pub fn currency(&self) -> Currency {
        self.paid.currency()
    }

    pub fn line(&self, no: LineNo) -> Option<&Line> {
        self.lines.iter().find(|it| it.no == no)
    }

    /// Whether the seller has marked the order shipped.
    pub fn is_shipped(&self) -> bool {
        self.shipped_at.is_some()
    }

    /// When the goods were, or are by now still not, on their way later than promised.
    pub fn ship_promise_missed(&self, now: Timestamp) -> bool {
        self.ship_by.is_some_and(|by| by < self.shipped_at.unwrap_or(now))
    }
}
