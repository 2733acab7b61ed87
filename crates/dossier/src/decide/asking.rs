//! What an agent asks of a superior, and the answer that has to come back (AUTH-09, AUTH-11).

use kernel::{CaseNo, TaskId, Timestamp};

use super::{
    Draft,
    draft::{named, some_ground},
};
use crate::{
    case::Raised,
    event::{CaseChange, Event, TaskChange},
    rejection::Rejection,
    scene::Scene,
    task::{Task, Timer},
    words::{Raising, TaskKind},
};

/// AUTH-11: nothing goes up without a time at which it comes back. A wish without one gets the
/// pack's.
pub(crate) fn escalate(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (kind, back_at): (Raising, Option<Timestamp>),
    what: &str,
) -> Result<(), Rejection> {
    some_ground(what)?;
    let known = draft.open_case(case)?;
    let waits = |it: &Raised| it.kind == kind && it.what == what && it.answer.is_none();
    if known.raised.iter().any(waits) {
        return Ok(());
    }
    let owed = Scene::new(&draft.body, known, draft.context)?.due(TaskKind::Escalated)?;
    let due = match (kind, back_at) {
        (Raising::SpecialWish, None) => owed.at,
        (Raising::Problem, None) => return Err(Rejection::NoReturnTime),
        (_, Some(at)) if at <= draft.now() => return Err(Rejection::NoReturnTime),
        (_, Some(at)) => at,
    };
    draft.open_task_for(case, TaskKind::Escalated, (owed.role, due), false)?;
    let raised = Raised {
        task: named(format!("{case}-{}", draft.body.n_tasks), TaskId::new)?,
        kind,
        what: what.to_owned(),
        at: draft.now(),
        by: draft.context.actor.id.clone(),
        answer: None,
    };
    draft.change(case, CaseChange::Raised(Box::new(raised)))?;
    draft.tell(case, "escalated")
}

/// Whether the task is the answer to something that was asked.
pub(crate) fn is_raised(draft: &Draft<'_>, task: &Task) -> bool {
    let case = task.case.as_ref().and_then(|it| draft.body.case(it));
    case.is_some_and(|it| it.raised.iter().any(|raised| raised.task == task.id))
}

/// AUTH-13: the agreed time has come without an answer. It goes one step up and gets the next
/// date, as often as it takes: nothing that was asked is left without one.
pub(crate) fn renew(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    let Some(case) = &task.case else { return Ok(()) };
    let to = Scene::new(&draft.body, draft.case(case)?, draft.context)?
        .due(TaskKind::Escalated)?
        .escalate_to;
    let due = draft.now().plus(draft.context.pack.span("follow-up-after")?);
    draft.record(Event::TaskChanged {
        task: task.id.clone(),
        change: TaskChange::Renewed { to, due },
    })?;
    let renewed = draft.body.tasks.get(&task.id).and_then(Timer::for_task);
    renewed.map_or(Ok(()), |timer| draft.set_timer(timer))
}
