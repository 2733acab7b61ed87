use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::{
    Account, Currency, Entry, Money, MoneyError, Posting, Tender, Tenders, Unbalanced, of_pieces,
    share_out,
};

fn yuan(text: &str) -> Money {
    Money::parse_decimal(text, Currency::Cny).unwrap()
}

#[track_caller]
fn check_shares(amount: &str, weights: &[u64], expected: Expect) {
    let actual = match share_out(yuan(amount), weights) {
        Ok(parts) => parts.iter().map(|it| it.decimal()).collect::<Vec<String>>().join(" | "),
        Err(error) => format!("error: {error}"),
    };
    expected.assert_eq(&actual);
}

#[test]
fn shares_give_left_over_fen_to_the_largest_remainders() {
    check_shares("10.00", &[1, 1, 1], expect!["3.34 | 3.33 | 3.33"]);
    check_shares("0.05", &[3, 7], expect!["0.02 | 0.03"]);
    check_shares("30.00", &[100, 200], expect!["10.00 | 20.00"]);
    check_shares(
        "0.01",
        &[1, 1, 1, 1, 1, 1, 1],
        expect!["0.01 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00"],
    );
    check_shares("1.00", &[0, 1, 0, 2], expect!["0.00 | 0.33 | 0.00 | 0.67"]);
    check_shares("-10.00", &[1, 1, 1], expect!["-3.33 | -3.33 | -3.34"]);
    check_shares("1.00", &[], expect!["error: nothing to share the amount over"]);
    check_shares("1.00", &[0, 0], expect!["error: nothing to share the amount over"]);
}

/// Small inputs are tried in full rather than sampled: every amount, every pair of weights.
#[test]
fn sharing_neither_makes_nor_loses_money() {
    for fen in -40..=40 {
        for weights in (0..=6).flat_map(|a| (0..=6).map(move |b| [a, b, 5])) {
            let parts = share_out(Money::fen(fen), &weights).unwrap();
            let sum = Money::sum(Currency::Cny, parts.iter().copied());
            assert_eq!(sum, Ok(Money::fen(fen)), "{fen} over {weights:?} gave {parts:?}");
        }
    }
}

/// Taking pieces in portions is the same as sharing the amount out and adding up.
#[test]
fn pieces_are_shares_of_equal_weight() {
    for fen in 0..=60 {
        for pieces in 1..=7 {
            let shares = share_out(Money::fen(fen), &vec![1; pieces]).unwrap();
            for before in 0..pieces {
                for count in 0..=pieces - before {
                    let portion = shares[before..before + count].iter().copied();
                    let taken = of_pieces(
                        Money::fen(fen),
                        pieces.try_into().unwrap(),
                        before.try_into().unwrap(),
                        count.try_into().unwrap(),
                    );
                    assert_eq!(taken, Money::sum(Currency::Cny, portion));
                }
            }
        }
    }
}

#[test]
fn there_are_no_pieces_beyond_the_last() {
    assert_eq!(of_pieces(yuan("10.00"), 3, 2, 5), Ok(yuan("3.33")));
    assert_eq!(of_pieces(yuan("10.00"), 3, 3, 1), Ok(yuan("0.00")));
    assert_eq!(of_pieces(yuan("10.00"), 3, 9, u32::MAX), Ok(yuan("0.00")));
    assert_eq!(of_pieces(yuan("10.00"), 0, 0, 1), Err(MoneyError::NoWeights));
}

#[test]
fn amounts_are_read_as_back_offices_write_them() {
    for (text, fen) in [("0", 0), ("12", 1200), ("12.5", 1250), ("12.50", 1250), ("-3.00", -300)] {
        assert_eq!(Money::parse_decimal(text, Currency::Cny), Ok(Money::fen(fen)), "{text}");
    }
    assert_eq!(Money::parse_decimal("1,234,567.80", Currency::Cny), Ok(Money::fen(123_456_780)));
    assert_eq!(Money::fen(-7).to_string(), "-0.07 CNY");
}

#[test]
fn amounts_that_could_be_misread_are_refused() {
    for text in [
        "", "-", ".5", "5.", "12.505", "1,20", "1,2345", "1234,567", "1e3", "１２", "+1", "1 2",
        "NaN",
    ] {
        assert_eq!(Money::parse_decimal(text, Currency::Cny), Err(MoneyError::Malformed), "{text}");
    }
    let huge = "99999999999999999999";
    assert_eq!(Money::parse_decimal(huge, Currency::Cny), Err(MoneyError::Overflow));
}

#[test]
fn currencies_do_not_mix() {
    let (yuan, dollar) = (Money::fen(100), Money::new(100, Currency::Usd));
    let mismatch = MoneyError::CurrencyMismatch { left: Currency::Cny, right: Currency::Usd };
    assert_eq!(yuan.plus(dollar), Err(mismatch));
    assert_eq!(Tenders::cash(yuan).plus(&Tenders::cash(dollar)), Err(mismatch));
    assert_eq!(Money::fen(i64::MAX).plus(yuan), Err(MoneyError::Overflow));
}

#[test]
fn percentages_round_half_away_from_zero() {
    assert_eq!(yuan("200.00").percent(3000), Ok(yuan("60.00")));
    assert_eq!(yuan("0.05").percent(3000), Ok(yuan("0.02")));
    assert_eq!(yuan("-0.05").percent(3000), Ok(yuan("-0.02")));
    assert_eq!(Money::fen(i64::MAX).percent(20_000), Err(MoneyError::Overflow));
}

#[test]
fn points_are_taken_before_cash() {
    let paid =
        Tenders::new(Currency::Cny, [(Tender::Cash, yuan("90")), (Tender::Points, yuan("10"))]);
    let taken = paid.unwrap().take(yuan("15")).unwrap();
    assert_eq!((taken.part(Tender::Points), taken.part(Tender::Cash)), (yuan("10"), yuan("5")));
}

#[test]
fn a_posting_that_does_not_balance_cannot_be_made() {
    let entry = |account, tender, amount| Entry { account, tender, amount };
    let lame = vec![
        entry(Account::SalesReturned, Tender::Cash, yuan("10")),
        entry(Account::OwedToBuyer, Tender::Points, yuan("-10")),
    ];
    let sum = yuan("10");
    assert_eq!(Posting::new(lame), Err(Unbalanced::Tender { tender: Tender::Cash, sum }));
}

proptest! {
    #[test]
    fn a_movement_always_balances(cash in 0..i64::MAX, points in 0..i64::MAX) {
        let parts = [(Tender::Cash, Money::fen(cash)), (Tender::Points, Money::fen(points))];
        let amount = Tenders::new(Currency::Cny, parts).unwrap();
        let posting = Posting::movement(Account::OwedToBuyer, Account::Takings, &amount).unwrap();
        prop_assert!(Posting::new(posting.entries().to_vec()).is_ok());
    }

    #[test]
    fn any_portions_of_any_amount_add_up(fen in 0..i64::MAX, portions in prop::collection::vec(1_u32..50, 1..8)) {
        let pieces: u32 = portions.iter().sum();
        let mut before = 0;
        let mut sum = Money::fen(0);
        for count in portions {
            sum = sum.plus(of_pieces(Money::fen(fen), pieces, before, count).unwrap()).unwrap();
            before = before.saturating_add(count);
        }
        prop_assert_eq!(sum, Money::fen(fen));
    }
}
