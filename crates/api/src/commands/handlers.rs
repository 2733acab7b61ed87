//! Giving commands over HTTP.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use dossier::Command;
use engine::{Reply, Request};
use kernel::{CaseNo, DossierKey, OrderNo, PayoutKey, ShopId, TaskId};
use serde::{Deserialize, Serialize};
use store::Version;
use utoipa::ToSchema;

use super::{CaseCommand, OrderCommand, PayoutCommand, TaskCommand, permission_for};
use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch, etag},
    problem::Input,
    wire::{CasePath, OrderPath, ShopPath, bounded, parsed},
};

/// What a command did. Durable when it is given.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// The dossier's version after it. Also the `ETag`.
    pub(crate) version: u64,
    /// What happened, in order. Empty if it was so already.
    #[schema(example = json!(["status-changed", "payout-reserved"]))]
    pub(crate) events: Vec<String>,
}

/// An answer with its `ETag`, and whether it was given before.
pub(crate) struct Answer(pub(crate) Reply);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Reply { version, kinds, repeated } = self.0;
        let tag = (header::ETAG, etag(version));
        let body = Json(Done { version: version.0, events: kinds });
        let mut response = (AppendHeaders([tag]), body).into_response();
        if repeated {
            let name = HeaderName::from_static("idempotency-replayed");
            response.headers_mut().insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Somebody's wish, checked and named, ready for the engine.
pub(crate) async fn give(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    (dossier, command): (DossierKey, Command),
    stands_on: Option<Version>,
) -> Result<Reply, Problem> {
    let request = request(app, caller, key, dossier, command).await?;
    let money = Caller::money_asked(&request);
    let outcome = app.carry_out(request, stands_on).await;
    if let Some(money) = money {
        caller.note_money(app, money, &outcome).await?;
    }
    outcome
}

/// The request behind a command, if the caller may give it at all.
pub(crate) async fn request(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    dossier: DossierKey,
    command: Command,
) -> Result<Request, Problem> {
    let Some(permission) = permission_for(&command) else { return Err(Problem::not_found()) };
    caller.require(app, &dossier.shop, permission).await?;
    Ok(Request {
        key: key.command_key(caller.name())?,
        actor: caller.actor(&dossier.shop, permission)?,
        dossier,
        command,
        pack: String::new(),
    })
}

/// Give a command to a case
///
/// The commands that are possible now, with their limits, are listed by `GET …/options`. Nothing
/// has happened unless the answer is 200; after 503 or a lost answer, ask again under the same
/// `Idempotency-Key`.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/commands",
    operation_id = "commandCase",
    tag = "cases",
    params(
        CasePath,
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = CaseCommand,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn command_case(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<CaseCommand>,
) -> Result<Answer, Problem> {
    let stands_on = stands_on.required()?;
    let command = (path.dossier(), body.command(path.case)?);
    give(&app, &caller, &key, command, stands_on).await.map(Answer)
}

/// Give a command to an order
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/commands",
    operation_id = "commandOrder",
    tag = "orders",
    params(
        OrderPath,
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = OrderCommand,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn command_order(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<OrderCommand>,
) -> Result<Answer, Problem> {
    let stands_on = stands_on.required()?;
    give(&app, &caller, &key, (path.dossier(), body.command()), stands_on).await.map(Answer)
}

/// Give a command to a task
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/tasks/{task}/commands",
    operation_id = "commandTask",
    tag = "tasks",
    params(
        OrderPath,
        ("task" = String, Path, description = "The task."),
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
    ),
    request_body = TaskCommand,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn command_task(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    task: Named<TaskId>,
    Input(body): Input<TaskCommand>,
) -> Result<Answer, Problem> {
    let command = (path.dossier(), body.command(task.0));
    give(&app, &caller, &key, command, stands_on.optional()).await.map(Answer)
}

/// Give a command to a payment
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/payouts/{payout}/commands",
    operation_id = "commandPayout",
    tag = "ledger",
    params(
        OrderPath,
        ("payout" = String, Path, description = "The payment's key."),
        ("Idempotency-Key" = String, Header, description = "Names this command for life."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
    ),
    request_body = PayoutCommand,
    responses((status = 200, body = Done)),
)]
pub(crate) async fn command_payout(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    payout: Named<PayoutKey>,
    Input(body): Input<PayoutCommand>,
) -> Result<Answer, Problem> {
    let command = (path.dossier(), body.command(payout.0));
    give(&app, &caller, &key, command, stands_on.optional()).await.map(Answer)
}

/// The last identifier of a path.
pub(crate) struct Named<T>(pub(crate) T);

impl<T: std::str::FromStr, S: Send + Sync> axum::extract::FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let found = axum::extract::RawPathParams::from_request_parts(parts, state).await;
        let last = found.ok().and_then(|it| it.iter().last().map(|(_, it)| it.to_owned()));
        let named = last.and_then(|it| it.parse().ok());
        named.map(Self).ok_or_else(Problem::not_found)
    }
}

/// Commands to many cases, each judged and answered by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    #[schema(min_items = 1, max_items = 200)]
    commands: Vec<BatchItem>,
}

/// A command to one of the cases.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchItem {
    order: String,
    case: String,
    /// The version that was read; whatever is there if it is not given.
    #[serde(default)]
    version: Option<u64>,
    command: CaseCommand,
}

/// What became of each, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchDone {
    results: Vec<BatchResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchResult {
    order: String,
    case: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<Done>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<crate::problem::ProblemBody>,
}

/// Give commands to many cases
///
/// Each is carried out or refused by itself; the answer says of each what became of it. Repeating
/// the request under the same `Idempotency-Key` carries out what was not.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/commands:batch",
    operation_id = "commandCases",
    tag = "cases",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names these commands for life."),
    ),
    request_body = Batch,
    responses((status = 200, body = BatchDone)),
)]
pub(crate) async fn command_cases(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    language: crate::headers::InLanguage,
    Input(body): Input<Batch>,
) -> Result<Json<BatchDone>, Problem> {
    if !caller.knows(&path.shop) {
        return Err(Problem::not_found());
    }
    if bounded(u16::MAX) < body.commands.len() || body.commands.is_empty() {
        return Err(Problem::malformed("commands", "1 to 200 commands"));
    }
    let commands = body.commands.into_iter().map(|it| {
        let (app, caller, key, shop) = (&app, &caller, &key, &path.shop);
        async move {
            let (order, case) = (it.order.clone(), it.case.clone());
            let outcome = one_of_many(app, caller, key, (shop, it)).await;
            let (done, problem) = match outcome {
                Ok(it) => (Some(Done { version: it.version.0, events: it.kinds }), None),
                Err(problem) => (None, Some(problem.body(language.0))),
            };
            BatchResult { order, case, done, problem }
        }
    });
    Ok(Json(BatchDone { results: futures_util::future::join_all(commands).await }))
}

async fn one_of_many(
    app: &App,
    caller: &Caller,
    key: &IdempotencyKey,
    (shop, item): (&ShopId, BatchItem),
) -> Result<Reply, Problem> {
    let order: OrderNo = parsed("order", item.order)?;
    let case: CaseNo = parsed("case", item.case)?;
    let key = key.of_part(case.as_str());
    let command = (DossierKey::new(shop.clone(), order), item.command.command(case)?);
    give(app, caller, &key, command, item.version.map(Version)).await
}
