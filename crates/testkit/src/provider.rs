//! The world outside, as a scenario scripts it.
//!
//! It keeps what it was asked by name, so that a payment made twice or a payment nobody asked for
//! is seen here and not believed away.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier::command::PayoutOutcome;
use engine::{Asked, Outside};
use kernel::{CaseNo, DossierKey, ParcelNo, PayoutKey, choice};
use money::Tenders;

choice! {
    /// What goes wrong with one payment.
    pub enum Mishap {
        /// It is made, and the answer is lost.
        LostAnswer = "lost-answer",
        /// It never arrives.
        LostRequest = "lost-request",
        /// It is turned down, with proof.
        Declined = "declined",
        /// Nothing goes wrong: for the second of three.
        None = "none",
    }
}

#[derive(Debug, Default)]
pub(crate) struct World {
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    /// Neither pays nor answers.
    down: bool,
    next: VecDeque<Mishap>,
    paid: BTreeMap<PayoutKey, Tenders>,
    /// Payments that were turned down with proof, until they are asked for again.
    declined: BTreeMap<PayoutKey, String>,
    /// Payments asked for again after they were made, without asking what became of them.
    repeated: Vec<PayoutKey>,
    told: Vec<(CaseNo, String)>,
    stopped: Vec<String>,
}

impl World {
    pub(crate) fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    pub(crate) fn expect_mishaps(&self, next: &[Mishap]) {
        self.state().next.extend(next);
    }

    /// Every payment made, by key.
    pub(crate) fn paid(&self) -> BTreeMap<PayoutKey, Tenders> {
        self.state().paid.clone()
    }

    pub(crate) fn repeated(&self) -> Vec<PayoutKey> {
        self.state().repeated.clone()
    }

    /// Everything the buyer was told, oldest first.
    pub(crate) fn told(&self) -> Vec<(CaseNo, String)> {
        self.state().told.clone()
    }

    /// Every parcel that was to be stopped; `order` where none was known.
    pub(crate) fn stopped(&self) -> Vec<String> {
        self.state().stopped.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outside for World {
    fn pay(&self, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome {
        let mut state = self.state();
        if state.down {
            return PayoutOutcome::Unknown;
        }
        let mishap = state.next.pop_front().unwrap_or(Mishap::None);
        match mishap {
            Mishap::LostRequest => return PayoutOutcome::Unknown,
            Mishap::Declined => {
                let why = "the provider declined".to_owned();
                state.declined.insert(payout.clone(), why.clone());
                return PayoutOutcome::NotDone { why };
            }
            Mishap::LostAnswer | Mishap::None => (),
        }
        state.declined.remove(payout);
        if state.paid.insert(payout.clone(), amount.clone()).is_some() {
            state.repeated.push(payout.clone());
        }
        match mishap {
            Mishap::LostAnswer => PayoutOutcome::Unknown,
            Mishap::None | Mishap::LostRequest | Mishap::Declined => {
                PayoutOutcome::Done { reference: format!("sandbox-{payout}") }
            }
        }
    }

    fn ask(&self, payout: &PayoutKey) -> Asked {
        let state = self.state();
        if state.down {
            return Asked::Unknown;
        }
        if state.paid.contains_key(payout) {
            return Asked::Done { reference: format!("sandbox-{payout}") };
        }
        match state.declined.get(payout) {
            Some(why) => Asked::NotDone { why: why.clone() },
            None => Asked::NeverHeard,
        }
    }

    fn stop(&self, _: &DossierKey, _: &CaseNo, parcel: Option<&ParcelNo>) -> bool {
        let parcel = parcel.map_or_else(|| "order".to_owned(), ToString::to_string);
        self.state().stopped.push(parcel);
        true
    }

    fn tell(&self, _: &DossierKey, case: &CaseNo, text: &str) -> bool {
        self.state().told.push((case.clone(), text.to_owned()));
        true
    }
}
