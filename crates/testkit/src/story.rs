//! What happened, in plain words, one line for each thing a person would tell.

use dossier::{
    Event,
    case::{Judgement, Status},
    event::{CaseChange, PayoutChange, TaskChange},
};
use kernel::Zone;
use money::{Money, Tenders};

use crate::stage::Told;

/// The lines of one commit. Timers are left out: their effects are told when they come.
pub(crate) fn tell(told: &Told, zone: Zone) -> Vec<String> {
    let at = zone.civil(told.at).short();
    let lines = told.events.iter().filter_map(|it| line(it, zone));
    lines.map(|it| format!("{at}  {}: {it}", told.actor)).collect()
}

fn line(event: &Event, zone: Zone) -> Option<String> {
    Some(match event {
        Event::OrderRecorded { order } => {
            let shipped = if order.is_shipped() { "shipped" } else { "not shipped" };
            format!("the order is known: {} paid, {shipped}", total(&order.paid))
        }
        Event::ParcelScanned { parcel, direction, scans, .. } => {
            let scans: Vec<&str> = scans.iter().map(|it| kernel::Choice::code(it.kind)).collect();
            format!("{direction} parcel {parcel}: {}", scans.join(", "))
        }
        Event::CaseOpened { case } => {
            format!("case {} filed: {}, {}", case.no, case.request.kind, case.request.reason)
        }
        Event::CaseChanged { case, change } => format!("case {case} {}", case_line(change, zone)),
        Event::PayoutReserved { payout } => {
            let amount = total(&payout.amount);
            format!("{amount} set aside for {} as {}", payout.purpose, payout.key)
        }
        Event::PayoutChanged { payout, change, .. } => {
            format!("payout {payout} {}", payout_line(change))
        }
        Event::TaskOpened { task } => {
            let due = zone.civil(task.due).short();
            format!("task {} for the {}, due {due}", task.kind, task.role)
        }
        Event::TaskChanged { task, change } => format!("task {task} {}", task_line(change)),
        Event::TimerSet { .. } | Event::TimerCleared { .. } => return None,
        Event::BuyerTold { text, .. } => format!("the buyer is told `{text}`"),
        Event::StopAsked { parcel: Some(parcel), .. } => {
            format!("parcel {parcel} is to be stopped")
        }
        Event::StopAsked { parcel: None, .. } => "the order is to be stopped".to_owned(),
        Event::DeadlineExtended { extension } => {
            let until = zone.civil(extension.until).short();
            let (deadline, reason) = (extension.deadline, &extension.reason);
            format!("the {deadline} deadline is put off to {until} ({reason})")
        }
        Event::EffectCancelled { effect } => format!("{effect} does not leave"),
        Event::Delivered { effect, delivered: true } => format!("{effect} is done"),
        Event::Delivered { effect, delivered: false } => format!("{effect} was not taken on"),
    })
}

fn case_line(change: &CaseChange, zone: Zone) -> String {
    match change {
        CaseChange::Market(market) => {
            let deadline = market.deadline.map(|it| zone.civil(it).short());
            let until = deadline.map_or(String::new(), |it| format!(" until {it}"));
            let intervened = if market.intervened { ", intervened" } else { "" };
            format!("on the marketplace: {}{until}{intervened}", market.standing)
        }
        CaseChange::Request { request, .. } => {
            format!("changed to {}, {}", request.kind, request.reason)
        }
        CaseChange::Finding { fact, value } => format!("found {fact}: {}", finding(*fact, *value)),
        CaseChange::Evidence(evidence) => format!("shown {} by {}", evidence.shows, evidence.id),
        CaseChange::ReturnEntered { parcel, .. } => format!("comes back in parcel {parcel}"),
        CaseChange::ClaimFiled { carrier, amount, .. } => {
            format!("claimed from {carrier}: {}", amount.decimal())
        }
        CaseChange::ClaimAnswered { paid, declined } => {
            format!("of the claim {} is paid, {} is not", paid.decimal(), declined.decimal())
        }
        CaseChange::DepositTaken { amount } => format!("deposit taken: {}", amount.decimal()),
        CaseChange::Received(receipt) => format!("taken in from {}", receipt.carrier),
        CaseChange::PickupBooked { from } => {
            format!("is fetched from {} on", zone.civil(*from).short())
        }
        CaseChange::Assessed(look) => format!("inspected: {}", look.finding),
        CaseChange::Judged(judgement) => judged(judgement),
        CaseChange::Raised(raised) => format!("asks a superior, {}: {}", raised.kind, raised.what),
        CaseChange::Status { status, ground } if ground.is_empty() => {
            format!("is now {}", status_line(status))
        }
        CaseChange::Status { status, ground } => {
            format!("is now {} ({ground})", status_line(status))
        }
    }
}

fn judged(judgement: &Judgement) -> String {
    let clause = judgement.clause().unwrap_or_else(|| "no row answers".to_owned());
    let automatic = if judgement.automatic { ", by itself" } else { "" };
    let (amount, cap) = (total(&judgement.amount), judgement.cap.decimal());
    format!("judged {}{automatic} by {clause}: {amount}, at most {cap}", judgement.verdict)
}

fn status_line(status: &Status) -> &'static str {
    status.code()
}

fn payout_line(change: &PayoutChange) -> String {
    match change {
        PayoutChange::Started { .. } => "is sent".to_owned(),
        PayoutChange::Unknown => "may or may not have been paid".to_owned(),
        PayoutChange::Settled { .. } => "has arrived".to_owned(),
        PayoutChange::Failed { why } => format!("was not paid: {why}"),
        PayoutChange::Released => "is given up".to_owned(),
    }
}

fn task_line(change: &TaskChange) -> String {
    match change {
        TaskChange::Claimed { by } => format!("is taken on by {by}"),
        TaskChange::HandedOver { to } => format!("is handed to the {to}"),
        TaskChange::Overdue => "is overdue".to_owned(),
        TaskChange::Renewed { to, .. } => format!("goes up to the {to} with a new date"),
        TaskChange::Answered { answer, .. } => format!("is answered: {answer}"),
        TaskChange::Dropped => "is not owed any more".to_owned(),
    }
}

/// A fact's value as scenarios write it.
pub(crate) fn finding(fact: dossier::facts::Fact, value: policy::Value) -> String {
    use policy::{Kind, Value};

    match (value, fact.kind()) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::Unreadable, _) => "unreadable".to_owned(),
        (Value::Flag(true), _) => "yes".to_owned(),
        (Value::Flag(false), _) => "no".to_owned(),
        (Value::Choice(index), Kind::Choice(codes) | Kind::Choices(codes)) => {
            codes.get(usize::from(index)).copied().unwrap_or("?").to_owned()
        }
        (Value::Number(fen), Kind::Amount) => Money::fen(fen).decimal(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Choice(index), _) => index.to_string(),
    }
}

/// `90.00`, or `80.00 cash + 10.00 points`.
pub(crate) fn total(amount: &Tenders) -> String {
    let parts: Vec<_> = amount.parts().collect();
    match parts.as_slice() {
        [] => "0.00".to_owned(),
        [(money::Tender::Cash, only)] => only.decimal(),
        several => {
            let parts: Vec<String> = several
                .iter()
                .map(|(tender, part)| format!("{} {tender}", part.decimal()))
                .collect();
            parts.join(" + ")
        }
    }
}
