//! A payment provider, warehouse, courier and messenger of our own, for tests, rehearsals and shops
//! without connections.
//!
//! It keeps what it was asked to pay by key, as a good provider does, optionally in a file that
//! survives a crash of the process and is shared by several, so that a checker can read what really
//! happened without asking the code under test.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
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
    journal: Option<Journal>,
    n_calls: u64,
    n_texts: u64,
    n_stops: u64,
}

impl Sandbox {
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Mutex::new(State::default()) }
    }

    /// Keeps payments in a file, one line each: key, a space, fen. Several processes may keep them
    /// in the same file: together they are one provider.
    pub fn with_journal(path: &Path, faults: Faults) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        let state = State { journal: Some(Journal { file, read: 0 }), ..State::default() };
        Ok(Self { faults, state: Mutex::new(state) })
    }

    /// Every payment carried out that it knows of, in fen by key.
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

/// The provider's file.
#[derive(Debug)]
struct Journal {
    file: File,
    /// How much of it was read, in bytes.
    read: u64,
}

impl Journal {
    /// What others paid since it was last read. Only right while the file is locked.
    fn news(&mut self) -> io::Result<Vec<(String, i64)>> {
        self.file.seek(SeekFrom::Start(self.read))?;
        let mut text = String::new();
        let read = self.file.read_to_string(&mut text)?;
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or_default());
        let paid = text.lines().filter_map(|line| line.split_once(' '));
        Ok(paid.map(|(key, fen)| (key.to_owned(), fen.parse().unwrap_or_default())).collect())
    }
}

impl State {
    /// Does `work` knowing what other processes paid, and keeps them from paying meanwhile.
    fn with_file<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> io::Result<R> {
        let Some(journal) = &mut self.journal else { return Ok(work(self)) };
        journal.file.lock()?;
        let news = journal.news();
        let done = news.map(|news| {
            self.paid.extend(news);
            work(self)
        });
        if let Some(journal) = &self.journal {
            journal.file.unlock()?;
        }
        done
    }

    fn pay(&mut self, payout: &PayoutKey, fen: i64) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.file.write_all(format!("{payout} {fen}\n").as_bytes())?;
        }
        self.paid.insert(payout.to_string(), fen);
        Ok(())
    }
}

impl Sandbox {
    fn pay_once(
        &self,
        state: &mut State,
        payout: &PayoutKey,
        amount: &Tenders,
    ) -> io::Result<PayoutOutcome> {
        state.n_calls = state.n_calls.wrapping_add(1);
        let draw = mix(self.faults.seed ^ state.n_calls).checked_rem(100).unwrap_or_default();
        let faults = self.faults;
        if draw < faults.lost_requests {
            return Ok(PayoutOutcome::Unknown);
        }
        let declined = faults.lost_requests.saturating_add(faults.declined);
        let Ok(total) = amount.total() else {
            return Ok(PayoutOutcome::NotDone { why: "not an amount".to_owned() });
        };
        if draw < declined && !state.paid.contains_key(payout.as_str()) {
            return Ok(PayoutOutcome::NotDone { why: "the provider declined".to_owned() });
        }
        if !state.paid.contains_key(payout.as_str()) {
            state.pay(payout, total.minor())?;
        }
        if draw < declined.saturating_add(faults.lost_answers) {
            return Ok(PayoutOutcome::Unknown);
        }
        Ok(PayoutOutcome::Done { reference: format!("sandbox-{payout}") })
    }
}

impl Outside for Sandbox {
    fn pay(&self, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome {
        let paid = self.state().with_file(|state| self.pay_once(state, payout, amount));
        // Whether a line that failed to be written is there, nobody knows.
        paid.flatten().unwrap_or(PayoutOutcome::Unknown)
    }

    fn ask(&self, payout: &PayoutKey) -> Asked {
        match self.state().with_file(|state| state.paid.contains_key(payout.as_str())) {
            Ok(true) => Asked::Done { reference: format!("sandbox-{payout}") },
            Ok(false) => Asked::NeverHeard,
            Err(_) => Asked::Unknown,
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
