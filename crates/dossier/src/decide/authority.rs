//! Who may decide, up to how much, and with whom (DT-28, DT-29).

use kernel::CaseNo;
use money::Money;

use super::Draft;
use crate::{
    payout::Payout,
    rejection::Rejection,
    scene::Scene,
    vocabulary,
    words::{Act, Role},
};

/// Whether the actor may do something alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entitled {
    Alone,
    /// Only together with somebody of this role.
    With(Role),
}

/// Asks the pack (DT-28, DT-29): permission, the limit of one decision, the day's budget, and from
/// which amount on nobody decides alone.
pub(super) fn entitled(
    draft: &Draft<'_>,
    case: &CaseNo,
    act: Act,
    amount: Money,
) -> Result<Entitled, Rejection> {
    let (context, actor) = (draft.context, draft.context.actor);
    let mut scene = Scene::new(&draft.body, draft.case(case)?, context)?;
    scene.known.act = Some((act, actor.role, actor.grade));
    let no = |ask| Rejection::NotEntitled { role: actor.role, act, ask };
    // No row: fail closed, and let a leader look at the pack.
    let ruling = scene.ask_quietly(&vocabulary::AUTHORITY).ok_or_else(|| no(Role::Leader))?;
    let ask = ruling.choice("ask").unwrap_or(Role::Leader);
    match ruling.code("may") {
        Some("yes") => (),
        Some("ask") => return Ok(Entitled::With(ask)),
        _ => return Err(no(ask)),
    }
    let above = |limit: Option<Money>| limit.map_or(Ok(false), |limit| amount.exceeds(limit));
    let over_budget = match (ruling.amount("daily"), context.spent_today) {
        (None, _) => false,
        (Some(budget), Some(spent)) => spent.plus(amount)?.exceeds(budget)?,
        (Some(_), None) => true,
    };
    let needs_two = !amount.compare(context.pack.amount("four-eyes-from")?)?.is_lt();
    if above(ruling.amount("limit"))? || over_budget || needs_two {
        return Ok(Entitled::With(ask));
    }
    Ok(Entitled::Alone)
}

/// Refuses whoever could only propose to pay `amount` back.
pub(super) fn alone(draft: &Draft<'_>, case: &CaseNo, amount: Money) -> Result<(), Rejection> {
    let (role, act) = (draft.context.actor.role, Act::FullRefund);
    match entitled(draft, case, act, amount)? {
        Entitled::Alone => Ok(()),
        Entitled::With(ask) => Err(Rejection::NotEntitled { role, act, ask }),
    }
}

/// Whoever set the money aside may stop it, and so may whoever could have sent it alone.
pub(super) fn may_send(draft: &Draft<'_>, payout: &Payout) -> Result<(), Rejection> {
    let (actor, act) = (draft.context.actor, payout.purpose.act());
    let (case, amount) = (&payout.case, payout.amount.total()?);
    if actor.id == payout.maker || may_approve(draft, case, amount).is_ok() {
        return Ok(());
    }
    match entitled(draft, case, act, amount)? {
        Entitled::Alone => Ok(()),
        Entitled::With(ask) => Err(Rejection::NotEntitled { role: actor.role, act, ask }),
    }
}

/// The second pair of eyes is bounded too, but is not itself in need of a third.
pub(super) fn may_approve(
    draft: &Draft<'_>,
    case: &CaseNo,
    amount: Money,
) -> Result<(), Rejection> {
    let actor = draft.context.actor;
    let mut scene = Scene::new(&draft.body, draft.case(case)?, draft.context)?;
    scene.known.act = Some((Act::Approve, actor.role, actor.grade));
    let ruling = scene.ask_quietly(&vocabulary::AUTHORITY);
    let ask = ruling.and_then(|it| it.choice("ask")).unwrap_or(Role::Supervisor);
    let may = ruling.is_some_and(|it| it.code("may") == Some("yes"));
    let limit = ruling.and_then(|it| it.amount("limit"));
    if !may || limit.map_or(Ok(false), |it| amount.exceeds(it))? {
        return Err(Rejection::NotEntitled { role: actor.role, act: Act::Approve, ask });
    }
    Ok(())
}
