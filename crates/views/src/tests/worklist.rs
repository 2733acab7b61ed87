//! What a list shows.

use dossier::{Event, case::Status, words::Purpose};
use expect_test::{Expect, expect};
use money::Tenders;

use crate::{
    tests::shop::{at, fen, id, moved, payout, said, waiting},
    worklist::Item,
};

fn item() -> Item {
    said(&waiting(), |of| Item::of(of.dossier, of.body, of.case))
}

#[test]
fn a_row_says_everything_a_list_shows() {
    let encoded = item().encode();
    assert_eq!(Item::decode(&encoded).unwrap(), item());
    let pretty: serde_json::Value = serde_json::from_str(&encoded).unwrap();
    expect![[r#"
        {
          "amount_fen": 8000,
          "breakdown": {
            "deducted_fen": 1000,
            "forfeited_fen": 0,
            "list_fen": 10000,
            "postage_fen": 200,
            "reductions_fen": 1000,
            "restored_fen": 0,
            "withheld_fen": 0
          },
          "buyer": "小王",
          "cap_fen": 8200,
          "clause": "return#quality-in-window",
          "deadline": 1794636000,
          "flags": [
            "deadline-near",
            "buyer-upset"
          ],
          "instant": false,
          "kind": "return-refund",
          "lines": [
            {
              "line": 1,
              "quantity": 1,
              "sku": "S1",
              "title": "短袖T恤"
            }
          ],
          "opened_at": 1794456000,
          "order_no": "O1",
          "points_fen": 1000,
          "postage_by": "merchant",
          "rank": 1794549600,
          "reason": "quality",
          "refund_no": "C1",
          "reply": "approved",
          "requested_fen": 9000,
          "route": "return",
          "ruling": "accept-return",
          "status": "under-review",
          "tasks": [
            {
              "due": 1794474000,
              "kind": "review",
              "overdue": false,
              "owner": null,
              "role": "agent",
              "task": "C1-1"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&pretty).unwrap());
}

#[track_caller]
fn check(hours: i64, expected: Expect) {
    let item = item();
    let (left, priority) = (item.minutes_left(at(hours)).unwrap(), item.priority(at(hours)));
    expected.assert_eq(&format!("{left} minutes left, priority {priority}"));
}

/// The rank is 26 hours away, the deadline 50.
#[test]
fn priority_rises_as_the_rank_comes_near() {
    check(-24, expect!["4440 minutes left, priority 4"]);
    check(-22, expect!["4320 minutes left, priority 3"]);
    check(2, expect!["2880 minutes left, priority 2"]);
    check(24, expect!["1560 minutes left, priority 1"]);
    check(51, expect!["-60 minutes left, priority 1"]);
}

#[test]
fn what_is_promised_or_paid_counts_more_than_what_was_judged() {
    let amount =
        |events: &[Event]| said(events, |of| Item::of(of.dossier, of.body, of.case).amount_fen);
    let mut events = waiting();
    assert_eq!(amount(&events), 8_000);
    let paid = Tenders::cash(fen(5_000));
    events.push(Event::PayoutReserved { payout: Box::new(payout(Purpose::Refund, paid)) });
    events.push(moved(Status::AwaitingReturn { deadline: None }));
    assert_eq!(amount(&events), 5_000);
    events.push(moved(Status::Refunding { payout: id("C1-1") }));
    assert_eq!(amount(&events), 5_000);
}
