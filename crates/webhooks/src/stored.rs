//! Reading what was kept.

use kernel::ShopId;
use serde::{Serialize, de::DeserializeOwned};
use store::{Record, RecordKey};
use thiserror::Error;

/// A record that does not say what it should: an inconsistency, for somebody to look at.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the record `{kind}` `{id}` cannot be read")]
pub struct Unreadable {
    pub kind: String,
    pub id: String,
}

impl Unreadable {
    pub(crate) fn of(key: &RecordKey) -> Self {
        Self { kind: key.kind.clone(), id: key.id.clone() }
    }
}

/// For structs of texts, numbers and lists of such, which always have a JSON text.
pub(crate) fn encode(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(crate) fn decode<T: DeserializeOwned>(record: &Record) -> Result<T, Unreadable> {
    serde_json::from_str(&record.draft.body).map_err(|_| Unreadable::of(&record.draft.key))
}

pub(crate) fn shop(record: &Record) -> Result<ShopId, Unreadable> {
    let key = &record.draft.key;
    ShopId::new(key.shop.as_str()).map_err(|_| Unreadable::of(key))
}
