//! A whole case, told through the engine: sent, signed for by somebody else, disputed, returned,
//! inspected and judged.

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
    Body, Command, Dossier,
    case::{Finding, Market, Pieces, Place, Request as Wish},
    command::{Actor, Application, OrderFacts},
    facts::Fact,
    order::SoldLine,
    parcel::Scan,
    words::{CaseKind, Channel, Direction, GoodsClaim, GoodsClass, Reason, Role, ScanKind, Signer},
};
use engine::{Config, Engine, Request, Shelf};
use kernel::{
    ActorId, CommandKey, DossierKey, EvidenceId, LineNo, OrderNo, ParcelNo, Quantity, ShopId, Sku,
    Span, Timestamp,
};
use money::{Money, Tenders};
use policy::{Pack, Sources, Value};
use store::{EntryRow, Recorded, Store, Version};
use store_memory::MemoryStore;

/// Noon of 2026-11-12 in China.
const NOON: i64 = 1_794_456_000;

pub(super) struct Story {
    engine: Engine,
    seconds: Arc<AtomicI64>,
    n_commands: u32,
    pub(super) key: DossierKey,
}

pub(super) fn at(hours: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(NOON).plus(Span::hours(hours))
}

impl Story {
    pub(super) fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let shelf = Arc::new(Shelf::open(&*store).unwrap());
        shelf.publish(&*store, pack()).unwrap();
        let seconds = Arc::new(AtomicI64::new(NOON));
        let clock = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
        };
        let config = Config { automatic: false, ..Config::default() };
        let engine = Engine::start(store, clock, shelf, config).unwrap();
        let key = DossierKey::new(ShopId::lossy("demo"), OrderNo::lossy("385438193763000001"));
        Self { engine, seconds, n_commands: 0, key }
    }

    fn give(&mut self, who: &str, role: Role, command: Command) {
        self.n_commands += 1;
        let request = Request {
            dossier: self.key.clone(),
            key: CommandKey::lossy(&format!("k{}", self.n_commands)),
            actor: Actor { id: ActorId::lossy(who), role, grade: 3 },
            command: command.clone(),
            pack: "base".to_owned(),
        };
        self.engine.execute(request).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        self.seconds.fetch_add(3600, Ordering::Relaxed);
    }

    /// The whole of it, with these photos as what the buyer sent.
    pub(super) fn told(mut self, photos: &[EvidenceId]) -> Self {
        let case = crate::tests::support::case("O", "C1").case;
        self.give("erp", Role::System, order());
        self.give("erp", Role::System, scans("SF1001", Direction::Outbound, -120));
        self.give("wang", Role::Buyer, application());
        for photo in photos {
            let (case, evidence) = (case.clone(), photo.clone());
            let attach = Command::AttachEvidence { case, evidence, shows: Fact::Photo };
            self.give("wang", Role::Buyer, attach);
        }
        let weights = Fact::Weights.read("match").unwrap();
        for (fact, value) in [(Fact::Weights, weights), (Fact::RedSeal, Value::Flag(true))] {
            let finding = Command::RecordFinding { case: case.clone(), fact, value };
            self.give("li", Role::CourierContact, finding);
        }
        let ground = "质量问题 <属实> & 同意退货".to_owned();
        self.give(
            "chen",
            Role::Leader,
            Command::Approve { case: case.clone(), amount: None, ground },
        );
        let (parcel, carrier) = (ParcelNo::lossy("YT2002"), "圆通".to_owned());
        let entered = Command::EnterReturn { case: case.clone(), parcel: parcel.clone(), carrier };
        self.give("wang", Role::Buyer, entered);
        let receipt = Command::RecordReceipt {
            case: case.clone(),
            parcel: Some(parcel),
            carrier: String::new(),
        };
        self.give("zhao", Role::Warehouse, receipt);
        let evidence = photos[0].clone();
        let shows = Fact::ProblemPhoto;
        let attach = Command::AttachEvidence { case: case.clone(), evidence, shows };
        self.give("zhao", Role::Inspector, attach);
        let pieces = Pieces { line: LineNo(1), quantity: Quantity::ONE };
        let assess = Command::Assess {
            case,
            finding: Finding::Partial,
            accepted: vec![pieces],
            reason: "领口有污渍".to_owned(),
            withheld: Money::fen(1_000),
            place: Some(Place::Door),
        };
        self.give("zhao", Role::Inspector, assess);
        self
    }

    pub(super) fn body(&self) -> Body {
        match self.engine.dossier(&self.key).unwrap().1 {
            Dossier::Open(body) => *body,
            other @ (Dossier::Absent | Dossier::Stopped { .. }) => panic!("{other:?}"),
        }
    }

    pub(super) fn history(&self) -> Vec<Recorded> {
        self.engine.store().history(&self.key, Version(0), 1000).unwrap()
    }

    pub(super) fn entries(&self) -> Vec<EntryRow> {
        self.engine.store().entries(&self.key).unwrap()
    }
}

pub(super) fn pack() -> Pack {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = BTreeMap::new();
    let mut pending = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
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

fn order() -> Command {
    let line = |sku: &str, title: &str, fen: i64, pieces: u32| SoldLine {
        sku: Sku::lossy(sku),
        title: title.to_owned(),
        unit_price: Money::fen(fen),
        quantity: Quantity::new(pieces),
        class: GoodsClass::Standard,
        paid: None,
    };
    Command::RecordOrder(Box::new(OrderFacts {
        channel: Channel::Tmall,
        buyer: "王**".to_owned(),
        placed_at: at(-168),
        paid_at: Some(at(-168)),
        ship_by: Some(at(-120)),
        shipped_at: Some(at(-144)),
        confirmed_at: None,
        confirm_by: Some(at(120)),
        packed: true,
        presale: false,
        remote: false,
        lines: vec![
            line("TEE-01", "短袖T恤 <b>白色</b> & 大码", 12_900, 2),
            line("JEANS-07", "直筒牛仔裤", 25_900, 1),
        ],
        postage: Money::fen(1_000),
        paid: Tenders::cash(Money::fen(50_700)),
        coupon: Money::fen(2_000),
        coupons: Vec::new(),
        promotions: Vec::new(),
    }))
}

fn scans(parcel: &str, direction: Direction, from: i64) -> Command {
    let scan = |hours, kind, signer| Scan { at: at(from + hours), kind, signer };
    Command::RecordScans {
        parcel: ParcelNo::lossy(parcel),
        carrier: "顺丰".to_owned(),
        direction,
        case: None,
        scans: vec![
            scan(0, ScanKind::Collected, None),
            scan(20, ScanKind::Moving, None),
            scan(44, ScanKind::OutForDelivery, None),
            scan(47, ScanKind::Signed, Some(Signer::Family)),
        ],
    }
}

fn application() -> Command {
    Command::Apply(Box::new(Application {
        case: crate::tests::support::case("O", "C1").case,
        request: Wish {
            kind: CaseKind::ReturnRefund,
            reason: Reason::Quality,
            reason_text: "衣服破了一个洞 <script>alert(1)</script>".to_owned(),
            pieces: vec![Pieces { line: LineNo(1), quantity: Quantity::ONE }],
            asked: Some(Money::fen(12_000)),
            goods: GoodsClaim::Received,
            note: "请尽快处理".to_owned(),
        },
        filed_at: at(0),
        follows: None,
        market: Market { deadline: Some(at(48)), ..Market::default() },
        findings: vec![(Fact::Photo, Value::Flag(true))],
        return_parcel: None,
    }))
}
