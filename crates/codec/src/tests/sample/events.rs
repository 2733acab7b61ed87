//! What happens, one of each.

use dossier::{
    Effect, Event,
    case::Status,
    event::{CaseChange, PayoutChange, TaskChange},
    facts::Fact,
    payout::PayoutStatus,
    task::Timer,
    words::{Direction, Purpose, Role, TaskKind},
};
use kernel::Timestamp;
use money::Tenders;
use policy::Value;

use super::{
    assessment, at, case, evidence, extension, fen, id, judgement, market, order, parcel, payout,
    raised, receipt, request, task, timer_purposes,
};

/// One of every kind of event, in the order of `EVENT_KINDS`.
pub(crate) fn events() -> Vec<Event> {
    let mut events = vec![
        Event::OrderRecorded { order: Box::new(order(2)) },
        Event::ParcelScanned {
            parcel: id("SF1"),
            carrier: "顺丰速运".to_owned(),
            direction: Direction::Return,
            case: Some(id("C1")),
            scans: parcel("SF1", Direction::Return).scans,
        },
        Event::CaseOpened { case: Box::new(case("C1")) },
    ];
    events.extend(
        case_changes().into_iter().map(|change| Event::CaseChanged { case: id("C1"), change }),
    );
    events.push(Event::PayoutReserved { payout: Box::new(payout("C1", PayoutStatus::Reserved)) });
    events.extend(payout_changes().into_iter().map(|change| Event::PayoutChanged {
        payout: id("C1-1"),
        at: at(7),
        change,
    }));
    events.push(Event::TaskOpened { task: Box::new(task("C1", 1, TaskKind::CourierEnquiry)) });
    events.extend(
        task_changes().into_iter().map(|change| Event::TaskChanged { task: id("C1-1"), change }),
    );
    let [purpose, ..] = timer_purposes();
    events.extend([
        Event::TimerSet { timer: Timer { id: id("due-C1-1"), at: at(8), purpose } },
        Event::TimerCleared { timer: id("due-C1-1") },
        told(3, Some(at(9))),
        Event::StopAsked { case: id("C1"), parcel: Some(id("SF1")) },
        Event::DeadlineExtended { extension: Box::new(extension()) },
        Event::Delivered { effect: "C1-stop".to_owned(), delivered: false },
        Event::EffectCancelled { effect: "C1-text-3".to_owned() },
    ]);
    events
}

fn told(number: u32, held_until: Option<Timestamp>) -> Event {
    Event::BuyerTold { case: id("C1"), text: "approved-return".to_owned(), number, held_until }
}

fn case_changes() -> Vec<CaseChange> {
    vec![
        CaseChange::Market(market()),
        CaseChange::Request { request: Box::new(request()), at: at(1), by: id("buyer") },
        CaseChange::Finding { fact: Fact::Wish, value: Value::Choice(2) },
        CaseChange::Evidence(evidence()),
        CaseChange::ReturnEntered { parcel: id("SF1"), carrier: "圆通速递".to_owned() },
        CaseChange::Received(receipt()),
        CaseChange::Assessed(Box::new(assessment())),
        CaseChange::PickupBooked { from: at(3) },
        CaseChange::DepositTaken { amount: fen(10_000) },
        CaseChange::ClaimFiled {
            carrier: "圆通速递".to_owned(), amount: fen(8_000), at: at(2)
        },
        CaseChange::ClaimAnswered { paid: fen(5_000), declined: fen(3_000) },
        CaseChange::Judged(Box::new(judgement())),
        CaseChange::Raised(Box::new(raised())),
        CaseChange::Status { status: Status::InDispute, ground: "平台介入".to_owned() },
    ]
}

fn payout_changes() -> Vec<PayoutChange> {
    vec![
        PayoutChange::Started { held_until: Some(at(9)) },
        PayoutChange::Unknown,
        PayoutChange::Settled { reference: "4200000123".to_owned() },
        PayoutChange::Failed { why: "account closed".to_owned() },
        PayoutChange::Released,
    ]
}

fn task_changes() -> Vec<TaskChange> {
    vec![
        TaskChange::Claimed { by: id("wang") },
        TaskChange::HandedOver { to: Role::Warehouse },
        TaskChange::Overdue,
        TaskChange::Renewed { to: Role::StoreManager, due: at(9) },
        TaskChange::Answered { by: id("wang"), at: at(6), answer: "intercepted".to_owned() },
        TaskChange::Dropped,
    ]
}

pub(crate) fn effects() -> Vec<Effect> {
    vec![
        Effect::SendRefund {
            payout: id("C1-1"),
            case: id("C1"),
            purpose: Purpose::Postage,
            amount: Tenders::cash(fen(1_200)),
        },
        Effect::QueryRefund { payout: id("C1-1"), amount: Tenders::cash(fen(1_200)) },
        Effect::Stop { case: id("C1"), parcel: None },
        Effect::TellBuyer { case: id("C1"), text: "refunded".to_owned(), number: 3 },
    ]
}
