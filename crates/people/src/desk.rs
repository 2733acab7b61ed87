//! Records with a type: read, written and changed under their version.

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, Version};

use crate::Failure;

/// Tries at a change that others keep getting in the way of.
pub(crate) const PATIENCE: usize = 16;

/// What is kept as the body of a record.
pub(crate) trait Kept: Serialize + DeserializeOwned {
    const KIND: &'static str;

    fn rank(&self) -> i64;

    fn marks(&self) -> BTreeSet<String> {
        BTreeSet::new()
    }
}

/// A record as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Found<T> {
    pub(crate) key: RecordKey,
    pub(crate) version: Version,
    pub(crate) body: T,
}

impl<T: Kept> Found<T> {
    /// Writes it back, if nobody else has written it meanwhile.
    pub(crate) fn put(&self) -> Result<RecordChange, Failure> {
        put(self.key.clone(), &self.body, Some(self.version))
    }
}

pub(crate) fn put<T: Kept>(
    key: RecordKey,
    body: &T,
    expected: Option<Version>,
) -> Result<RecordChange, Failure> {
    let text = serde_json::to_string(body)
        .map_err(|source| Failure::Unwritable { kind: T::KIND, source })?;
    let draft = Draft { key, rank: body.rank(), marks: body.marks(), body: text };
    Ok(RecordChange::Put { draft, expected })
}

/// A record that must not be there yet.
pub(crate) fn make<T: Kept>(key: RecordKey, body: &T) -> Result<RecordChange, Failure> {
    put(key, body, Some(Version(0)))
}

#[derive(Clone)]
pub(crate) struct Desk(Arc<dyn Records>);

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    pub(crate) fn new(records: Arc<dyn Records>) -> Self {
        Self(records)
    }

    pub(crate) fn find<T: Kept>(&self, key: &RecordKey) -> Result<Option<Found<T>>, Failure> {
        let found = self.0.records(std::slice::from_ref(key))?;
        found.into_iter().next().flatten().map(read).transpose()
    }

    pub(crate) fn find_all<T: Kept>(
        &self,
        keys: &[RecordKey],
    ) -> Result<Vec<Option<Found<T>>>, Failure> {
        let found = self.0.records(keys)?;
        found.into_iter().map(|it| it.map(read).transpose()).collect()
    }

    pub(crate) fn list<T: Kept>(&self, page: &RecordPage) -> Result<Vec<Found<T>>, Failure> {
        self.0.list_records(page)?.into_iter().map(read).collect()
    }

    /// Keys of records of a page, whatever is in them.
    pub(crate) fn keys(&self, page: &RecordPage) -> Result<Vec<(RecordKey, Version)>, Failure> {
        let found = self.0.list_records(page)?;
        Ok(found.into_iter().map(|it| (it.draft.key, it.version)).collect())
    }

    /// All or none; `false` if a record was not at the version it was expected at.
    pub(crate) fn write(&self, changes: &[RecordChange]) -> Result<bool, Failure> {
        Ok(self.0.write_records(changes)?)
    }

    /// Changes a record, again if somebody else changed it meanwhile. `None` if it is not there.
    /// What `change` pushes is written with it.
    pub(crate) fn update<T: Kept, R, E: From<Failure>>(
        &self,
        key: &RecordKey,
        mut change: impl FnMut(&mut T, &mut Vec<RecordChange>) -> Result<R, E>,
    ) -> Result<Option<R>, E> {
        for _ in 0..PATIENCE {
            let Some(mut found) = self.find::<T>(key)? else { return Ok(None) };
            let mut changes = Vec::new();
            let outcome = change(&mut found.body, &mut changes)?;
            changes.push(found.put()?);
            if self.write(&changes)? {
                return Ok(Some(outcome));
            }
        }
        Err(Failure::Contended.into())
    }
}

fn read<T: Kept>(record: Record) -> Result<Found<T>, Failure> {
    let Record { version, draft } = record;
    match serde_json::from_str(&draft.body) {
        Ok(body) => Ok(Found { key: draft.key, version, body }),
        Err(source) => Err(Failure::Unreadable { kind: T::KIND, id: draft.key.id, source }),
    }
}
