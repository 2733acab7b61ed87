//! What single values look like, and what is refused.

use dossier::{case::Market, facts::Fact, words::Route};
use expect_test::{Expect, expect};
use kernel::{CaseNo, Choice};
use money::{Currency, Money, Tender, Tenders};
use policy::{Kind, Value};

use crate::{
    DecodeError,
    shape::{Found, In, Out, Shape},
    tests::sample,
};

/// Writes `it`, reads it back, and shows what was written.
#[track_caller]
fn check<T: Shape + PartialEq + std::fmt::Debug>(it: T, expected: Expect) {
    let text = serde_json::to_string(&Out(&it)).unwrap();
    let In(read) = serde_json::from_str::<In<T>>(&text).unwrap();
    assert_eq!(read, it);
    expected.assert_eq(&text);
}

/// Why `text` is not a `T`.
#[track_caller]
fn refused<T: Shape + std::fmt::Debug>(text: &str, expected: Expect) {
    let refusal = serde_json::from_str::<In<T>>(text).map(|In(it)| it).unwrap_err();
    expected.assert_eq(&refusal.to_string().replace(", ", ",\n"));
}

#[test]
fn an_amount_is_exact_in_every_currency() {
    check(Money::fen(-1_205), expect!["-1205"]);
    check(Money::new(-1_205, Currency::Usd), expect![[r#""-12.05 USD""#]]);
    refused::<Money>(
        "12.5",
        expect![[r#"
            invalid type: floating point `12.5`,
            expected a number of fen,
            or an amount with its currency such as `12.50 USD` at line 1 column 4"#]],
    );
    refused::<Money>(
        "\"12.50\"",
        expect![[r#"
            invalid value: string "12.50",
            expected a number of fen,
            or an amount with its currency such as `12.50 USD` at line 1 column 7"#]],
    );
    refused::<Money>(
        "18446744073709551615",
        expect![[r#"
            invalid value: integer `18446744073709551615`,
            expected a number of fen,
            or an amount with its currency such as `12.50 USD` at line 1 column 20"#]],
    );
}

#[test]
fn tenders_are_named() {
    let usd = |it| Money::new(it, Currency::Usd);
    let parts = [(Tender::Cash, usd(9_000)), (Tender::Points, usd(1_000))];
    check(Tenders::nothing(Currency::Cny), expect!["{}"]);
    check(Tenders::cash(Money::fen(5)), expect![[r#"{"cash":5}"#]]);
    check(
        Tenders::new(Currency::Usd, parts).unwrap(),
        expect![[r#"{"currency":"USD","cash":9000,"points":1000}"#]],
    );
    refused::<Tenders>(
        r#"{"shells":5}"#,
        expect![[r#"
            invalid value: string "shells",
            expected `currency` or a tender at line 1 column 9"#]],
    );
}

#[test]
fn a_value_is_written_in_the_words_of_its_fact() {
    let wish = Fact::Wish.read("exchange").unwrap();
    check(Found(Fact::Wish, wish), expect![[r#"{"wish":"exchange"}"#]]);
    check(Found(Fact::Worn, Value::Flag(false)), expect![[r#"{"worn":false}"#]]);
    check(Found(Fact::Demand, Value::Number(-5)), expect![[r#"{"demand":-5}"#]]);
    check(Found(Fact::Wish, Value::Missing), expect![[r#"{"wish":null}"#]]);
    check(Found(Fact::Demand, Value::Unreadable), expect![[r#"{"demand":"unreadable"}"#]]);
    refused::<Found>(
        r#"{"wish":"a pony"}"#,
        expect![[r#"
            invalid value: string "a pony",
            expected a value of `wish` at line 1 column 16"#]],
    );
    refused::<Found>(
        r#"{"mood":true}"#,
        expect![[r#"
            invalid value: string "mood",
            expected Fact at line 1 column 7"#]],
    );
    refused::<Found>(r#"{"worn":true,"abuse":true}"#, expect!["exactly one fact is expected"]);
}

/// Such a value cannot be stored as it is; it must not turn into another word.
#[test]
fn a_position_beyond_the_words_of_its_fact_becomes_unreadable() {
    let text = serde_json::to_string(&Out(&Found(Fact::Worn, Value::Choice(3)))).unwrap();
    expect![[r#"{"worn":"unreadable"}"#]].assert_eq(&text);
}

#[test]
fn no_word_of_a_fact_reads_as_unreadable() {
    for fact in Fact::ALL {
        if let Kind::Choice(codes) | Kind::Choices(codes) = fact.kind() {
            assert!(!codes.contains(&"unreadable"), "{fact}");
        }
    }
}

#[test]
fn every_status_has_a_form() {
    let written: Vec<String> =
        sample::statuses().iter().map(|it| serde_json::to_string(&Out(it)).unwrap()).collect();
    expect![[r#"
        "submitted"
        "under-review"
        {"waiting-buyer":{"asked":"照片"}}
        "intercepting"
        {"awaiting-approval":{"payout":"C1-1","maker":"wang","approver":"leader","due":1794450001}}
        "awaiting-parcel"
        {"awaiting-return":{"deadline":1794450002}}
        {"awaiting-return":{}}
        "returning"
        {"inspecting":{"received_at":1794450003}}
        {"refunding":{"payout":"C1-1"}}
        {"sending-replacement":{}}
        {"sending-replacement":{"parcel":"SF1"}}
        "repairing"
        "in-dispute"
        {"declined":{"ground":"超过七天","at":1794450004}}
        {"withdrawn":{"at":1794450005}}
        {"done":{"at":1794450006}}"#]]
    .assert_eq(&written.join("\n"));
}

#[test]
fn names_and_words_are_checked() {
    refused::<CaseNo>(
        r#""two words""#,
        expect![[r#"
            invalid value: string "two words",
            expected CaseNo at line 1 column 11"#]],
    );
    refused::<Route>(
        r#""by-air""#,
        expect![[r#"
            invalid value: string "by-air",
            expected Route at line 1 column 8"#]],
    );
}

#[test]
fn fields_that_are_missing_or_unknown_are_refused() {
    refused::<Market>("{}", expect!["missing field `standing` at line 1 column 2"]);
    refused::<Market>(
        r#"{"standing":"requested","mood":"bad"}"#,
        expect![[r#"
            unknown field `mood`,
            expected one of `standing`,
            `deadline`,
            `intervened`,
            `instant`,
            `insured`,
            `shared_number` at line 1 column 30"#]],
    );
}

#[test]
fn an_unknown_kind_or_version_is_named() {
    let refusal = |text| match crate::decode_events(text) {
        Err(error @ DecodeError::UnknownKind { .. }) => error.to_string(),
        other => format!("{other:?}"),
    };
    expect!["no event `order-lost` is known in version 1"]
        .assert_eq(&refusal(r#"[{"kind":"order-lost"}]"#));
    expect!["no event `judged` is known in version 7"]
        .assert_eq(&refusal(r#"[{"kind":"judged","v":7,"case":"C1"}]"#));
}

#[test]
fn a_command_may_leave_out_what_goes_without_saying() {
    let read = crate::decode_command(r#"{"case":"C1","kind":"approve"}"#).unwrap();
    expect![[r#"{"kind":"approve","v":1,"case":"C1"}"#]].assert_eq(&crate::encode_command(&read));
    let refusal = crate::decode_command(r#"{"kind":"approve"}"#).unwrap_err();
    expect!["the command cannot be read"].assert_eq(&refusal.to_string());
}
