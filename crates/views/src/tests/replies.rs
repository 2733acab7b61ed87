//! What the buyer reads.

use dossier::{
    Event,
    case::Status,
    event::PayoutChange,
    words::{Direction, Purpose},
};
use expect_test::{Expect, expect};
use money::Tenders;
use policy::Language;

use crate::{
    reply,
    tests::shop::{at, fen, id, moved, payout, said, waiting},
};

#[track_caller]
fn check(name: &str, events: &[Event], language: Language, expected: Expect) {
    expected.assert_eq(&broken(&said(events, |of| reply::text(name, of, language))));
}

/// A line after each comma, for narrow pages.
fn broken(text: &str) -> String {
    text.replace(", ", ",\n    ").replace('，', "，\n    ")
}

#[test]
fn every_variable_of_a_case_under_review() {
    check(
        "everything",
        &waiting(),
        Language::Zh,
        expect![[r#"
            amount: 80.00
            asked: 90.00
            cap: 82.00
            deadline: 2026-11-14 14:00
            order: O1
            case: C1
            shop: 归途小店
            reason: 有线头
            ground: {ground}
            address: 归途路 1 号
            breakdown: 商品原价 100.00，
                优惠分摊 -10.00，
                先前的补偿和差价 -10.00，
                发货运费 +2.00，
                最多可退 82.00，
                本次金额 80.00，
                原路退回 70.00，
                退回积分 10.00
            arrives-by: 2026-11-15
            postage-by: 商家
            parcel: {parcel}
            carrier: {carrier}
            ship-by: 2026-11-04 12:00
            days: 2
            due: 2026-11-12 17:00"#]],
    );
    check(
        "everything",
        &waiting(),
        Language::En,
        expect![[r#"
            amount: 80.00
            asked: 90.00
            cap: 82.00
            deadline: 2026-11-14 14:00
            order: O1
            case: C1
            shop: 归途小店
            reason: 有线头
            ground: {ground}
            address: 归途路 1 号
            breakdown: goods at list price 100.00,
                share of coupons and promotions -10.00,
                earlier compensation -10.00,
                outward postage +2.00,
                at most 82.00,
                this time 80.00,
                the way it was paid 70.00,
                back as points 10.00
            arrives-by: 2026-11-15
            postage-by: merchant
            parcel: {parcel}
            carrier: {carrier}
            ship-by: 2026-11-04 12:00
            days: 2
            due: 2026-11-12 17:00"#]],
    );
}

/// What was decided may differ from what was judged; the buyer is told what is paid.
#[test]
fn a_refund_under_way_is_told_with_what_is_paid() {
    let mut events = waiting();
    let paid = Tenders::cash(fen(5_000));
    events.extend([
        Event::PayoutReserved { payout: Box::new(payout(Purpose::Refund, paid)) },
        Event::PayoutChanged {
            payout: id("C1-1"),
            at: at(30),
            change: PayoutChange::Started { held_until: None },
        },
        moved(Status::Refunding { payout: id("C1-1") }),
        Event::ParcelScanned {
            parcel: id("YT7"),
            carrier: "圆通".to_owned(),
            direction: Direction::Outbound,
            case: Some(id("C1")),
            scans: Vec::new(),
        },
    ]);
    let text = said(&events, |of| reply::text("everything", of, Language::Zh));
    let told: Vec<&str> = text
        .lines()
        .filter(|it| {
            ["amount", "arrives-by", "parcel", "carrier"].iter().any(|of| it.starts_with(of))
        })
        .collect();
    expect![[r#"
        amount: 50.00
        arrives-by: 2026-11-16
        parcel: YT7
        carrier: 圆通"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn the_reply_of_the_judgement_is_drafted() {
    let draft = |language| said(&waiting(), |of| reply::draft(of, language));
    expect![[r#"
        您好，
            退还 80.00 元。明细：商品原价 100.00，
            优惠分摊 -10.00，
            先前的补偿和差价 -10.00，
            发货运费 +2.00，
            最多可退 82.00，
            本次金额 80.00，
            原路退回 70.00，
            退回积分 10.00。"#]]
    .assert_eq(&broken(&draft(Language::Zh)));
    // Not written in English, so the Chinese text is better than none.
    assert_eq!(draft(Language::En), draft(Language::Zh));
    check("no-such-text", &waiting(), Language::Zh, expect![[""]]);
}
