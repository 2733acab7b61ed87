//! Records, in a map.

use std::{collections::BTreeMap, ops::Bound};

use store::{Record, RecordChange, RecordKey, RecordPage, Records, StoreError, Version, by_record};

use crate::MemoryStore;

/// Also the few records that a batch of changes is tried on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(BTreeMap<RecordKey, Record>);

impl Table {
    /// Those of `keys` that are there.
    fn part<'k>(&self, keys: impl Iterator<Item = &'k RecordKey>) -> Self {
        Self(keys.filter_map(|it| Some((it.clone(), self.0.get(it)?.clone()))).collect())
    }

    pub(crate) fn after(&self, key: Option<&RecordKey>, limit: usize) -> Vec<Record> {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        let records = self.0.range::<RecordKey, _>((from, Bound::Unbounded));
        records.take(limit).map(|(_, record)| record.clone()).collect()
    }

    pub(crate) fn restore(&mut self, record: &Record) {
        self.0.insert(record.draft.key.clone(), record.clone());
    }

    fn version(&self, key: &RecordKey) -> Version {
        self.0.get(key).map(|it| it.version).unwrap_or_default()
    }

    /// Whether the record was at the version it was expected at.
    fn change(&mut self, change: &RecordChange) -> bool {
        match change {
            RecordChange::Put { draft, expected } => {
                let found = self.version(&draft.key);
                let version = Version(found.0.saturating_add(1));
                let record = Record { version, draft: draft.clone() };
                self.0.insert(draft.key.clone(), record);
                expected.is_none_or(|it| it == found)
            }
            RecordChange::Drop { key, expected } => {
                let found = self.version(key);
                self.0.remove(key);
                expected.is_none_or(|it| it == found)
            }
        }
    }

    fn list(&self, page: &RecordPage) -> Vec<&Record> {
        let is_asked_for = |it: &&Record| {
            let draft = &it.draft;
            draft.key.kind == page.kind
                && draft.key.shop == page.shop
                && (page.least..=page.most).contains(&draft.rank)
                && page.mark.as_ref().is_none_or(|it| draft.marks.contains(it))
                && page.after.as_ref().is_none_or(|(rank, id)| {
                    let (place, after) = ((draft.rank, &draft.key.id), (*rank, id));
                    if page.descending { place < after } else { after < place }
                })
        };
        let mut found: Vec<&Record> = self.0.values().filter(is_asked_for).collect();
        found.sort_by_key(|it| (it.draft.rank, &it.draft.key.id));
        if page.descending {
            found.reverse();
        }
        found.truncate(page.limit);
        found
    }
}

impl Records for MemoryStore {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().map(|it| tables.records.0.get(it).cloned()).collect())
    }

    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError> {
        let by_record = by_record(changes)?;
        let mut tables = self.tables();
        let table = &mut tables.records;
        let mut tried = table.part(by_record.keys().copied());
        if !changes.iter().all(|it| tried.change(it)) {
            return Ok(false);
        }
        for key in by_record.keys() {
            table.0.remove(*key);
        }
        table.0.append(&mut tried.0);
        Ok(true)
    }

    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError> {
        Ok(self.tables().records.list(page).into_iter().cloned().collect())
    }

    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError> {
        Ok(self.tables().records.list(page).len())
    }
}
