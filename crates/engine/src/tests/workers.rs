//! Several processes that work one database, a beat and a round at a time.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use dossier::command::PayoutOutcome;
use expect_test::expect;
use kernel::{CaseNo, DossierKey, ParcelNo, PayoutKey, Span, WorkerId};
use money::Tenders;
use store::Hold;
use store_memory::MemoryStore;

use super::shop::{Shop, apply, approve, order, request};
use crate::{
    Asked, News, Outside, Pace, Worker,
    sandbox::{Faults, Sandbox},
    worker::Heard,
};

const ORDERS: u32 = 24;

/// A process: an engine of its own on the common store.
struct Process {
    name: WorkerId,
    shop: Shop,
    heard: Mutex<Heard>,
    told: Mutex<Vec<String>>,
    effects: AtomicUsize,
}

impl Process {
    fn new(name: &str, store: &Arc<MemoryStore>) -> Self {
        let shop = Shop::on(store.clone());
        let (name, heard, told) = (WorkerId::lossy(name), Mutex::default(), Mutex::default());
        Self { name, shop, heard, told, effects: AtomicUsize::new(0) }
    }

    fn beat(&self, world: &World) {
        self.as_worker(world, |it| it.beat(&self.heard));
    }

    fn work(&self, world: &World) {
        self.as_worker(world, |it| it.work(&self.heard));
    }

    fn as_worker<R>(&self, world: &World, work: impl FnOnce(&Worker<'_>) -> R) -> R {
        let tell = |news: News<'_>| {
            let told = match news {
                News::Heard => return,
                News::Tenure(it) => format!("leases {} of {}", it.leases.len(), it.share),
                News::Worked { effects, .. } => {
                    self.effects.fetch_add(effects, Ordering::Relaxed);
                    return;
                }
                News::Failed(error) => error.to_string(),
            };
            self.told.lock().unwrap().push(told);
        };
        work(&Worker {
            engine: &self.shop.engine,
            leases: &*world.store,
            outside: Some(&world.sandbox),
            name: &self.name,
            pace: Pace { portion: 4, ..Pace::default() },
            tell: &tell,
        })
    }

    fn told(&self) -> String {
        let told = self.told.lock().unwrap().join("; ");
        format!("{told}; {} effects", self.effects.load(Ordering::Relaxed))
    }

    /// The leases it believes to have.
    fn hold(&self) -> Hold {
        let heard = self.heard.lock().unwrap().clone();
        Hold::Leased(heard.map(|(tenure, _)| tenure.leases).unwrap_or_default())
    }
}

struct World {
    store: Arc<MemoryStore>,
    sandbox: Sandbox,
}

/// Orders with a refund to be sent each, and two processes to send them.
fn open() -> (World, Process, Process) {
    let store: Arc<MemoryStore> = Arc::default();
    let (left, right) = (Process::new("left", &store), Process::new("right", &store));
    for nth in 0..ORDERS {
        let name = format!("A{nth}");
        let case = format!("R{nth}");
        for (key, command) in [("k1", order()), ("k2", apply(&case, 2)), ("k3", approve(&case))] {
            left.shop.engine.execute(request(&name, key, command)).unwrap();
        }
    }
    (World { store, sandbox: Sandbox::new(Faults::default()) }, left, right)
}

fn assert_all_paid_once(world: &World, by: &Process) {
    assert_eq!(world.sandbox.paid().len(), usize::try_from(ORDERS).unwrap());
    assert_eq!(world.sandbox.n_calls(), u64::from(ORDERS));
    for nth in 0..ORDERS {
        let order = format!("A{nth}");
        by.shop.assert_replays(&order);
        assert_eq!(by.shop.body(&order).payouts[0].status.code(), "settled");
    }
}

#[test]
fn two_processes_share_the_work_and_send_each_refund_once() {
    let (world, left, right) = open();
    left.beat(&world);
    right.beat(&world);
    left.beat(&world);
    // A round, and what is more than its share is given up.
    left.work(&world);
    right.beat(&world);
    for _ in 0..10 {
        right.work(&world);
        left.work(&world);
    }
    expect!["leases 1024 of 1024; leases 1024 of 512; leases 512 of 512; 43 effects"]
        .assert_eq(&left.told());
    expect!["leases 0 of 512; leases 512 of 512; 29 effects"].assert_eq(&right.told());
    assert_all_paid_once(&world, &left);
}

#[test]
fn one_that_is_not_heard_of_is_replaced_and_may_not_write_any_more() {
    let (world, left, right) = open();
    left.beat(&world);
    for process in [&left, &right] {
        process.shop.wait(Span::seconds(7));
    }
    right.beat(&world);
    expect!["leases 1024 of 1024; 0 effects"].assert_eq(&right.told());

    // It trusts no tenure that is over; and if it did, nothing would come of it.
    left.work(&world);
    assert_eq!(left.shop.engine.work_effects(&world.sandbox, &left.hold(), 100).unwrap(), 0);
    assert_eq!(world.sandbox.n_calls(), 0);

    for _ in 0..20 {
        right.work(&world);
    }
    assert_all_paid_once(&world, &right);
    left.beat(&world);
    expect!["leases 1024 of 1024; leases 0 of 512; 0 effects"].assert_eq(&left.told());
}

/// It was heard of in time, noted its attempts, and then stood still while it was replaced.
#[test]
fn what_a_stale_process_learns_is_left_to_its_successor() {
    let (world, left, right) = open();
    left.beat(&world);
    let hold = left.hold();
    right.shop.wait(Span::seconds(7));
    let stale = StandsStill { world: &world, replaced_by: &right };
    left.shop.engine.work_effects(&stale, &hold, 1).unwrap();
    assert_eq!(world.sandbox.paid().len(), 1);

    // The successor knows of the attempt, and asks before it sends anything.
    for _ in 0..4 {
        right.shop.wait(Span::minutes(3));
        right.beat(&world);
        for _ in 0..20 {
            right.work(&world);
        }
    }
    assert_all_paid_once(&world, &right);
}

/// A provider at which a process stands still until another has taken its place.
struct StandsStill<'w> {
    world: &'w World,
    replaced_by: &'w Process,
}

impl Outside for StandsStill<'_> {
    fn pay(&self, payout: &PayoutKey, amount: &Tenders) -> PayoutOutcome {
        self.replaced_by.beat(self.world);
        self.world.sandbox.pay(payout, amount)
    }

    fn ask(&self, payout: &PayoutKey) -> Asked {
        self.world.sandbox.ask(payout)
    }

    fn stop(&self, dossier: &DossierKey, case: &CaseNo, parcel: Option<&ParcelNo>) -> bool {
        self.world.sandbox.stop(dossier, case, parcel)
    }

    fn tell(&self, dossier: &DossierKey, case: &CaseNo, text: &str) -> bool {
        self.world.sandbox.tell(dossier, case, text)
    }
}
