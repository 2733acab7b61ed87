//! What is kept of a ruling, and asking again.

use expect_test::{Expect, expect};
use money::Money;
use proptest::prelude::*;

use crate::{
    Answer, Question, Value,
    tests::fixtures::{PATH, PROOFS, Route, VOCABULARY, WINDOW, apparel, base, build},
};

/// Asks the base pack and shows the record.
#[track_caller]
fn check(question: &'static Question, facts: &[Value], expected: Expect) {
    let pack = build("base", base());
    let answer = pack.ask(question, facts);
    let record = pack.record(question, facts, &answer);
    let row = record.row.as_deref().unwrap_or("nobody");
    expected.assert_eq(&format!(
        "{}\n{} [{}]\n{}#{row}\n{}",
        record.inputs, record.outputs, record.source, record.question, record.pack
    ));
    assert_eq!(pack.replay(&record, &VOCABULARY), Ok(answer));
}

#[test]
fn a_record_says_what_was_asked_and_answered() {
    check(
        &PATH,
        &[true, false, false].map(Value::flag),
        expect![[r#"
        shipped=yes; signed=no; returns-goods=no
        route=not-received [PATH2-01]
        refund-path#not-received
        base@3-5b23189c23"#]],
    );
    check(
        &WINDOW,
        &[Value::choice(Route::Keep), Value::days(8), Value::amount(Money::fen(1250))],
        expect![[r#"
            route=keep; signed-for=8; paid=12.50 yuan
            allowed=yes; cap=20.00 yuan; answer-in=90 min [W-3]
            return-window#small
            base@3-5b23189c23"#]],
    );
    check(
        &WINDOW,
        &[Value::choice(Route::Keep), Value::Missing, Value::Unreadable],
        expect![[r#"
            route=keep; paid=unreadable
            `paid` is missing or cannot be read []
            return-window#nobody
            base@3-5b23189c23"#]],
    );
}

#[test]
fn a_record_can_be_asked_again_of_another_pack() {
    let (old, new) = (build("base", base()), build("apparel", apparel()));
    let facts = [Value::choice(Route::Return), Value::days(10), Value::amount(Money::fen(9900))];
    let record = old.record(&WINDOW, &facts, &old.ask(&WINDOW, &facts));
    assert_eq!(record.row.as_deref(), Some("late"));
    let again = new.replay(&record, &VOCABULARY).unwrap().ruling().unwrap();
    assert_eq!(again.clause().row, "in-time");
}

#[test]
fn each_of_many_rulings_is_recorded_and_found_again() {
    let pack = build("base", base());
    let facts = [Value::choice(Route::Return), Value::weight(9000)];
    for ruling in pack.ask_all(&PROOFS, &facts) {
        let record = pack.record(&PROOFS, &facts, &Answer::Row(ruling));
        assert_eq!(pack.replay(&record, &VOCABULARY), Ok(Answer::Row(ruling)));
    }
}

#[test]
fn a_record_that_no_longer_fits_is_refused() {
    let pack = build("base", base());
    let facts = [true, false, false].map(Value::flag);
    let record = pack.record(&PATH, &facts, &pack.ask(&PATH, &facts));
    let refusal = |change: &dyn Fn(&mut crate::Record)| {
        let mut record = record.clone();
        change(&mut record);
        pack.replay(&record, &VOCABULARY).unwrap_err().to_string()
    };
    expect!["nothing asks the question `old` any more"]
        .assert_eq(&refusal(&|it| it.question = "old".to_owned()));
    expect!["the question no longer asks for `color`"]
        .assert_eq(&refusal(&|it| it.inputs = "color=red".to_owned()));
    expect!["the record does not say `signed`, which the question now needs"]
        .assert_eq(&refusal(&|it| it.inputs = "shipped=yes".to_owned()));
    expect!["what is recorded of `shipped` cannot be read"]
        .assert_eq(&refusal(&|it| it.inputs = "shipped=perhaps".to_owned()));
    expect!["`shipped` is not of the form `name=value`"]
        .assert_eq(&refusal(&|it| it.inputs = "shipped".to_owned()));
}

proptest! {
    #[test]
    fn replaying_under_the_same_pack_gives_the_same_answer(
        route in 0_u16..6,
        days in proptest::option::of(any::<i64>()),
        fen in any::<i64>(),
        small in -3000_i64..60_000,
    ) {
        let pack = build("base", base());
        let days = Value::maybe(days.map(Value::days));
        for fen in [fen, small] {
            let facts = [Value::Choice(route), days, Value::Number(fen)];
            let answer = pack.ask(&WINDOW, &facts);
            let record = pack.record(&WINDOW, &facts, &answer);
            prop_assert_eq!(pack.replay(&record, &VOCABULARY), Ok(answer));
        }
    }
}
