//! Whether a database is sound: every history makes its state, every posting balances.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context, Result, ensure};
use dossier::Dossier;
use kernel::{Bucket, DossierKey};
use store::{Database, Dump, EntryRow, Recorded, Version};

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Checked {
    dossiers: u64,
    commits: u64,
    entries: u64,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dossiers, commits, entries } = self;
        write!(f, "sound: {dossiers} dossiers, {commits} commits, {entries} ledger entries")
    }
}

/// Reads everything, a bucket at a time; stops at the first dossier that is not sound.
pub(super) fn check(database: &dyn Database) -> Result<Checked> {
    let mut checked = Checked::default();
    walk(database, |keys| {
        for dump in database.dump(keys)? {
            check_dump(&dump).with_context(|| format!("order {}", dump.dossier))?;
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

fn check_dump(dump: &Dump) -> Result<()> {
    let history: Vec<&Recorded> = dump.journal.iter().map(|(it, _)| it).collect();
    check_history(&history, dump.version, &codec::decode_state(&dump.state)?)?;
    check_postings(&dump.entries)
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
