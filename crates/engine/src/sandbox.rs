//! A payment provider, warehouse, courier and messenger of our own, for tests, rehearsals and shops
//! without connections.
//!
//! It keeps what it was asked to pay by key, as a good provider does, optionally in a file that
//! survives a crash of the process, so that a checker can read what really happened without
//! asking the code under test.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier::command::PayoutOutcome;
use kernel::{CaseNo, DossierKey, ParcelNo, PayoutKey};
use money::Tenders;

use crate::effects::{Asked, Outside};

/// What goes wrong, decided per call from a seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    pub seed: u64,
    /// Percent of payments carried out whose answer is lost.
    pub lost_answers: u64,
    /// Percent of payments that never arrive.
    pub lost_requests: u64,
    /// Percent of payments the provider declines with proof.
    pub declined: u64,
}

#[derive(Debug)]
pub struct Sandbox {
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    paid: BTreeMap<String, i64>,
    journal: Option<File>,
    n_calls: u64,
    n_texts: u64,
    n_stops: u64,
}

impl Sandbox {
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Mutex::new(State::default()) }
    }

    /// Keeps payments in a file, one line each: key, a space, fen.
    pub fn with_journal(path: &Path, faults: Faults) -> std::io::Result<Self> {
        let mut paid = BTreeMap::new();
        if let Ok(file) = File::open(path) {
            for line in BufReader::new(file).lines() {
                let line = line?;
                if let Some((key, fen)) = line.split_once(' ') {
                    paid.insert(key.to_owned(), fen.parse().unwrap_or_default());
                }
            }
        }
        let journal = OpenOptions::new().create(true).append(true).open(path)?;
        let state = State { paid, journal: Some(journal), ..State::default() };
        Ok(Self { faults, state: Mutex::new(state) })
    }

    /// Every payment carried out, in fen by key.
    pub fn paid(&self) -> BTreeMap<String, i64> {
        self.state().paid.clone()
    }

    /// How many times it was told to pay.
    pub fn n_calls(&self) -> u64 {
        self.state().n_calls
    }

    /// How many texts were sent and parcels stopped.
    pub fn counts(&self) -> (u64, u64) {
        let state = self.state();
        (state.n_texts, state.n_stops)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outside for Sandbox {
    fn pay(&self, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome {
        let mut state = self.state();
        state.n_calls = state.n_calls.wrapping_add(1);
        let draw = mix(self.faults.seed ^ state.n_calls).checked_rem(100).unwrap_or_default();
        let faults = self.faults;
        if draw < faults.lost_requests {
            return PayoutOutcome::Unknown;
        }
        let declined = faults.lost_requests.saturating_add(faults.declined);
        let Ok(total) = amount.total() else {
            return PayoutOutcome::NotDone { why: "not an amount".to_owned() };
        };
        if draw < declined && !state.paid.contains_key(payout.as_str()) {
            return PayoutOutcome::NotDone { why: "the provider declined".to_owned() };
        }
        if !state.paid.contains_key(payout.as_str()) {
            let line = format!("{payout} {}\n", total.minor());
            if let Some(journal) = &mut state.journal
                && journal.write_all(line.as_bytes()).is_err()
            {
                return PayoutOutcome::Unknown;
            }
            state.paid.insert(payout.to_string(), total.minor());
        }
        if draw < declined.saturating_add(faults.lost_answers) {
            return PayoutOutcome::Unknown;
        }
        PayoutOutcome::Done { reference: format!("sandbox-{payout}") }
    }

    fn ask(&self, payout: &PayoutKey) -> Asked {
        if self.state().paid.contains_key(payout.as_str()) {
            Asked::Done { reference: format!("sandbox-{payout}") }
        } else {
            Asked::NeverHeard
        }
    }

    fn stop(&self, _: &DossierKey, _: &CaseNo, _: Option<&ParcelNo>) -> bool {
        let mut state = self.state();
        state.n_stops = state.n_stops.wrapping_add(1);
        true
    }

    fn tell(&self, _: &DossierKey, _: &CaseNo, _: &str) -> bool {
        let mut state = self.state();
        state.n_texts = state.n_texts.wrapping_add(1);
        true
    }
}

/// The last step of `SplitMix64`: spreads a counter over all values.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
