//! How often something may be tried, counted where every process sees it.
//!
//! **Invariant:** a try is counted before it is judged. A thousand guesses at the same moment are a
//! thousand tries, not one.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::{RecordChange, RecordKey, Version};

use crate::{
    Failure, Limit, desk,
    desk::{Desk, Found, Kept},
};

/// What is limited, and how.
#[derive(Clone, Debug)]
pub(crate) struct Gate<'a> {
    /// Says what it counts: at most 200 bytes, and nothing personal.
    pub(crate) id: String,
    pub(crate) limit: &'a Limit,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Tries {
    count: u32,
    /// No try before this instant, in epoch seconds.
    open_at: i64,
    /// As if there never had been a try, from this instant on.
    forget_at: i64,
}

impl Kept for Tries {
    const KIND: &'static str = "tries";

    fn rank(&self) -> i64 {
        self.forget_at
    }
}

/// Tries that were counted.
#[derive(Debug)]
pub(crate) struct Counted(Vec<Step>);

#[derive(Debug)]
struct Step {
    key: RecordKey,
    before: Option<Found<Tries>>,
    after: Version,
}

pub(crate) enum Taking {
    Open(Counted),
    /// Nothing was counted.
    Shut {
        again_at: Timestamp,
    },
}

/// Counts a try at every gate, or at none if one of them is shut.
pub(crate) fn take(desk: &Desk, gates: &[Gate<'_>], now: Timestamp) -> Result<Taking, Failure> {
    let keys: Vec<RecordKey> = gates.iter().map(|it| key(&it.id)).collect();
    for _ in 0..desk::PATIENCE {
        let found = desk.find_all::<Tries>(&keys)?;
        let shut_until = found.iter().flatten().map(|it| it.body.open_at).max();
        if let Some(open_at) = shut_until.filter(|it| now.epoch_seconds() < *it) {
            return Ok(Taking::Shut { again_at: Timestamp::from_epoch_seconds(open_at) });
        }
        let mut changes = Vec::new();
        let mut steps = Vec::new();
        for ((gate, key), before) in gates.iter().zip(&keys).zip(found) {
            let after = one_more(before.as_ref().map(|it| &it.body), gate.limit, now);
            let version = before.as_ref().map(|it| it.version).unwrap_or_default();
            changes.push(desk::put(key.clone(), &after, Some(version))?);
            let after = Version(version.0.saturating_add(1));
            steps.push(Step { key: key.clone(), before, after });
        }
        if desk.write(&changes)? {
            return Ok(Taking::Open(Counted(steps)));
        }
    }
    Err(Failure::Contended)
}

fn one_more(before: Option<&Tries>, limit: &Limit, now: Timestamp) -> Tries {
    let before = before.filter(|it| now.epoch_seconds() < it.forget_at);
    let count = before.map_or(0, |it| it.count).saturating_add(1);
    let open_at = now.plus(limit.wait_after(count));
    let forget_at = open_at.plus(limit.forgotten_after).epoch_seconds();
    Tries { count, open_at: open_at.epoch_seconds(), forget_at }
}

impl Counted {
    /// Takes the tries back: they were none. A gate at which somebody else has tried meanwhile
    /// stays as it is, so that tries of one's own cannot be used to hide guesses.
    pub(crate) fn undo(self, desk: &Desk) -> Result<(), Failure> {
        for step in self.0 {
            let change = match &step.before {
                Some(before) => desk::put(step.key, &before.body, Some(step.after))?,
                None => RecordChange::Drop { key: step.key, expected: Some(step.after) },
            };
            desk.write(&[change])?;
        }
        Ok(())
    }
}

/// Makes as if there had never been a try.
pub(crate) fn forget(id: &str) -> RecordChange {
    RecordChange::Drop { key: key(id), expected: None }
}

fn key(id: &str) -> RecordKey {
    RecordKey::of_all(Tries::KIND, id)
}
