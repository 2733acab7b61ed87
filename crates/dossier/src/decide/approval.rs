//! Decisions people take, and whose second pair of eyes they need.

use kernel::{CaseNo, Span};
use money::{Money, Tenders};

use super::{
    Draft,
    authority::{Entitled, alone, entitled, may_approve},
    compensation::grant,
    deadlines::outlast_replacement,
    deposit,
    draft::{not_possible, some_ground},
    judging::{self, hold},
    money::{let_go, pay_now, pay_pieces_now, release, reserve, settle_nothing},
};
use crate::{
    amount::by_tender,
    case::{Case, Judgement, Status},
    facts::Fact,
    judge::judge,
    rejection::Rejection,
    scene::Scene,
    words::{Act, CaseKind, Purpose, Role, Route, TaskKind, Verdict},
};

pub(crate) fn approve(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    amount: Option<Money>,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let known = draft.open_case(case)?;
    if !known.status.is_judged_again() {
        return Err(not_possible(known));
    }
    judging::look_again(draft, case)?;
    let known = draft.case(case)?;
    let Some(judgement) = known.judgement.clone() else { return Err(not_possible(known)) };
    if matches!(known.status, Status::Refunding { .. }) {
        // The look itself settled it.
        return Ok(());
    }
    if known.request.kind.returns_goods() {
        if known.status.is_undecided() && known.assessment.is_none() {
            return agree_to_return(draft, case, &judgement, ground);
        }
        if known.assessment.is_none() {
            let until = known.lock().unwrap_or("the warehouse has looked at the goods");
            return Err(Rejection::Locked { until });
        }
    }
    match known.request.kind {
        CaseKind::Exchange if draft.body.replacement_of(case).is_some() => {
            let_old_goods_pass(draft, case)
        }
        CaseKind::Exchange | CaseKind::Reship => replace(draft, case, ground),
        CaseKind::Repair => draft.move_to(case, Status::Repairing, ground),
        CaseKind::RefundOnly
        | CaseKind::ReturnRefund
        | CaseKind::Compensation
        | CaseKind::PriceDifference => approve_money(draft, case, &judgement, amount, ground),
    }
}

/// The goods may come back; the money for them is promised from now on.
fn agree_to_return(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    judgement: &Judgement,
    ground: &str,
) -> Result<(), Rejection> {
    hold(draft, case, judgement)?;
    draft.drop_tasks(case, |it| it.by_policy)?;
    let deadline = draft.case(case)?.market.deadline;
    draft.move_to(case, Status::AwaitingReturn { deadline }, ground)?;
    outlast_replacement(draft, case)?;
    draft.tell(case, "approved-return")?;
    judging::look_again(draft, case)
}

/// The new goods are out and what came back did not pass, yet somebody entitled lets it be.
fn let_old_goods_pass(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let held = draft.body.deposit_held(draft.case(case)?)?;
    alone(draft, case, held)?;
    deposit::old_goods_in(draft, case)
}

/// Goods go out to the buyer.
fn replace(draft: &mut Draft<'_>, case: &CaseNo, ground: &str) -> Result<(), Rejection> {
    draft.drop_tasks(case, |it| it.by_policy)?;
    draft.move_to(case, Status::SendingReplacement { parcel: None }, ground)?;
    draft.open_task(case, TaskKind::ShipReplacement, false)?;
    outlast_replacement(draft, case)?;
    draft.tell(case, "approved-replacement")
}

fn approve_money(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    judgement: &Judgement,
    amount: Option<Money>,
    ground: &str,
) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    if judgement.verdict == Verdict::RefundOnReturn {
        return agree_on_condition(draft, case, judgement, ground);
    }
    if let Some(until) = known.lock() {
        return Err(Rejection::Locked { until });
    }
    let total = match amount {
        Some(amount) => amount,
        None => judgement.amount.total()?,
    };
    if total.is_zero() && judgement.cap.is_zero() {
        return settle_nothing(draft, case);
    }
    let purpose = purpose_of(known, judgement, total)?;
    if purpose == Purpose::PriceDifference && !is_received(draft, known)? {
        return Err(Rejection::Locked { until: "the goods are received" });
    }
    if total.exceeds(judgement.cap)? {
        return Err(Rejection::ExceedsCap { asked: total, most: judgement.cap });
    }
    pay(draft, case, (purpose, total), ground)
}

/// Agreed, and paid by itself once the parcel is seen coming back (INTC-07).
fn agree_on_condition(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    judgement: &Judgement,
    ground: &str,
) -> Result<(), Rejection> {
    let total = judgement.amount.total()?;
    alone(draft, case, total)?;
    hold(draft, case, judgement)?;
    draft.move_to(case, Status::AwaitingParcel, ground)?;
    draft.tell(case, "approved-parcel")?;
    judging::look_again(draft, case)
}

/// Less than everything, for goods the buyer keeps, is compensation; the rest of the price stays
/// refundable.
fn purpose_of(case: &Case, judgement: &Judgement, total: Money) -> Result<Purpose, Rejection> {
    Ok(match case.request.kind {
        CaseKind::Compensation => Purpose::Compensation,
        CaseKind::PriceDifference => Purpose::PriceDifference,
        CaseKind::RefundOnly
            if judgement.route == Some(Route::Received)
                && total.compare(judgement.cap)?.is_lt() =>
        {
            Purpose::Compensation
        }
        CaseKind::RefundOnly
        | CaseKind::ReturnRefund
        | CaseKind::Exchange
        | CaseKind::Reship
        | CaseKind::Repair => Purpose::Refund,
    })
}

pub(super) fn is_received(draft: &Draft<'_>, case: &Case) -> Result<bool, Rejection> {
    let scene = Scene::new(&draft.body, case, draft.context)?;
    Ok(scene.value(Fact::Signed) == policy::Value::Flag(true))
}

/// Pays, or reserves and asks, by what the actor is entitled to.
pub(super) fn pay(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (purpose, total): (Purpose, Money),
    ground: &str,
) -> Result<(), Rejection> {
    if !total.is_positive() {
        return Err(Rejection::NotPositive);
    }
    let act = purpose.act();
    // Postage is no part of what a remedy for the goods allows.
    if purpose != Purpose::Refund && purpose != Purpose::FreightWaiver {
        within_remedy(draft.case(case)?, total)?;
    }
    let entitled = entitled(draft, case, act, total)?;
    // Points and cards pay for goods before postage.
    let amount = if purpose == Purpose::FreightWaiver {
        Tenders::cash(total)
    } else {
        by_tender(&draft.body, draft.case(case)?, total)?
    };
    // What was asked for is given, or refused; never a part of it.
    let left = amount.total()?;
    if total.exceeds(left)? {
        return Err(Rejection::ExceedsRoom { asked: total, left });
    }
    match (entitled, purpose) {
        (Entitled::Alone, Purpose::Refund) => draft.held(|draft| {
            pay_now(draft, case, &amount)?;
            draft.tell(case, "approved-refund")
        }),
        (Entitled::Alone, _) => {
            let payout = reserve(draft, case, purpose, &amount)?;
            draft.drop_tasks(case, |it| it.by_policy)?;
            grant(draft, case, payout, ground)
        }
        (Entitled::With(approver), _) => ask_approval(draft, case, (purpose, amount), approver),
    }
}

/// AUTH-16, AUTH-17: bounds that hold whoever decides.
fn within_remedy(case: &Case, total: Money) -> Result<(), Rejection> {
    let Some(judgement) = &case.judgement else { return Ok(()) };
    let least = judgement.least.unwrap_or(Money::zero(total.currency()));
    let most = judgement.most.unwrap_or(judgement.cap);
    if least.exceeds(total)? || total.exceeds(most)? {
        return Err(Rejection::OutsideRange { asked: total, least, most });
    }
    Ok(())
}

/// PATH3-04, AUTH-06 to AUTH-08: the money is set aside while somebody with more authority decides.
fn ask_approval(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (purpose, amount): (Purpose, Tenders),
    approver: Role,
) -> Result<(), Rejection> {
    // What is promised for goods on their way back stays so, whatever else is asked for.
    let held = judging::reserved_for(draft, case).filter(|_| purpose == Purpose::Refund);
    if let Some((held, _)) = held {
        release(draft, &held)?;
    }
    let payout = reserve(draft, case, purpose, &amount)?;
    let due = draft.now().plus(draft.context.pack.span("approval-within")?);
    draft.drop_tasks(case, |it| it.by_policy)?;
    let maker = draft.context.actor.id.clone();
    draft.move_to(case, Status::AwaitingApproval { payout, maker, approver, due }, "")?;
    let target =
        Scene::new(&draft.body, draft.case(case)?, draft.context)?.due(TaskKind::ApproveAmount)?.at;
    draft.open_task_for(case, TaskKind::ApproveAmount, (approver, target), false)?;
    draft.tell(case, "escalated")
}

pub(crate) fn decide_approval(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    approve: bool,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let known = draft.open_case(case)?;
    let Status::AwaitingApproval { payout, maker, .. } = known.status.clone() else {
        return Err(not_possible(known));
    };
    if draft.context.actor.id == maker {
        return Err(Rejection::SamePerson);
    }
    let amount = match draft.body.payout(&payout) {
        Some(it) => it.amount.total()?,
        None => return Err(Rejection::UnknownPayout { payout }),
    };
    may_approve(draft, case, amount)?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::ApproveAmount)?;
    if approve {
        grant(draft, case, payout, ground)
    } else {
        release(draft, &payout)?;
        draft.move_to(case, Status::UnderReview, ground)?;
        draft.open_task(case, TaskKind::TellResult, false)?;
        judging::look_again(draft, case)
    }
}

pub(crate) fn decline(draft: &mut Draft<'_>, case: &CaseNo, ground: &str) -> Result<(), Rejection> {
    some_ground(ground)?;
    if matches!(draft.case(case)?.status, Status::Declined { .. }) {
        return Ok(());
    }
    let known = draft.open_case(case)?;
    let deadline = known.market.deadline;
    let last_day = deadline.is_some_and(|it| it.since(draft.now()) < Span::days(1));
    let act = if last_day { Act::DeclineLastDay } else { Act::Decline };
    let nothing = Money::zero(draft.body.order.currency());
    if let Entitled::With(ask) = entitled(draft, case, act, nothing)? {
        return Err(Rejection::NotEntitled { role: draft.context.actor.role, act, ask });
    }
    let_go(draft, case)?;
    draft.wind_up(case)?;
    let at = draft.now();
    draft.move_to(case, Status::Declined { ground: ground.to_owned(), at }, ground)?;
    draft.tell(case, "declined")?;
    judging::look_again_at_all(draft)
}

/// PATH2-02, PATH4-10: the buyer first, recovery later.
pub(crate) fn refund_ahead(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    ground: &str,
) -> Result<(), Rejection> {
    some_ground(ground)?;
    let known = draft.open_case(case)?;
    if !known.status.is_judged_again() {
        return Err(not_possible(known));
    }
    judging::look_again(draft, case)?;
    let known = draft.case(case)?;
    let at_hand = matches!(known.status, Status::Inspecting { .. });
    if !known.may_be_paid_ahead() && !at_hand {
        return Err(Rejection::Locked { until: "the deadline is near or the buyer is upset" });
    }
    // Without proof the marketplace would give everything back, whatever was accepted (PATH4-10).
    let whole = Case { assessment: None, ..known.clone() };
    let judgement = judge(&draft.body, &whole, draft.context)?;
    let total = match known.request.asked {
        Some(asked) => asked.smaller(judgement.cap)?,
        None => judgement.cap,
    };
    if !total.is_positive() {
        return Err(Rejection::NotPositive);
    }
    let recovers = matches!(judgement.route, Some(Route::Unshipped | Route::InTransit));
    match entitled(draft, case, Act::PriorityRefund, total)? {
        Entitled::With(ask) => Err(Rejection::NotEntitled {
            role: draft.context.actor.role,
            act: Act::PriorityRefund,
            ask,
        }),
        Entitled::Alone => {
            let amount = by_tender(&draft.body, &whole, total)?;
            draft.held(|draft| {
                pay_pieces_now(draft, case, &amount, &whole.request.pieces)?;
                if recovers {
                    draft.open_task(case, TaskKind::RegisterClaim, false)?;
                }
                draft.tell(case, "approved-refund")
            })
        }
    }
}
