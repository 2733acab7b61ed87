//! What has been committed, in a map.

use std::{collections::BTreeMap, ops::Bound};

use kernel::Timestamp;
use store::{Commit, Fed, Feed, StoreError, Version};

use crate::MemoryStore;

#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<u64, Fed>);

impl Table {
    pub(crate) fn add(&mut self, commit: &Commit, version: Version) {
        let place = self.end().saturating_add(1);
        let fed = Fed { place, at: commit.at, dossier: commit.dossier.clone(), version };
        self.0.insert(place, fed);
    }

    fn end(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(place, _)| *place)
    }

    fn trim(&mut self, before: Timestamp, limit: usize) -> usize {
        let end = self.end();
        let is_old = |it: &&Fed| it.place < end && it.at < before;
        let old: Vec<u64> = self.0.values().take(limit).filter(is_old).map(|it| it.place).collect();
        for place in &old {
            self.0.remove(place);
        }
        old.len()
    }
}

impl Feed for MemoryStore {
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<Fed>, StoreError> {
        let tables = self.tables();
        let behind = tables.feed.0.range((Bound::Excluded(after), Bound::Unbounded));
        Ok(behind.take(limit).map(|(_, fed)| fed.clone()).collect())
    }

    fn feed_end(&self) -> Result<u64, StoreError> {
        Ok(self.tables().feed.end())
    }

    fn trim_feed(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.tables().feed.trim(before, limit))
    }
}
