//! Every form of a condition, and what it accepts.

use expect_test::{Expect, expect};

use crate::{
    Point, Set, Unit,
    cell::read_condition,
    column::{Input, Type},
    constants::Constants,
    tests::fixtures::VOCABULARY,
};

fn column(kind: Type) -> Input {
    Input { name: "fact".to_owned(), kind, optional: true, position: 0 }
}

fn constants() -> Constants {
    let given = [
        ("return-days", "7 days"),
        ("repair-cap", "20 yuan"),
        ("usual-route", "return"),
        ("three", "3 days"),
        ("odd", "three"),
    ];
    let given = given.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Constants::new(&given.into_iter().collect(), &VOCABULARY)
}

/// Reads a condition and lists what it accepts, in base units: `missing | ..6 | 8..`.
#[track_caller]
fn check(kind: &Type, cell: &str, expected: Expect) {
    let read = read_condition(cell, &column(kind.clone()), &constants());
    expected.assert_eq(&read.map_or_else(|error| format!("error: {error}"), |set| show(&set)));
}

fn show(set: &Set) -> String {
    let bound =
        |it: i64| if it == i64::MIN || it == i64::MAX { String::new() } else { it.to_string() };
    let range = |first: i64, last: i64| {
        if first == last { bound(first) } else { format!("{}..{}", bound(first), bound(last)) }
    };
    let missing = set.accepts_missing().then(|| "missing".to_owned());
    let ranges = set.ranges().iter().map(|it| range(it.first, it.last));
    missing.into_iter().chain(ranges).collect::<Vec<String>>().join(" | ")
}

const DAYS: Type = Type::Number(Unit::Days);
const YUAN: Type = Type::Number(Unit::Yuan);

fn damage() -> Type {
    Type::Choice(["none", "damaged", "short", "return"].map(str::to_owned).to_vec())
}

#[test]
fn numbers_are_compared_and_bounded() {
    check(&DAYS, "-", expect!["missing | .."]);
    check(&DAYS, "7", expect!["7"]);
    check(&DAYS, "= 7", expect!["7"]);
    check(&DAYS, ">= 7", expect!["7.."]);
    check(&DAYS, "> 7", expect!["8.."]);
    check(&DAYS, "<= 7", expect!["..7"]);
    check(&DAYS, "<7", expect!["..6"]);
    check(&DAYS, "3..15", expect!["3..15"]);
    check(&DAYS, "[3..15]", expect!["3..15"]);
    check(&DAYS, "(7..15]", expect!["8..15"]);
    check(&DAYS, "[7..15)", expect!["7..14"]);
    check(&DAYS, "-3..-1", expect!["-3..-1"]);
    check(&DAYS, "1, 3, 5..7", expect!["1 | 3 | 5..7"]);
    check(&DAYS, "1, 2, 3", expect!["1..3"]);
    check(&DAYS, "< 3, > 7 & <= 15", expect!["..2 | 8..15"]);
    check(&DAYS, "not 7", expect!["..6 | 8.."]);
    check(&DAYS, "not < 3, > 15", expect!["3..15"]);
}

#[test]
fn amounts_are_counted_in_fen_and_never_rounded() {
    check(&YUAN, "<= 20.00", expect!["..2000"]);
    check(&YUAN, "> 20", expect!["2001.."]);
    check(&YUAN, "0.1", expect!["10"]);
    check(&YUAN, "0.005", expect!["error: `0.005` cannot be counted exactly in yuan"]);
    check(&DAYS, "7.5", expect!["error: `7.5` cannot be counted exactly in days"]);
    check(&Type::Number(Unit::Percent), "7.5", expect!["750"]);
    check(&Type::Number(Unit::Hours), "< 1.5", expect!["..5399"]);
    check(&Type::Number(Unit::Minutes), "30", expect!["1800"]);
    check(&Type::Number(Unit::Centimeters), "> 2.5", expect!["26.."]);
    check(&Type::Number(Unit::Kilograms), "0..1.25", expect!["0..1250"]);
}

#[test]
fn missing_facts_are_accepted_only_by_name() {
    check(&DAYS, "missing", expect!["missing"]);
    check(&DAYS, "not missing", expect![".."]);
    check(&DAYS, "missing, >= 7", expect!["missing | 7.."]);
    check(&damage(), "not damaged", expect!["0 | 2..3"]);
    check(
        &damage(),
        "not missing, damaged",
        expect!["error: `not` stands once, before everything else"],
    );
    let never = Input { optional: false, ..column(DAYS) };
    let error = read_condition("missing", &never, &constants()).unwrap_err();
    assert_eq!(error.to_string(), "the fact is never missing");
    let all = read_condition("-", &never, &constants()).unwrap();
    assert!(!all.accepts(Point::Missing));
}

#[test]
fn choices_are_named_by_their_codes() {
    check(&damage(), "damaged, short", expect!["1..2"]);
    check(&damage(), "not damaged, short", expect!["0 | 3"]);
    check(
        &damage(),
        "damagd",
        expect!["error: `damagd` is not a known code; did you mean `damaged`?"],
    );
    check(
        &damage(),
        "lost-in-space",
        expect![
            "error: `lost-in-space` is not a known code; there is `none` or `damaged` or `short` or `return`"
        ],
    );
    check(
        &damage(),
        "> damaged",
        expect!["error: `> damaged` compares, but the column holds no numbers"],
    );
    check(&Type::Flag, "yes", expect!["1"]);
    check(&Type::Flag, "not yes", expect!["0"]);
    check(&Type::Flag, "yes, no", expect!["0..1"]);
    check(&Type::Flag, "maybe", expect!["error: `maybe` is neither `yes` nor `no`"]);
}

#[test]
fn constants_stand_where_values_stand() {
    check(&DAYS, "> $return-days", expect!["8.."]);
    check(&DAYS, "$three..$return-days", expect!["3..7"]);
    check(&YUAN, "<= $repair-cap", expect!["..2000"]);
    check(&Type::Number(Unit::Fen), "<= $repair-cap", expect!["..2000"]);
    check(&damage(), "not $usual-route", expect!["0..2"]);
    check(
        &YUAN,
        "<= $return-days",
        expect!["error: the constant `return-days` is something else; here stands amount in yuan"],
    );
    check(
        &DAYS,
        "$return-day",
        expect!["error: there is no constant `return-day`; did you mean `return-days`?"],
    );
    check(&DAYS, "$odd", expect!["error: `three` is in the wrong unit; write `7 days`"]);
    check(
        &Type::Number(Unit::Hours),
        "$repair-cap",
        expect!["error: the constant `repair-cap` is something else; here stands time in hours"],
    );
}

#[test]
fn full_width_punctuation_and_spaces_are_tolerated() {
    check(&DAYS, "≥ 7", expect!["7.."]);
    check(&DAYS, "＜７", expect!["..6"]);
    check(&DAYS, "　（7..15］ ", expect!["8..15"]);
    check(&DAYS, "≤3，≥15", expect!["..3 | 15.."]);
    check(&DAYS, "－", expect!["missing | .."]);
    check(&DAYS, "3…15", expect!["3..15"]);
    check(&damage(), "damaged、short", expect!["1..2"]);
    check(&YUAN, "＞２０．５ ＆ ＜３０", expect!["2051..2999"]);
}

#[test]
fn a_condition_nobody_can_meet_or_read_is_refused() {
    check(&DAYS, "", expect!["error: the condition is empty; write `-` for anything"]);
    check(&DAYS, "> 7 & < 3", expect!["error: `> 7 & < 3` accepts nothing"]);
    check(&DAYS, "15..3", expect!["error: `15..3` accepts nothing"]);
    check(&DAYS, "> 7,", expect!["error: the condition is incomplete"]);
    check(&DAYS, ">", expect!["error: the condition is incomplete"]);
    check(&DAYS, "(3..7", expect!["error: the condition is incomplete"]);
    check(&DAYS, "3 ..", expect!["error: the condition is incomplete"]);
    check(&DAYS, "20 days", expect!["error: `20 days` is not a number"]);
    check(&DAYS, "99999999999999999999", expect!["error: `99999999999999999999` is too large"]);
    check(
        &Type::Number(Unit::Pieces),
        "-1",
        expect!["error: `-1` lies outside of what the column can hold"],
    );
    check(&Type::Number(Unit::Pieces), "< 0", expect!["error: `< 0` accepts nothing"]);
}
