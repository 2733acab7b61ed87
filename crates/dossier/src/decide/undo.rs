//! Decisions taken back while their money is still held.

use kernel::{CaseNo, PayoutKey, Timestamp};

use super::{
    Draft,
    authority::may_send,
    draft::{not_possible, some_ground},
    judging::{self, hold},
    money::{release, reserve},
};
use crate::{
    case::Status,
    event::Event,
    payout::{Payout, PayoutStatus},
    rejection::Rejection,
    words::{Purpose, TaskKind},
};

/// The money is free again, the buyer is told nothing, and the case is back where it was judged.
///
/// An effect that somebody has tried to carry out meanwhile cannot be cancelled: the store then
/// leaves the commit out, and the decision is asked for again on what became of the attempt.
pub(crate) fn take_back(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    draft.case(case)?;
    let Some(payout) = draft.body.held_payout(case, draft.now()).cloned() else {
        return nothing_held(draft, case);
    };
    may_send(draft, &payout)?;
    release(draft, &payout.key)?;
    cancel(draft, payout.key.to_string())?;
    cancel_texts(draft, case, payout.held_until(draft.now()))?;
    if draft.case(case)?.status == (Status::Refunding { payout: payout.key.clone() }) {
        return reopen(draft, case, &payout, ground);
    }
    if payout.purpose == Purpose::Postage {
        return draft.open_task(case, TaskKind::RepayPostage, false);
    }
    Ok(())
}

/// Already taken back, too late, or never sent.
fn nothing_held(draft: &Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    let sent = draft.body.payouts.iter().rev().find(|it| &it.case == case);
    match sent.map(|it| (&it.key, &it.status)) {
        Some((_, PayoutStatus::Released { .. })) => Ok(()),
        Some((_, PayoutStatus::Reserved)) | None => Err(not_possible(known)),
        Some((
            payout,
            PayoutStatus::Sending { .. }
            | PayoutStatus::Unknown { .. }
            | PayoutStatus::Settled { .. }
            | PayoutStatus::Failed { .. },
        )) => Err(Rejection::HoldOver { payout: payout.clone() }),
    }
}

fn cancel(draft: &mut Draft<'_>, effect: String) -> Result<(), Rejection> {
    draft.record(Event::EffectCancelled { effect })
}

/// The texts of one decision wait for the same moment as its money.
fn cancel_texts(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    until: Option<Timestamp>,
) -> Result<(), Rejection> {
    let texts = draft.body.held_texts.iter().filter(|it| &it.case == case);
    let texts = texts.filter(|it| Some(it.until) == until);
    let effects: Vec<String> = texts.map(|it| Event::text_effect(case, it.number)).collect();
    effects.into_iter().try_for_each(|it| cancel(draft, it))
}

/// The case is judged again where it was, and what the decision used up is promised again.
fn reopen(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    payout: &Payout,
    ground: &str,
) -> Result<(), Rejection> {
    let status = match draft.case(case)?.decided_from.clone() {
        Some(Status::Submitted) | None => Status::UnderReview,
        Some(status) => status,
    };
    draft.move_to(case, status, ground)?;
    promise_discount_again(draft, case, payout)?;
    // What was owed to a courier's recovery follows from the payment, and goes with it.
    draft.drop_tasks(case, |it| it.kind == TaskKind::RegisterClaim && !it.by_policy)?;
    judging::look_again(draft, case)?;
    let known = draft.case(case)?;
    let agreed = known.status.is_judged_again() && !known.status.is_undecided();
    match known.judgement.clone() {
        Some(judgement) if agreed && payout.purpose == Purpose::Refund => {
            hold(draft, case, &judgement)
        }
        Some(_) | None => Ok(()),
    }
}

/// A discount was promised for keeping the goods; the refund that took it away is undone.
fn promise_discount_again(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    payout: &Payout,
) -> Result<(), Rejection> {
    let PayoutStatus::Sending { since, .. } = payout.status else { return Ok(()) };
    let taken = draft.body.payouts.iter().rev().find(|it| {
        &it.case == case
            && it.purpose == Purpose::Discount
            && it.status == (PayoutStatus::Released { at: since })
    });
    match taken.map(|it| it.amount.clone()) {
        Some(amount) => reserve(draft, case, Purpose::Discount, &amount).map(|_: PayoutKey| ()),
        None => Ok(()),
    }
}
