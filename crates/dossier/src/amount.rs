//! What a request is worth (DT-19): the one place where refund amounts are worked out.
//!
//! The shares of coupons and promotions were fixed when the order was recorded. Here pieces are
//! taken out of their line, promotions are looked at again for what the buyer keeps, outward
//! postage is shared over everything bought, and what was given earlier for the same pieces is
//! taken off.
//!
//! **Invariant:** goods money is always the difference between what is due for all pieces going
//! back so far and what was given for the earlier ones. So any sequence of partial refunds adds up
//! to the full refund to the fen, whatever the order and the portions.

use kernel::{LineNo, Quantity};
use money::{Money, MoneyError, Tender, Tenders, of_pieces};

use crate::{
    body::{Body, cash_first},
    case::{Case, Pieces, Worth},
    order::{Order, Promotion, share_by_value},
    payout::{Payout, PayoutStatus},
    words::{Outward, Purpose},
};

/// What may be settled apart from the pieces themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    pub outward: Outward,
    /// Look at promotions again for what the buyer keeps; otherwise their shares stay apportioned.
    pub reevaluate_promotions: bool,
}

/// What is due for the pieces a case asks for, if it is decided next.
pub fn worth(body: &Body, case: &Case, terms: Terms) -> Result<Worth, MoneyError> {
    let order = &body.order;
    let currency = order.currency();
    let zero = Money::zero(currency);
    let (mut list, mut paid) = (zero, zero);
    for line in &order.lines {
        let (before, count) = span_of(body, case, line.no);
        let pieces = line.quantity.pieces();
        if pieces == 0 {
            continue;
        }
        list = list.plus(line.unit_price.times(count)?)?;
        paid = paid.plus(of_pieces(line.paid, pieces, before, count)?)?;
    }

    let goods = if terms.reevaluate_promotions && !order.promotions.is_empty() {
        due_for_all_so_far(body, case)?.minus_down_to_zero(entitled_before(body, case)?)?
    } else {
        paid
    };
    let postage = outward_postage(body, case, terms.outward)?;
    let deducted = given_for(body, case)?.smaller(goods)?;
    let withheld = case.assessment.as_ref().map_or(zero, |it| it.withheld);
    let due = goods.minus(deducted)?.minus_down_to_zero(withheld)?.plus(postage)?;
    Ok(Worth {
        list,
        reductions: list.minus_down_to_zero(paid)?,
        forfeited: paid.minus_down_to_zero(goods)?,
        restored: goods.minus_down_to_zero(paid)?,
        postage,
        deducted,
        withheld,
        due: due.smaller(room_for(body, case)?.total()?)?.larger(zero)?,
    })
}

/// Splits `amount` over the forms the pieces were paid in (CALC-09): their points go back as points
/// and the rest as cash, within what is left of each.
pub fn by_tender(body: &Body, case: &Case, amount: Money) -> Result<Tenders, MoneyError> {
    let room = room_for(body, case)?;
    let currency = body.order.currency();
    let mut shares = Tenders::nothing(currency);
    for (line, paid) in body.order.lines.iter().zip(line_tenders(&body.order)?) {
        let (before, count) = span_of(body, case, line.no);
        for (tender, part) in paid.parts() {
            let part = of_pieces(part, line.quantity.pieces().max(1), before, count)?;
            shares = shares.plus(&Tenders::of(tender, part))?;
        }
    }
    let within =
        shares.parts().map(|(tender, part)| part.smaller(room.part(tender)).map(|it| (tender, it)));
    let within: Vec<_> = within.collect::<Result<_, _>>()?;
    let first = Tenders::new(currency, within)?.take(amount)?;
    // Postage, and what an earlier request left over, come out of what else was paid.
    let missing = amount.minus(first.total()?)?;
    let rest = cash_first(&room.minus(&first)?, missing)?;
    first.plus(&rest)
}

/// The order's room, with what the case itself holds for goods, or has promised for keeping them,
/// counted as free.
fn room_for(body: &Body, case: &Case) -> Result<Tenders, MoneyError> {
    body.holding_of(&case.no)
        .filter(|it| it.purpose == Purpose::Refund || it.purpose == Purpose::Discount)
        .filter(|it| it.status == PayoutStatus::Reserved)
        .try_fold(body.room()?, |room, it| room.plus(&it.amount))
}

/// What was paid for each line, by tender. Points and cards pay for goods before postage.
fn line_tenders(order: &Order) -> Result<Vec<Tenders>, MoneyError> {
    let currency = order.currency();
    let paid: Vec<Money> = order.lines.iter().map(|it| it.paid).collect();
    let mut lines = vec![Tenders::nothing(currency); paid.len()];
    let mut left = paid.clone();
    for tender in [Tender::Points, Tender::GiftCard] {
        let room = Money::sum(currency, left.iter().copied())?;
        let shares = share_by_value(order.paid.part(tender).smaller(room)?, &left)?;
        for ((line, left), share) in lines.iter_mut().zip(&mut left).zip(shares) {
            *line = line.plus(&Tenders::of(tender, share))?;
            *left = left.minus(share)?;
        }
    }
    for (line, left) in lines.iter_mut().zip(left) {
        *line = line.plus(&Tenders::cash(left))?;
    }
    Ok(lines)
}

/// The case's pieces of a line: how many others went before, and how many it asks for.
fn span_of(body: &Body, case: &Case, line: LineNo) -> (u32, u32) {
    let own = body
        .holding_of(&case.no)
        .filter(|it| it.purpose == Purpose::Refund)
        .fold(Quantity::ZERO, |sum, it| sum.checked_add(it.quantity_of(line)).unwrap_or(sum));
    let before = body.pieces_paid_for(line).minus(own);
    (before.pieces(), case.quantity_of(line).pieces())
}

/// Goods money due in all, once the case's pieces go back too, promotions looked at again.
fn due_for_all_so_far(body: &Body, case: &Case) -> Result<Money, MoneyError> {
    let order = &body.order;
    let currency = order.currency();
    let mut kept_at_list = Vec::with_capacity(order.lines.len());
    let mut due = Money::zero(currency);
    let mut gone = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        let (before, count) = span_of(body, case, line.no);
        let going = before.saturating_add(count).min(line.quantity.pieces());
        due = due.plus(of_pieces(line.paid, line.quantity.pieces().max(1), 0, going)?)?;
        let kept = line.quantity.minus(Quantity::new(going));
        kept_at_list.push(line.unit_price.times(kept.pieces())?);
        gone.push(going);
    }
    for promotion in &order.promotions {
        due = due.minus(forfeited(order, promotion, &kept_at_list, &gone)?)?;
    }
    due.larger(Money::zero(currency))
}

/// Goods money given or promised for other cases, before deductions.
fn entitled_before(body: &Body, case: &Case) -> Result<Money, MoneyError> {
    let goods = body.holding().filter(|it| it.purpose == Purpose::Refund && it.case != case.no);
    Money::sum(body.order.currency(), goods.map(|it| it.entitled))
}

/// The part of a promotion the kept pieces enjoy without being enough for it any more.
fn forfeited(
    order: &Order,
    promotion: &Promotion,
    kept_at_list: &[Money],
    gone: &[u32],
) -> Result<Money, MoneyError> {
    let currency = order.currency();
    let (mut total, mut enjoyed) = (Money::zero(currency), Money::zero(currency));
    let lines = order.lines.iter().zip(kept_at_list).zip(gone).zip(&promotion.shares);
    for (((line, kept), &gone), share) in lines {
        if share.is_positive() {
            total = total.plus(*kept)?;
            let pieces = line.quantity.pieces().max(1);
            enjoyed = enjoyed.plus(share.minus(of_pieces(*share, pieces, 0, gone)?)?)?;
        }
    }
    enjoyed.minus_down_to_zero(promotion.off_at(total)?)
}

/// The outward postage that goes back with the case's pieces. Whatever went back with earlier ones,
/// the last piece takes the rest.
fn outward_postage(body: &Body, case: &Case, outward: Outward) -> Result<Money, MoneyError> {
    let order = &body.order;
    let zero = Money::zero(order.currency());
    let is_own = |it: &Payout| it.case == case.no && it.purpose == Purpose::Refund;
    let left = postage_left(body, |it| !is_own(it))?;
    let is_last = order.lines.iter().all(|line| {
        let (before, count) = span_of(body, case, line.no);
        line.quantity.pieces() <= before.saturating_add(count)
    });
    match outward {
        Outward::WithLast | Outward::Share if is_last => Ok(left),
        Outward::Kept | Outward::WithLast => Ok(zero),
        Outward::Share => postage_share(body, case)?.smaller(left),
    }
}

/// The outward postage that no payout among `given` has given back.
pub(crate) fn postage_left(
    body: &Body,
    given: impl Fn(&Payout) -> bool,
) -> Result<Money, MoneyError> {
    let given = body.holding().filter(|it| given(it)).map(|it| it.postage);
    body.order.postage.minus_down_to_zero(Money::sum(body.order.currency(), given)?)
}

/// The share of the outward postage that the case's pieces carry.
fn postage_share(body: &Body, case: &Case) -> Result<Money, MoneyError> {
    let order = &body.order;
    let values: Vec<Money> = order.lines.iter().map(|it| it.paid).collect();
    let mut sum = Money::zero(order.currency());
    for (line, share) in order.lines.iter().zip(share_by_value(order.postage, &values)?) {
        let (before, count) = span_of(body, case, line.no);
        sum = sum.plus(of_pieces(share, line.quantity.pieces().max(1), before, count)?)?;
    }
    Ok(sum)
}

/// Compensation and cuts of the price given earlier for the case's pieces (CALC-11), in proportion
/// if they were given for more pieces than come back. A review reward is known at most as a
/// finding, [`Fact::ReviewReward`](crate::facts::Fact), and stays the buyer's (CALC-12).
fn given_for(body: &Body, case: &Case) -> Result<Money, MoneyError> {
    let mut sum = Money::zero(body.order.currency());
    let by_us = given_by_us(body, case).map(|it| Ok((it.pieces.as_slice(), it.amount.total()?)));
    let elsewhere = body
        .refunded_elsewhere()
        .filter(|(it, _)| it.no != case.no && !it.claims_pieces(body))
        .map(|(it, amount)| Ok((it.request.pieces.as_slice(), amount)));
    for given in by_us.chain(elsewhere) {
        let (pieces, amount) = given?;
        let values: Vec<Money> = pieces.iter().map(|&it| paid_for(&body.order, it)).collect();
        let shares = share_by_value(amount, &values)?;
        for (it, share) in pieces.iter().zip(shares) {
            // Pieces that went back before took their part of it with them.
            let (before, count) = span_of(body, case, it.line);
            sum = sum.plus(of_pieces(share, it.quantity.pieces().max(1), before, count)?)?;
        }
    }
    Ok(sum)
}

/// What of our money made the goods cheaper: compensation and cuts of the price.
fn given_by_us<'b>(body: &'b Body, case: &'b Case) -> impl Iterator<Item = &'b Payout> {
    // A discount that was promised for keeping the goods is not given with their refund.
    let promised = |it: &Payout| it.case == case.no && it.status == PayoutStatus::Reserved;
    body.holding().filter(move |it| match it.purpose {
        Purpose::Compensation | Purpose::PriceDifference | Purpose::RepairFee => true,
        Purpose::Discount => !promised(it),
        Purpose::Refund
        | Purpose::Postage
        | Purpose::Deposit
        | Purpose::InstallationFee
        | Purpose::FreightWaiver => false,
    })
}

/// What was paid for the pieces of a case.
pub(crate) fn price_of(body: &Body, case: &Case) -> Result<Money, MoneyError> {
    let pieces = case.pieces().iter().map(|&it| paid_for(&body.order, it));
    Money::sum(body.order.currency(), pieces)
}

pub(crate) fn paid_for(order: &Order, pieces: Pieces) -> Money {
    order.line(pieces.line).map_or(Money::zero(order.currency()), |line| {
        of_pieces(line.paid, line.quantity.pieces().max(1), 0, pieces.quantity.pieces())
            .unwrap_or(line.paid)
    })
}
