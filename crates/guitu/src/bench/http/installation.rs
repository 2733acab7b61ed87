//! An installation that is full: a shop with its open cases, and orders for which nobody has asked
//! for anything yet.

use std::{
    fs,
    io::Write as _,
    ops::Range,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use dossier::Command;
use engine::{Config, Engine, Request, Shelf};
use kernel::{Clock, Span};
use people::{
    BuyerKey, BuyerKeys, Matrix, NewKey, People, Permission, Permissions, Position, Setup, Shop,
    ShopStatus,
};
use store::{Database, Records};
use vault::KeyRing;

use crate::{clock, packs, workload};

/// The pack of the shop, with nothing held back: a return is measured to its refund.
const PACK: &str = "base";

/// Keys of those who work in the shop.
pub(super) struct Keys {
    pub(super) desk: String,
    pub(super) warehouse: String,
    pub(super) inspector: String,
}

/// How much there is to be, and what it came to.
pub(super) struct Wanted {
    /// Open cases.
    pub(super) cases: u32,
    /// Orders that have not left, of which nobody asked for anything.
    pub(super) waiting: u32,
    /// The same, shipped.
    pub(super) shipped: u32,
}

pub(super) struct Installation {
    pub(super) keys: Keys,
    /// Numbers of the orders that have open cases.
    pub(super) with_cases: Range<u32>,
    pub(super) waiting: Range<u32>,
    pub(super) shipped: Range<u32>,
}

impl Installation {
    /// Fills an empty database. The service is to have the same data folder and the packs beside.
    pub(super) fn make(
        database: &Arc<dyn Database>,
        folder: &Path,
        wanted: &Wanted,
    ) -> Result<Self> {
        let data = folder.join("data");
        fs::create_dir_all(&data)?;
        write_packs(&packs_of(folder))?;
        let keys = staff(database, &data)?;
        let with_cases = 0..wanted.cases.div_ceil(u32::from(workload::LINES));
        let waiting = with_cases.end..with_cases.end.saturating_add(wanted.waiting);
        let shipped = waiting.end..waiting.end.saturating_add(wanted.shipped);

        let shelf = Arc::new(Shelf::open(&**database)?);
        shelf.publish(&**database, packs::pack(PACK, Some(&packs_of(folder)))?)?;
        let clock: Arc<dyn Clock> = Arc::new(clock::now);
        let config = Config { batch: 2_048, automatic: false, ..Config::default() };
        let engine = Engine::start(database.clone(), clock, shelf, config)?;
        let given = usize::from(workload::LINES).saturating_add(1);
        fill(&engine, with_cases.clone(), given, false)?;
        fill(&engine, waiting.clone(), 1, false)?;
        fill(&engine, shipped.clone(), 1, true)?;
        engine.shut_down();
        Ok(Self { keys, with_cases, waiting, shipped })
    }
}

/// Where the packs of the installation in `folder` are.
pub(super) fn packs_of(folder: &Path) -> PathBuf {
    folder.join("packs")
}

fn write_packs(folder: &Path) -> Result<()> {
    for (path, text) in packs::sources(None)? {
        let file = folder.join(&path);
        fs::create_dir_all(file.parent().context("a pack's file lies in a folder")?)?;
        let text =
            if path == format!("{PACK}/pack.toml") { held_back_no_more(&text)? } else { text };
        fs::write(file, text)?;
    }
    Ok(())
}

/// What people decide leaves at once.
fn held_back_no_more(text: &str) -> Result<String> {
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some(("undo-hold", _)) => "undo-hold = \"0 s\"",
        _ => line,
    });
    let changed = lines.collect::<Vec<_>>().join("\n");
    ensure!(changed.contains("undo-hold = \"0 s\""), "the pack holds nothing back");
    Ok(changed)
}

/// A shop, and a key for each place in it.
fn staff(database: &Arc<dyn Database>, data: &Path) -> Result<Keys> {
    let text = KeyRing::generate()?;
    let file = data.join("keys.toml");
    let mut made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    made.write_all(text.as_bytes())?;
    let ring = KeyRing::parse(&text)?;
    let records: Arc<dyn Records> = database.clone();
    let setup = Setup {
        settings: people::Settings::default(),
        matrix: Matrix::built_in()?,
        buyer_keys: BuyerKeys::new(
            BuyerKey::new("ring", ring.derived("buyer-links").to_vec())?,
            Vec::new(),
        )?,
    };
    let people = People::new(records, Arc::new(clock::now), setup)?;
    let shop = Shop {
        id: workload::shop(),
        name: "bench".to_owned(),
        channel: "tmall".to_owned(),
        pack: PACK.to_owned(),
        status: ShopStatus::Open,
    };
    people.make_shop(&people.console(), &shop)?;
    let key = |position: Position, scopes: &[Permission]| -> Result<String> {
        let scopes: Permissions = scopes.iter().copied().collect();
        let wanted = NewKey { shop: &shop.id, name: "bench", position, scopes, until: None };
        let (_, secret) = people.make_key(&people.console(), &wanted)?;
        Ok(secret.reveal().to_owned())
    };
    let desk =
        [Permission::ReadCases, Permission::Apply, Permission::Decide, Permission::RecordFacts];
    Ok(Keys {
        desk: key(Position::Leader, &desk)?,
        warehouse: key(Position::Warehouse, &[Permission::ReadCases, Permission::Receive])?,
        inspector: key(Position::Inspector, &[Permission::ReadCases, Permission::Inspect])?,
    })
}

/// The first commands of each of the orders.
fn fill(engine: &Engine, orders: Range<u32>, given: usize, is_shipped: bool) -> Result<()> {
    let now = clock::now();
    let numbers: Vec<u32> = orders.collect();
    for portion in numbers.chunks(2_000) {
        let mut requests: Vec<Request> = Vec::new();
        for &number in portion {
            requests.extend(workload::order_at(now, 3, number)?.into_iter().take(given));
        }
        if is_shipped {
            for request in &mut requests {
                if let Command::RecordOrder(facts) = &mut request.command {
                    facts.shipped_at = Some(now.minus(Span::days(1)));
                }
            }
        }
        for answer in engine.execute_all(requests) {
            answer?;
        }
    }
    Ok(())
}
