//! What people have given away today (AUTH: daily budgets span orders, so no dossier can know).

use std::{collections::BTreeMap, sync::Arc};

use dossier::Event;
use kernel::{ActorId, ShopId, Span, Timestamp};
use money::Money;
use store::Store;

use crate::EngineError;

/// Whose money, and on which day in the shop's zone.
type Person = (ShopId, ActorId, i64);

/// What the store has, and what was decided since.
///
/// Other processes give as well, so that all is forgotten every few seconds, when nothing is being
/// written, and then read again as it is needed. Where something was written between a decision and
/// the first read, it counts twice until then: a budget errs towards asking somebody.
pub(crate) struct Spending {
    store: Arc<dyn Store>,
    days: BTreeMap<Person, Known>,
    /// When the oldest of them was read.
    read_at: Timestamp,
}

#[derive(Default)]
struct Known {
    /// Adding it up takes the longer the more somebody gave, so that it is left until asked for.
    read: Option<Money>,
    /// Decided since.
    since: Option<Money>,
}

/// How long it is relied on that no other process has given.
const TRUSTED_FOR: Span = Span::seconds(2);

impl Spending {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, days: BTreeMap::new(), read_at: Timestamp::from_epoch_seconds(0) }
    }

    pub(crate) fn is_old(&self, now: Timestamp) -> bool {
        !self.days.is_empty() && self.read_at.plus(TRUSTED_FOR) <= now
    }

    /// Only right while nothing is being written.
    pub(crate) fn forget(&mut self) {
        self.days.clear();
    }

    /// What a person has given on a day.
    pub(crate) fn of(&mut self, now: Timestamp, person: Person) -> Result<Money, EngineError> {
        let (shop, actor, day) = person.clone();
        let store = Arc::clone(&self.store);
        let known = self.known(now, person);
        let read = match known.read {
            Some(read) => read,
            None => *known.read.insert(Money::fen(store.spent(&shop, &actor, day)?)),
        };
        let sum = known.since.map_or(Ok(read), |it| read.plus(it));
        Ok(sum.map_err(dossier::Rejection::from)?)
    }

    /// Takes in what was just decided.
    pub(crate) fn note(&mut self, now: Timestamp, shop: &ShopId, day: i64, events: &[Event]) {
        for event in events {
            if let Event::PayoutReserved { payout } = event {
                let known = self.known(now, (shop.clone(), payout.maker.clone(), day));
                let given = payout.amount.total();
                let sum = given.and_then(|it| known.since.map_or(Ok(it), |since| since.plus(it)));
                known.since = sum.ok().or(known.since);
            }
        }
    }

    fn known(&mut self, now: Timestamp, person: Person) -> &mut Known {
        if self.days.is_empty() {
            self.read_at = now;
        }
        self.days.entry(person).or_default()
    }
}
