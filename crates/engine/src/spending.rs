//! What people have given away today (AUTH: daily budgets span orders, so no dossier can know).

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use dossier::Event;
use kernel::{ActorId, ShopId};
use money::Money;
use store::{Store, StoreError};

/// Whose money, and on which day in the shop's zone.
type Person = (ShopId, ActorId, i64);

/// What the store has, and what was decided since.
///
/// Other processes give as well, so that all is forgotten whenever nothing is being written, and
/// then read again. Of a batch that fails to be written too much is remembered until then: a budget
/// errs towards asking somebody.
///
/// **Invariant:** of whom nothing is remembered, nothing is being written: the store has it all.
pub(crate) struct Spending {
    store: Arc<dyn Store>,
    days: BTreeMap<Person, Money>,
    /// The number of the last batch handed over before the oldest of them was read.
    read_at: u64,
}

/// Batches after which the writer is waited for, so that what people have spent is read again.
const MOST_KEPT: u64 = 64;

impl Spending {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, days: BTreeMap::new(), read_at: 0 }
    }

    pub(crate) fn is_older_than(&self, handed: u64) -> bool {
        !self.days.is_empty() && self.read_at.saturating_add(MOST_KEPT) < handed
    }

    /// Only right while nothing is being written.
    pub(crate) fn forget(&mut self) {
        self.days.clear();
    }

    pub(crate) fn of(&mut self, handed: u64, person: Person) -> Result<&mut Money, StoreError> {
        if self.days.is_empty() {
            self.read_at = handed;
        }
        match self.days.entry(person) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let (shop, actor, day) = unknown.key();
                let spent = Money::fen(self.store.spent(shop, actor, *day)?);
                Ok(unknown.insert(spent))
            }
        }
    }

    /// Takes in what was just decided.
    pub(crate) fn note(
        &mut self,
        handed: u64,
        shop: &ShopId,
        day: i64,
        events: &[Event],
    ) -> Result<(), StoreError> {
        for event in events {
            if let Event::PayoutReserved { payout } = event {
                let spent = self.of(handed, (shop.clone(), payout.maker.clone(), day))?;
                let sum = payout.amount.total().and_then(|it| spent.plus(it));
                *spent = sum.unwrap_or(*spent);
            }
        }
        Ok(())
    }
}
