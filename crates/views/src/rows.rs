//! The rows one commit changes, from the dossier before and after it.

use std::collections::BTreeSet;

use dossier::{Body, Dossier, Event, event::CaseChange, post, react, task::Task};
use kernel::{CaseNo, DossierKey, Span, Timestamp};
use money::MoneyError;
use store::{
    CaseRow, EffectRow, EntryRow, RowChange, SpendRow, TaskRow, Term, TermKind, TimerRow, Version,
};

use crate::worklist::Item;

/// How long a question about a payment waits: providers need a moment to know their own mind.
const ASK_AFTER: Span = Span::minutes(1);

/// One commit, as far as rows depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub dossier: &'a DossierKey,
    pub before: Option<&'a Body>,
    /// None if the events stopped the dossier.
    pub after: Option<&'a Body>,
    pub events: &'a [Event],
    /// The version the commit makes; numbers its postings.
    pub version: Version,
    pub at: Timestamp,
    /// The day in the shop's zone, counted from 1970-01-01.
    pub day: i64,
}

/// What the commit changes beside the dossier itself.
pub fn rows(change: &Change<'_>) -> Result<Vec<RowChange>, MoneyError> {
    let mut rows = Vec::new();
    let Some(after) = change.after else { return Ok(rows) };
    entries(change, &mut rows)?;
    for event in change.events {
        effects(change, event, after, &mut rows);
        terms(change, event, &mut rows);
        if let Event::PayoutReserved { payout } = event {
            rows.push(RowChange::PutSpend(SpendRow {
                payout: payout.key.to_string(),
                actor: payout.maker.clone(),
                day: change.day,
                amount: payout.amount.total()?.minor(),
            }));
        }
    }
    cases(change, after, &mut rows);
    tasks(change, after, &mut rows);
    timers(change, after, &mut rows);
    rows.retain(|it| !matches!(it, RowChange::PutTerm(term) if term.text.is_empty()));
    Ok(rows)
}

fn term(kind: TermKind, text: &str) -> RowChange {
    RowChange::PutTerm(Term { kind, text: text.to_owned() })
}

/// Postings read the dossier before each event, so the events are folded in once more here.
fn entries(change: &Change<'_>, rows: &mut Vec<RowChange>) -> Result<(), MoneyError> {
    if !change.events.iter().any(|it| moves_money(it) || posts_alone(it)) {
        return Ok(());
    }
    let mut before = change.before.map_or(Dossier::Absent, |it| {
        // The order and its payouts are all that these events and their postings look at, and
        // cloning the cases with their rulings would cost more than the rest of the commit.
        let (order, payouts) = (it.order.clone(), it.payouts.clone());
        Dossier::Open(Box::new(Body { payouts, ..Body::new(order) }))
    });
    let mut position: u16 = 0;
    for event in change.events {
        let known = match &before {
            Dossier::Open(body) => Some(&**body),
            Dossier::Absent | Dossier::Stopped { .. } => None,
        };
        if let Some(posting) = post(event, known)? {
            for entry in posting.entries() {
                position = position.saturating_add(1);
                rows.push(RowChange::PutEntry(EntryRow {
                    posting: u32::try_from(change.version.0).unwrap_or(u32::MAX),
                    position,
                    at: change.at,
                    case: case_of(event, known),
                    account: entry.account.to_string(),
                    tender: entry.tender.to_string(),
                    amount: entry.amount.minor(),
                }));
            }
        }
        if moves_money(event) {
            before = before.evolve(event);
        }
    }
    Ok(())
}

/// Only these events change what later postings of the same commit depend on.
fn moves_money(event: &Event) -> bool {
    matches!(
        event,
        Event::OrderRecorded { .. } | Event::PayoutReserved { .. } | Event::PayoutChanged { .. }
    )
}

/// Posted as it stands, whatever was posted before; and the cases, which it changes, are left out
/// above.
fn posts_alone(event: &Event) -> bool {
    matches!(
        event,
        Event::CaseChanged {
            change: CaseChange::DepositTaken { .. }
                | CaseChange::ClaimFiled { .. }
                | CaseChange::ClaimAnswered { .. },
            ..
        }
    )
}

fn case_of(event: &Event, before: Option<&Body>) -> Option<CaseNo> {
    match event {
        Event::PayoutReserved { payout } => Some(payout.case.clone()),
        Event::PayoutChanged { payout, .. } => {
            before.and_then(|it| it.payout(payout)).map(|it| it.case.clone())
        }
        Event::CaseChanged { case, .. } => Some(case.clone()),
        Event::OrderRecorded { .. }
        | Event::ParcelScanned { .. }
        | Event::CaseOpened { .. }
        | Event::TaskOpened { .. }
        | Event::TaskChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::BuyerTold { .. }
        | Event::StopAsked { .. }
        | Event::DeadlineExtended { .. }
        | Event::Delivered { .. }
        | Event::EffectCancelled { .. } => None,
    }
}

fn effects(change: &Change<'_>, event: &Event, after: &Body, rows: &mut Vec<RowChange>) {
    if let Some(effect) = event.settles() {
        rows.push(RowChange::DropEffect(effect));
    }
    if let Event::EffectCancelled { effect } = event {
        rows.push(RowChange::CancelEffect(effect.clone()));
    }
    if let Some(effect) = react(event, after) {
        let asks = matches!(effect, dossier::Effect::QueryRefund { .. });
        rows.push(RowChange::PutEffect(EffectRow {
            effect: effect.id(),
            kind: effect.kind().to_owned(),
            due: match event.held_until() {
                Some(until) => until,
                None if asks => change.at.plus(ASK_AFTER),
                None => change.at,
            },
            body: codec::encode_effect(&effect),
        }));
    }
}

/// Terms are only ever added, so what the dossier was found by before is not written again.
fn terms(change: &Change<'_>, event: &Event, rows: &mut Vec<RowChange>) {
    match event {
        Event::OrderRecorded { order } => {
            if change.before.is_none() {
                rows.push(term(TermKind::Order, change.dossier.order.as_str()));
            }
            if change.before.is_none_or(|it| it.order.buyer != order.buyer) {
                rows.push(term(TermKind::Buyer, &order.buyer));
            }
        }
        Event::ParcelScanned { parcel, .. } => {
            if change.before.is_none_or(|it| !it.parcels.contains_key(parcel)) {
                rows.push(RowChange::PutTerm(Term::parcel(parcel)));
            }
        }
        Event::CaseOpened { case } => rows.push(term(TermKind::Case, case.no.as_str())),
        Event::CaseChanged { .. }
        | Event::PayoutReserved { .. }
        | Event::PayoutChanged { .. }
        | Event::TaskOpened { .. }
        | Event::TaskChanged { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::BuyerTold { .. }
        | Event::StopAsked { .. }
        | Event::DeadlineExtended { .. }
        | Event::Delivered { .. }
        | Event::EffectCancelled { .. } => (),
    }
}

/// Cases that an event is about: their rows show their own facts, their tasks and their money.
fn touched<'a>(change: &Change<'a>, after: &'a Body) -> BTreeSet<&'a CaseNo> {
    let mut cases = BTreeSet::new();
    for event in change.events {
        match event {
            // Titles and the buyer stand in every row.
            Event::OrderRecorded { .. } => cases.extend(after.cases.iter().map(|it| &it.no)),
            Event::CaseOpened { case } => cases.extend([&case.no]),
            Event::CaseChanged { case, .. } => cases.extend([case]),
            Event::PayoutReserved { payout } => cases.extend([&payout.case]),
            Event::PayoutChanged { payout, .. } => {
                cases.extend(after.payout(payout).map(|it| &it.case));
            }
            Event::TaskOpened { task } => cases.extend(&task.case),
            Event::TaskChanged { task, .. } => {
                let known = change.before.and_then(|it| it.tasks.get(task));
                cases.extend(known.and_then(|it| it.case.as_ref()));
            }
            Event::ParcelScanned { .. }
            | Event::TimerSet { .. }
            | Event::TimerCleared { .. }
            | Event::BuyerTold { .. }
            | Event::StopAsked { .. }
            | Event::DeadlineExtended { .. }
            | Event::Delivered { .. }
            | Event::EffectCancelled { .. } => (),
        }
    }
    cases
}

fn cases(change: &Change<'_>, after: &Body, rows: &mut Vec<RowChange>) {
    let touched = touched(change, after);
    for case in after.cases.iter().filter(|it| touched.contains(&it.no)) {
        let item = Item::of(change.dossier, after, case);
        rows.push(RowChange::PutCase(CaseRow {
            case: case.no.clone(),
            status: case.status.code().to_owned(),
            open: case.status.is_open(),
            rank: item.rank.epoch_seconds(),
            opened_at: case.opened_at,
            body: item.encode(),
        }));
    }
}

fn tasks(change: &Change<'_>, after: &Body, rows: &mut Vec<RowChange>) {
    for task in after.tasks.values() {
        let known = change.before.and_then(|it| it.tasks.get(&task.id));
        let rank = rank_of(task, after);
        if known == Some(task) && change.before.is_some_and(|it| rank_of(task, it) == rank) {
            continue;
        }
        rows.push(RowChange::PutTask(TaskRow {
            task: task.id.clone(),
            case: task.case.clone(),
            kind: task.kind.to_string(),
            role: task.role.to_string(),
            due: task.due,
            rank: rank.epoch_seconds(),
            body: crate::worklist::TaskLine::of(task).encode(),
        }));
    }
    for id in change.before.iter().flat_map(|it| it.tasks.keys()) {
        if !after.tasks.contains_key(id) {
            rows.push(RowChange::DropTask(id.clone()));
        }
    }
}

/// As urgent as its case, or as its own due time if that is sooner.
fn rank_of(task: &Task, body: &Body) -> Timestamp {
    let case = task.case.as_ref().and_then(|it| body.case(it));
    let judged = case.and_then(|it| it.judgement.as_ref()).map(|it| it.rank);
    judged.map_or(task.due, |it| it.min(task.due))
}

fn timers(change: &Change<'_>, after: &Body, rows: &mut Vec<RowChange>) {
    for timer in after.timers.values() {
        if change.before.and_then(|it| it.timers.get(&timer.id)) != Some(timer) {
            rows.push(RowChange::PutTimer(TimerRow { timer: timer.id.clone(), at: timer.at }));
        }
    }
    for id in change.before.iter().flat_map(|it| it.timers.keys()) {
        if !after.timers.contains_key(id) {
            rows.push(RowChange::DropTimer(id.clone()));
        }
    }
}
