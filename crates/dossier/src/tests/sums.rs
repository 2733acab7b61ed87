//! Whatever the order and however it is taken back: the parts add up, nothing is negative, and no
//! form of payment gives back more than it took.

use kernel::LineNo;
use money::{Currency, Money, Tenders};
use proptest::prelude::*;

use super::amounts::{ALL_TERMS, Bought, body, pay, request};
use crate::{
    amount::{Terms, by_tender, worth},
    words::{Outward, Purpose},
};

#[derive(Clone, Debug)]
struct Order {
    lines: Vec<(i64, u32)>,
    coupon: i64,
    promotions: Vec<(i64, i64)>,
    postage: i64,
    points: i64,
    /// Lines in the order in which single pieces go back, by draw.
    draws: Vec<u16>,
}

fn orders() -> impl Strategy<Value = Order> {
    let line = (prop_oneof![Just(0), 1..50_000_i64], 1..6_u32);
    let lines = prop::collection::vec(line, 1..5);
    let promotions = prop::collection::vec((1..80_000_i64, 0..9_000_i64), 0..3);
    let draws = prop::collection::vec(any::<u16>(), 40);
    (lines, 0..20_000_i64, promotions, 0..2_000_i64, 0..9_000_i64, draws).prop_map(
        |(lines, coupon, promotions, postage, points, draws)| Order {
            lines,
            coupon,
            promotions,
            postage,
            points,
            draws,
        },
    )
}

/// Takes everything back in portions of up to three pieces, in a drawn order.
fn take_all_back(order: &Order, terms: Terms) -> Result<(), TestCaseError> {
    let mut body = body(&Bought {
        lines: &order.lines,
        coupon: order.coupon,
        promotions: &order.promotions,
        postage: order.postage,
        points: order.points,
    });
    let paid = body.order.paid.clone();
    let mut left: Vec<(u16, u32)> =
        body.order.lines.iter().map(|it| (it.no.0, it.quantity.pieces())).collect();
    let mut back = Tenders::nothing(Currency::Cny);
    for (number, draw) in order.draws.iter().cycle().enumerate() {
        if left.is_empty() {
            break;
        }
        let at = usize::from(*draw).checked_rem(left.len()).unwrap_or_default();
        let (line, pieces) = left[at];
        let portion = u32::from(*draw % 3).saturating_add(1).min(pieces);
        let case = request(number, &[(line, portion)]);
        let worth = worth(&body, &case, terms).unwrap();
        let amount = by_tender(&body, &case, worth.due).unwrap();
        prop_assert!(!worth.due.is_negative() && !amount.has_negative_part());
        prop_assert_eq!(amount.total(), Ok(worth.due), "every fen has a form");
        prop_assert!(worth.due.compare(body.room().unwrap().total().unwrap()).unwrap().is_le());
        back = back.plus(&amount).unwrap();
        prop_assert!(back.fits_in(&paid).unwrap(), "{back:?} of {paid:?}");
        prop_assert_eq!(body.order.line(LineNo(line)).map(|it| it.no.0), Some(line));
        pay(&mut body, case, Purpose::Refund, amount, (worth.goods().unwrap(), worth.postage));
        if portion == pieces {
            left.remove(at);
        } else {
            left[at].1 = pieces.saturating_sub(portion);
        }
    }
    prop_assert_eq!(back, paid, "all parts together are the whole");
    Ok(())
}

proptest! {
    #[test]
    fn any_sequence_of_partial_refunds_adds_up_to_the_full_refund(order in orders()) {
        take_all_back(&order, ALL_TERMS)?;
    }

    #[test]
    fn so_does_one_whose_postage_waits_for_the_last_piece(order in orders()) {
        take_all_back(&order, Terms { outward: Outward::WithLast, ..ALL_TERMS })?;
    }

    #[test]
    fn so_does_one_without_looking_at_promotions_again(order in orders()) {
        take_all_back(&order, Terms { reevaluate_promotions: false, ..ALL_TERMS })?;
    }

    #[test]
    fn what_is_given_in_other_ways_is_never_given_twice(
        order in orders(),
        compensation in 0..30_000_i64,
    ) {
        let mut body = body(&Bought {
            lines: &order.lines,
            coupon: order.coupon,
            promotions: &order.promotions,
            postage: order.postage,
            points: order.points,
        });
        let all: Vec<(u16, u32)> =
            body.order.lines.iter().map(|it| (it.no.0, it.quantity.pieces())).collect();
        let first = request(0, &all);
        let given = Money::fen(compensation).smaller(body.room().unwrap().total().unwrap());
        let given = by_tender(&body, &first, given.unwrap()).unwrap();
        if !given.is_nothing() {
            pay(&mut body, first, Purpose::Compensation, given.clone(), (Money::fen(0), Money::fen(0)));
        }
        let case = request(1, &all);
        let worth = worth(&body, &case, ALL_TERMS).unwrap();
        let rest = by_tender(&body, &case, worth.due).unwrap();
        prop_assert!(rest.plus(&given).unwrap().fits_in(&body.order.paid).unwrap());
    }
}
