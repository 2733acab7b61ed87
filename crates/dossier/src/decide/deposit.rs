//! Goods that leave before the old ones are back: the deposit held against them, and following
//! them until they are.

use kernel::{CaseNo, PayoutKey};
use money::{Money, Tenders};

use super::{
    Draft,
    draft::not_possible,
    judging,
    money::{reserve, send},
};
use crate::{
    case::Status,
    event::CaseChange,
    rejection::Rejection,
    words::{CaseKind, Purpose, TaskKind},
};

/// EXCH-11: neither more nor less than policy asks for, once.
pub(crate) fn take(draft: &mut Draft<'_>, case: &CaseNo, amount: Money) -> Result<(), Rejection> {
    let known = draft.open_case(case)?;
    match known.deposit {
        Some(taken) if taken == amount => return Ok(()),
        Some(_) => return Err(not_possible(known)),
        None => (),
    }
    if known.request.kind != CaseKind::Exchange || !known.status.is_judged_again() {
        return Err(not_possible(known));
    }
    if !amount.is_positive() {
        return Err(Rejection::NotPositive);
    }
    let wanted = draft.context.pack.amount("exchange-deposit")?;
    if amount != wanted {
        return Err(Rejection::OutsideRange { asked: amount, least: wanted, most: wanted });
    }
    draft.change(case, CaseChange::DepositTaken { amount })?;
    if matches!(draft.case(case)?.status, Status::WaitingBuyer { .. }) {
        draft.move_to(case, Status::UnderReview, "the buyer answered")?;
    }
    judging::look_again(draft, case)
}

/// The goods are out before the old ones were seen; the case waits for those (EXCH-14).
pub(crate) fn follow_old_goods(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    let deadline = known.market.deadline;
    // Goods that are here already stay where they are, to be inspected.
    if !matches!(known.status, Status::Inspecting { .. }) {
        let named = !known.returns.is_empty();
        let next = if named { Status::Returning } else { Status::AwaitingReturn { deadline } };
        draft.move_to(case, next, "")?;
    }
    judging::look_again(draft, case)
}

/// EXCH-12: the old goods are here and right, or somebody entitled lets them pass. What is held
/// goes back, and the case ends with the later of that and the new goods' arrival.
pub(crate) fn old_goods_in(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let payout = give_back(draft, case)?;
    draft.drop_tasks(case, |it| !it.kind.outlives_payment())?;
    let on_its_way = draft.body.replacement_of(case).filter(|it| it.signed().is_none());
    match (on_its_way.map(|it| it.no.clone()), payout) {
        (Some(parcel), _) => {
            draft.move_to(case, Status::SendingReplacement { parcel: Some(parcel) }, "")
        }
        (None, Some(payout)) => draft.move_to(case, Status::Refunding { payout }, ""),
        (None, None) => draft.done(case, draft.now()),
    }
}

/// Sends back what is held of the deposit, if anything is.
pub(crate) fn give_back(
    draft: &mut Draft<'_>,
    case: &CaseNo,
) -> Result<Option<PayoutKey>, Rejection> {
    let held = draft.body.deposit_held(draft.case(case)?)?;
    if !held.is_positive() {
        return Ok(None);
    }
    let payout = reserve(draft, case, Purpose::Deposit, &Tenders::cash(held))?;
    send(draft, &payout)?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::ReturnDeposit)?;
    Ok(Some(payout))
}

/// Refuses to end a case while goods of ours are out against goods that are not back.
pub(crate) fn check_old_goods(draft: &Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if draft.body.awaits_old_goods(draft.case(case)?) {
        return Err(Rejection::Locked { until: "the old goods are back and inspected" });
    }
    Ok(())
}
