//! What a command would do, without doing it.

use dossier::{Context, Proposal, command::Actor};
use kernel::ShopId;
use money::Money;
use policy::Pack;
use store::Version;

use crate::{Engine, EngineError, Request, pump::day_of};

impl Engine {
    /// Judges a command on the dossier as the last commit left it, and says at which version that
    /// is. Writes nothing.
    pub fn preview(&self, request: &Request) -> Result<(Version, Proposal), EngineError> {
        let (version, before) = self.dossier(&request.dossier)?;
        let pack = self.shelf.pack_for(&*self.store, &before, &request.pack)?;
        let context = Context {
            now: self.clock.now(),
            actor: &request.actor,
            pack: &pack,
            automatic: self.is_automatic(),
            spent_today: Some(self.spent_today(&request.dossier.shop, &request.actor, &pack)?),
        };
        Ok((version, before.propose(&request.command, context)?))
    }

    /// What somebody has given away today in a shop.
    pub fn spent_today(
        &self,
        shop: &ShopId,
        actor: &Actor,
        pack: &Pack,
    ) -> Result<Money, EngineError> {
        let day = day_of(pack, self.clock.now());
        Ok(Money::fen(self.store.spent(shop, &actor.id, day)?))
    }
}
