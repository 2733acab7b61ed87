//! What streams tell.

use std::sync::Arc;

use kernel::{ActorId, ShopId};
use people::{Permission, Principal};

/// Something for whoever listens and may see it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The event's name, such as `case` or `job`.
    event: &'static str,
    shop: ShopId,
    needs: Permission,
    only: Option<ActorId>,
    data: Arc<str>,
    /// Of the last one a commit tells: whoever heard it has heard all of the commit.
    place: Option<u64>,
}

impl Told {
    /// For all of a shop who may read its cases.
    pub(crate) fn of_shop(event: &'static str, shop: ShopId, data: &impl serde::Serialize) -> Self {
        let data = serde_json::to_string(data).unwrap_or_default().into();
        Self { event, shop, needs: Permission::ReadCases, only: None, data, place: None }
    }

    /// How far a job has come, for who started it. `data` has nothing personal.
    pub fn job(shop: ShopId, started_by: ActorId, data: &impl serde::Serialize) -> Self {
        Self { only: Some(started_by), ..Self::of_shop("job", shop, data) }
    }

    pub(crate) fn ending(self, place: u64) -> Self {
        Self { place: Some(place), ..self }
    }

    pub(crate) fn is_for(&self, principal: &Principal) -> bool {
        principal.may(self.needs, &self.shop)
            && self.only.as_ref().is_none_or(|it| *it == principal.actor())
    }

    pub(crate) fn shop(&self) -> &ShopId {
        &self.shop
    }

    pub(crate) fn place(&self) -> Option<u64> {
        self.place
    }

    pub(crate) fn event(&self) -> axum::response::sse::Event {
        let event = axum::response::sse::Event::default().event(self.event).data(&*self.data);
        match self.place {
            Some(place) => event.id(place.to_string()),
            None => event,
        }
    }
}
