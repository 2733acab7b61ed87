//! `guitu explain`.

use std::{
    io::{Write, stdout},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use dossier::Dossier;
use engine::Shelf;
use kernel::{CommandKey, DossierKey, OrderNo, ShopId};
use store::{Store, Term, TermKind, Wanted};

use crate::{database::Place, triage::Language};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Case number (退款编号) or order number.
    case: String,
    /// The database, as kept by `guitu triage --db`.
    #[arg(long, env = "GUITU_DATABASE_URL")]
    db: Place,
    /// The shop, if the database holds several.
    #[arg(long)]
    shop: Option<String>,
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let store: Arc<dyn Store> = arguments.db.open_existing()?;
    let shelf = Shelf::open(&*store)?;
    let mut told = false;
    for key in found(&*store, arguments)? {
        let command = CommandKey::lossy("explain");
        let wanted = Wanted { dossier: key.clone(), command };
        let loaded = store.load(&[wanted])?.pop().context("the store answers every question")?;
        let Dossier::Open(body) = codec::decode_state(&loaded.state)? else { continue };
        let pack = shelf.version(&body.order.pack).with_context(|| {
            format!("pack {} is not on the shelf of this database", body.order.pack)
        })?;
        for case in &body.cases {
            if case.no.as_str() == arguments.case || key.order.as_str() == arguments.case {
                let language = arguments.lang.of_policy();
                let of = views::reply::Of {
                    dossier: &key,
                    body: &body,
                    case,
                    pack: &pack,
                    sender: views::reply::Sender::default(),
                };
                writeln!(stdout(), "{}\n", views::explain::explain(of, language))?;
                told = true;
            }
        }
    }
    if !told {
        bail!("no case or order `{}` is in {}", arguments.case, arguments.db);
    }
    Ok(ExitCode::SUCCESS)
}

/// By case number, or as an order number.
fn found(store: &dyn Store, arguments: &Arguments) -> Result<Vec<DossierKey>> {
    let shops = match &arguments.shop {
        Some(shop) => vec![ShopId::lossy(shop)],
        None => known_shops(store)?,
    };
    let mut keys = Vec::new();
    for shop in shops {
        let term = Term { kind: TermKind::Case, text: arguments.case.clone() };
        keys.extend(store.find(&shop, &term, 10)?);
        if let Ok(order) = arguments.case.parse::<OrderNo>() {
            keys.push(DossierKey::new(shop, order));
        }
    }
    keys.dedup();
    Ok(keys)
}

/// The shops whose files were imported into the database.
fn known_shops(store: &dyn Store) -> Result<Vec<ShopId>> {
    let shops = store.documents(SHOP)?;
    Ok(shops.iter().map(|it| ShopId::lossy(&it.name)).collect())
}

/// Kind of the documents that name the shops of a database.
pub(crate) const SHOP: &str = "shop";
