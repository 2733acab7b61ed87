//! A vault over a store in memory, at an hour of our choice.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use kernel::{ActorId, OrderNo, ShopId, Span, Timestamp};
use store::{Draft, Record, RecordChange, RecordPage, Records};
use store_memory::MemoryStore;

use crate::{KeyRing, Personal, Plain, Vault, stored};

pub(super) struct House {
    pub(super) records: Arc<MemoryStore>,
    pub(super) ring: String,
    pub(super) hour: Arc<AtomicI64>,
    pub(super) vault: Vault,
}

impl House {
    pub(super) fn new() -> Self {
        Self::with(Arc::default(), KeyRing::generate().unwrap().to_string())
    }

    /// The same records, as a process with another ring sees them.
    pub(super) fn with(records: Arc<MemoryStore>, ring: String) -> Self {
        let hour = Arc::new(AtomicI64::new(0));
        let shown = hour.clone();
        let epoch = Timestamp::from_epoch_seconds(0);
        let now = move || epoch.plus(Span::hours(shown.load(Ordering::Relaxed)));
        let parsed = KeyRing::parse(&ring).unwrap();
        let vault = Vault::new(records.clone(), parsed, Arc::new(now));
        Self { records, ring, hour, vault }
    }

    /// Another process that has a new key in front of its ring.
    pub(super) fn rotated(&self) -> Self {
        let ring = KeyRing::with_new_key(&self.ring).unwrap();
        Self::with(self.records.clone(), ring.to_string())
    }

    pub(super) fn at(&self, hour: i64) -> &Self {
        self.hour.store(hour, Ordering::Relaxed);
        self
    }

    pub(super) fn all(&self, kind: &str, shop: &str) -> Vec<Record> {
        self.records.list_records(&RecordPage::of(kind, shop, usize::MAX)).unwrap()
    }

    pub(super) fn personal(&self, number: &str) -> Draft {
        let key = stored::personal_key(&shop(), &order(number));
        self.records.records(&[key]).unwrap().pop().flatten().unwrap().draft
    }

    /// What somebody could do who can write to the database.
    pub(super) fn overwrite(&self, draft: Draft) {
        let change = RecordChange::Put { draft, expected: None };
        assert!(self.records.write_records(&[change]).unwrap());
    }
}

pub(super) fn shop() -> ShopId {
    ShopId::new("shop-a").unwrap()
}

pub(super) fn order(number: &str) -> OrderNo {
    OrderNo::new(number).unwrap()
}

pub(super) fn actor(name: &str) -> ActorId {
    ActorId::new(name).unwrap()
}

/// Name, phone, address and account; `-` for what is not said.
pub(super) fn person([name, phone, address, account]: [&str; 4]) -> Personal {
    let said = |text: &str| (text != "-").then(|| Plain::new(text));
    Personal {
        name: said(name),
        phone: said(phone),
        address: said(address),
        account: said(account),
    }
}

pub(super) fn zhang() -> Personal {
    person(["张三丰", "13812345678", "浙江省杭州市西湖区文三路478号", "tb_zhang"])
}
