//! How often somebody may look behind the masks on one day.

use std::{collections::BTreeSet, fmt, sync::Arc};

use kernel::{ActorId, ShopId};
use serde::{Deserialize, Serialize};
use store::{Draft, RecordChange, RecordKey, Records, StoreError, Version};
use thiserror::Error;

use crate::{seal::OpenError, stored};

const KIND: &str = "unmask-quota";
/// A person who looks at one thing at a time does not lose this often.
const ATTEMPTS: usize = 64;

#[derive(Debug, Error)]
pub enum QuotaError {
    /// Nothing was taken.
    #[error("the day's quota of {limit} is used up")]
    Exceeded { limit: u32 },
    #[error("too many others take from the same quota at once")]
    Contended,
    #[error("what was taken so far cannot be read")]
    Unreadable(#[source] OpenError),
    /// It may have been taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A counter per person, shop and day, shared by all processes.
#[derive(Clone)]
pub struct Quota {
    records: Arc<dyn Records>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    taken: u32,
}

impl Quota {
    pub fn new(records: Arc<dyn Records>) -> Self {
        Self { records }
    }

    /// Takes one of `limit` and says how many are left. `day` is the shop's, counted in days since
    /// the epoch.
    pub fn take(
        &self,
        who: &ActorId,
        shop: &ShopId,
        day: i64,
        limit: u32,
    ) -> Result<u32, QuotaError> {
        let key = key(who, shop, day);
        for _ in 0..ATTEMPTS {
            let (version, taken) = self.read(&key)?;
            let now = taken.saturating_add(1);
            let left = limit.checked_sub(now).ok_or(QuotaError::Exceeded { limit })?;
            let body = stored::written(&Taken { taken: now });
            let draft = Draft { key: key.clone(), rank: day, marks: BTreeSet::new(), body };
            let change = RecordChange::Put { draft, expected: Some(version) };
            if self.records.write_records(&[change])? {
                return Ok(left);
            }
        }
        Err(QuotaError::Contended)
    }

    /// How many are left, without taking one.
    pub fn left(
        &self,
        who: &ActorId,
        shop: &ShopId,
        day: i64,
        limit: u32,
    ) -> Result<u32, QuotaError> {
        let (_, taken) = self.read(&key(who, shop, day))?;
        Ok(limit.saturating_sub(taken))
    }

    fn read(&self, key: &RecordKey) -> Result<(Version, u32), QuotaError> {
        let found = self.records.records(std::slice::from_ref(key))?.pop().flatten();
        let Some(record) = found else { return Ok((Version::default(), 0)) };
        let body = stored::read::<Taken>(&record.draft.body).map_err(QuotaError::Unreadable)?;
        Ok((record.version, body.taken))
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quota(..)")
    }
}

fn key(who: &ActorId, shop: &ShopId, day: i64) -> RecordKey {
    RecordKey::of_shop(KIND, shop, format!("{who} {day}"))
}
