//! Orders and their parcels.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use dossier::{Command, command::Application};
use serde::{Deserialize, Serialize};
use store::Version;
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    commands::{Answer, Done, give},
    headers::{IdempotencyKey, IfMatch, etag},
    problem::{Asked, Input},
    wire::{
        CasePath, Moment, OrderPath,
        case::{FindingsBody, MarketBody, RequestBody},
        codes::DirectionCode,
        facts::OrderBody,
        order::{EntryView, OrderView, ScanBody},
        parsed,
    },
};

/// Read an order with everything about it
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}",
    operation_id = "readOrder",
    tag = "orders",
    params(OrderPath),
    responses((status = 200, body = OrderView)),
)]
pub(crate) async fn read_order(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&app, &path.shop, people::Permission::ReadCases).await?;
    let view = app
        .run(move |app| {
            let known = app.read(&path.dossier())?;
            Ok(OrderView::of(&path.dossier(), known.version, &known.body))
        })
        .await?;
    Ok((AppendHeaders([(header::ETAG, etag(Version(view.version)))]), Json(view)))
}

/// Record an order, or what its source now says of it
///
/// May be sent as often as the source speaks: what is known already changes nothing. What was
/// bought and paid cannot change.
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/orders/{order}",
    operation_id = "recordOrder",
    tag = "orders",
    params(
        OrderPath,
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
    ),
    request_body = OrderBody,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn record_order(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    Input(mut body): Input<OrderBody>,
) -> Result<Answer, Problem> {
    caller.require(&app, &path.shop, people::Permission::RecordFacts).await?;
    let buyer = std::mem::take(&mut body.buyer);
    let pack = match body.pack.take() {
        Some(pack) => pack,
        None => app.usual_pack(&path.shop).await?,
    };
    let buyer = app.seal_buyer(&path.dossier(), buyer).await?;
    let command = Command::RecordOrder(Box::new(body.facts(buyer)?));
    let mut request =
        crate::commands::request(&app, &caller, &key, path.dossier(), command).await?;
    request.pack = pack;
    app.carry_out(request, None).await.map(Answer)
}

/// What a courier says of a parcel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScansBody {
    #[serde(default)]
    #[schema(max_length = 100)]
    carrier: String,
    direction: DirectionCode,
    /// The case whose goods it carries; none for what the shop sent out first.
    #[serde(default)]
    case: Option<String>,
    /// In any order; those that are known already change nothing.
    #[schema(max_items = 500)]
    scans: Vec<ScanBody>,
}

/// Record what a courier says of a parcel
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/parcels/{parcel}/scans",
    operation_id = "recordScans",
    tag = "parcels",
    params(
        OrderPath,
        ("parcel" = String, Path, description = "The waybill number."),
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
    ),
    request_body = ScansBody,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn record_scans(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    parcel: crate::commands::Named<kernel::ParcelNo>,
    Input(body): Input<ScansBody>,
) -> Result<Answer, Problem> {
    let command = Command::RecordScans {
        parcel: parcel.0,
        carrier: body.carrier,
        direction: body.direction.0,
        case: body.case.map(|it| parsed("case", it)).transpose()?,
        scans: body.scans.iter().map(ScanBody::scan).collect(),
    };
    give(&app, &caller, &key, (path.dossier(), command), None).await.map(Answer)
}

/// A request, as it is filed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicationBody {
    /// The marketplace's refund number, or one of the caller's own.
    #[schema(min_length = 1, max_length = 96)]
    case: String,
    request: RequestBody,
    /// When the buyer filed it; now if it is not given.
    #[serde(default)]
    pub(crate) filed_at: Option<Moment>,
    /// The case it takes up again.
    #[serde(default)]
    follows: Option<String>,
    /// What the marketplace says about it.
    #[serde(default)]
    market: Option<MarketBody>,
    /// What the form already answers.
    #[serde(default)]
    findings: FindingsBody,
    /// The return parcel the buyer has named.
    #[serde(default)]
    return_parcel: Option<ReturnParcelBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnParcelBody {
    parcel: String,
    #[serde(default)]
    carrier: String,
}

impl ApplicationBody {
    pub(crate) fn application(self, now: kernel::Timestamp) -> Result<Application, Problem> {
        let parcel = |it: ReturnParcelBody| {
            Ok::<_, Problem>((parsed("return_parcel.parcel", it.parcel)?, it.carrier))
        };
        Ok(Application {
            case: parsed("case", self.case)?,
            request: self.request.request(),
            filed_at: self.filed_at.map_or(now, |it| it.0),
            follows: self.follows.map(|it| parsed("follows", it)).transpose()?,
            market: self.market.map(|it| it.market()).unwrap_or_default(),
            findings: self.findings.0,
            return_parcel: self.return_parcel.map(parcel).transpose()?,
        })
    }
}

/// File a case
///
/// It is judged at once; what policy calls automatic is carried out at once.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/cases",
    operation_id = "fileCase",
    tag = "cases",
    params(
        OrderPath,
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
    ),
    request_body = ApplicationBody,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn file_case(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    Input(body): Input<ApplicationBody>,
) -> Result<Answer, Problem> {
    let now = match &body.filed_at {
        Some(at) => at.0,
        None => app.moment_of_wish(&path.dossier(), key.command_key(caller.name())?).await?,
    };
    let command = Command::Apply(Box::new(body.application(now)?));
    give(&app, &caller, &key, (path.dossier(), command), None).await.map(Answer)
}

/// Record what the marketplace says about a case
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/market",
    operation_id = "recordMarket",
    tag = "cases",
    params(
        CasePath,
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
    ),
    request_body = MarketBody,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn record_market(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<MarketBody>,
) -> Result<Answer, Problem> {
    let dossier = path.dossier();
    let command = Command::RecordMarket { case: path.case, market: body.market() };
    give(&app, &caller, &key, (dossier, command), stands_on.optional()).await.map(Answer)
}

/// The ledger of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ledger {
    /// In order of posting and position.
    entries: Vec<EntryView>,
}

/// Read the ledger of an order
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/entries",
    operation_id = "readEntries",
    tag = "ledger",
    params(OrderPath),
    responses((status = 200, body = Ledger)),
)]
pub(crate) async fn read_entries(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
) -> Result<Json<Ledger>, Problem> {
    caller.require(&app, &path.shop, people::Permission::ReadLedger).await?;
    app.run(move |app| {
        app.read(&path.dossier())?;
        let entries = app.database().entries(&path.dossier())?;
        Ok(Json(Ledger { entries: entries.into_iter().map(EntryView::of).collect() }))
    })
    .await
}

/// One commit of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommitView {
    version: u64,
    at: Moment,
    by: String,
    /// Name of the command behind it.
    command: String,
    /// What happened, each with its `kind`; the fields are those of `docs/formats.md`.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, serde_json::Value>>)]
    events: Box<serde_json::value::RawValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    /// Oldest first.
    commits: Vec<CommitView>,
    /// Send it as `after` for the commits that follow; none if there are no more.
    next: Option<u64>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryQuery {
    /// Only commits of later versions.
    #[serde(default)]
    after: u64,
    /// Most commits; 1 to 200.
    #[serde(default = "crate::wire::usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// Read what happened to an order
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/history",
    operation_id = "readHistory",
    tag = "orders",
    params(OrderPath, HistoryQuery),
    responses((status = 200, body = History)),
)]
pub(crate) async fn read_history(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Json<History>, Problem> {
    caller.require(&app, &path.shop, people::Permission::ReadCases).await?;
    app.run(move |app| {
        let (key, limit) = (path.dossier(), crate::wire::bounded(query.limit));
        app.read(&key)?;
        let found = app.database().history(&key, Version(query.after), limit)?;
        let next = (found.len() == limit).then(|| found.last().map(|it| it.version.0)).flatten();
        let commits = found.into_iter().map(commit_view).collect::<Result<_, _>>()?;
        Ok(Json(History { commits, next }))
    })
    .await
}

fn commit_view(it: store::Recorded) -> Result<CommitView, Problem> {
    Ok(CommitView {
        version: it.version.0,
        at: Moment(it.at),
        by: it.actor.to_string(),
        command: it.command.to_string(),
        events: serde_json::value::RawValue::from_string(it.events)
            .map_err(|error| Problem::internal(&error))?,
    })
}
