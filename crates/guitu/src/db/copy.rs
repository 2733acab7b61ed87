//! Everything from one database into another, while the first is in use.
//!
//! Dossiers and records that differ are copied again until none does; what is only ever added to is
//! copied at the end. Then both are read whole and compared. Somebody who works the first all the
//! while may be faster than the copy; the last run is therefore made when nobody does.
//!
//! **Invariant:** nothing is changed in the database that is copied from.

#[cfg(test)]
mod tests;

use std::fmt;

use anyhow::{Result, bail, ensure};
use kernel::DossierKey;
use store::{Database, Dump, Record, RecordChange, RecordKey};

use super::check::{count, walk};

/// What stands in both databases after a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Copied {
    /// Dossiers that had to be written this time.
    written: u64,
    /// Records that had to be written or dropped this time.
    records_written: u64,
    dossiers: u64,
    commits: u64,
    records: u64,
    words: u64,
    accounts: usize,
    /// Of all dossiers, in order of bucket and key, and then of all records, in order of key.
    digest: u64,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, records_written, dossiers, commits, records, .. } = self;
        let Self { words, accounts, digest, .. } = self;
        write!(
            f,
            "{written} dossiers and {records_written} records written; alike in both: {dossiers} \
             dossiers with {commits} commits and {records} records (digest {digest:016x}), {words} \
             words to find them by, totals of {accounts} accounts"
        )
    }
}

/// Copies of dossiers that somebody keeps changing.
const MOST_PASSES: u32 = 8;

pub(super) fn copy(from: &dyn Database, to: &dyn Database) -> Result<Copied> {
    let mut copied = Copied::default();
    for document in from.all_documents()? {
        to.keep(&document)?;
    }
    for _ in 0..MOST_PASSES {
        let (written, records_written) = (pass(from, to)?, pass_over_records(from, to)?);
        copied.written = copied.written.saturating_add(written);
        copied.records_written = copied.records_written.saturating_add(records_written);
        if written == 0 && records_written == 0 {
            copied.words = add_words(from, to)?;
            add_spendings(from, to)?;
            return compare(from, to, copied);
        }
    }
    bail!("the first database changes faster than it is copied; stop what works it and copy again")
}

/// Copies dossiers that differ, and says how many. A dossier whose version is the same may still
/// differ: attempts at effects do not count as a change of it.
fn pass(from: &dyn Database, to: &dyn Database) -> Result<u64> {
    let mut written = 0_u64;
    walk(from, |keys| {
        let there = to.versions(keys)?;
        let ahead: Vec<&DossierKey> = keys
            .iter()
            .zip(from.versions(keys)?)
            .zip(&there)
            .filter(|((_, here), there)| here < *there)
            .map(|((key, _), _)| key)
            .collect();
        if let [first, ..] = *ahead {
            bail!("order {first} has more commits in the second database: it is not a copy");
        }
        let (here, there) = (from.dump(keys)?, to.dump(keys)?);
        let mut there = there.into_iter().peekable();
        let mut changed: Vec<Dump> = Vec::new();
        for dump in here {
            let twin = there.next_if(|it| it.dossier == dump.dossier);
            if twin.as_ref() != Some(&dump) {
                changed.push(dump);
            }
        }
        to.restore(&changed)?;
        written = written.saturating_add(count(&changed));
        Ok(())
    })?;
    Ok(written)
}

/// Copies records that differ, drops those that are gone, and says how many.
fn pass_over_records(from: &dyn Database, to: &dyn Database) -> Result<u64> {
    let mut written = 0_u64;
    walk_records(from, |records| {
        let there = to.records(&keys(records))?;
        let differs = |(here, there): &(&Record, Option<Record>)| there.as_ref() != Some(*here);
        let changed: Vec<Record> =
            records.iter().zip(there).filter(differs).map(|(here, _)| here.clone()).collect();
        to.restore_records(&changed)?;
        written = written.saturating_add(count(&changed));
        Ok(())
    })?;
    walk_records(to, |records| {
        let here = from.records(&keys(records))?;
        let gone = records.iter().zip(here).filter(|(_, here)| here.is_none());
        let gone = gone
            .map(|(there, _)| RecordChange::Drop { key: there.draft.key.clone(), expected: None });
        let gone: Vec<RecordChange> = gone.collect();
        to.write_records(&gone)?;
        written = written.saturating_add(count(&gone));
        Ok(())
    })?;
    Ok(written)
}

fn keys(records: &[Record]) -> Vec<RecordKey> {
    records.iter().map(|it| it.draft.key.clone()).collect()
}

/// Hands over all records, a page at a time, in order of key.
fn walk_records(
    database: &dyn Database,
    mut each: impl FnMut(&[Record]) -> Result<()>,
) -> Result<()> {
    let mut last = None;
    loop {
        let page = database.all_records(last.as_ref(), PAGE)?;
        last = page.last().map(|it| it.draft.key.clone());
        if last.is_none() {
            return Ok(());
        }
        each(&page)?;
    }
}

const PAGE: usize = 1_000;

fn add_words(from: &dyn Database, to: &dyn Database) -> Result<u64> {
    let mut last = None;
    let mut n_words = 0_u64;
    loop {
        let page = from.findings(last.as_ref(), PAGE)?;
        to.add_findings(&page)?;
        n_words = n_words.saturating_add(count(&page));
        last = page.last().cloned();
        if last.is_none() {
            return Ok(n_words);
        }
    }
}

fn add_spendings(from: &dyn Database, to: &dyn Database) -> Result<()> {
    let mut last = None;
    loop {
        let page = from.spendings(last.as_ref(), PAGE)?;
        to.add_spendings(&page)?;
        last = page.last().cloned();
        if last.is_none() {
            return Ok(());
        }
    }
}

/// Reads both whole. What only the second has is a difference, too.
fn compare(from: &dyn Database, to: &dyn Database, mut copied: Copied) -> Result<Copied> {
    let (here, there) = (read(from)?, read(to)?);
    ensure!(
        here == there,
        "the databases differ after the copy: {} dossiers with {} commits, {} records and digest \
         {:016x} in the first, {}, {}, {} and {:016x} in the second; stop what works them and copy \
         again",
        here.dossiers,
        here.commits,
        here.records,
        here.digest,
        there.dossiers,
        there.commits,
        there.records,
        there.digest
    );
    let (totals, theirs) = (from.totals()?, to.totals()?);
    ensure!(
        totals == theirs,
        "the ledgers differ: {totals:?} in the first, {theirs:?} in the second"
    );
    (copied.dossiers, copied.commits, copied.digest) = (here.dossiers, here.commits, here.digest);
    copied.records = here.records;
    copied.accounts = totals.len();
    Ok(copied)
}

/// Counts and digest of all dossiers and records.
fn read(database: &dyn Database) -> Result<Copied> {
    let mut read = Copied { digest: 0xcbf2_9ce4_8422_2325, ..Copied::default() };
    walk(database, |keys| {
        for dump in database.dump(keys)? {
            read.dossiers = read.dossiers.saturating_add(1);
            read.commits = read.commits.saturating_add(count(&dump.journal));
            read.digest = digest(read.digest, &dump);
        }
        Ok(())
    })?;
    walk_records(database, |records| {
        read.records = read.records.saturating_add(count(records));
        read.digest = records.iter().fold(read.digest, digest);
        Ok(())
    })?;
    Ok(read)
}

/// FNV-1a over what there is to be seen of it, after what was seen before.
fn digest(before: u64, of: &impl fmt::Debug) -> u64 {
    let bytes = format!("{of:?}").into_bytes();
    bytes.iter().fold(before, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
