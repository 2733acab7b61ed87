//! Whose a parcel may be that nobody announced.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use dossier::{Body, Case, case::Status};
use kernel::{DossierKey, ShopId};
use people::Permission;
use serde::Serialize;
use store::{CasePage, Term, TermKind};
use utoipa::ToSchema;
use vault::{Plain, Query, Reading};
use views::worklist::Item;

use super::{
    CaseName, ReceiptId,
    kept::{self, Kept},
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    wire::{
        Code, Moment, ShopPath,
        codes::{CaseKindCode, ReasonCode},
    },
};

/// Most orders looked at for one clue.
const MOST_ORDERS: usize = 20;
/// Most cases of a status looked through for what can be seen in the parcel.
const MOST_CASES: usize = 2_000;
/// Most suggestions.
const MOST_SHOWN: usize = 20;

/// Cases a parcel may be of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Matches {
    /// Those with the most clues first; at most 20.
    cases: Vec<MatchView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchView {
    #[serde(flatten)]
    of: CaseName,
    /// What speaks for it: `parcel`, `phone`, `phone-tail`, `name`, `sku`.
    by: Vec<String>,
    kind: CaseKindCode,
    reason: ReasonCode,
    status: String,
    opened_at: Moment,
    skus: Vec<String>,
    /// Whether it waits for goods.
    awaits_goods: bool,
}

/// What is known of a candidate before its dossier is read.
type Clues = BTreeMap<DossierKey, BTreeSet<&'static str>>;

/// List cases a parcel may be of
///
/// By its number, by name and phone on the label, and by what can be seen in it, among open cases.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/matches",
    operation_id = "listReceiptMatches",
    tag = "parcels",
    params(ShopPath, ("receipt" = String, Path, description = "The receipt.")),
    responses((status = 200, body = Matches)),
)]
pub(crate) async fn list_matches(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    id: Named<ReceiptId>,
) -> Result<Json<Matches>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let (_, kept) = kept::find(app, &path.shop, &id.0)?.ok_or_else(Problem::not_found)?;
        let mut clues = Clues::new();
        by_number(app, &path.shop, &kept, &mut clues)?;
        by_label(app, &path.shop, &id.0, &mut clues)?;
        by_goods(app, &path.shop, &kept, &mut clues)?;
        let mut cases = Vec::new();
        for (dossier, by) in clues {
            let known = app.read(&dossier)?;
            let open = known.body.cases.iter().filter(|it| it.status.is_judged_again());
            cases.extend(open.map(|it| MatchView::of(&dossier, &known.body, it, (&by, &kept))));
        }
        cases.sort_by_key(|it| std::cmp::Reverse((it.by.len(), it.awaits_goods, it.opened_at)));
        cases.truncate(MOST_SHOWN);
        Ok(Json(Matches { cases }))
    })
    .await
}

impl MatchView {
    fn of(
        dossier: &DossierKey,
        body: &Body,
        case: &Case,
        (by, kept): (&BTreeSet<&'static str>, &Kept),
    ) -> Self {
        let lines = case.request.pieces.iter().filter_map(|it| body.order.line(it.line));
        let skus: Vec<String> = lines.map(|it| it.sku.to_string()).collect();
        let is_seen = |sku: &String| kept.skus.contains(sku);
        // What was found for the order need not be of each of its cases.
        let by = by.iter().filter(|it| **it != SKU).map(|it| (*it).to_owned());
        let by = by.chain(skus.iter().any(is_seen).then(|| SKU.to_owned()));
        Self {
            of: CaseName { order: dossier.order.to_string(), case: case.no.to_string() },
            by: by.collect(),
            kind: Code(case.request.kind),
            reason: Code(case.request.reason),
            status: case.status.code().to_owned(),
            opened_at: Moment(case.opened_at),
            skus,
            awaits_goods: matches!(
                case.status,
                Status::AwaitingReturn { .. } | Status::Returning | Status::AwaitingParcel
            ),
        }
    }
}

const SKU: &str = "sku";

fn by_number(app: &App, shop: &ShopId, kept: &Kept, clues: &mut Clues) -> Result<(), Problem> {
    let Some(parcel) = &kept.parcel else { return Ok(()) };
    let term = Term { kind: TermKind::Parcel, text: parcel.clone() };
    for dossier in app.database().find(shop, &term, MOST_ORDERS)? {
        clues.entry(dossier).or_default().insert("parcel");
    }
    Ok(())
}

/// The label is opened here, and nothing of it leaves.
fn by_label(app: &App, shop: &ShopId, id: &ReceiptId, clues: &mut Clues) -> Result<(), Problem> {
    let Reading::Kept(label) = app.vault().reveal(shop, &id.as_order())? else { return Ok(()) };
    let mut queries = Vec::new();
    if let Some(phone) = &label.phone {
        let digits: Vec<char> =
            phone.expose().chars().rev().take_while(char::is_ascii_digit).take(4).collect();
        if digits.len() == 4 {
            let tail: String = digits.into_iter().rev().collect();
            queries.push(("phone-tail", Query::PhoneTail(Plain::new(tail))));
        }
        queries.push(("phone", Query::Phone(phone.clone())));
    }
    if let Some(name) = &label.name {
        queries.push(("name", Query::Name(name.clone())));
    }
    for (by, query) in queries {
        for order in app.vault().find(shop, &query, MOST_ORDERS)? {
            if kept::is_receipt(&order) {
                continue;
            }
            clues.entry(DossierKey::new(shop.clone(), order)).or_default().insert(by);
        }
    }
    Ok(())
}

/// Among cases that wait for goods.
fn by_goods(app: &App, shop: &ShopId, kept: &Kept, clues: &mut Clues) -> Result<(), Problem> {
    if kept.skus.is_empty() {
        return Ok(());
    }
    for status in ["awaiting-return", "returning"] {
        let page = CasePage {
            shop: shop.clone(),
            open: true,
            status: Some(status.to_owned()),
            after: None,
            limit: MOST_CASES,
        };
        let mut n_found = 0_usize;
        for it in app.database().cases(&page)? {
            let item = Item::decode(&it.row.body).map_err(|error| Problem::internal(&error))?;
            if n_found < MOST_ORDERS && item.lines.iter().any(|it| kept.skus.contains(&it.sku)) {
                n_found = n_found.saturating_add(1);
                clues.entry(it.dossier).or_default().insert(SKU);
            }
        }
    }
    Ok(())
}
