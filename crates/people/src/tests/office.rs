//! An installation with two shops, on a clock that the test winds.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
};

use kernel::{Clock, DossierKey, OrderNo, ShopId, Span, Timestamp};
use store::{Record, RecordChange, RecordKey, RecordPage, Records, StoreError};
use store_memory::MemoryStore;

use crate::{
    BuyerKey, BuyerKeys, Credentials, Hashing, Matrix, NewUser, Origin, People, Position,
    Principal, Seat, Settings, Setup, Shop, ShopStatus, SignInError, SignedIn, User,
};

pub(crate) const PASSWORD: &str = "绿水青山 and a horse";
const MORNING: i64 = 1_790_000_000;

pub(crate) struct Office {
    pub(crate) people: People,
    pub(crate) store: Arc<Counted>,
    now: Arc<AtomicI64>,
}

impl Office {
    /// Shops `north` and `south`; each has an `owner-of-…`.
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let store = Arc::new(Counted::default());
        let now = Arc::new(AtomicI64::new(MORNING));
        let matrix = Matrix::built_in().unwrap();
        let buyer_keys = keys(&[("k1", 1)]);
        let people = people(&store, &now, Setup { settings, matrix, buyer_keys });
        let office = Self { people, store, now };
        for name in ["north", "south"] {
            office.people.make_shop(&office.people.console(), &a_shop(name)).unwrap();
            office.hire(&format!("owner-of-{name}"), name, &[Position::Owner]);
        }
        office
    }

    /// Another process on the same database.
    pub(crate) fn another_process(&self, settings: Settings, keys: BuyerKeys) -> People {
        let matrix = Matrix::built_in().unwrap();
        people(&self.store, &self.now, Setup { settings, matrix, buyer_keys: keys })
    }

    /// Another process, in which leaders manage people and keys as well.
    pub(crate) fn where_leaders_manage(&self) -> People {
        let (leader, owner) = (
            "leader,yes,yes,yes,yes,yes,yes,yes,yes,yes,yes,yes,-,-,yes,yes,yes,yes,-,-,",
            "leader,yes,yes,yes,yes,yes,yes,yes,yes,yes,yes,yes,-,-,yes,yes,yes,yes,yes,yes,",
        );
        let table = include_str!("../../permissions.csv");
        assert!(table.contains(leader));
        let matrix = Matrix::parse(&table.replace(leader, owner)).unwrap();
        let buyer_keys = keys(&[("k1", 1)]);
        people(&self.store, &self.now, Setup { settings: settings(), matrix, buyer_keys })
    }

    pub(crate) fn pass(&self, span: Span) {
        self.now.fetch_add(span.whole_seconds(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(self.now.load(Ordering::SeqCst))
    }

    pub(crate) fn hire(&self, login: &str, shop_name: &str, positions: &[Position]) -> User {
        let by = self.people.console();
        let seat = seat(positions);
        self.people.make_user(&by, &newcomer(login), &shop(shop_name), &seat).unwrap()
    }

    pub(crate) fn sign_in(&self, login: &str) -> SignedIn {
        self.try_sign_in(login, PASSWORD, None).unwrap()
    }

    pub(crate) fn try_sign_in(
        &self,
        login: &str,
        password: &str,
        second: Option<&str>,
    ) -> Result<SignedIn, SignInError> {
        self.people.sign_in(&Credentials { login, password, second }, &from("203.0.113.7"))
    }

    pub(crate) fn principal(&self, login: &str) -> Principal {
        self.sign_in(login).session.principal
    }

    pub(crate) fn is_in(&self, token: &SignedIn) -> bool {
        self.people.authenticate(token.token.reveal()).is_ok()
    }
}

fn people(store: &Arc<Counted>, now: &Arc<AtomicI64>, setup: Setup) -> People {
    let now = Arc::clone(now);
    let clock: Arc<dyn Clock> =
        Arc::new(move || Timestamp::from_epoch_seconds(now.load(Ordering::SeqCst)));
    let records: Arc<dyn Records> = Arc::<Counted>::clone(store);
    People::new(records, clock, setup).unwrap()
}

/// Passwords at the least cost there is, as tests sign in hundreds of times.
pub(crate) fn settings() -> Settings {
    let hashing = Hashing { memory_kib: 8, passes: 1, ..Hashing::default() };
    Settings { hashing, ..Settings::default() }
}

pub(crate) fn keys(names: &[(&str, u8)]) -> BuyerKeys {
    let mut keys = names.iter().map(|(name, byte)| BuyerKey::new(name, vec![*byte; 32]).unwrap());
    BuyerKeys::new(keys.next().unwrap(), keys.collect()).unwrap()
}

pub(crate) fn newcomer(login: &str) -> NewUser<'_> {
    NewUser { login, name: "小王", password: Some(PASSWORD) }
}

pub(crate) fn seat(positions: &[Position]) -> Seat {
    Seat { positions: positions.iter().copied().collect(), grade: 1 }
}

pub(crate) fn a_shop(name: &str) -> Shop {
    Shop {
        id: shop(name),
        name: format!("{name}旗舰店"),
        channel: "taobao".to_owned(),
        pack: "base".to_owned(),
        status: ShopStatus::Open,
    }
}

pub(crate) fn shop(name: &str) -> ShopId {
    ShopId::new(name).unwrap()
}

pub(crate) fn order(shop_name: &str, number: &str) -> DossierKey {
    DossierKey::new(shop(shop_name), OrderNo::new(number).unwrap())
}

pub(crate) fn from(address: &str) -> Origin<'static> {
    Origin { address: address.parse::<IpAddr>().unwrap(), agent: "a browser" }
}

/// A store that counts what it is asked.
#[derive(Default)]
pub(crate) struct Counted {
    inner: MemoryStore,
    n_reads: AtomicUsize,
    n_writes: AtomicUsize,
    /// What happens in the middle of somebody else's work: just before the read of that number.
    interruption: Mutex<Option<(usize, Interruption)>>,
}

type Interruption = Box<dyn FnOnce(&MemoryStore) + Send>;

impl Counted {
    /// Lets something happen before the read that is `nth` from now.
    pub(crate) fn interrupt(&self, nth: usize, what: impl FnOnce(&MemoryStore) + Send + 'static) {
        let at = self.so_far()[0].saturating_add(nth);
        *self.interruption.lock().unwrap() = Some((at, Box::new(what)));
    }

    /// Reads, and changes written, since the beginning.
    pub(crate) fn so_far(&self) -> [usize; 2] {
        [self.n_reads.load(Ordering::SeqCst), self.n_writes.load(Ordering::SeqCst)]
    }
}

impl Records for Counted {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError> {
        let n_reads =
            self.n_reads.fetch_add(keys.len(), Ordering::SeqCst).saturating_add(keys.len());
        let mut interruption = self.interruption.lock().unwrap();
        if let Some((_, happen)) = interruption.take_if(|(at, _)| *at <= n_reads) {
            happen(&self.inner);
        }
        drop(interruption);
        self.inner.records(keys)
    }

    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError> {
        self.n_writes.fetch_add(changes.len(), Ordering::SeqCst);
        self.inner.write_records(changes)
    }

    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError> {
        self.n_reads.fetch_add(1, Ordering::SeqCst);
        self.inner.list_records(page)
    }

    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError> {
        self.n_reads.fetch_add(1, Ordering::SeqCst);
        self.inner.count_records(page)
    }
}
