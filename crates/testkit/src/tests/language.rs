//! What is wrong with a scenario, as its author reads it.

use expect_test::{Expect, expect};

use crate::load;

/// Reads a scenario that cannot be read.
#[track_caller]
fn check(text: &str, problem: Expect) {
    match load("a.yaml", text) {
        Ok(read) => panic!("it was read: {read:?}"),
        Err(error) => problem.assert_eq(&error.to_string()),
    }
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    check(
        "scenario: s\norder: {lnes: 100}\nsteps: []\n",
        expect![[r#"a.yaml:2: `lnes` is not a key of `order`; did you mean `lines`?"#]],
    );
    check(
        "scenario: s\nsteps:\n  - aply: {}\n",
        expect![[r#"a.yaml:3: `aply` is not a key of `step`; did you mean `apply`?"#]],
    );
    check(
        "scenario: s\nsteps:\n  - apply: {}\n    expect:\n      case:\n        stats: done\n",
        expect![[r#"a.yaml:6: `stats` is not a key of `case-seen`; did you mean `status`?"#]],
    );
    check(
        "scenario: s\npeople: {a: {rule: agent}}\nsteps: []\n",
        expect![[r#"a.yaml:2: `rule` is not a key of `person`; did you mean `role`?"#]],
    );
}

#[test]
fn an_unknown_word_names_what_can_stand_there() {
    check(
        "scenario: s\nsteps:\n  - apply: {kind: refund}\n",
        expect![[
            r#"a.yaml:3: `refund` is not one of the words that can stand here; there is `refund-only`, `return-refund`, `exchange`, `reship`, `repair`, `compensation`, `price-difference`"#
        ]],
    );
    check(
        "scenario: s\nsteps:\n  - find: {worm: yes}\n",
        expect![[r#"a.yaml:3: `worm` is not something people find out; did you mean `worn`?"#]],
    );
    check(
        "scenario: s\nsteps:\n  - find: {wish: kept}\n",
        expect![
            "a.yaml:3: `kept` is no answer to `wish`; there is `keep`, `return`, `exchange`, `not-wanted`, `other-style`, `compensation`, `refund`, `reship`"
        ],
    );
    check(
        "scenario: s\nsteps:\n  - by: 小玉\n    apply: {}\n",
        expect![[
            r#"a.yaml:3: nobody is called `小玉`; there is `buyer`, `pre-sale`, `agent`, `veteran`, `difficult-case-agent`, `complaint-agent`, `specialist`, `leader`, `store-manager`, `supervisor`, `warehouse`, `inspector`, `shipping`, `courier-contact`, `logistics`, `quality-control`, `finance`, `operations`, `system`, `marketplace`"#
        ]],
    );
    check(
        "scenario: s\nsteps:\n  - expect: {case: {rulings: {windows: {}}}}\n",
        expect![[r#"a.yaml:3: nothing asks the question `windows`; did you mean `window`?"#]],
    );
}

#[test]
fn values_are_read_as_what_they_must_be() {
    check(
        "scenario: s\norder: {lines: 100.005}\nsteps: []\n",
        expect![[
            r#"a.yaml:2: `100.005`: not an amount; expected yuan with at most two decimals, such as `12.50`; write `100` or `100 x 2`"#
        ]],
    );
    check(
        "scenario: s\nsteps:\n  - after: 31\n",
        expect![[r#"a.yaml:3: `31` is not a length of time, such as `31 min` or `2 hours`"#]],
    );
    check(
        "scenario: s\nsteps:\n  - at: tomorrow\n",
        expect![[
            r#"a.yaml:3: `tomorrow` is not a moment, such as `2026-11-10 09:00`, `in 5 days` or `3 hours ago`"#
        ]],
    );
    check(
        "scenario: s\nautomatic: perhaps\nsteps: []\n",
        expect![[r#"a.yaml:2: `perhaps` is neither `yes` nor `no`"#]],
    );
    check(
        "scenario: s\nledger: [CALC]\nsteps: []\n",
        expect![[r#"a.yaml:2: `CALC` is not an ID of the ledger"#]],
    );
    check(
        "scenario: s\nsteps:\n  - find: {deviation: '3'}\n",
        expect!["a.yaml:3: `3` is a number without a unit; write `7 cm` or `7 mm`"],
    );
}

#[test]
fn the_shape_is_checked() {
    check("steps: []\n", expect![[r#"a.yaml:1: `scenario` is missing"#]]);
    check("scenario: s\n", expect![[r#"a.yaml:1: `steps` is missing"#]]);
    check("", expect![[r#"a.yaml: there is no scenario in this file"#]]);
    check(
        "scenario: s\nsteps:\n  - apply: {}\n    withdraw: {}\n",
        expect![[r#"a.yaml:3: a step does one thing; `apply` and `withdraw` are two"#]],
    );
    check(
        "scenario: s\nsteps:\n  - at: now\n    after: 1 hours\n",
        expect![[r#"a.yaml:3: a step has `at` or `after`, not both"#]],
    );
    check(
        "scenario: s\nsteps:\n  - refused: locked\n",
        expect![[r#"a.yaml:3: nothing is done in this step that somebody could refuse"#]],
    );
    check(
        "scenario: s\nscenario: t\nsteps: []\n",
        expect![[r#"a.yaml:2: `scenario` is there twice"#]],
    );
    check(
        "scenario: &a s\nsteps: []\n",
        expect![[r#"a.yaml:1: anchors (&), aliases (*) and tags (!) are not used"#]],
    );
    check(
        "scenario: [s\nsteps: []\n",
        expect!["a.yaml:2: this is not YAML: illegal placement of ':' indicator"],
    );
    check(
        "scenario: s\norders: [{order: A1, lines: 1}, {order: A1, lines: 2}]\nsteps: []\n",
        expect![[r#"a.yaml:2: order `A1` is there twice"#]],
    );
}

#[test]
fn several_scenarios_stand_in_one_file() {
    let read = load("a.yaml", "scenario: s\nsteps: []\n---\nscenario: t\nsteps: []\n").unwrap();
    let names: Vec<(&str, usize)> = read.iter().map(|it| (it.name.as_str(), it.line)).collect();
    assert_eq!(names, [("s", 1), ("t", 4)]);
}
