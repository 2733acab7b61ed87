//! What was bought, line by line.

use dossier::{order::SoldLine, words::GoodsClass};
use kernel::{Choice, LineNo, Quantity, Sku};
use money::{Currency, Money, MoneyError};

use crate::{items::ItemRow, orders::OrderRow, refunds::RefundRow};

pub(super) struct Sold {
    pub(super) lines: Vec<SoldLine>,
    /// Reductions of the whole order that the lines' own figures do not contain.
    pub(super) discount: Money,
}

pub(super) fn sold_lines(order: &OrderRow, items: &[&ItemRow]) -> Sold {
    let lines: Vec<SoldLine> = if items.is_empty() {
        vec![whole_order(order)]
    } else {
        items.iter().map(|it| sold_line(it)).collect()
    };
    let discount = discount(order, &lines).unwrap_or(Money::zero(Currency::Cny));
    Sold { lines, discount }
}

fn sold_line(item: &ItemRow) -> SoldLine {
    let zero = Money::zero(Currency::Cny);
    let quantity = item.quantity;
    let pieces = i64::from(quantity.pieces().max(1));
    // A file without unit prices still says what the line came to.
    let price = item.unit_price.unwrap_or_else(|| {
        let whole = item.paid_share.unwrap_or(zero).minor();
        Money::fen(whole.checked_div(pieces).unwrap_or_default())
    });
    let less_share = || {
        let list = price.times(quantity.pieces()).ok()?;
        list.minus_down_to_zero(item.discount_share?).ok()
    };
    SoldLine {
        sku: item
            .sku
            .clone()
            .unwrap_or_else(|| Sku::lossy(item.title.as_deref().unwrap_or_default())),
        title: item.title.as_deref().unwrap_or_default().to_owned(),
        unit_price: price,
        quantity,
        class: item
            .goods_class
            .as_deref()
            .and_then(GoodsClass::from_code)
            .unwrap_or(GoodsClass::Standard),
        paid: item.paid_share.or_else(less_share),
    }
}

/// Without a file of lines an order is its money: one line of as many pieces as its goods came to
/// in fen. Requests for parts of it then take up as much as they ask for, until nothing is left.
fn whole_order(order: &OrderRow) -> SoldLine {
    let goods = less_postage(order);
    let pieces = pieces_of(goods);
    // What cost nothing is still something that was bought.
    let is_free = pieces.is_zero();
    SoldLine {
        sku: Sku::lossy("order"),
        title: BY_AMOUNT.to_owned(),
        unit_price: Money::fen(i64::from(!is_free)),
        quantity: if is_free { Quantity::ONE } else { pieces },
        class: GoodsClass::Standard,
        paid: Some(goods),
    }
}

/// What the one line of such an order is called where its pieces are shown.
const BY_AMOUNT: &str = "按金额（每件 0.01 元）";

fn less_postage(order: &OrderRow) -> Money {
    let postage = order.postage.unwrap_or(Money::zero(Currency::Cny));
    order.paid_total.minus_down_to_zero(postage).unwrap_or(order.paid_total)
}

/// As many pieces as fen.
pub(super) fn pieces_of(amount: Money) -> Quantity {
    Quantity::new(u32::try_from(amount.minor()).unwrap_or_default())
}

/// What the order's lines cost more than was paid for goods: a coupon nobody apportioned. Where the
/// lines carry their own paid shares, there is none.
fn discount(order: &OrderRow, lines: &[SoldLine]) -> Result<Money, MoneyError> {
    let zero = Money::zero(Currency::Cny);
    if lines.iter().all(|it| it.paid.is_some()) {
        return Ok(zero);
    }
    if let Some(coupon) = order.coupon.filter(|it| it.is_positive()) {
        return Ok(coupon);
    }
    let list = lines
        .iter()
        .try_fold(zero, |sum, it| sum.plus(it.unit_price.times(it.quantity.pieces())?))?;
    list.minus_down_to_zero(order.goods_payable.unwrap_or_else(|| less_postage(order)))
}

/// Which line a request is about.
pub(super) enum Found {
    Line(LineNo, Quantity),
    /// No line matches; the request may be about all of them.
    None,
}

/// By the merchant's code and title, by either alone, or because there is only one.
pub(super) fn line_of(refund: &RefundRow, items: &[&ItemRow], taken: &[u32]) -> Found {
    let by_sku = |it: &ItemRow| refund.sku.is_some() && it.sku == refund.sku;
    let by_title = |it: &ItemRow| refund.title.is_some() && it.title == refund.title;
    let left = |at: usize, it: &ItemRow| {
        it.quantity.pieces().saturating_sub(taken.get(at).copied().unwrap_or_default())
    };
    let matches = |test: &dyn Fn(&ItemRow) -> bool| {
        let mut found: Vec<(usize, &ItemRow)> =
            items.iter().enumerate().filter(|(_, it)| test(it)).map(|(at, it)| (at, *it)).collect();
        // Of several lines of the same thing, one that still has pieces.
        found.sort_by_key(|&(at, it)| (left(at, it) == 0, at));
        found.first().copied()
    };
    let found = matches(&|it| by_sku(it) && by_title(it))
        .or_else(|| matches(&by_sku))
        .or_else(|| matches(&by_title))
        .or_else(|| if items.len() == 1 { matches(&|_| true) } else { None });
    match found {
        Some((at, item)) => match u16::try_from(at.saturating_add(1)) {
            Ok(no) => Found::Line(LineNo(no), item.quantity),
            Err(_) => Found::None,
        },
        None => Found::None,
    }
}
