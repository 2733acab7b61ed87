//! Which rows a commit changes: one line each.

use dossier::{
    Body, Event,
    case::Status,
    event::{PayoutChange, TaskChange},
    words::{Direction, Purpose, TaskKind},
};
use expect_test::{Expect, expect};
use kernel::Timestamp;
use money::Tenders;
use store::{RowChange, Version};

use crate::{
    Change, rows,
    tests::shop::{
        at, body, changed, fen, id, judgement, key, moved, order, payout, task, waiting,
    },
    worklist::Item,
};

/// Commits `events` on what `before` made, at noon plus three hours.
#[track_caller]
fn check(before: &[Event], events: &[Event], expected: Expect) {
    let known: Option<Body> = (!before.is_empty()).then(|| body(before));
    let after = body(&[before, events].concat());
    let change = Change {
        dossier: &key(),
        before: known.as_ref(),
        after: Some(&after),
        events,
        version: Version(2),
        at: at(3),
        day: 20_769,
    };
    let rows: Vec<String> = rows(&change).unwrap().iter().map(told).collect();
    expected.assert_eq(&rows.join("\n"));
}

/// Hours after noon.
fn hours(seconds: i64) -> i64 {
    Timestamp::from_epoch_seconds(seconds).since(at(0)).whole_minutes() / 60
}

fn told(row: &RowChange) -> String {
    match row {
        RowChange::PutCase(it) => {
            let item = Item::decode(&it.body).unwrap();
            let tasks: Vec<&str> = item.tasks.iter().map(|it| it.kind.as_str()).collect();
            format!(
                "case {} {}{}, rank {} h, {} fen, tasks [{}]",
                it.case,
                it.status,
                if it.open { "" } else { " (closed)" },
                hours(it.rank),
                item.amount_fen,
                tasks.join(", "),
            )
        }
        RowChange::PutTask(it) => format!(
            "task {} {} for {}, due {} h, rank {} h",
            it.task,
            it.kind,
            it.role,
            hours(it.due.epoch_seconds()),
            hours(it.rank),
        ),
        RowChange::DropTask(it) => format!("drop task {it}"),
        RowChange::PutTimer(it) => {
            format!("timer {} at {} h", it.timer, hours(it.at.epoch_seconds()))
        }
        RowChange::DropTimer(it) => format!("drop timer {it}"),
        RowChange::PutEffect(it) => {
            let after = it.due.since(at(3));
            assert_eq!(codec::decode_effect(&it.body).unwrap().kind(), it.kind);
            format!("effect {} {} in {after}", it.effect, it.kind)
        }
        RowChange::DropEffect(it) => format!("drop effect {it}"),
        RowChange::CancelEffect(it) => format!("cancel effect {it}"),
        RowChange::PutEntry(it) => {
            let case = it.case.as_ref().map_or("-", |it| it.as_str());
            let (posting, position) = (it.posting, it.position);
            format!("entry {posting}.{position} {case} {} {} {}", it.account, it.tender, it.amount)
        }
        RowChange::PutSpend(it) => format!("spend {} {} {}", it.payout, it.actor, it.amount),
        RowChange::PutTerm(it) => format!("term {} {}", it.kind, it.text),
    }
}

#[test]
fn a_first_commit_makes_everything_findable() {
    check(
        &[],
        &waiting(),
        expect![[r#"
        entry 2.1 - takings cash 32000
        entry 2.2 - sales cash -32000
        entry 2.3 - takings points 4000
        entry 2.4 - sales points -4000
        entry 2.5 - takings cash 1000
        entry 2.6 - postage-income cash -1000
        term order O1
        term buyer 小王
        term case C1
        case C1 under-review, rank 26 h, 8000 fen, tasks [review]
        task C1-1 review for agent, due 5 h, rank 5 h
        timer due-C1-1 at 5 h"#]],
    );
}

#[test]
fn a_parcel_is_findable_once_and_changes_no_row() {
    let scanned = Event::ParcelScanned {
        parcel: id("SF1"),
        carrier: "顺丰".to_owned(),
        direction: Direction::Outbound,
        case: None,
        scans: Vec::new(),
    };
    check(&waiting(), std::slice::from_ref(&scanned), expect!["term parcel SF1"]);
    let known = [waiting(), vec![scanned.clone()]].concat();
    check(&known, &[scanned], expect![[""]]);
}

#[test]
fn a_new_judgement_moves_the_tasks_of_its_case() {
    let sooner = dossier::case::Judgement { rank: at(2), ..judgement() };
    let judged = changed(dossier::event::CaseChange::Judged(Box::new(sooner)));
    check(
        &waiting(),
        &[judged],
        expect![[r#"
        case C1 under-review, rank 2 h, 8000 fen, tasks [review]
        task C1-1 review for agent, due 5 h, rank 2 h"#]],
    );
}

#[test]
fn an_answered_task_leaves_the_lists() {
    let answer = TaskChange::Answered { by: id("wang"), at: at(3), answer: "yes".to_owned() };
    let events = [
        Event::TaskChanged { task: id("C1-1"), change: answer },
        Event::TimerCleared { timer: id("due-C1-1") },
        Event::TaskOpened { task: Box::new(task(2, TaskKind::TellResult, 30)) },
    ];
    check(
        &waiting(),
        &events,
        expect![[r#"
        case C1 under-review, rank 26 h, 8000 fen, tasks [tell-result]
        task C1-2 tell-result for agent, due 30 h, rank 26 h
        drop task C1-1
        drop timer due-C1-1"#]],
    );
}

fn reserved() -> Event {
    let amount = Tenders::cash(fen(5_000));
    Event::PayoutReserved { payout: Box::new(payout(Purpose::Refund, amount)) }
}

fn paid(change: PayoutChange) -> Event {
    Event::PayoutChanged { payout: id("C1-1"), at: at(3), change }
}

fn refunding() -> Vec<Event> {
    let status = Status::Refunding { payout: id("C1-1") };
    vec![reserved(), paid(PayoutChange::Started { held_until: None }), moved(status)]
}

#[test]
fn money_sent_is_posted_and_asked_of_the_outside() {
    check(
        &waiting(),
        &refunding(),
        expect![[r#"
            entry 2.1 C1 sales-returned cash 5000
            entry 2.2 C1 owed-to-buyer cash -5000
            spend C1-1 wang 5000
            effect C1-1 send-refund in 0 s
            case C1 refunding, rank 26 h, 5000 fen, tasks [review]"#]],
    );
}

/// The promise is made and taken back in one commit, so both are posted.
#[test]
fn money_promised_and_released_at_once_is_posted_both_ways() {
    check(
        &waiting(),
        &[reserved(), paid(PayoutChange::Released)],
        expect![[r#"
        entry 2.1 C1 sales-returned cash 5000
        entry 2.2 C1 owed-to-buyer cash -5000
        entry 2.3 C1 owed-to-buyer cash 5000
        entry 2.4 C1 sales-returned cash -5000
        spend C1-1 wang 5000
        case C1 under-review, rank 26 h, 8000 fen, tasks [review]"#]],
    );
}

#[test]
fn an_unknown_outcome_becomes_a_question_a_minute_later() {
    let before = [waiting(), refunding()].concat();
    check(
        &before,
        &[paid(PayoutChange::Unknown)],
        expect![[r#"
            effect C1-1 query-refund in 1 min
            case C1 refunding, rank 26 h, 5000 fen, tasks [review]"#]],
    );
}

#[test]
fn money_that_arrived_leaves_the_outbox() {
    let before = [waiting(), refunding()].concat();
    let settled = PayoutChange::Settled { reference: "4200".to_owned() };
    check(
        &before,
        &[paid(settled), moved(Status::Done { at: at(3) })],
        expect![[r#"
        entry 2.1 C1 owed-to-buyer cash 5000
        entry 2.2 C1 takings cash -5000
        drop effect C1-1
        case C1 done (closed), rank 26 h, 5000 fen, tasks [review]"#]],
    );
}

#[test]
fn money_proven_not_sent_goes_back_in_the_ledger() {
    let before = [waiting(), refunding()].concat();
    check(
        &before,
        &[paid(PayoutChange::Failed { why: "closed".to_owned() })],
        expect![[r#"
        entry 2.1 C1 owed-to-buyer cash 5000
        entry 2.2 C1 sales-returned cash -5000
        drop effect C1-1
        case C1 refunding, rank 26 h, 5000 fen, tasks [review]"#]],
    );
}

#[test]
fn what_the_order_says_stands_in_every_row() {
    let mut renamed = order();
    renamed.buyer = "小李".to_owned();
    check(
        &waiting(),
        &[Event::OrderRecorded { order: Box::new(renamed) }],
        expect![[r#"
        term buyer 小李
        case C1 under-review, rank 26 h, 8000 fen, tasks [review]"#]],
    );
}
