//! Removing content that no record speaks of: what a crash, or a refusal after it was stored, left.
//!
//! An upload stores content, then writes its record, maybe of content that lies there as an orphan
//! already. So that a sweep does not remove what such an upload relies on, it first puts a note in
//! the place of the record. An upload that finds one stores its content once more, then replaces
//! the note at the version it read: either it sees the note, or the sweep sees the record. A note
//! stays a day after the content is gone, for uploads that were slow.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::UNIX_EPOCH,
};

use futures_util::TryStreamExt;
use kernel::{ShopId, Span, Timestamp};
use object_store::path::Path as ContentPath;
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, Version};

use crate::{
    archive::Archive,
    attach::SWEEP_TAKES,
    failure::Failure,
    hash::Hash,
    record::{self, EVIDENCE, SWEEPING, SWEPT},
};

/// What a sweep removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Originals, each with what was made of it.
    pub originals: usize,
    /// Temporary files.
    pub leftovers: usize,
}

/// How many records are asked for at once.
const BATCH: usize = 200;
/// Notes of sweeps that are over are dropped after this.
const NOTES_STAY: Span = Span::days(1);

type Orphan = (ShopId, Hash);

impl Archive {
    /// Removes content without a record, and temporary files, that lie there since before
    /// `older_than` ago. Walks all content of the installation: for once a day.
    pub async fn sweep_orphans(&self, older_than: Span) -> Result<Swept, Failure> {
        let originals = self.sweep_content(older_than).await?;
        let leftovers = self.remove_leftovers(self.clock.now().minus(older_than)).await?;
        Ok(Swept { originals, leftovers })
    }

    /// How many originals were removed.
    pub(crate) async fn sweep_content(&self, older_than: Span) -> Result<usize, Failure> {
        let cutoff = self.clock.now().minus(older_than);
        let mut lying: BTreeMap<Orphan, Vec<ContentPath>> = BTreeMap::new();
        let mut young = BTreeSet::new();
        let mut found = self.content.lying();
        while let Some(it) = found.try_next().await? {
            let name = (it.shop, it.hash);
            if cutoff <= it.since {
                young.insert(name.clone());
            }
            lying.entry(name).or_default().push(it.path);
        }
        drop(found);
        lying.retain(|name, _| !young.contains(name));
        let mut n_removed = 0_usize;
        let names: Vec<Orphan> = lying.keys().cloned().collect();
        for names in names.chunks(BATCH) {
            for name in self.without_record(names.to_vec()).await? {
                let paths = lying.get(&name).map(Vec::as_slice).unwrap_or_default();
                let removed = self.remove_orphan(name, paths, cutoff).await?;
                n_removed = n_removed.saturating_add(usize::from(removed));
            }
        }
        let shops: BTreeSet<ShopId> = lying.into_keys().map(|it| it.0).collect();
        self.drop_old_notes(shops).await?;
        Ok(n_removed)
    }

    async fn without_record(&self, names: Vec<Orphan>) -> Result<Vec<Orphan>, Failure> {
        self.reading(move |records| {
            let keys: Vec<RecordKey> =
                names.iter().map(|(shop, hash)| record::key(EVIDENCE, shop, *hash)).collect();
            let found = records.records(&keys)?;
            let orphans = names
                .into_iter()
                .zip(found)
                .filter(|(_, it)| it.as_ref().is_none_or(record::is_note));
            Ok(orphans.map(|(name, _)| name).collect())
        })
        .await
    }

    async fn remove_orphan(
        &self,
        (shop, hash): Orphan,
        paths: &[ContentPath],
        cutoff: Timestamp,
    ) -> Result<bool, Failure> {
        let now = self.clock.now();
        let key = record::key(EVIDENCE, &shop, hash);
        let noted = key.clone();
        let Some(note) = self.reading(move |records| leave_note(records, noted, now)).await? else {
            return Ok(false);
        };
        for path in paths {
            // What was stored again since then is somebody's who is about to write it down.
            if self.content.since(path).await?.is_some_and(|it| it < cutoff) {
                self.content.remove(path).await?;
            }
        }
        let over = RecordChange::Put { draft: draft(key, SWEPT, now), expected: Some(note) };
        self.reading(move |records| Ok(records.write_records(&[over])?)).await
    }

    async fn drop_old_notes(&self, shops: BTreeSet<ShopId>) -> Result<(), Failure> {
        let before = self.clock.now().minus(NOTES_STAY).epoch_seconds();
        self.reading(move |records| {
            for (shop, mark) in shops.iter().flat_map(|it| [(it, SWEPT), (it, SWEEPING)]) {
                let page = RecordPage {
                    mark: Some(mark.to_owned()),
                    most: before,
                    ..RecordPage::of(EVIDENCE, shop.as_str(), 1000)
                };
                for note in records.list_records(&page)? {
                    let (key, expected) = (note.draft.key, Some(note.version));
                    records.write_records(&[RecordChange::Drop { key, expected }])?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn remove_leftovers(&self, cutoff: Timestamp) -> Result<usize, Failure> {
        let (incoming, folder) = self.content.leftovers();
        let removing = move || -> Result<usize, Failure> {
            let waiting = remove_old(&incoming, 0, cutoff, |_| true)?;
            let Some(folder) = folder else { return Ok(waiting) };
            // A file on its way to its name is called `NAME#NUMBER`.
            let staged = remove_old(&folder, 2, cutoff, |it| it.contains('#'))?;
            Ok(waiting.saturating_add(staged))
        };
        tokio::task::spawn_blocking(removing).await?
    }
}

/// The version of our note; `None` if there is a record by now, or another sweep is at it.
fn leave_note(
    records: &dyn Records,
    key: RecordKey,
    now: Timestamp,
) -> Result<Option<Version>, Failure> {
    let found = records.records(std::slice::from_ref(&key))?.into_iter().next().flatten();
    let is_taken = |it: &Record| {
        let is_swept_now =
            it.draft.marks.contains(SWEEPING) && now.since(noted_at(it)) < SWEEP_TAKES;
        !record::is_note(it) || is_swept_now
    };
    if found.as_ref().is_some_and(is_taken) {
        return Ok(None);
    }
    let expected = found.map(|it| it.version).unwrap_or_default();
    let note = RecordChange::Put { draft: draft(key, SWEEPING, now), expected: Some(expected) };
    let is_ours = records.write_records(&[note])?;
    Ok(is_ours.then(|| Version(expected.0.saturating_add(1))))
}

fn draft(key: RecordKey, mark: &str, now: Timestamp) -> Draft {
    let marks = BTreeSet::from([mark.to_owned()]);
    Draft { key, rank: now.epoch_seconds(), marks, body: "{}".to_owned() }
}

pub(crate) fn noted_at(note: &Record) -> Timestamp {
    Timestamp::from_epoch_seconds(note.draft.rank)
}

/// Removes files this deep below a folder that have such a name and are old.
fn remove_old(
    folder: &Path,
    depth: usize,
    cutoff: Timestamp,
    is_left: fn(&str) -> bool,
) -> Result<usize, Failure> {
    let mut removed = 0_usize;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && 0 < depth {
            let deeper = remove_old(&entry.path(), depth.saturating_sub(1), cutoff, is_left)?;
            removed = removed.saturating_add(deeper);
        }
        let is_old = || {
            let changed = entry.metadata().and_then(|it| it.modified()).ok();
            let seconds = changed.and_then(|it| it.duration_since(UNIX_EPOCH).ok());
            seconds.is_some_and(|it| {
                i64::try_from(it.as_secs()).is_ok_and(|it| it < cutoff.epoch_seconds())
            })
        };
        if kind.is_file() && depth == 0 && is_left(&entry.file_name().to_string_lossy()) && is_old()
        {
            fs::remove_file(entry.path())?;
            removed = removed.saturating_add(1);
        }
    }
    Ok(removed)
}
