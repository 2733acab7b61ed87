//! What a command would do, without doing it.

use std::sync::Arc;

use dossier::{Context, Dossier, Event};
use money::Money;
use policy::Pack;
use store::Version;

use crate::{Engine, EngineError, Request, pump::day_of};

/// A decision shown before it is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preview {
    /// The version it was judged on.
    pub version: Version,
    pub before: Dossier,
    pub events: Vec<Event>,
    pub after: Dossier,
    pub pack: Arc<Pack>,
}

impl Engine {
    /// Judges a command on the dossier as the last commit left it. Writes nothing.
    pub fn preview(&self, request: &Request) -> Result<Preview, EngineError> {
        let (version, before) = self.dossier(&request.dossier)?;
        let pack = self.shelf.pack_for(&*self.store, &before, &request.pack)?;
        let context = Context {
            now: self.clock.now(),
            actor: &request.actor,
            pack: &pack,
            automatic: true,
            spent_today: Some(self.spent_today(request, &pack)?),
        };
        let (events, after) = before.carry_out(&request.command, context)?;
        Ok(Preview { version, before, events, after, pack })
    }

    /// What the actor has given away today in the dossier's shop.
    pub fn spent_today(&self, request: &Request, pack: &Pack) -> Result<Money, EngineError> {
        let day = day_of(pack, self.clock.now());
        let spent = self.store.spent(&request.dossier.shop, &request.actor.id, day)?;
        Ok(Money::fen(spent))
    }
}
