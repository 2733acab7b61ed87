//! The vault: keeps, shows, finds and erases what is personal about orders.

mod erase;
mod find;
mod keep;
mod look;
mod rotate;
mod text;

use std::{fmt, sync::Arc};

use kernel::{ActorId, Clock, ShopId, Timestamp};
use store::Records;

pub use self::{
    erase::{EraseError, Erasure, Subject},
    find::Query,
    keep::{KeepError, Unkept},
    look::{Masked, ReadError, Reading},
    rotate::Rewrapped,
};
use crate::{
    blind::Pseudonym,
    plain::Plain,
    ring::KeyRing,
    seal::{self, Key, NoRandomness, OpenError},
    stored::{self, DataKeyBody},
};

/// How often a change is tried again that others got ahead of.
const ATTEMPTS: usize = 32;

pub struct Vault {
    records: Arc<dyn Records>,
    ring: KeyRing,
    clock: Arc<dyn Clock>,
}

/// That something was erased, and nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tombstone {
    pub at: Timestamp,
    pub by: ActorId,
}

impl Vault {
    pub fn new(records: Arc<dyn Records>, ring: KeyRing, clock: Arc<dyn Clock>) -> Self {
        Self { records, ring, clock }
    }

    /// What stands for an account in orders of a shop. Keeps nothing.
    pub fn pseudonym(&self, shop: &ShopId, account: &Plain) -> Pseudonym {
        self.ring.blinder().pseudonym(shop, account.expose())
    }

    /// A data key as it is stored: under the ring's active key.
    fn wrap(&self, shop: &str, name: &str, key: &Key) -> Result<DataKeyBody, NoRandomness> {
        let active = self.ring.active();
        let wrapped = seal::seal(&active.key, &about_data_key(shop, name), key.as_slice())?;
        Ok(DataKeyBody::Live { under: active.id.clone(), wrapped })
    }

    fn unwrap(&self, shop: &str, name: &str, body: &str) -> Result<DataKey, OpenError> {
        match stored::read::<DataKeyBody>(body)? {
            DataKeyBody::Live { under, wrapped } => {
                let about = about_data_key(shop, name);
                let bytes = seal::open(self.ring.key(&under)?, &about, &wrapped)?;
                let key = <[u8; seal::KEY_BYTES]>::try_from(bytes.as_slice());
                key.map(|it| DataKey::Live(Key::new(it))).map_err(|_| OpenError::Malformed)
            }
            DataKeyBody::Erased(erased) => Ok(DataKey::Erased(erased.tombstone())),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("ring", &self.ring).finish_non_exhaustive()
    }
}

enum DataKey {
    Live(Key),
    Erased(Tombstone),
}

fn about_data_key<'a>(shop: &'a str, name: &'a str) -> [&'a str; 3] {
    [stored::DATA_KEY, shop, name]
}
