//! A small shop's figures, from what it did.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use dossier::{
    Command,
    case::{Market, Pieces, Request as Wish},
    command::{Actor, Application, OrderFacts},
    order::SoldLine,
    parcel::Scan,
    words::{CaseKind, Channel, Direction, GoodsClaim, GoodsClass, Reason, Role, ScanKind, Signer},
};
use engine::{
    Config, Engine, Request, Shelf,
    sandbox::{Faults, Sandbox},
};
use kernel::{
    ActorId, CaseNo, CommandKey, DossierKey, LineNo, OrderNo, ParcelNo, Quantity, ShopId, Sku,
    Span, Timestamp, Zone,
};
use money::{Currency, Money, Tenders};
use policy::{Pack, Sources};
use store::{Database, Hold, Store};
use store_memory::MemoryStore;

use crate::{Progress, Reader, Report, Segment, report};

/// 2026-11-12 08:00 in China.
const MORNING: i64 = 1_794_441_600;

struct Shop {
    engine: Engine,
    database: Arc<dyn Database>,
    seconds: Arc<AtomicI64>,
    outside: Sandbox,
}

impl Shop {
    fn open() -> Self {
        let database: Arc<dyn Database> = Arc::new(MemoryStore::default());
        let store: Arc<dyn Store> = database.clone();
        let shelf = Arc::new(Shelf::open(&*store).unwrap());
        shelf.publish(&*store, base_pack()).unwrap();
        let seconds = Arc::new(AtomicI64::new(MORNING));
        let clock = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
        };
        let engine = Engine::start(store, clock, shelf, Config::default()).unwrap();
        Self { engine, database, seconds, outside: Sandbox::new(Faults::default()) }
    }

    fn give(&self, order: &str, role: Role, command: Command) {
        let n = self.database.feed_end().unwrap();
        let dossier = DossierKey::new(ShopId::lossy("shop"), OrderNo::lossy(order));
        let actor = Actor { id: ActorId::lossy("u.ann"), role, grade: 1 };
        let key = CommandKey::lossy(&format!("k{n}-{}", codec::fingerprint(&command)));
        let pack = "base".to_owned();
        self.engine.execute(Request { dossier, key, actor, command, pack }).unwrap();
    }

    fn wait(&self, span: Span) {
        self.seconds.fetch_add(span.whole_seconds(), Ordering::Relaxed);
        while self.engine.fire_timers(&Hold::All, 64).unwrap() > 0 {}
        while self.engine.work_effects(&self.outside, &Hold::All, 64).unwrap() > 0 {}
    }

    fn reader(&self) -> Reader {
        Reader { database: Arc::clone(&self.database), zone: Zone::CHINA }
    }

    fn report(&self) -> Report {
        while self.reader().step(3).unwrap().counted > 0 {}
        report(&*self.database, &ShopId::lossy("shop"), (0, i64::MAX)).unwrap()
    }

    /// A return from the request to the refund, with an hour, a day, two, three hours and a minute
    /// for its parts.
    fn a_return(&self, order: &str, case: &str) {
        self.give(order, Role::System, order_of_two());
        let no = CaseNo::lossy(case);
        self.give(order, Role::Buyer, apply(case));
        self.wait(Span::hours(1));
        let ground = "within 7 days".to_owned();
        self.give(order, Role::Leader, Command::Approve { case: no.clone(), amount: None, ground });
        let parcel = ParcelNo::lossy(&format!("Y{case}"));
        let carrier = "yto".to_owned();
        let entered = Command::EnterReturn { case: no.clone(), parcel: parcel.clone(), carrier };
        self.give(order, Role::Buyer, entered);
        for (span, kind) in
            [(Span::days(1), ScanKind::Collected), (Span::days(2), ScanKind::Signed)]
        {
            self.wait(span);
            let at = self.engine.clock().now();
            let signer = (kind == ScanKind::Signed).then_some(Signer::Other);
            self.give(
                order,
                Role::System,
                Command::RecordScans {
                    parcel: parcel.clone(),
                    carrier: "yto".to_owned(),
                    direction: Direction::Return,
                    case: Some(no.clone()),
                    scans: vec![Scan { at, kind, signer }],
                },
            );
        }
        let receipt = Command::RecordReceipt {
            case: no.clone(),
            parcel: Some(parcel),
            carrier: String::new(),
        };
        self.give(order, Role::Warehouse, receipt);
        self.wait(Span::hours(3));
        self.give(
            order,
            Role::Inspector,
            Command::Assess {
                case: no,
                finding: dossier::inspection::Finding::Pass,
                accepted: vec![Pieces { line: LineNo(1), quantity: Quantity::new(1) }],
                reason: String::new(),
                withheld: Money::fen(0),
                place: Some(dossier::inspection::Place::Door),
            },
        );
        self.wait(Span::minutes(1));
        self.wait(Span::minutes(1));
    }
}

fn base_pack() -> Pack {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = BTreeMap::new();
    let mut pending = vec![root.clone()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    Pack::build("base", &Sources::new(files), &dossier::VOCABULARY).unwrap()
}

fn order_of_two() -> Command {
    let at = Timestamp::from_epoch_seconds(MORNING).minus(Span::days(2));
    Command::RecordOrder(Box::new(OrderFacts {
        channel: Channel::Tmall,
        buyer: "b-1".to_owned(),
        placed_at: at,
        paid_at: Some(at),
        ship_by: None,
        shipped_at: Some(at),
        confirmed_at: Some(at.plus(Span::days(1))),
        confirm_by: None,
        packed: true,
        presale: false,
        remote: false,
        lines: vec![SoldLine {
            sku: Sku::lossy("DRESS.M"),
            title: "dress".to_owned(),
            unit_price: Money::fen(10_000),
            quantity: Quantity::new(2),
            class: GoodsClass::Standard,
            paid: None,
        }],
        postage: Money::zero(Currency::Cny),
        paid: Tenders::cash(Money::fen(20_000)),
        coupon: Money::zero(Currency::Cny),
        coupons: Vec::new(),
        promotions: Vec::new(),
    }))
}

fn apply(case: &str) -> Command {
    Command::Apply(Box::new(Application {
        case: CaseNo::lossy(case),
        request: Wish {
            kind: CaseKind::ReturnRefund,
            reason: Reason::NoReason7d,
            reason_text: String::new(),
            pieces: vec![Pieces { line: LineNo(1), quantity: Quantity::new(1) }],
            asked: None,
            goods: GoodsClaim::Received,
            note: String::new(),
        },
        filed_at: Timestamp::from_epoch_seconds(MORNING),
        follows: None,
        market: Market::default(),
        findings: Vec::new(),
        return_parcel: None,
    }))
}

#[test]
fn the_five_parts_of_a_return_add_up_to_its_time() {
    let shop = Shop::open();
    shop.a_return("A1", "R1");
    let report = shop.report();
    assert_eq!(report.return_refund.count, 1, "{:?}", report.sums);
    let parts: Vec<i64> = report.segments.iter().map(|(_, it)| it.seconds).collect();
    assert_eq!(parts[..4], [3_600, 86_400, 2 * 86_400, 3 * 3_600]);
    assert_eq!(Some(parts.iter().sum()), report.return_refund.mean());
    let controllable = report.segments.iter().filter(|(it, _)| it.is_controllable()).count();
    assert_eq!(controllable, 3);
    assert_eq!(report.segments[0].0, Segment::Approval);
}

#[test]
fn requests_money_and_people_are_counted() {
    let shop = Shop::open();
    shop.a_return("A1", "R1");
    shop.a_return("A2", "R2");
    shop.give("A3", Role::System, order_of_two());
    let report = shop.report();
    assert_eq!((report.refunds.part, report.refunds.of), (2, 3));
    assert_eq!(report.refunds.basis_points(), Some(6_666));
    assert_eq!((report.quality.part, report.quality.of), (0, 3));
    assert_eq!(report.reasons["no-reason-7d"], 2);
    assert_eq!(report.goods[&("no-reason-7d".to_owned(), "DRESS·M".to_owned())], 2);
    assert_eq!(report.purposes["refund"], 20_000);
    assert_eq!(report.clauses.values().sum::<i64>(), 20_000);
    assert_eq!(report.agents["u·ann"].decided, 4, "{:?}", report.agents);
}

#[test]
fn what_was_counted_is_not_counted_again() {
    let shop = Shop::open();
    shop.a_return("A1", "R1");
    let first = shop.report();
    assert_eq!(shop.reader().step(9).unwrap(), Progress { counted: 0, was_overtaken: false });
    assert_eq!(shop.report(), first);
    // The source tells of the order once more.
    shop.give("A1", Role::System, order_of_two());
    assert_eq!(shop.report().quality.of, 1);
}

#[test]
fn of_several_readers_each_commit_is_counted_by_one() {
    let shop = Shop::open();
    for n in 0..20 {
        shop.give(&format!("A{n}"), Role::System, order_of_two());
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| while shop.reader().step(2).unwrap().counted > 0 {});
        }
    });
    assert_eq!(shop.report().refunds.of, 20);
}
