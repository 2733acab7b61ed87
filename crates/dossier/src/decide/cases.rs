//! Requests: filed, changed, found out about, taken back.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CaseNo, EvidenceId, ParcelNo, Timestamp};
use policy::Value;

use super::{
    Draft,
    deposit::check_old_goods,
    draft::{not_possible, some_ground},
    judging::{self, status_of},
    money::{let_go, release},
};
use crate::{
    case::{Case, Evidence, Market, Pieces, Request, Status},
    command::Application,
    event::{CaseChange, Event},
    facts::Fact,
    rejection::Rejection,
    returns::return_options,
    words::{Direction, Purpose, Standing, TaskKind},
};

pub(crate) fn apply(draft: &mut Draft<'_>, application: &Application) -> Result<(), Rejection> {
    // The source of the request may say it anew; nobody else can file another under its number.
    let by_source = draft.is_source();
    let request =
        if by_source { what_is_left(draft, application) } else { application.request.clone() };
    if let Some(known) = draft.body.case(&application.case) {
        let changed = known.request != request;
        if changed && known.changes.is_empty() && !by_source {
            return Err(Rejection::CaseReused { case: known.no.clone() });
        }
        if by_source && known.status.is_open() {
            if changed {
                change_request(draft, &application.case, &request)?;
            }
            answer_anew(draft, application)?;
        }
        return record_market(draft, &application.case, &application.market);
    }
    check_request(draft, &application.case, &request)?;
    if let Some(follows) = &application.follows {
        draft.case(follows)?;
    }
    let market = &application.market;
    let case = Case {
        no: application.case.clone(),
        request,
        opened_at: application.filed_at,
        follows: application.follows.clone(),
        market: market.clone(),
        findings: application.findings.iter().copied().collect::<BTreeMap<_, _>>(),
        evidence: Vec::new(),
        status: status_of(market.standing, market.deadline, draft.now()),
        decided_from: None,
        judgement: None,
        changes: Vec::new(),
        returns: Vec::new(),
        receipts: Vec::new(),
        assessment: None,
        pickup: None,
        deposit: None,
        claim: None,
        answered: Vec::new(),
        handed_over: false,
        raised: Vec::new(),
    };
    draft.record(Event::CaseOpened { case: Box::new(case) })?;
    if let Some((parcel, carrier)) = &application.return_parcel {
        name_return(draft, &application.case, parcel, carrier)?;
    }
    judging::look_again(draft, &application.case)?;
    if matches!(market.standing, Standing::AwaitingReturn | Standing::Returning) {
        promise(draft, &application.case)?;
    }
    judging::look_again_at_all(draft)
}

/// What the marketplace has already agreed to is promised here too, as far as there is room.
fn promise(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    match draft.case(case)?.judgement.clone() {
        Some(judgement) if draft.case(case)?.request.kind.pays_goods_money() => {
            judging::hold(draft, case, &judgement)
        }
        _ => Ok(()),
    }
}

/// What the marketplace has taken on is a fact, however many pieces it names: the request is about
/// those that no other request asks for, down to none, and its ruling says so.
fn what_is_left(draft: &Draft<'_>, application: &Application) -> Request {
    let mut request = application.request.clone();
    for pieces in &mut request.pieces {
        if let Some(line) = draft.body.order.line(pieces.line) {
            let taken = draft.body.pieces_asked_for(pieces.line, &application.case);
            pieces.quantity = pieces.quantity.min(line.quantity.minus(taken));
        }
    }
    request
}

/// What the source's form or file answers now.
fn answer_anew(draft: &mut Draft<'_>, application: &Application) -> Result<(), Rejection> {
    for &(fact, value) in &application.findings {
        if draft.case(&application.case)?.findings.get(&fact) != Some(&value) {
            draft.change(&application.case, CaseChange::Finding { fact, value })?;
        }
    }
    Ok(())
}

/// APPLY-04, APPLY-06: real lines, pieces that were bought and are not asked for already.
fn check_request(draft: &Draft<'_>, case: &CaseNo, request: &Request) -> Result<(), Rejection> {
    let is_nothing = |it: &Pieces| it.quantity.is_zero() && !draft.is_source();
    if request.pieces.is_empty() || request.pieces.iter().any(is_nothing) {
        return Err(Rejection::NoPieces);
    }
    if request.asked.is_some_and(money::Money::is_negative) {
        return Err(Rejection::NotPositive);
    }
    let mut seen = BTreeSet::new();
    for pieces in &request.pieces {
        let line = pieces.line;
        let Some(bought) = draft.body.order.line(line).map(|it| it.quantity) else {
            return Err(Rejection::UnknownLine { line });
        };
        let taken = draft.body.pieces_asked_for(line, case);
        let left = bought.minus(taken);
        if left < pieces.quantity || !seen.insert(line) {
            return Err(Rejection::TooManyPieces { line, asked: pieces.quantity, left, bought });
        }
    }
    Ok(())
}

pub(crate) fn record_market(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    market: &Market,
) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    if known.market == *market {
        return judging::look_again(draft, case);
    }
    let (before, told) = (known.market.standing, market.standing);
    let moved = before != told;
    // Refunds are not taken back, and what was closed is asked for anew under another number.
    if moved && matches!(before, Standing::Refunded | Standing::Closed) {
        return Err(Rejection::StandingGoesBack { case: case.clone(), known: before, told });
    }
    let open = known.status.is_open();
    draft.change(case, CaseChange::Market(market.clone()))?;
    if moved && open {
        catch_up(draft, case, market)?;
    }
    judging::look_again(draft, case)
}

/// The marketplace says the request has moved on without us.
fn catch_up(draft: &mut Draft<'_>, case: &CaseNo, market: &Market) -> Result<(), Rejection> {
    let status = &draft.case(case)?.status;
    let next = status_of(market.standing, market.deadline, draft.now());
    match market.standing {
        Standing::Requested => Ok(()),
        Standing::AwaitingReturn | Standing::Returning if !status.is_judged_again() => Ok(()),
        Standing::AwaitingReturn if !status.is_undecided() => Ok(()),
        Standing::Returning if matches!(status, Status::Inspecting { .. }) => Ok(()),
        Standing::AwaitingReturn | Standing::Returning => {
            draft.move_to(case, next, "on the marketplace")
        }
        // What we are sending ourselves ends when the provider says so.
        Standing::Refunded if matches!(status, Status::Refunding { .. }) => Ok(()),
        // Whatever became of the request there, goods of ours are out against it (EXCH-14).
        Standing::Refunded | Standing::Declined | Standing::Closed
            if draft.body.awaits_old_goods(draft.case(case)?) =>
        {
            Ok(())
        }
        Standing::Refunded | Standing::Declined | Standing::Closed => {
            let_go(draft, case)?;
            draft.wind_up(case)?;
            draft.move_to(case, next, "on the marketplace")?;
            // What the case held, or has been given now, changes what is left for the others.
            judging::look_again_at_all(draft)
        }
    }
}

/// APPLY-07: kind, reason, pieces or amount change; clocks, history and promised money stay.
pub(crate) fn change_request(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    request: &Request,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if known.request == *request {
        return Ok(());
    }
    if matches!(known.status, Status::Refunding { .. }) || known.assessment.is_some() {
        return Err(not_possible(known));
    }
    check_old_goods(draft, case)?;
    let known = draft.case(case)?;
    let returned_before = known.request.kind.returns_goods();
    check_request(draft, case, request)?;
    let (at, by) = (draft.now(), draft.context.actor.id.clone());
    draft.change(case, CaseChange::Request { request: Box::new(request.clone()), at, by })?;
    let status = &draft.case(case)?.status;
    let agreed = matches!(status, Status::AwaitingReturn { .. } | Status::AwaitingParcel);
    if let Status::AwaitingApproval { payout, .. } = status.clone() {
        // Goods money is held on for the changed request; anything else was asked for another.
        if draft.body.payout(&payout).is_some_and(|it| it.purpose != Purpose::Refund) {
            release(draft, &payout)?;
        }
        draft.drop_tasks(case, |it| it.kind == TaskKind::ApproveAmount)?;
        draft.move_to(case, Status::UnderReview, "the request changed")?;
    } else if agreed && returned_before != request.kind.returns_goods() {
        // Goods that were to come back and no longer are: it has to be agreed anew.
        draft.move_to(case, Status::UnderReview, "the request changed")?;
    }
    judging::look_again(draft, case)
}

pub(crate) fn withdraw(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    ground: &str,
) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    if matches!(known.status, Status::Withdrawn { .. }) {
        return Ok(());
    }
    draft.open_case(case)?;
    let_go(draft, case)?;
    draft.wind_up(case)?;
    let at = draft.now();
    draft.move_to(case, Status::Withdrawn { at }, ground)?;
    draft.tell(case, "withdrawn")?;
    judging::look_again_at_all(draft)
}

/// A return number, entered by the buyer or given off the platform (PATH3-02, RETN-08).
pub(crate) fn enter_return(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    parcel: &ParcelNo,
    carrier: &str,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if known.returns.contains(parcel) {
        return Ok(());
    }
    name_return(draft, case, parcel, carrier)?;
    let status = &draft.case(case)?.status;
    if matches!(status, Status::AwaitingReturn { .. }) || status.is_undecided() {
        draft.move_to(case, Status::Returning, "")?;
    }
    judging::look_again(draft, case)
}

/// RETN-02: where the pack lets couriers come, at a time that is still to come.
pub(crate) fn book_pickup(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    from: Timestamp,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if known.pickup == Some(from) {
        return Ok(());
    }
    let options = return_options(&draft.body, case, draft.context);
    if !options.is_some_and(|it| it.pickup) {
        return Err(not_possible(known));
    }
    if from <= draft.now() {
        return Err(Rejection::PickupTooEarly);
    }
    draft.change(case, CaseChange::PickupBooked { from })?;
    draft.open_task(case, TaskKind::ArrangePickup, false)
}

fn name_return(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    parcel: &ParcelNo,
    carrier: &str,
) -> Result<(), Rejection> {
    let entered = CaseChange::ReturnEntered { parcel: parcel.clone(), carrier: carrier.to_owned() };
    draft.change(case, entered)?;
    if draft.body.parcels.contains_key(parcel) {
        return Ok(());
    }
    draft.record(Event::ParcelScanned {
        parcel: parcel.clone(),
        carrier: carrier.to_owned(),
        direction: Direction::Return,
        case: Some(case.clone()),
        scans: Vec::new(),
    })
}

pub(crate) fn record_finding(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    fact: Fact,
    value: Value,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if !fact.is_finding() {
        return Err(Rejection::BadName { what: format!("{fact} is not for people to say") });
    }
    if known.findings.get(&fact) == Some(&value) {
        return Ok(());
    }
    draft.change(case, CaseChange::Finding { fact, value })?;
    resume(draft, case)
}

pub(crate) fn attach_evidence(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    evidence: &EvidenceId,
    shows: Fact,
) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    if !shows.is_finding() {
        return Err(Rejection::BadName { what: format!("{shows} cannot be shown by evidence") });
    }
    if known.evidence.iter().any(|it| &it.id == evidence && it.shows == shows) {
        return Ok(());
    }
    let (at, by) = (draft.now(), draft.context.actor.id.clone());
    let evidence = Evidence { id: evidence.clone(), shows, at, by };
    draft.change(case, CaseChange::Evidence(evidence))?;
    resume(draft, case)
}

/// An answer has come: whoever waited for the buyer need not any longer.
fn resume(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if matches!(draft.case(case)?.status, Status::WaitingBuyer { .. }) {
        draft.move_to(case, Status::UnderReview, "the buyer answered")?;
    }
    judging::look_again(draft, case)
}

pub(crate) fn ask_buyer(draft: &mut Draft<'_>, case: &CaseNo, what: &str) -> Result<(), Rejection> {
    some_ground(what)?;
    let known = draft.open_case(case)?;
    if !known.status.is_undecided() {
        return Err(not_possible(known));
    }
    draft.move_to(case, Status::WaitingBuyer { asked: what.to_owned() }, what)?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::AskEvidence)?;
    draft.tell(case, "asked")
}
