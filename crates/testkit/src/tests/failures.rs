//! How failures read, and that nothing passes by itself.

use std::sync::Arc;

use expect_test::{Expect, expect};
use store_memory::MemoryStore;

use super::examples::packs;
use crate::{Report, Reports, load, run};

/// Plays a scenario that must fail, and shows what its author reads.
#[track_caller]
fn check(text: &str, failure: Expect) {
    let report = play(text);
    assert!(!report.passed, "it passed");
    failure.assert_eq(&report.to_string());
}

fn play(text: &str) -> Report {
    let scenarios = load("a.yaml", text).unwrap();
    let scenario = scenarios.first().expect("a scenario");
    run(scenario, &packs(), Arc::new(MemoryStore::default()))
}

#[test]
fn a_failure_tells_the_story_so_far() {
    check(
        "scenario: s\norder: {lines: 100}\nsteps:\n  - apply: {}\n    expect: {case: {status: under-review, amount: 90}, paid: 90}\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:4: step 1, apply: {}
                what happened so far:
                  11-10 09:00  system: the order is known: 100.00 paid, not shipped
                  1. apply: {}
                     11-10 09:00  buyer: case R1 filed: refund-only, no-longer-wanted
                     11-10 09:00  buyer: case R1 judged refund, by itself by unshipped#automatic: 100.00, at most 100.00
                     11-10 09:00  buyer: 100.00 set aside for refund as R1-1
                     11-10 09:00  buyer: payout R1-1 is sent
                     11-10 09:00  buyer: case R1 is now refunding
                     11-10 09:00  buyer: the buyer is told `refund-started`
                     11-10 09:00  system: payout R1-1 has arrived
                     11-10 09:00  system: the buyer is told `refunded`
                     11-10 09:00  system: case R1 is now done
                     11-10 09:00  system: R1-text-1 is done
                     11-10 09:00  system: R1-text-2 is done
                status of R1
                  expected  under-review
                  seen      done
                amount of R1
                  expected  90.00
                  seen      100.00
                really paid
                  expected  90.00
                  seen      100.00
        "#]],
    );
}

#[test]
fn a_refusal_that_was_not_expected_is_a_failure() {
    check(
        "scenario: s\norder: {lines: 100}\nsteps:\n  - apply: {lines: 1 x 2}\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:4: step 1, apply: {lines: 1 x 2}
                what happened so far:
                  11-10 09:00  system: the order is known: 100.00 paid, not shipped
                  1. apply: {lines: 1 x 2}
                answer about R1
                  expected  taken
                  seen      refused, too-many-pieces: 2 pieces of line 1 were asked for, but only 1 of 1 are left
        "#]],
    );
}

#[test]
fn a_command_that_should_be_refused_and_is_not_is_a_failure() {
    check(
        "scenario: s\norder: {lines: 100}\nsteps:\n  - apply: {}\n    refused: no-pieces\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:4: step 1, apply: {}
                what happened so far:
                  11-10 09:00  system: the order is known: 100.00 paid, not shipped
                  1. apply: {}
                     11-10 09:00  buyer: case R1 filed: refund-only, no-longer-wanted
                     11-10 09:00  buyer: case R1 judged refund, by itself by unshipped#automatic: 100.00, at most 100.00
                     11-10 09:00  buyer: 100.00 set aside for refund as R1-1
                     11-10 09:00  buyer: payout R1-1 is sent
                     11-10 09:00  buyer: case R1 is now refunding
                     11-10 09:00  buyer: the buyer is told `refund-started`
                     11-10 09:00  system: payout R1-1 has arrived
                     11-10 09:00  system: the buyer is told `refunded`
                     11-10 09:00  system: case R1 is now done
                     11-10 09:00  system: R1-text-1 is done
                     11-10 09:00  system: R1-text-2 is done
                answer about R1
                  expected  refused, no-pieces
                  seen      taken
        "#]],
    );
}

#[test]
fn an_order_that_was_paid_otherwise_is_a_failure() {
    check(
        "scenario: s\norder: {lines: 100, coupon: 10, paid: 100}\nsteps: []\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:1: what is given
                the scenario
                  expected  can be played
                  seen      order A1 says `paid: 100.00`, but its lines come to 90.00
        "#]],
    );
}

#[test]
fn a_constant_the_pack_does_not_have_names_the_nearest_one() {
    check(
        "scenario: s\nconstants: {auto-refnd: no}\nsteps: []\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:2: what is given
                the scenario
                  expected  can be played
                  seen      the pack has no constant `auto-refnd`; did you mean `auto-refund`?
        "#]],
    );
}

#[test]
fn time_does_not_go_back() {
    check(
        "scenario: s\norder: {lines: 100}\nsteps:\n  - at: 2026-11-10 08:00\n",
        expect![[r#"
            FAILED  a.yaml: s
              a.yaml:4: step 1, time passes
                what happened so far:
                  11-10 09:00  system: the order is known: 100.00 paid, not shipped
                  1. time passes
                the step
                  expected  can be played
                  seen      it is 2026-11-10 09:00:00 already; 2026-11-10 08:00:00 is over
        "#]],
    );
}

#[test]
fn programs_read_json() {
    let report = play("scenario: s\nledger: [CALC-06]\norder: {lines: 100}\nsteps: []\n");
    expect![[r#"
        {
          "scenarios": [
            {
              "file": "a.yaml",
              "name": "s",
              "passed": true,
              "ledger": [
                "CALC-06"
              ],
              "failures": []
            }
          ]
        }"#]]
    .assert_eq(&Reports { scenarios: vec![report] }.to_json());
}
