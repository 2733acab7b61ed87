//! Whether a database is sound: every history is as it was sealed and makes its state, every
//! posting balances.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context, Result, ensure};
use dossier::Dossier;
use kernel::{Bucket, DossierKey};
use store::{Database, Dump, EntryRow, Recorded, Seal, Version};

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Checked {
    dossiers: u64,
    commits: u64,
    /// Commits of before there were seals.
    unsealed: u64,
    entries: u64,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dossiers, commits, unsealed, entries } = self;
        write!(f, "sound: {dossiers} dossiers, {commits} commits, {entries} ledger entries")?;
        if 0 < *unsealed {
            write!(f, "; {unsealed} commits are older than seals and not sealed")?;
        }
        Ok(())
    }
}

/// Reads everything, a bucket at a time; stops at the first dossier that is not sound.
pub(crate) fn check(database: &dyn Database) -> Result<Checked> {
    let mut checked = Checked::default();
    walk(database, |keys| {
        for dump in database.dump(keys)? {
            let unsealed = check_dump(&dump).with_context(|| format!("order {}", dump.dossier))?;
            checked.unsealed = checked.unsealed.saturating_add(unsealed);
            checked.dossiers = checked.dossiers.saturating_add(1);
            checked.commits = checked.commits.saturating_add(count(&dump.journal));
            checked.entries = checked.entries.saturating_add(count(&dump.entries));
        }
        Ok(())
    })?;
    let sum = database.totals()?.iter().map(|it| it.amount).fold(0, i64::saturating_add);
    ensure!(sum == 0, "the ledger is off by {sum} fen");
    Ok(checked)
}

/// Shows all dossiers, a page at a time.
pub(super) fn walk(
    database: &dyn Database,
    mut page: impl FnMut(&[DossierKey]) -> Result<()>,
) -> Result<()> {
    for bucket in (0..Bucket::COUNT).filter_map(Bucket::new) {
        let mut last: Option<DossierKey> = None;
        loop {
            let keys = database.dossiers(bucket, last.as_ref(), 200)?;
            if keys.is_empty() {
                break;
            }
            page(&keys)?;
            last = keys.last().cloned();
        }
    }
    Ok(())
}

/// Says how many of its commits are not sealed.
fn check_dump(dump: &Dump) -> Result<u64> {
    let history: Vec<&Recorded> = dump.journal.iter().map(|(it, _)| it).collect();
    let unsealed = check_seals(&dump.dossier, &history, dump.seal)?;
    check_history(&history, dump.version, &codec::decode_state(&dump.state)?)?;
    check_postings(&dump.entries)?;
    Ok(unsealed)
}

/// Every commit is what was sealed, and none is missing at the end. Says how many are not sealed.
pub(crate) fn check_seals(
    dossier: &DossierKey,
    history: &[&Recorded],
    last: Option<Seal>,
) -> Result<u64> {
    let chain = engine::verify(dossier, history.iter().copied())?;
    ensure!(chain.last == last.map(|it| it.0), "the seal of the order is not that of its history");
    Ok(chain.n_unsealed)
}

/// One commit a version, and together they make the stored state.
pub(crate) fn check_history(
    history: &[&Recorded],
    version: Version,
    stored: &Dossier,
) -> Result<()> {
    let mut replayed = Dossier::Absent;
    for (nth, recorded) in (1..).zip(history) {
        ensure!(recorded.version.0 == nth, "commit {nth} has version {}", recorded.version.0);
        let events = codec::decode_events(&recorded.events)?;
        replayed = events.iter().fold(replayed, Dossier::evolve);
    }
    let last = history.last().map_or(Version::default(), |it| it.version);
    ensure!(last == version, "the history ends at {}, the state at {}", last.0, version.0);
    ensure!(replayed == *stored, "the history does not replay to the stored state");
    Ok(())
}

/// Each posting is nothing in sum, in each tender.
pub(crate) fn check_postings(entries: &[EntryRow]) -> Result<()> {
    let mut sums: BTreeMap<(u32, &str), i64> = BTreeMap::new();
    for entry in entries {
        let sum = sums.entry((entry.posting, &entry.tender)).or_default();
        *sum = sum.saturating_add(entry.amount);
    }
    for ((posting, tender), sum) in sums {
        ensure!(sum == 0, "posting {posting} is off by {sum} fen in {tender}");
    }
    Ok(())
}

pub(super) fn count<T>(rows: &[T]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}
