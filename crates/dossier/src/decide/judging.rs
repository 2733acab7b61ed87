//! Looking at cases, and turning what policy says into work, waiting and movement.

use kernel::{CaseNo, Span, Timestamp};
use money::Tenders;

use super::{
    Draft,
    deadlines::outlast_replacement,
    draft::look_timer,
    money::{pay_now, reserve},
};
use crate::{
    case::{Case, Judgement, Status},
    event::{CaseChange, Event},
    judge::judge,
    parcel::Parcel,
    payout::PayoutStatus,
    rejection::Rejection,
    scene::Scene,
    task::{Timer, TimerPurpose},
    words::{Flag, Purpose, Standing, TaskKind, Verdict},
};

/// Looks at every case that waits, because a fact of the order or of a parcel is new.
pub(crate) fn look_again_at_all(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let waiting = draft.body.cases.iter().filter(|it| it.status.is_judged_again());
    let cases: Vec<CaseNo> = waiting.map(|it| it.no.clone()).collect();
    cases.iter().try_for_each(|case| look_again(draft, case))
}

/// Looks at a case; a look that finds nothing new leaves no trace.
pub(crate) fn look_again(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if !draft.case(case)?.status.is_judged_again() || draft.is_trial() {
        return Ok(());
    }
    let judgement = judge(&draft.body, draft.case(case)?, draft.context)?;
    let known = draft.case(case)?.judgement.as_ref();
    if !known.is_some_and(|it| it.says_the_same(&judgement)) {
        let change = CaseChange::Judged(Box::new(judgement.clone()));
        draft.change(case, change)?;
    }
    follow(draft, case, &judgement)?;
    wait(draft, case)
}

/// Does what follows from a judgement: by itself where policy and the shop's systems allow it,
/// through people otherwise.
fn follow(draft: &mut Draft<'_>, case: &CaseNo, judgement: &Judgement) -> Result<(), Rejection> {
    let acts = judgement.automatic && draft.context.automatic;
    match judgement.verdict {
        Verdict::Refund if acts && !judgement.amount.is_nothing() => {
            return refund_by_rule(draft, case, judgement);
        }
        // Somebody entitled agreed to it, on this condition (INTC-07).
        Verdict::Refund if draft.case(case)?.status == Status::AwaitingParcel => {
            return refund_by_rule(draft, case, judgement);
        }
        Verdict::AcceptReturn if acts && draft.case(case)?.status.is_undecided() => {
            hold(draft, case, judgement)?;
            let deadline = draft.case(case)?.market.deadline;
            draft.move_to(case, Status::AwaitingReturn { deadline }, "by rule")?;
            outlast_replacement(draft, case)?;
            draft.tell(case, "approved-return")?;
            return look_again(draft, case);
        }
        Verdict::Intercept if draft.case(case)?.status.is_undecided() => {
            ask_to_stop(draft, case)?;
            draft.move_to(case, Status::Intercepting, "")?;
        }
        Verdict::AskBuyer if draft.case(case)?.status == Status::Submitted => {
            draft.move_to(case, Status::UnderReview, "")?;
        }
        Verdict::Refund
        | Verdict::AcceptReturn
        | Verdict::Intercept
        | Verdict::RefundOnReturn
        | Verdict::Guide
        | Verdict::Compensate
        | Verdict::Exchange
        | Verdict::Reship
        | Verdict::Repair
        | Verdict::AskBuyer
        | Verdict::Wait
        | Verdict::Inspect
        | Verdict::Decline
        | Verdict::Review
        | Verdict::Settle
        | Verdict::Person => {
            let status = &draft.case(case)?.status;
            if matches!(status, Status::Submitted)
                || (matches!(status, Status::Intercepting) && is_stop_over(judgement))
            {
                draft.move_to(case, Status::UnderReview, "")?;
            }
        }
    }
    owe(draft, case, &judgement.tasks)
}

fn is_stop_over(judgement: &Judgement) -> bool {
    !matches!(judgement.verdict, Verdict::Intercept | Verdict::RefundOnReturn | Verdict::Wait)
}

/// PATH1-08, QC-05: nobody has to press a button.
fn refund_by_rule(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    judgement: &Judgement,
) -> Result<(), Rejection> {
    pay_now(draft, case, &judgement.amount)?;
    draft.tell(case, "refund-started")
}

/// Promises the money for goods that are on their way back, so that nothing else can take it.
pub(crate) fn hold(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    judgement: &Judgement,
) -> Result<(), Rejection> {
    let held = draft.body.holding_of(case).any(|it| it.purpose == Purpose::Refund);
    if held || judgement.amount.is_nothing() {
        return Ok(());
    }
    reserve(draft, case, Purpose::Refund, &judgement.amount).map(|_| ())
}

/// INTC-01 to INTC-03: the warehouse and the courier are asked at the same time.
fn ask_to_stop(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    if draft.case(case)?.status == Status::Intercepting {
        return Ok(());
    }
    let parcel = draft.body.outbound().last().map(|it| it.no.clone());
    draft.record(Event::StopAsked { case: case.clone(), parcel })
}

/// Keeps the work that policy wants and drops what it wanted before.
fn owe(draft: &mut Draft<'_>, case: &CaseNo, tasks: &[TaskKind]) -> Result<(), Rejection> {
    draft.drop_tasks(case, |it| it.by_policy && !tasks.contains(&it.kind))?;
    let follow_up = draft.context.pack.span("follow-up-after")?;
    let now = draft.now();
    let answered = draft.case(case)?.answered.clone();
    let is_answered =
        |kind: &TaskKind| answered.iter().any(|it| it.task == *kind && now < it.at.plus(follow_up));
    let owed = tasks.iter().filter(|it| !is_answered(it));
    owed.copied().try_for_each(|kind| draft.open_task(case, kind, true))
}

/// Sets the timer for the next moment at which the facts change by themselves.
fn wait(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let id = look_timer(case)?;
    let known = draft.case(case)?;
    if !known.status.is_judged_again() {
        return draft.clear_timer(&id);
    }
    match next_change(draft, known)? {
        Some(at) => draft.set_timer(Timer {
            id,
            at,
            purpose: TimerPurpose::LookAgain { case: case.clone() },
        }),
        None => draft.clear_timer(&id),
    }
}

fn next_change(draft: &Draft<'_>, case: &Case) -> Result<Option<Timestamp>, Rejection> {
    let now = draft.now();
    let just_after = |it: Timestamp| it.plus(Span::seconds(1));
    let mut moments: Vec<Timestamp> = Vec::new();
    let order = &draft.body.order;
    if !order.is_shipped() {
        moments.extend(order.ship_by.map(just_after));
    }
    if let Some(deadline) = case.market.deadline {
        moments.push(just_after(deadline));
        moments.push(deadline.minus(draft.context.pack.span("deadline-near")?));
        // The ladders step down once a day, counted back from the deadline.
        let days = deadline.since(now).whole_seconds().div_euclid(Span::days(1).whole_seconds());
        moments.push(just_after(deadline.minus(Span::days(days))));
    }
    let follow_up = draft.context.pack.span("follow-up-after")?;
    moments.extend(case.answered.iter().map(|it| it.at.plus(follow_up)));
    let scene = Scene::new(&draft.body, case, draft.context)?;
    let moving = draft.body.outbound().filter(|it: &&Parcel| it.signed().is_none());
    let last_scans = moving.filter_map(|it| it.last()).map(|it| it.at);
    moments.extend(last_scans.map(|it| just_after(it.plus(scene.stagnant_after()))));
    Ok(moments.into_iter().filter(|&it| now < it).min())
}

/// Where a request that is new to us already stands on the marketplace.
pub(crate) fn status_of(standing: Standing, deadline: Option<Timestamp>, now: Timestamp) -> Status {
    match standing {
        Standing::Requested => Status::Submitted,
        Standing::AwaitingReturn => Status::AwaitingReturn { deadline },
        Standing::Returning => Status::Returning,
        Standing::Declined => Status::Declined { ground: "on the marketplace".to_owned(), at: now },
        Standing::Refunded => Status::Done { at: now },
        Standing::Closed => Status::Withdrawn { at: now },
    }
}

impl Case {
    /// Whether the goods are still in somebody else's hands, so that paying would risk both.
    pub(crate) fn lock(&self) -> Option<&'static str> {
        let verdict = self.judgement.as_ref().map(|it| it.verdict)?;
        match verdict {
            Verdict::Intercept | Verdict::RefundOnReturn => {
                Some("the parcel is stopped or seen coming back")
            }
            Verdict::Wait => Some("the goods have arrived"),
            Verdict::Inspect => Some("the goods are inspected"),
            Verdict::Refund
            | Verdict::AcceptReturn
            | Verdict::Guide
            | Verdict::Compensate
            | Verdict::Exchange
            | Verdict::Reship
            | Verdict::Repair
            | Verdict::AskBuyer
            | Verdict::Decline
            | Verdict::Review
            | Verdict::Settle
            | Verdict::Person => None,
        }
    }

    /// Whether the marketplace's deadline or the buyer's mood lets the money go first (PATH2-02).
    pub(crate) fn may_be_paid_ahead(&self) -> bool {
        self.flagged(Flag::PriorityRefund)
            || self.flagged(Flag::DeadlineNear)
            || self.flagged(Flag::DeadlinePassed)
            || self.flagged(Flag::BuyerUpset)
    }
}

/// What a reserved payout of the case holds, if one waits.
pub(crate) fn reserved_for(
    draft: &Draft<'_>,
    case: &CaseNo,
) -> Option<(kernel::PayoutKey, Tenders)> {
    draft
        .body
        .holding_of(case)
        .find(|it| it.purpose == Purpose::Refund && it.status == PayoutStatus::Reserved)
        .map(|it| (it.key.clone(), it.amount.clone()))
}
