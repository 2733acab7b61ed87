//! What one commit counts.
//!
//! Names of sums stand here and in `report.rs`, nowhere else.

use dossier::{
    Body, Event,
    case::Status,
    event::{CaseChange, PayoutChange, TaskChange},
    facts::Fact,
    words::{CaseKind, Purpose, Reason},
};
use kernel::{ActorId, CaseNo, PayoutKey};
use policy::{Kind, Value};

use crate::Sums;

/// A commit with the order as it stands now, which may be later.
pub(crate) struct Told<'t> {
    pub(crate) by: &'t ActorId,
    pub(crate) events: &'t [Event],
    pub(crate) body: &'t Body,
    /// Whether it is the order's first commit.
    pub(crate) is_first: bool,
    /// Whether the buyer's receipt was confirmed before.
    pub(crate) was_closed: bool,
}

/// What the commit adds to the sums of its day. Cases that ended in it are in `ended`: their time
/// is told by the whole history.
pub(crate) fn counts(told: &Told<'_>, ended: &mut Vec<CaseNo>) -> Sums {
    let mut sums = Sums::default();
    for event in told.events {
        match event {
            Event::OrderRecorded { order } => {
                if told.is_first {
                    sums.count("orders");
                }
                if order.confirmed_at.is_some() && !told.was_closed {
                    sums.count("orders-closed");
                }
            }
            Event::CaseOpened { case } => opened(&mut sums, told, &case.no),
            Event::CaseChanged { case, change } => {
                if changed(&mut sums, told, (case, change)) {
                    ended.push(case.clone());
                }
            }
            Event::PayoutChanged { payout, change: PayoutChange::Settled { .. }, .. } => {
                settled(&mut sums, told, payout);
            }
            Event::PayoutChanged { change: PayoutChange::Failed { .. }, .. } => {
                sums.count("payouts-failed");
            }
            Event::PayoutChanged { change: PayoutChange::Unknown, .. } => {
                sums.count("payouts-unknown");
            }
            Event::TaskOpened { task } => sums.count(format!("task-opened.{}", task.kind)),
            Event::TaskChanged { change, .. } => task(&mut sums, told, change),
            Event::PayoutReserved { .. }
            | Event::PayoutChanged { .. }
            | Event::ParcelScanned { .. }
            | Event::TimerSet { .. }
            | Event::TimerCleared { .. }
            | Event::BuyerTold { .. }
            | Event::StopAsked { .. }
            | Event::DeadlineExtended { .. }
            | Event::EffectCancelled { .. }
            | Event::Delivered { .. } => (),
        }
    }
    sums
}

fn opened(sums: &mut Sums, told: &Told<'_>, no: &CaseNo) {
    let Some(case) = told.body.case(no) else { return };
    let request = &case.request;
    sums.count("cases");
    sums.count(format!("opened.{}", request.kind));
    sums.count(format!("reason.{}", request.reason));
    for pieces in &request.pieces {
        if let Some(line) = told.body.order.line(pieces.line) {
            let sku = line.sku.as_str().replace('.', "·");
            sums.add(
                format!("goods.{}.{sku}", request.reason),
                i64::from(pieces.quantity.pieces()),
            );
        }
    }
    let is_first = told.body.cases.first().is_some_and(|it| it.no == *no);
    if is_first && request.reason == Reason::Quality {
        sums.count("first-quality");
    }
    if case.market.intervened {
        sums.count("interventions");
    }
}

/// Whether the case has ended by it.
fn changed(sums: &mut Sums, told: &Told<'_>, (no, change): (&CaseNo, &CaseChange)) -> bool {
    let Some(case) = told.body.case(no) else { return false };
    match change {
        CaseChange::Market(market) if market.intervened => sums.count("interventions"),
        CaseChange::Finding { fact: Fact::Liable, value } if is_merchant(*value) => {
            sums.count("disputes-lost");
        }
        CaseChange::Status { status, .. } => {
            sums.count(format!("status.{}", status.code()));
            if is_decision(status) {
                sums.count(format!("agent-decided.{}", told.by.as_str().replace('.', "·")));
            }
            if let Status::Done { at } = status {
                let took = at.since(case.opened_at).whole_seconds();
                sums.count(format!("done.{}", case.request.kind));
                sums.add(format!("done-seconds.{}", case.request.kind), took);
                if let Some(route) = case.judgement.as_ref().and_then(|it| it.route) {
                    sums.count(format!("route.{route}"));
                    sums.add(format!("route-seconds.{route}"), took);
                }
                return case.request.kind == CaseKind::ReturnRefund;
            }
        }
        CaseChange::Market(_)
        | CaseChange::Finding { .. }
        | CaseChange::Request { .. }
        | CaseChange::Evidence(_)
        | CaseChange::ReturnEntered { .. }
        | CaseChange::Received(_)
        | CaseChange::Assessed(_)
        | CaseChange::PickupBooked { .. }
        | CaseChange::DepositTaken { .. }
        | CaseChange::ClaimFiled { .. }
        | CaseChange::ClaimAnswered { .. }
        | CaseChange::Judged(_)
        | CaseChange::Raised(_) => (),
    }
    false
}

/// The merchant has answered.
fn is_decision(status: &Status) -> bool {
    match status {
        Status::AwaitingApproval { .. }
        | Status::AwaitingParcel
        | Status::AwaitingReturn { .. }
        | Status::Refunding { .. }
        | Status::SendingReplacement { .. }
        | Status::Repairing
        | Status::Declined { .. } => true,
        Status::Submitted
        | Status::UnderReview
        | Status::WaitingBuyer { .. }
        | Status::Intercepting
        | Status::Returning
        | Status::Inspecting { .. }
        | Status::InDispute
        | Status::Withdrawn { .. }
        | Status::Done { .. } => false,
    }
}

fn is_merchant(value: Value) -> bool {
    match (Fact::Liable.kind(), value) {
        (Kind::Choice(codes), Value::Choice(at)) => {
            codes.get(usize::from(at)).is_some_and(|it| *it == "merchant")
        }
        _ => false,
    }
}

fn settled(sums: &mut Sums, told: &Told<'_>, key: &PayoutKey) {
    let Some(payout) = told.body.payout(key) else { return };
    let fen = payout.amount.total().map_or(0, money::Money::minor);
    sums.count(format!("paid.{}", payout.purpose));
    sums.add(format!("paid-fen.{}", payout.purpose), fen);
    let maker = payout.maker.as_str().replace('.', "·");
    sums.add(format!("agent-given-fen.{maker}"), fen);
    let judgement = told.body.case(&payout.case).and_then(|it| it.judgement.as_ref());
    let clause = judgement.and_then(dossier::case::Judgement::clause);
    let clause = clause.unwrap_or_else(|| "none".to_owned()).replace('.', "·");
    sums.add(format!("clause-fen.{clause}"), fen);
    if payout.purpose == Purpose::Refund {
        sums.count("refunds");
    }
}

fn task(sums: &mut Sums, told: &Told<'_>, change: &TaskChange) {
    match change {
        TaskChange::Answered { by, .. } => {
            sums.count("tasks-answered");
            sums.count(format!("agent-answered.{}", by.as_str().replace('.', "·")));
        }
        TaskChange::Overdue => sums.count("tasks-overdue"),
        TaskChange::HandedOver { .. } => {
            sums.count(format!("agent-handed-over.{}", told.by.as_str().replace('.', "·")));
        }
        TaskChange::Claimed { .. } | TaskChange::Renewed { .. } | TaskChange::Dropped => (),
    }
}
