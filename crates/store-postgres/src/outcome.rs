//! What becomes of each commit of a batch, decided from what the locked rows say.
//!
//! **Invariant:** once a commit of a dossier conflicts, every later one of that dossier in the
//! batch does too: it was decided on top of what was not written.

use std::collections::{BTreeMap, BTreeSet};

use store::{Commit, Outcome, RowChange, Version};

use crate::{
    failure::Failure,
    leases::Fences,
    lookups::{Key, key},
    row,
};

/// A dossier of the batch, and its commits in order.
#[derive(Debug)]
pub(crate) struct Group<'c> {
    pub(crate) key: Key<'c>,
    pub(crate) commits: Vec<Numbered<'c>>,
}

impl<'c> Group<'c> {
    /// The effects that its commits cancel.
    pub(crate) fn cancelled(&self) -> impl Iterator<Item = (Key<'c>, &'c str)> {
        self.commits.iter().flat_map(|it| cancelled(it.commit)).map(|it| (self.key, it))
    }
}

fn cancelled(commit: &Commit) -> impl Iterator<Item = &str> {
    commit.rows.iter().filter_map(|change| match change {
        RowChange::CancelEffect(effect) => Some(effect.as_str()),
        RowChange::PutCase(_)
        | RowChange::PutTask(_)
        | RowChange::DropTask(_)
        | RowChange::PutTimer(_)
        | RowChange::DropTimer(_)
        | RowChange::PutEffect(_)
        | RowChange::DropEffect(_)
        | RowChange::PutEntry(_)
        | RowChange::PutTerm(_)
        | RowChange::PutSpend(_) => None,
    })
}

/// A commit and its place in the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered<'c> {
    pub(crate) nth: i64,
    pub(crate) commit: &'c Commit,
    pub(crate) expected: i64,
    /// The bucket has another owner than the one whose right it was decided by.
    pub(crate) is_fenced: bool,
}

/// A dossier as its row stands, locked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) version: i64,
    /// When its closed cases were opened, first and last.
    pub(crate) done: Option<(i64, i64)>,
    /// There was no such row before this very transaction.
    pub(crate) is_new: bool,
}

/// A command of the batch that is in the journal already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) version: i64,
    pub(crate) fingerprint: i64,
}

/// What the tables say about the commits of a batch.
#[derive(Debug, Default)]
pub(crate) struct Facts<'c> {
    /// By place in the batch.
    pub(crate) answered: BTreeMap<i64, Found>,
    /// Of the effects that are to be cancelled, those that can be.
    pub(crate) waiting: BTreeSet<(Key<'c>, &'c str)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Write,
    /// An attempt of ours whose end we did not hear has written it.
    Written,
    Conflict {
        actual: i64,
    },
    Fenced,
}

impl Verdict {
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Write | Self::Written => Outcome::Committed,
            Self::Conflict { actual } => {
                Outcome::Conflict { actual: Version(u64::try_from(actual).unwrap_or_default()) }
            }
            Self::Fenced => Outcome::Fenced,
        }
    }
}

/// The batch by dossier, in order of key: the order in which rows are locked.
pub(crate) fn by_dossier<'c>(
    batch: &[&'c Commit],
    fences: &Fences,
) -> Result<Vec<Group<'c>>, Failure> {
    let mut groups: BTreeMap<Key<'c>, Vec<Numbered<'c>>> = BTreeMap::new();
    for (nth, commit) in (0..).zip(batch) {
        let expected = row::from_version(commit.expected)?;
        let is_fenced = !fences.let_pass(commit.dossier.bucket(), commit.fence);
        let numbered = Numbered { nth, commit, expected, is_fenced };
        groups.entry(key(&commit.dossier)).or_default().push(numbered);
    }
    Ok(groups.into_iter().map(|(key, commits)| Group { key, commits }).collect())
}

/// One verdict per commit of a dossier. With `in_doubt`, an earlier attempt at this very batch may
/// have succeeded.
pub(crate) fn judge<'c>(
    group: &Group<'c>,
    standing: Standing,
    facts: &Facts<'c>,
    in_doubt: bool,
) -> Vec<Verdict> {
    let mut version = standing.version;
    let mut has_conflict = false;
    let mut given: Vec<&str> = Vec::new();
    // What commits that stand do to effects, on top of the tables.
    let mut waits: BTreeMap<&str, bool> = BTreeMap::new();
    let mut judged = Vec::with_capacity(group.commits.len());
    for Numbered { nth, commit, expected, is_fenced } in &group.commits {
        let command = commit.command.as_str();
        let found = facts.answered.get(nth);
        let can_cancel = cancelled(commit).all(|it| {
            waits.get(it).copied().unwrap_or_else(|| facts.waiting.contains(&(group.key, it)))
        });
        let is_ours = |found: &Found| {
            found.version == expected.saturating_add(1)
                && found.fingerprint == commit.answered.fingerprint.cast_signed()
        };
        judged.push(if !has_conflict && in_doubt && found.is_some_and(is_ours) {
            Verdict::Written
        } else if !has_conflict && *is_fenced {
            has_conflict = true;
            Verdict::Fenced
        } else if has_conflict
            || *expected != version
            || found.is_some()
            || given.contains(&command)
            || !can_cancel
        {
            has_conflict = true;
            Verdict::Conflict { actual: version }
        } else {
            version = version.saturating_add(1);
            given.push(command);
            waits.extend(commit.rows.iter().filter_map(waits_after));
            Verdict::Write
        });
    }
    judged
}

/// An effect that a change touches, and whether it can be cancelled afterwards.
fn waits_after(change: &RowChange) -> Option<(&str, bool)> {
    match change {
        RowChange::PutEffect(it) => Some((&it.effect, true)),
        RowChange::DropEffect(it) | RowChange::CancelEffect(it) => Some((it, false)),
        RowChange::PutCase(_)
        | RowChange::PutTask(_)
        | RowChange::DropTask(_)
        | RowChange::PutTimer(_)
        | RowChange::DropTimer(_)
        | RowChange::PutEntry(_)
        | RowChange::PutTerm(_)
        | RowChange::PutSpend(_) => None,
    }
}
