//! A shop to test with: one pack, a clock that tests move, and orders of one line.

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
    case::{Market, Pieces, Request as Wish},
    command::{Actor, Application, OrderFacts},
    order::SoldLine,
    words::{CaseKind, Channel, GoodsClaim, GoodsClass, Reason, Role},
};
use kernel::{
    ActorId, CaseNo, CommandKey, DossierKey, LineNo, OrderNo, Quantity, ShopId, Sku, Span,
    Timestamp,
};
use money::{Currency, Money, Tenders};
use policy::{Pack, Sources};
use store::{Store, Version};

use crate::{Config, Engine, EngineError, Reply, Request, Shelf};

pub(super) struct Shop {
    pub(super) engine: Engine,
    seconds: Arc<AtomicI64>,
}

impl Shop {
    /// Opens the shop on a store, at a fixed moment.
    pub(super) fn on(store: Arc<dyn Store>) -> Self {
        let shelf = Arc::new(Shelf::open(&*store).unwrap());
        shelf.publish(&*store, base_pack()).unwrap();
        let seconds = Arc::new(AtomicI64::new(1_794_441_600));
        let clock = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
        };
        let config = Config { batch: 8, automatic: false, ..Config::default() };
        let engine = Engine::start(store, clock, shelf, config).unwrap();
        Self { engine, seconds }
    }

    pub(super) fn wait(&self, span: Span) {
        self.seconds.fetch_add(span.whole_seconds(), Ordering::Relaxed);
    }

    pub(super) fn give(&self, key: &str, command: Command) -> Result<Reply, EngineError> {
        self.engine.execute(request("A1", key, command))
    }

    pub(super) fn body(&self, order: &str) -> Body {
        match self.engine.dossier(&dossier(order)).unwrap().1 {
            Dossier::Open(body) => *body,
            other @ (Dossier::Absent | Dossier::Stopped { .. }) => panic!("{other:?}"),
        }
    }

    /// `P1 sending 40.00`, a line a payout.
    pub(super) fn payouts(&self) -> String {
        let body = self.body("A1");
        let lines = body.payouts.iter().map(|it| {
            let amount = it.amount.total().unwrap().decimal();
            format!("{} {} {amount}", it.key, it.status.code())
        });
        lines.collect::<Vec<String>>().join("\n")
    }

    /// Everything that was written replays to what is stored.
    pub(super) fn assert_replays(&self, order: &str) {
        let key = dossier(order);
        let recorded = self.engine.store().history(&key, Version(0), 10_000).unwrap();
        let replayed = recorded.iter().fold(Dossier::Absent, |dossier, it| {
            codec::decode_events(&it.events).unwrap().iter().fold(dossier, Dossier::evolve)
        });
        assert_eq!(replayed, self.engine.dossier(&key).unwrap().1);
        let chain = crate::verify(&key, &recorded).unwrap();
        assert_eq!((chain.n_unsealed, chain.n_sealed), (0, recorded.len().try_into().unwrap()));
        let command = CommandKey::lossy("read");
        let wanted = store::Wanted { dossier: key, command };
        let loaded = self.engine.store().load(&[wanted]).unwrap();
        assert_eq!(loaded[0].seal.map(|it| it.0), chain.last);
    }
}

pub(super) fn base_pack() -> Pack {
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
                // What is tested here is what becomes of effects once they leave.
                let text = fs::read_to_string(path).unwrap();
                files.insert(name, text.replace("undo-hold = \"10 s\"", "undo-hold = \"0 s\""));
            }
        }
    }
    Pack::build("base", &Sources::new(files), &dossier::VOCABULARY).unwrap()
}

/// The same as its second version.
pub(super) fn newer_pack() -> Pack {
    let pack = base_pack();
    let newer = |(path, text): (&str, &str)| {
        (path.to_owned(), text.replace("version = \"1\"", "version = \"2\""))
    };
    let sources: BTreeMap<String, String> = pack.sources().iter().map(newer).collect();
    let sources = Sources::new(sources);
    Pack::build("base", &sources, &dossier::VOCABULARY).unwrap()
}

pub(super) fn dossier(order: &str) -> DossierKey {
    DossierKey::new(ShopId::lossy("shop"), OrderNo::lossy(order))
}

pub(super) fn request(order: &str, key: &str, command: Command) -> Request {
    Request {
        dossier: dossier(order),
        key: CommandKey::lossy(key),
        actor: Actor { id: ActorId::lossy("leader"), role: Role::Leader, grade: 1 },
        command,
        pack: "base".to_owned(),
    }
}

/// Ten pieces at ten yuan, paid in cash.
pub(super) fn order() -> Command {
    let at = Timestamp::from_epoch_seconds(1_794_355_200);
    Command::RecordOrder(Box::new(OrderFacts {
        channel: Channel::Tmall,
        buyer: "buyer".to_owned(),
        placed_at: at,
        paid_at: Some(at),
        ship_by: Some(at.plus(Span::days(3))),
        shipped_at: None,
        confirmed_at: None,
        confirm_by: None,
        packed: false,
        presale: false,
        remote: false,
        lines: vec![SoldLine {
            sku: Sku::lossy("S"),
            title: "goods".to_owned(),
            unit_price: Money::fen(1_000),
            quantity: Quantity::new(10),
            class: GoodsClass::Standard,
            paid: None,
        }],
        postage: Money::zero(Currency::Cny),
        paid: Tenders::cash(Money::fen(10_000)),
        coupon: Money::zero(Currency::Cny),
        coupons: Vec::new(),
        promotions: Vec::new(),
    }))
}

pub(super) fn apply(case: &str, pieces: u32) -> Command {
    Command::Apply(Box::new(Application {
        case: CaseNo::lossy(case),
        request: Wish {
            kind: CaseKind::RefundOnly,
            reason: Reason::NoLongerWanted,
            reason_text: String::new(),
            pieces: vec![Pieces { line: LineNo(1), quantity: Quantity::new(pieces) }],
            asked: None,
            goods: GoodsClaim::NotReceived,
            note: String::new(),
        },
        filed_at: Timestamp::from_epoch_seconds(1_794_441_600),
        follows: None,
        market: Market::default(),
        findings: Vec::new(),
        return_parcel: None,
    }))
}

pub(super) fn approve(case: &str) -> Command {
    let ground = "not shipped".to_owned();
    Command::Approve { case: CaseNo::lossy(case), amount: None, ground }
}

pub(super) fn compensate(case: &str, fen: i64) -> Command {
    Command::Compensate {
        case: CaseNo::lossy(case),
        purpose: dossier::words::Purpose::Compensation,
        amount: Money::fen(fen),
        ground: "a scratch".to_owned(),
    }
}
