//! Facts from other systems, many at once.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use dossier::Command;
use engine::Reply;
use futures_util::{StreamExt as _, stream};
use kernel::{DossierKey, OrderNo};
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    commands::{Done, request},
    headers::{IdempotencyKey, InLanguage},
    orders::ApplicationBody,
    problem::{Input, ProblemBody},
    wire::{
        ShopPath, case::MarketBody, codes::DirectionCode, facts::OrderBody, order::ScanBody, parsed,
    },
};

/// Most facts of one request.
const MOST: usize = 500;
/// How many orders are worked on at once for one request.
const AT_ONCE: usize = 16;
/// Longest name a source gives a fact, in bytes.
const MOST_ID: usize = 200;

/// Facts, each taken or refused by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactsBody {
    /// Those of one order are taken in the order given.
    #[schema(min_items = 1, max_items = 500)]
    facts: Vec<FactItem>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactItem {
    /// The order, by the marketplace's number.
    order: String,
    /// What the source calls it, for life: the same fact under the same name is taken once, in
    /// whatever request it comes. Without a name it goes by its place in the request.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    id: Option<String>,
    fact: FactBody,
}

/// What is said of the order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FactBody {
    /// The order itself, or what its source now says of it.
    Order(Box<OrderBody>),
    /// What a courier says of a parcel.
    Scans(ParcelScans),
    /// A request, as it was filed; with `filed_at`.
    Case(Box<ApplicationBody>),
    /// What the marketplace says about a case.
    Market(CaseMarket),
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParcelScans {
    /// The waybill number.
    parcel: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    carrier: String,
    direction: DirectionCode,
    /// The case whose goods it carries; none for what the shop sent out first.
    #[serde(default)]
    case: Option<String>,
    #[schema(max_items = 500)]
    scans: Vec<ScanBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseMarket {
    case: String,
    market: MarketBody,
}

/// What became of each, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactsDone {
    results: Vec<FactResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactResult {
    order: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<Done>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Record facts of many orders
///
/// Each is taken or refused by itself; the answer says of each what became of it. After a lost
/// answer send the same again: what was taken is answered as the first time.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/facts:batch",
    operation_id = "recordFacts",
    tag = "orders",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names the facts that have no `id`."),
    ),
    request_body = FactsBody,
    responses((status = 200, body = FactsDone)),
)]
pub(crate) async fn record_facts(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    language: InLanguage,
    Input(body): Input<FactsBody>,
) -> Result<Json<FactsDone>, Problem> {
    caller.require(&app, &path.shop, Permission::RecordFacts).await?;
    if body.facts.is_empty() || MOST < body.facts.len() {
        return Err(Problem::malformed("facts", format!("1 to {MOST} facts")));
    }
    // Facts of one order follow each other; orders do not wait for one another.
    let mut by_order: BTreeMap<String, Vec<(usize, FactItem)>> = BTreeMap::new();
    for (nth, item) in body.facts.into_iter().enumerate() {
        by_order.entry(item.order.clone()).or_default().push((nth, item));
    }
    let pack = app.usual_pack(&path.shop).await?;
    let asked = Asked { app: &app, caller: &caller, path: &path, key: &key, pack: &pack };
    let groups = by_order.into_values().map(|items| asked.in_order(items, language));
    let done: Vec<_> = stream::iter(groups).buffer_unordered(AT_ONCE).collect().await;
    let by_place: BTreeMap<usize, FactResult> = done.into_iter().flatten().collect();
    Ok(Json(FactsDone { results: by_place.into_values().collect() }))
}

/// What holds for all facts of a request.
#[derive(Clone, Copy)]
struct Asked<'a> {
    app: &'a App,
    caller: &'a Caller,
    path: &'a ShopPath,
    key: &'a IdempotencyKey,
    /// The pack new orders come under.
    pack: &'a str,
}

impl Asked<'_> {
    async fn in_order(
        self,
        items: Vec<(usize, FactItem)>,
        language: InLanguage,
    ) -> Vec<(usize, FactResult)> {
        let mut results = Vec::with_capacity(items.len());
        for (nth, item) in items {
            let (order, id) = (item.order.clone(), item.id.clone());
            let (done, problem) = match self.take(nth, item).await {
                Ok(it) => (Some(Done { version: it.version.0, events: it.kinds }), None),
                Err(problem) => (None, Some(problem.body(language.0))),
            };
            results.push((nth, FactResult { order, id, done, problem }));
        }
        results
    }

    async fn take(self, nth: usize, item: FactItem) -> Result<Reply, Problem> {
        let Asked { app, caller, path, key, pack } = self;
        let order: OrderNo = parsed("order", item.order)?;
        let key = match &item.id {
            Some(id) if id.is_empty() || MOST_ID < id.len() => {
                return Err(Problem::malformed("id", format!("1 to {MOST_ID} bytes")));
            }
            // The same name in another shop is another fact.
            Some(id) => IdempotencyKey::of_source("fact", id),
            None => key.of_part(&nth.to_string()),
        };
        let dossier = DossierKey::new(path.shop.clone(), order);
        let command = match item.fact {
            FactBody::Order(mut body) => {
                let buyer = std::mem::take(&mut body.buyer);
                let pack = body.pack.take().unwrap_or_else(|| pack.to_owned());
                let buyer = app.seal_buyer(&dossier, buyer).await?;
                let command = Command::RecordOrder(Box::new(body.facts(buyer)?));
                let mut request = request(app, caller, &key, dossier, command).await?;
                request.pack = pack;
                return app.carry_out(request, None).await;
            }
            FactBody::Scans(it) => Command::RecordScans {
                parcel: parsed("parcel", it.parcel)?,
                carrier: it.carrier,
                direction: it.direction.0,
                case: it.case.map(|it| parsed("case", it)).transpose()?,
                scans: it.scans.iter().map(ScanBody::scan).collect(),
            },
            // Without it the same fact would say something else each time.
            FactBody::Case(it) if it.filed_at.is_none() => {
                return Err(Problem::malformed("filed_at", "say when the request was filed"));
            }
            FactBody::Case(it) => Command::Apply(Box::new(it.application(app.now())?)),
            FactBody::Market(it) => {
                Command::RecordMarket { case: parsed("case", it.case)?, market: it.market.market() }
            }
        };
        let mut request = request(app, caller, &key, dossier, command).await?;
        // Of an order nobody knows it is said that it is not known.
        request.pack = pack.to_owned();
        app.carry_out(request, None).await
    }
}
