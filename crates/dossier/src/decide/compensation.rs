//! Money beside the price of the goods: for a loss while they are kept, and for postage laid out.

use kernel::{CaseNo, PayoutKey};
use money::{Money, Tenders};

use super::{
    Draft,
    approval::{is_received, pay},
    draft::{not_possible, some_ground},
    judging,
    money::{is_promised_discount, reserve, send},
};
use crate::{
    amount::postage_left,
    case::Status,
    rejection::Rejection,
    words::{Payer, Purpose, TaskKind},
};

/// PATH3-03, QUAL-14: money for a loss while the buyer keeps the goods.
pub(crate) fn compensate(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (purpose, amount): (Purpose, Money),
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let known = draft.open_case(case)?;
    if !known.status.is_judged_again() {
        return Err(not_possible(known));
    }
    match purpose {
        Purpose::Compensation | Purpose::InstallationFee | Purpose::Discount => (),
        // AUTH-16: whoever decides, and whoever approves.
        Purpose::RepairFee => at_most(amount, draft.context.pack.amount("repair-fee-cap")?)?,
        Purpose::FreightWaiver => at_most(amount, postage_left(&draft.body, |_| true)?)?,
        Purpose::PriceDifference if is_received(draft, known)? => (),
        Purpose::PriceDifference => {
            return Err(Rejection::Locked { until: "the goods are received" });
        }
        Purpose::Refund | Purpose::Postage | Purpose::Deposit => {
            return Err(Rejection::BadName { what: format!("{purpose} as a compensation") });
        }
    }
    judging::look_again(draft, case)?;
    pay(draft, case, (purpose, amount), ground)
}

pub(crate) fn at_most(asked: Money, most: Money) -> Result<(), Rejection> {
    if asked.exceeds(most)? {
        let least = Money::zero(asked.currency());
        return Err(Rejection::OutsideRange { asked, least, most });
    }
    Ok(())
}

/// Sends what is set aside, or promises it: a discount is paid once the goods are there (LATE-03).
pub(super) fn grant(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    payout: PayoutKey,
    ground: &str,
) -> Result<(), Rejection> {
    let is_discount = draft.body.payout(&payout).is_some_and(|it| it.purpose == Purpose::Discount);
    if is_discount && !is_received(draft, draft.case(case)?)? {
        draft.move_to(case, Status::UnderReview, ground)?;
        draft.open_task(case, TaskKind::TellResult, false)?;
        return judging::look_again(draft, case);
    }
    draft.held(|draft| {
        send(draft, &payout)?;
        draft.move_to(case, Status::Refunding { payout }, ground)?;
        draft.tell(case, "approved-refund")
    })
}

/// LATE-03: the goods may be there now, so discounts that were granted before are paid.
pub(crate) fn pay_promised(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let promised = draft.body.holding().filter(|it| is_promised_discount(draft, it));
    let promised: Vec<_> = promised.map(|it| (it.key.clone(), it.case.clone())).collect();
    for (payout, case) in promised {
        let known = draft.case(&case)?;
        if !is_received(draft, known)? {
            continue;
        }
        let open = known.status.is_open();
        send(draft, &payout)?;
        if open {
            draft.drop_tasks(&case, |it| it.by_policy)?;
            draft.move_to(&case, Status::Refunding { payout }, "the goods are received")?;
        }
    }
    Ok(())
}

/// RETN-06, CALC-21: with the goods here and the way back ours, finance owes the buyer its cost.
pub(crate) fn owe_postage(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    let ours = known.judgement.as_ref().is_some_and(|it| it.postage_by == Payer::Merchant);
    if !ours || draft.body.holding_of(case).any(|it| it.purpose == Purpose::Postage) {
        return Ok(());
    }
    draft.open_task(case, TaskKind::RepayPostage, false)
}

/// RETN-06, CALC-13: what the buyer laid out, less what the insurance paid, once.
pub(crate) fn repay_postage(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    laid_out: Money,
    insurance_paid: Money,
) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    if draft.body.holding_of(case).any(|it| it.purpose == Purpose::Postage) {
        return Ok(());
    }
    if known.assessment.is_none() && !matches!(known.status, Status::Inspecting { .. }) {
        return Err(Rejection::Locked { until: "the goods have arrived" });
    }
    let nothing = Money::zero(laid_out.currency());
    let by_merchant = known.judgement.as_ref().is_some_and(|it| it.postage_by == Payer::Merchant);
    let most =
        if by_merchant { draft.context.pack.amount("return-postage-most")? } else { nothing };
    if laid_out.is_negative() || insurance_paid.is_negative() || laid_out.exceeds(most)? {
        return Err(Rejection::OutsideRange { asked: laid_out, least: nothing, most });
    }
    let owed = laid_out.minus_down_to_zero(insurance_paid)?;
    if owed.is_positive() {
        let payout = reserve(draft, case, Purpose::Postage, &Tenders::cash(owed))?;
        draft.held(|draft| send(draft, &payout))?;
    }
    draft.drop_tasks(case, |it| it.kind == TaskKind::RepayPostage)
}
