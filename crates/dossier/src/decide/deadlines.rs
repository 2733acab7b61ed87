//! Dates of the order that are put off, each time with its reason (TIME-07).

use kernel::{CaseNo, Timestamp};

use super::{
    Draft, cases,
    draft::{not_possible, some_ground},
};
use crate::{
    case::Status,
    event::Event,
    facts::Fact,
    order::Extension,
    rejection::Rejection,
    words::{CaseKind, Deadline, TaskKind},
};

/// Somebody has put the date off on the marketplace, and says why.
pub(crate) fn extend_receipt(
    draft: &mut Draft<'_>,
    until: Timestamp,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let from = running(draft).ok_or(Rejection::NoReceiptDeadline)?;
    if from == until {
        return Ok(());
    }
    if until < from || latest(draft, from)? < until {
        let most = draft.context.pack.span("receipt-extension-most")?;
        return Err(Rejection::DeadlineOutOfReach { most });
    }
    extend(draft, Deadline::Receipt, (until, ground), None)
}

/// EXCH-06: receipt must not be confirmed by itself while the replacement is still on its way. The
/// marketplace is told by a person, who gets the task.
pub(crate) fn outlast_replacement(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if draft.case(case)?.request.kind != CaseKind::Exchange {
        return Ok(());
    }
    let Some(from) = running(draft) else { return Ok(()) };
    let arrives = draft.now().plus(draft.context.pack.span("exchange-arrives-within")?);
    let until = arrives.min(latest(draft, from)?);
    if until <= from {
        return Ok(());
    }
    extend(draft, Deadline::Receipt, (until, "exchange"), Some(case))?;
    draft.open_task(case, TaskKind::ExtendReceipt, false)
}

/// LATE-05 without its false mark: nothing is said to have shipped. The order gets a later date
/// that the buyer has agreed to, and the request is over.
pub(crate) fn keep_order(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    until: Timestamp,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    if matches!(draft.case(case)?.status, Status::Withdrawn { .. }) {
        return Ok(());
    }
    let known = draft.open_case(case)?;
    if !known.status.is_undecided() {
        return Err(not_possible(known));
    }
    if draft.body.order.is_shipped() {
        return Err(Rejection::AlreadyShipped);
    }
    if !known.is_shown(Fact::KeepConsent) {
        return Err(Rejection::ProofMissing { what: "the buyer's consent to keep the order" });
    }
    let most = draft.context.pack.span("shipping-extension-most")?;
    let now = draft.now();
    let is_later = draft.body.order.ship_by.is_none_or(|it| it < until);
    if until <= now || !is_later || now.plus(most) < until {
        return Err(Rejection::DeadlineOutOfReach { most });
    }
    extend(draft, Deadline::Shipping, (until, ground), Some(case))?;
    cases::withdraw(draft, case, ground)
}

/// The receipt deadline, if it has neither passed nor been overtaken by the buyer.
fn running(draft: &Draft<'_>) -> Option<Timestamp> {
    let order = &draft.body.order;
    let deadline = order.confirm_by.filter(|_| order.confirmed_at.is_none())?;
    Some(deadline).filter(|&it| draft.now() < it)
}

/// Counted from the date before anybody put it off, so that many small steps come to no more.
fn latest(draft: &Draft<'_>, from: Timestamp) -> Result<Timestamp, Rejection> {
    let first = draft.body.first_extension(Deadline::Receipt).and_then(|it| it.from);
    Ok(first.unwrap_or(from).plus(draft.context.pack.span("receipt-extension-most")?))
}

fn extend(
    draft: &mut Draft<'_>,
    deadline: Deadline,
    (until, reason): (Timestamp, &str),
    case: Option<&CaseNo>,
) -> Result<(), Rejection> {
    let order = &draft.body.order;
    let extension = Extension {
        deadline,
        from: match deadline {
            Deadline::Shipping => order.ship_by,
            Deadline::Receipt => order.confirm_by,
        },
        until,
        reason: reason.to_owned(),
        case: case.cloned(),
        at: draft.now(),
        by: draft.context.actor.id.clone(),
    };
    draft.record(Event::DeadlineExtended { extension: Box::new(extension) })
}
