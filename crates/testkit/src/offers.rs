//! What is offered can be done, and no more than is offered.

use dossier::{
    Body, Dossier, Offer, Rejection,
    command::{Actor, Context},
    offers,
    words::Role,
};
use kernel::{CaseNo, Choice};
use money::{Currency, Money};

use crate::{
    check::Findings,
    stage::{Broken, Stage, nothing},
};

/// Those who decide most, and one who may not: one of them after each step, in turn.
const ASKED: &[Role] = &[Role::Leader, Role::Agent, Role::Inspector];

impl Stage<'_> {
    pub(crate) fn check_offers(&self, body: &Body, findings: &mut Findings) -> Result<(), Broken> {
        let unknown = || Broken::Said(format!("no pack is called {}", body.order.pack));
        let pack = self.engine.shelf().version(&body.order.pack).ok_or_else(unknown)?;
        let turn = self.n_commands.checked_rem(ASKED.len()).unwrap_or_default();
        let role = ASKED.get(turn).copied().unwrap_or(Role::Leader);
        let actor = Actor { id: self.actor(role.code())?.id, role, grade: 1 };
        let context = Context {
            now: self.now(),
            actor: &actor,
            pack: &pack,
            automatic: self.scenario.automatic,
            spent_today: Some(nothing()),
        };
        let dossier = Dossier::Open(Box::new(body.clone()));
        for case in &body.cases {
            for offer in offers(body, &case.no, context) {
                if let Err(seen) = check_offer(&dossier, &offer, context) {
                    findings.add(about(&case.no, &offer, role), format!("{offer:?}"), seen);
                }
            }
        }
        Ok(())
    }
}

fn about(case: &CaseNo, offer: &Offer, role: Role) -> String {
    format!("what a {role} is offered for {case}: {}", offer.deed)
}

fn check_offer(dossier: &Dossier, offer: &Offer, context: Context<'_>) -> Result<(), String> {
    let tried = |ground: &str, amount: Option<Money>| {
        dossier.carry_out(&offer.given(ground, amount), context).map(|(events, _)| events.len())
    };
    if offer.refused.is_some() {
        return match tried("a ground", None) {
            Ok(0) | Err(_) => Ok(()),
            Ok(_) => Err("it is possible".to_owned()),
        };
    }
    match tried("a ground", None) {
        Ok(0) => return Err("nothing happens".to_owned()),
        Ok(_) => (),
        Err(rejection) => return Err(format!("refused: {rejection}")),
    }
    if offer.needs_ground && tried("", None) != Err(Rejection::NoGround) {
        return Err("no ground is needed".to_owned());
    }
    let Some(bounds) = offer.amount else { return Ok(()) };
    for within in [bounds.least, bounds.most] {
        if let Err(rejection) = tried("a ground", Some(within)) {
            return Err(format!("{} is refused: {rejection}", within.decimal()));
        }
    }
    let above = bounds.most.plus(Money::new(1, Currency::Cny)).map_err(|it| it.to_string())?;
    match tried("a ground", Some(above)) {
        Err(_) => Ok(()),
        Ok(_) => Err(format!("{} is possible too", above.decimal())),
    }
}
