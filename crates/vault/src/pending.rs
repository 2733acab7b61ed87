//! Changes to records that are made together, on top of what was read.

use std::collections::{BTreeMap, BTreeSet};

use store::{Draft, RecordChange, RecordKey, Records, StoreError, Version};

/// What was read, and what is to be written over it. A record is read once.
pub(crate) struct Pending<'r> {
    records: &'r dyn Records,
    read: BTreeMap<RecordKey, Version>,
    drafts: BTreeMap<RecordKey, Draft>,
    changed: BTreeSet<RecordKey>,
}

impl<'r> Pending<'r> {
    pub(crate) fn on(records: &'r dyn Records) -> Self {
        let (read, drafts) = Default::default();
        Self { records, read, drafts, changed: BTreeSet::new() }
    }

    /// Reads ahead, all in one go.
    pub(crate) fn read(&mut self, keys: &[RecordKey]) -> Result<(), StoreError> {
        let unread: Vec<RecordKey> =
            keys.iter().filter(|it| !self.read.contains_key(*it)).cloned().collect();
        if unread.is_empty() {
            return Ok(());
        }
        for (key, found) in unread.iter().zip(self.records.records(&unread)?) {
            let version = found.as_ref().map(|it| it.version).unwrap_or_default();
            self.read.insert(key.clone(), version);
            self.drafts.extend(found.map(|it| (key.clone(), it.draft)));
        }
        Ok(())
    }

    /// The record as it will be.
    pub(crate) fn at(&mut self, key: &RecordKey) -> Result<Option<&Draft>, StoreError> {
        self.read(std::slice::from_ref(key))?;
        Ok(self.drafts.get(key))
    }

    /// Must have been read.
    pub(crate) fn put(&mut self, draft: Draft) {
        self.changed.insert(draft.key.clone());
        self.drafts.insert(draft.key.clone(), draft);
    }

    /// Writes a record as it is, so that nobody can have changed it in between. Must have been
    /// read.
    pub(crate) fn hold(&mut self, key: &RecordKey) {
        self.changed.insert(key.clone());
    }

    /// Must have been read.
    pub(crate) fn drop(&mut self, key: &RecordKey) {
        self.changed.insert(key.clone());
        self.drafts.remove(key);
    }

    /// All or nothing; `false` if somebody else changed one of the records since it was read.
    pub(crate) fn write(self) -> Result<bool, StoreError> {
        let change = |key: &RecordKey| {
            let expected = Some(self.read.get(key).copied().unwrap_or_default());
            match self.drafts.get(key) {
                Some(draft) => RecordChange::Put { draft: draft.clone(), expected },
                None => RecordChange::Drop { key: key.clone(), expected },
            }
        };
        let changes: Vec<RecordChange> = self.changed.iter().map(change).collect();
        if changes.is_empty() { Ok(true) } else { self.records.write_records(&changes) }
    }
}
