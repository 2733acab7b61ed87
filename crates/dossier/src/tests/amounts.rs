//! What a request is worth, as tables: an order, the pieces that go back one request after the
//! other, and how each amount comes about.

use std::{collections::BTreeMap, fmt::Write};

use expect_test::{Expect, expect};
use kernel::{ActorId, CaseNo, LineNo, PackId, PayoutKey, Quantity, Sku, Timestamp};
use money::{Currency, Money, Tender, Tenders};

use crate::{
    amount::{Terms, by_tender, worth},
    body::Body,
    case::{Case, Market, Pieces, Request, Status},
    order::{Announced, Order, SoldLine, apportion},
    payout::{Payout, PayoutStatus},
    words::{CaseKind, Channel, GoodsClaim, GoodsClass, Outward, Purpose, Reason},
};

/// An order as `price×quantity` lines, with what was taken off and how it was paid.
#[derive(Default)]
pub(super) struct Bought<'a> {
    pub(super) lines: &'a [(i64, u32)],
    pub(super) coupon: i64,
    pub(super) promotions: &'a [(i64, i64)],
    pub(super) postage: i64,
    pub(super) points: i64,
}

pub(super) fn body(bought: &Bought<'_>) -> Body {
    let sold = bought.lines.iter().enumerate().map(|(nth, &(price, quantity))| SoldLine {
        sku: Sku::new(format!("S{nth}")).unwrap(),
        title: String::new(),
        unit_price: Money::fen(price),
        quantity: Quantity::new(quantity),
        class: GoodsClass::Standard,
        paid: None,
    });
    let announced = bought.promotions.iter().map(|&(threshold, off)| Announced {
        threshold: Money::fen(threshold),
        off: Money::fen(off),
        repeats: false,
        lines: Vec::new(),
    });
    let announced: Vec<Announced> = announced.collect();
    let shared = apportion(sold.collect(), &announced, Money::fen(bought.coupon)).unwrap();
    let goods = Money::sum(Currency::Cny, shared.lines.iter().map(|it| it.paid)).unwrap();
    let points = Money::fen(bought.points).smaller(goods).unwrap();
    let cash = goods.minus(points).unwrap().plus(Money::fen(bought.postage)).unwrap();
    let paid = [(Tender::Cash, cash), (Tender::Points, points)];
    let at = Timestamp::from_epoch_seconds(0);
    Body::new(Order {
        channel: Channel::Own,
        buyer: "buyer".to_owned(),
        placed_at: at,
        paid_at: Some(at),
        ship_by: None,
        shipped_at: None,
        confirmed_at: None,
        confirm_by: None,
        packed: false,
        presale: false,
        remote: false,
        lines: shared.lines,
        postage: Money::fen(bought.postage),
        paid: Tenders::new(Currency::Cny, paid).unwrap(),
        coupon: Money::fen(bought.coupon),
        coupons: Vec::new(),
        promotions: shared.promotions,
        pack: PackId::new("test@1").unwrap(),
    })
}

pub(super) fn request(number: usize, pieces: &[(u16, u32)]) -> Case {
    let pieces = pieces
        .iter()
        .map(|&(line, count)| Pieces { line: LineNo(line), quantity: Quantity::new(count) });
    Case {
        no: CaseNo::new(format!("R{number}")).unwrap(),
        request: Request {
            kind: CaseKind::RefundOnly,
            reason: Reason::NoLongerWanted,
            reason_text: String::new(),
            pieces: pieces.collect(),
            asked: None,
            goods: GoodsClaim::NotReceived,
            note: String::new(),
        },
        opened_at: Timestamp::from_epoch_seconds(0),
        follows: None,
        market: Market::default(),
        findings: BTreeMap::new(),
        evidence: Vec::new(),
        status: Status::UnderReview,
        decided_from: None,
        judgement: None,
        changes: Vec::new(),
        returns: Vec::new(),
        receipts: Vec::new(),
        assessment: None,
        pickup: None,
        answered: Vec::new(),
        deposit: None,
        claim: None,
        handed_over: false,
        raised: Vec::new(),
    }
}

pub(super) fn pay(
    body: &mut Body,
    case: Case,
    purpose: Purpose,
    amount: Tenders,
    (entitled, postage): (Money, Money),
) {
    let number = body.payouts.len();
    body.payouts.push(Payout {
        key: PayoutKey::new(format!("P{number}")).unwrap(),
        case: case.no.clone(),
        purpose,
        amount,
        entitled,
        postage,
        pieces: case.request.pieces.clone(),
        maker: ActorId::new("me").unwrap(),
        reserved_at: Timestamp::from_epoch_seconds(0),
        status: PayoutStatus::Reserved,
    });
    body.cases.push(case);
}

pub(super) const ALL_TERMS: Terms = Terms { outward: Outward::Share, reevaluate_promotions: true };

/// Decides each request in turn and says what it came to.
#[track_caller]
fn check(bought: &Bought<'_>, terms: Terms, requests: &[&[(u16, u32)]], expected: Expect) {
    let mut body = body(bought);
    let mut told = String::new();
    for (number, pieces) in requests.iter().enumerate() {
        let case = request(number, pieces);
        let worth = worth(&body, &case, terms).unwrap();
        let amount = by_tender(&body, &case, worth.due).unwrap();
        let forms: Vec<String> =
            amount.parts().map(|(tender, it)| format!("{tender} {}", it.decimal())).collect();
        let _ = writeln!(
            told,
            "list {} - {} - {} + {} + {} - {} = {} ({})",
            worth.list.decimal(),
            worth.reductions.decimal(),
            worth.forfeited.decimal(),
            worth.restored.decimal(),
            worth.postage.decimal(),
            worth.deducted.decimal(),
            worth.due.decimal(),
            forms.join(", "),
        );
        pay(&mut body, case, Purpose::Refund, amount, (worth.goods().unwrap(), worth.postage));
    }
    expected.assert_eq(&told);
}

const GOODS_ONLY: Terms = Terms { outward: Outward::Kept, reevaluate_promotions: true };

/// CALC-06: items of 100 and 200 with a coupon of 30, the first goes back.
#[test]
fn a_coupon_is_spread_over_what_was_bought() {
    let bought = Bought { lines: &[(10_000, 1), (20_000, 1)], coupon: 3_000, ..Bought::default() };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(1, 1)], &[(2, 1)]],
        expect![[r#"
            list 100.00 - 10.00 - 0.00 + 0.00 + 0.00 - 0.00 = 90.00 (cash 90.00)
            list 200.00 - 20.00 - 0.00 + 0.00 + 0.00 - 0.00 = 180.00 (cash 180.00)
        "#]],
    );
}

#[test]
fn odd_fen_go_to_the_earliest_pieces() {
    let bought = Bought { lines: &[(1_000, 3)], coupon: 1_000, ..Bought::default() };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(1, 1)], &[(1, 1)], &[(1, 1)]],
        expect![[r#"
            list 10.00 - 3.33 - 0.00 + 0.00 + 0.00 - 0.00 = 6.67 (cash 6.67)
            list 10.00 - 3.33 - 0.00 + 0.00 + 0.00 - 0.00 = 6.67 (cash 6.67)
            list 10.00 - 3.34 - 0.00 + 0.00 + 0.00 - 0.00 = 6.66 (cash 6.66)
        "#]],
    );
}

/// CALC-09: 90 in cash and 10 in points come back as they were paid.
#[test]
fn points_go_back_as_points() {
    let bought = Bought { lines: &[(5_000, 2)], points: 1_000, ..Bought::default() };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(1, 1)], &[(1, 1)]],
        expect![[r#"
            list 50.00 - 0.00 - 0.00 + 0.00 + 0.00 - 0.00 = 50.00 (cash 45.00, points 5.00)
            list 50.00 - 0.00 - 0.00 + 0.00 + 0.00 - 0.00 = 50.00 (cash 45.00, points 5.00)
        "#]],
    );
}

/// 300 less 50: what is kept is not enough for the reduction any more, so it is paid for in full.
#[test]
fn a_promotion_is_lost_when_too_little_is_kept() {
    let bought = Bought {
        lines: &[(20_000, 1), (11_000, 1)],
        promotions: &[(30_000, 5_000)],
        ..Bought::default()
    };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(2, 1)], &[(1, 1)]],
        expect![[r#"
            list 110.00 - 17.74 - 32.26 + 0.00 + 0.00 - 0.00 = 60.00 (cash 60.00)
            list 200.00 - 32.26 - 0.00 + 32.26 + 0.00 - 0.00 = 200.00 (cash 200.00)
        "#]],
    );
}

#[test]
fn a_promotion_that_is_still_reached_stays() {
    let bought = Bought {
        lines: &[(20_000, 2), (10_000, 1)],
        promotions: &[(30_000, 5_000)],
        ..Bought::default()
    };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(1, 1)]],
        expect![[r#"
            list 200.00 - 20.00 - 0.00 + 0.00 + 0.00 - 0.00 = 180.00 (cash 180.00)
        "#]],
    );
}

/// Taking back something small would cost the buyer money: nothing is paid, and nothing is owed;
/// the rest makes it whole.
#[test]
fn a_loss_never_turns_into_a_debt() {
    let bought = Bought {
        lines: &[(29_500, 1), (1_000, 1)],
        promotions: &[(30_000, 5_000)],
        ..Bought::default()
    };
    check(
        &bought,
        GOODS_ONLY,
        &[&[(2, 1)], &[(1, 1)]],
        expect![[r#"
            list 10.00 - 1.64 - 8.36 + 0.00 + 0.00 - 0.00 = 0.00 ()
            list 295.00 - 48.36 - 0.00 + 8.36 + 0.00 - 0.00 = 255.00 (cash 255.00)
        "#]],
    );
}

#[test]
fn outward_postage_goes_back_in_proportion() {
    let bought = Bought { lines: &[(10_000, 2), (20_000, 1)], postage: 1_200, ..Bought::default() };
    check(
        &bought,
        ALL_TERMS,
        &[&[(1, 1)], &[(1, 1), (2, 1)]],
        expect![[r#"
            list 100.00 - 0.00 - 0.00 + 0.00 + 3.00 - 0.00 = 103.00 (cash 103.00)
            list 300.00 - 0.00 - 0.00 + 0.00 + 9.00 - 0.00 = 309.00 (cash 309.00)
        "#]],
    );
}

/// CALC-11: 300 paid, 20 given earlier, so 280 comes back.
#[test]
fn earlier_compensation_is_taken_off() {
    let mut body = body(&Bought { lines: &[(10_000, 3)], ..Bought::default() });
    let earlier = request(0, &[(1, 3)]);
    pay(
        &mut body,
        earlier,
        Purpose::Compensation,
        Tenders::cash(Money::fen(2_000)),
        (Money::fen(0), Money::fen(0)),
    );
    let all = worth(&body, &request(1, &[(1, 3)]), GOODS_ONLY).unwrap();
    assert_eq!((all.deducted, all.due), (Money::fen(2_000), Money::fen(28_000)));
    let one = worth(&body, &request(1, &[(1, 1)]), GOODS_ONLY).unwrap();
    assert_eq!((one.deducted, one.due), (Money::fen(667), Money::fen(9_333)));
}
