//! Somebody else writes between our reading and our writing.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use store::{Record, RecordChange, RecordKey, RecordPage, Records, StoreError};
use store_memory::MemoryStore;

use super::support::{House, actor, order, person, shop, zhang};
use crate::{KeyRing, Reading, Subject, Vault};

/// A store in which something happens once, right before the next write.
struct Interrupted<'a> {
    records: Arc<MemoryStore>,
    happens: Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>,
}

impl fmt::Debug for Interrupted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupted(..)")
    }
}

impl Records for Interrupted<'_> {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError> {
        self.records.records(keys)
    }

    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError> {
        let happens = self.happens.lock().unwrap().take();
        if let Some(happens) = happens {
            happens();
        }
        self.records.write_records(changes)
    }

    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError> {
        self.records.list_records(page)
    }

    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError> {
        self.records.count_records(page)
    }
}

/// The same vault, to which `happens` happens before its first write.
fn interrupted(house: &House, happens: impl FnOnce(&House) + Send + 'static) -> Vault {
    let other = House::with(house.records.clone(), house.ring.clone());
    let happens: Box<dyn FnOnce() + Send> = Box::new(move || happens(&other));
    let records = Interrupted { records: house.records.clone(), happens: Some(happens).into() };
    let ring = KeyRing::parse(&house.ring).unwrap();
    let now = || kernel::Timestamp::from_epoch_seconds(0);
    Vault::new(Arc::new(records), ring, Arc::new(now))
}

fn erase_zhang(house: &House) {
    let subject = Subject::BuyerOf(order("1"));
    house.vault.erase(&shop(), &subject, &actor("wang")).unwrap();
}

#[test]
fn an_order_that_arrives_while_its_buyer_is_erased_is_not_sealed_by_the_destroyed_key() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let vault = interrupted(&house, erase_zhang);
    vault.keep(&shop(), &order("2"), &zhang()).unwrap();
    assert!(matches!(vault.reveal(&shop(), &order("1")).unwrap(), Reading::Erased(_)));
    assert_eq!(vault.reveal(&shop(), &order("2")).unwrap(), Reading::Kept(zhang()));
    assert_eq!(house.all("data-key", "").len(), 2);
}

#[test]
fn an_order_that_changes_while_its_buyer_is_erased_stays_erased() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let vault = interrupted(&house, erase_zhang);
    vault.keep(&shop(), &order("1"), &person(["张三", "-", "-", "-"])).unwrap_err();
    assert!(matches!(vault.reveal(&shop(), &order("1")).unwrap(), Reading::Erased(_)));
}

#[test]
fn a_key_that_is_erased_while_it_is_wrapped_anew_stays_erased() {
    let old = House::new();
    old.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let vault = interrupted(&old.rotated(), erase_zhang);
    let progress = vault.rewrap(9).unwrap();
    assert_eq!((progress.n_rewrapped, progress.is_done), (0, false));
    assert!(vault.rewrap(9).unwrap().is_done);
    assert!(matches!(vault.reveal(&shop(), &order("1")).unwrap(), Reading::Erased(_)));
}
