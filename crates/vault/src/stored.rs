//! The shapes of stored bodies, and the names of the records that hold them.
//!
//! A data key is a record of the installation, named `SHOP OWNER`, so that a rotation finds all of
//! them in one list. An identifier holds no space, so the name is unambiguous; both parts together
//! stay below the 200 bytes of a record's id. The owner is a pseudonym, `b-…`, or the order if no
//! account is known, `o-…`. A buyer who was erased and came back has further keys, `b-… 2` and on.

use std::collections::BTreeMap;

use kernel::{ActorId, OrderNo, ShopId, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::RecordKey;

use crate::{seal::OpenError, vault::Tombstone};

pub(crate) const DATA_KEY: &str = "data-key";
pub(crate) const PERSONAL: &str = "personal";

/// Body of a `data-key` record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum DataKeyBody {
    /// The data key, sealed by the ring's key `under`.
    Live {
        under: String,
        wrapped: String,
    },
    Erased(ErasedBody),
}

/// Body of a `personal` record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum PersonalBody {
    /// Sealed texts by the code of their field, under the data key called `data_key`.
    Kept {
        data_key: String,
        sealed: BTreeMap<String, String>,
    },
    Erased(ErasedBody),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct ErasedBody {
    /// Epoch seconds.
    at: i64,
    by: String,
}

impl ErasedBody {
    pub(crate) fn of(tombstone: &Tombstone) -> Self {
        Self { at: tombstone.at.epoch_seconds(), by: tombstone.by.to_string() }
    }

    pub(crate) fn tombstone(&self) -> Tombstone {
        let at = Timestamp::from_epoch_seconds(self.at);
        Tombstone { at, by: ActorId::lossy(&self.by) }
    }
}

pub(crate) fn personal_key(shop: &ShopId, order: &OrderNo) -> RecordKey {
    RecordKey::of_shop(PERSONAL, shop, order.as_str())
}

pub(crate) fn data_key_key(shop: &ShopId, name: &str) -> RecordKey {
    RecordKey::of_all(DATA_KEY, format!("{shop} {name}"))
}

/// Shop and name of a data key, from its record's id.
pub(crate) fn shop_and_name(id: &str) -> Result<(&str, &str), OpenError> {
    id.split_once(' ').ok_or(OpenError::Malformed)
}

/// The owner's word for an order without an account.
pub(crate) fn owner_of_order(order: &OrderNo) -> String {
    format!("o-{order}")
}

/// The name of an owner's `nth` data key, counted from 1.
pub(crate) fn data_key_name(owner: &str, nth: u32) -> String {
    if nth <= 1 { owner.to_owned() } else { format!("{owner} {nth}") }
}

/// The owner's word of a data key's name.
pub(crate) fn owner_of(data_key: &str) -> &str {
    data_key.split(' ').next().unwrap_or_default()
}

/// Whether it is the data key of one order, and not of a buyer.
pub(crate) fn is_of_order(data_key: &str) -> bool {
    data_key.starts_with("o-")
}

/// Finds the data keys that a key of the ring wraps.
pub(crate) fn under_mark(id: &str) -> String {
    format!("k-{id}")
}

pub(crate) fn read<T: DeserializeOwned>(body: &str) -> Result<T, OpenError> {
    serde_json::from_str(body).map_err(|_| OpenError::Malformed)
}

pub(crate) fn written<T: Serialize>(body: &T) -> String {
    #[expect(clippy::expect_used, reason = "texts and numbers under texts always have a JSON form")]
    serde_json::to_string(body).expect("a body has a JSON form")
}
