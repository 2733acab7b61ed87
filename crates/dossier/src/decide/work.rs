//! Tasks and timers.

use kernel::{TaskId, TimerId};

use super::{
    Draft,
    asking::{is_raised, renew},
    judging,
    money::still_unknown,
};
use crate::{
    event::{CaseChange, Event, TaskChange},
    facts::Fact,
    rejection::Rejection,
    scene::Scene,
    task::{Task, TimerPurpose},
    words::{Role, TaskKind},
};

fn open<'a>(draft: &'a Draft<'_>, task: &TaskId) -> Result<&'a Task, Rejection> {
    draft.body.tasks.get(task).ok_or_else(|| Rejection::UnknownTask { task: task.clone() })
}

/// LOST-12: one person holds a matter; others see who.
pub(crate) fn claim(draft: &mut Draft<'_>, task: &TaskId) -> Result<(), Rejection> {
    let by = draft.context.actor.id.clone();
    match &open(draft, task)?.owner {
        Some(owner) if *owner == by => Ok(()),
        Some(_) => Err(Rejection::TaskTaken { task: task.clone() }),
        None => {
            let change = TaskChange::Claimed { by };
            draft.record(Event::TaskChanged { task: task.clone(), change })
        }
    }
}

pub(crate) fn hand_over(draft: &mut Draft<'_>, task: &TaskId, to: Role) -> Result<(), Rejection> {
    if open(draft, task)?.role == to {
        return Ok(());
    }
    let change = TaskChange::HandedOver { to };
    draft.record(Event::TaskChanged { task: task.clone(), change })
}

/// An answer ends the task. Where it is the answer to a fact, policy hears of it.
pub(crate) fn answer(draft: &mut Draft<'_>, task: &TaskId, answer: &str) -> Result<(), Rejection> {
    if answer.trim().is_empty() {
        return Err(Rejection::NoAnswer);
    }
    let known = open(draft, task)?;
    let (case, kind, raised) = (known.case.clone(), known.kind, is_raised(draft, known));
    let by = draft.context.actor.id.clone();
    let (at, answer_text) = (draft.now(), answer.to_owned());
    draft.end_task(task, TaskChange::Answered { by, at, answer: answer_text })?;
    let Some(case) = case else { return Ok(()) };
    if !draft.case(&case)?.status.is_open() {
        return Ok(());
    }
    if raised {
        draft.open_task(&case, TaskKind::TellResult, false)?;
    }
    let fact = answered_fact(kind);
    if let Some((fact, value)) = fact.and_then(|fact| Some((fact, fact.read(answer)?))) {
        draft.change(&case, CaseChange::Finding { fact, value })?;
    }
    judging::look_again(draft, &case)
}

/// The fact a task asks after.
fn answered_fact(kind: TaskKind) -> Option<Fact> {
    match kind {
        TaskKind::Intercept | TaskKind::CourierEnquiry => Some(Fact::CourierAnswer),
        TaskKind::FindParcel | TaskKind::WarehouseCheck => Some(Fact::WarehouseAnswer),
        TaskKind::CourierWeight => Some(Fact::Weights),
        TaskKind::CompensationCheck => Some(Fact::CompensationStands),
        TaskKind::Negotiate => Some(Fact::Negotiation),
        TaskKind::CourierProof => Some(Fact::RedSeal),
        TaskKind::CourierNotice => Some(Fact::CourierNotice),
        TaskKind::CheckQuality => Some(Fact::FaultVerdict),
        TaskKind::ChatBuyer | TaskKind::PhoneBuyer => Some(Fact::Wish),
        TaskKind::Refund
        | TaskKind::Review
        | TaskKind::AskEvidence
        | TaskKind::TrackReturn
        | TaskKind::Inspect
        | TaskKind::ApproveAmount
        | TaskKind::DecideLastDay
        | TaskKind::RegisterClaim
        | TaskKind::ArrangeExchange
        | TaskKind::ArrangeReship
        | TaskKind::ArrangeRepair
        | TaskKind::ShipReplacement
        | TaskKind::ReserveStock
        | TaskKind::ReleaseStock
        | TaskKind::Decline
        | TaskKind::AnswerDispute
        | TaskKind::ResolveUnknown
        | TaskKind::RefundFailed
        | TaskKind::RepayPostage
        | TaskKind::ReturnDeposit
        | TaskKind::CheckMarketplace
        | TaskKind::Escalated
        | TaskKind::PersonMustLook
        | TaskKind::TellResult
        | TaskKind::TellOperations
        | TaskKind::ReturnProblem
        | TaskKind::ExtendReceipt
        | TaskKind::ArrangePickup
        | TaskKind::ChangeAddress => None,
    }
}

/// A moment has come. One that is not waited for any more is already dealt with.
pub(crate) fn fire(draft: &mut Draft<'_>, timer: &TimerId) -> Result<(), Rejection> {
    let Some(known) = draft.body.timers.get(timer).cloned() else { return Ok(()) };
    if draft.now() < known.at {
        return Ok(());
    }
    draft.clear_timer(timer)?;
    match &known.purpose {
        TimerPurpose::TaskDue { task } => overdue(draft, task),
        TimerPurpose::LookAgain { case } => judging::look_again(draft, case),
        TimerPurpose::StillUnknown { payout } => still_unknown(draft, payout),
    }
}

/// The miss is recorded, and whoever is next is told (AUTH-11, INTC-04, REVIEW-08).
fn overdue(draft: &mut Draft<'_>, task: &TaskId) -> Result<(), Rejection> {
    let Some(known) = draft.body.tasks.get(task).cloned() else { return Ok(()) };
    if !known.overdue {
        draft.record(Event::TaskChanged { task: task.clone(), change: TaskChange::Overdue })?;
    }
    if is_raised(draft, &known) {
        return renew(draft, &known);
    }
    if known.overdue {
        return Ok(());
    }
    let Some(case) = &known.case else { return Ok(()) };
    if known.kind == TaskKind::Escalated {
        return Ok(());
    }
    let mut scene = Scene::new(&draft.body, draft.case(case)?, draft.context)?;
    let next = scene.due(known.kind)?.escalate_to;
    let due = scene.due(TaskKind::Escalated)?.at;
    if next == known.role || draft.body.tasks_of(case).any(|it| it.kind == TaskKind::Escalated) {
        return Ok(());
    }
    draft.open_task_for(case, TaskKind::Escalated, (next, due), false)
}
