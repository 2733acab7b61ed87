//! Facts in, answer and clause out.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use kernel::{Choice, Quantity, Span};
use money::{Currency, Money};

use crate::{
    Answer, Language, Question, Value, Why,
    tests::fixtures::{PATH, PROOFS, Proof, Route, WINDOW, apparel, base, build},
};

/// Asks the base pack; the answer reads `table#row: output=value`, or why a person must look.
#[track_caller]
fn check(question: &'static Question, facts: &[Value], expected: Expect) {
    let pack = build("base", base());
    let said = match pack.ask(question, facts) {
        Answer::Row(ruling) => format!("{ruling:?}"),
        Answer::Person(why) => format!("a person must look: {why}"),
    };
    expected.assert_eq(&said);
}

fn path(shipped: bool, signed: bool, returns: bool) -> [Value; 3] {
    [shipped, signed, returns].map(Value::flag)
}

fn window(route: Route, days: Option<i64>, paid: Money) -> [Value; 3] {
    [Value::choice(route), Value::maybe(days.map(Value::days)), Value::amount(paid)]
}

#[test]
fn a_question_is_answered_by_the_row_that_fits() {
    check(&PATH, &path(false, true, true), expect!["refund-path#unshipped: route=unshipped"]);
    check(&PATH, &path(true, false, true), expect!["refund-path#not-received: route=not-received"]);
    check(&PATH, &path(true, true, true), expect!["refund-path#return: route=return"]);
}

#[test]
fn the_first_row_that_fits_wins_in_a_first_table() {
    let fen = Money::fen;
    check(
        &WINDOW,
        &window(Route::Unshipped, None, fen(1)),
        expect!["return-window#early: allowed=yes; answer-in=2 hours"],
    );
    check(
        &WINDOW,
        &window(Route::Return, Some(7), fen(9900)),
        expect!["return-window#in-time: allowed=yes"],
    );
    check(
        &WINDOW,
        &window(Route::Return, Some(8), fen(2000)),
        expect!["return-window#small: allowed=yes; cap=20.00 yuan; answer-in=90 min"],
    );
    check(
        &WINDOW,
        &window(Route::Return, Some(8), fen(2001)),
        expect!["return-window#late: allowed=no"],
    );
    check(
        &WINDOW,
        &window(Route::Return, Some(8), fen(50_000)),
        expect!["return-window#person: allowed=no; answer-in=4 hours"],
    );
}

#[test]
fn a_missing_fact_is_not_an_early_one() {
    check(
        &WINDOW,
        &window(Route::Return, None, Money::fen(1)),
        expect!["return-window#person: allowed=no; answer-in=4 hours"],
    );
}

#[test]
fn facts_that_cannot_be_read_go_to_a_person() {
    let [shipped, signed, _] = path(true, true, true);
    let returns = "a person must look: `returns-goods` is missing or cannot be read";
    for fact in [Value::Missing, Value::Number(1), Value::Choice(0), Value::Unreadable] {
        let pack = build("base", base());
        let answer = pack.ask(&PATH, &[shipped, signed, fact]);
        assert_eq!(answer, Answer::Person(Why::Unreadable("returns-goods")), "{returns}");
    }
    check(&PATH, &[shipped], expect!["a person must look: `signed` is missing or cannot be read"]);
    let dollars = Money::new(100, Currency::Usd);
    check(
        &WINDOW,
        &window(Route::Keep, Some(1), dollars),
        expect!["a person must look: `paid` is missing or cannot be read"],
    );
    check(
        &WINDOW,
        &[Value::Choice(4), Value::days(1), Value::amount(Money::fen(1))],
        expect!["a person must look: `route` is missing or cannot be read"],
    );
}

#[test]
fn a_question_without_a_table_goes_to_a_person() {
    static OTHER: Question = Question { name: "other", ..PATH_LIKE };
    const PATH_LIKE: Question =
        Question { name: "", inputs: &[], outputs: &[], hit: crate::Hit::One };
    check(
        &OTHER,
        &[],
        expect!["a person must look: the policy pack has no table for this question"],
    );
}

#[test]
fn every_row_that_applies_answers_a_question_that_wants_all() {
    let pack = build("base", base());
    let said = |route: Option<Route>, grams: i64| {
        let facts = [Value::maybe(route.map(Value::choice)), Value::weight(grams)];
        let rulings = pack.ask_all(&PROOFS, &facts);
        rulings.iter().map(|it| format!("{it:?}")).collect::<Vec<String>>().join("\n")
    };
    expect![[r#"
        proofs#heavy: needs=photo, video; reply=approved
        proofs#back: needs=seal"#]]
    .assert_eq(&said(Some(Route::Return), 2500));
    expect![[r#"proofs#unknown: needs=none"#]].assert_eq(&said(None, 2499));
    expect![[""]].assert_eq(&said(Some(Route::Keep), 0));
    expect![[""]].assert_eq(&said(Some(Route::Return), -1));
}

#[test]
fn a_ruling_gives_its_answers_by_type() {
    let pack = build("base", base());
    let facts = window(Route::Keep, Some(30), Money::fen(1500));
    let ruling = pack.ask(&WINDOW, &facts).ruling().unwrap();
    assert_eq!(ruling.flag("allowed"), Some(true));
    assert_eq!(ruling.amount("cap"), Some(Money::fen(2000)));
    assert_eq!(ruling.span("answer-in"), Some(Span::minutes(90)));
    assert_eq!(ruling.days("answer-in"), None, "a span is not a number of days");
    assert_eq!(ruling.amount("other"), None);
    assert_eq!(ruling.clause().to_string(), "return-window#small");
    assert_eq!(ruling.clause().source, "W-3");
    assert_eq!(ruling.sentence(Language::Zh), "小额");
    assert_eq!(ruling.sentence(Language::En), "Too late but small");

    let ruling = pack.ask(&PATH, &path(true, true, true)).ruling().unwrap();
    assert_eq!(ruling.choice::<Route>("route"), Some(Route::Return));
    assert_eq!(ruling.choice::<Proof>("route"), None);

    let facts = [Value::Missing, Value::weight(3000)];
    let rulings = pack.ask_all(&PROOFS, &facts);
    assert_eq!(rulings[0].choices::<Proof>("needs"), [Proof::Photo, Proof::Video]);
    assert_eq!(rulings[0].text("reply"), Some("approved"));
    assert_eq!(rulings[1].choices::<Proof>("needs"), []);
    assert_eq!(rulings[1].text("reply"), None);
}

#[test]
fn a_child_pack_says_what_its_parent_says_except_where_it_differs() {
    let pack = build("apparel", apparel());
    let facts = window(Route::Return, Some(15), Money::fen(9900));
    let ruling = pack.ask(&WINDOW, &facts).ruling().unwrap();
    assert_eq!(ruling.clause().row, "in-time");

    let values = BTreeMap::from([("amount", "12.50 yuan".to_owned())]);
    let said = |language| pack.text("approved", language).unwrap().render(&values);
    assert_eq!(said(Language::En), "Paid: 12.50 yuan");
    assert_eq!(said(Language::Zh), "订单 {order} 退款 12.50 yuan 已同意。");
}

#[test]
fn constants_are_given_by_type() {
    let pack = build("base", base());
    assert_eq!(pack.days("return-days"), Ok(7));
    assert_eq!(pack.amount("repair-cap"), Ok(Money::fen(2000)));
    assert_eq!(pack.span("courier-answer"), Ok(Span::hours(2)));
    assert_eq!(pack.percent("presumed-points"), Ok(3000));
    assert_eq!(pack.flag("promotion"), Ok(false));
    assert_eq!(pack.choice::<Route>("usual-route"), Ok(Route::Return));
    assert_eq!(pack.phrase("signature"), Ok("归途"));
    let gap = pack.amount("return-days").unwrap_err();
    assert_eq!(gap.to_string(), "the policy pack says nothing usable about `return-days`");
    assert!(pack.count("nothing").is_err());
}

#[test]
fn facts_are_made_from_what_the_domain_has() {
    assert_eq!(Value::count(Quantity::new(3)), Value::count(3_u32));
    assert_eq!(Value::from(Some(Money::fen(5))), Value::Number(5));
    assert_eq!(Value::from(None::<Span>), Value::Missing);
    assert_eq!(Value::choice(Route::from_code("keep").unwrap()), Value::Choice(2));
}
