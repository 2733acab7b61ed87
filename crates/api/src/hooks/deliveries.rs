//! What became of messages.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{header, request::Parts},
    response::{AppendHeaders, IntoResponse},
};
use kernel::ShopId;
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webhooks::{DeliveryId, DeliveryPage, EndpointId};

use super::{
    bodies::WebhookPath,
    views::{DeliveryDetail, DeliveryView},
};
use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch, etag},
    once::Given,
    problem::{Asked, Input},
    wire::{
        Moment, Page, ShopPath, bounded, codes::DeliveryStateCode, decode_place, encode_place,
        usual_limit,
    },
};

/// `/shops/{shop}/deliveries/{delivery}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DeliveryPath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    shop: ShopId,
    /// The delivery.
    #[param(value_type = String, example = "dlv_4f0c2a7b91d3e5864f0c2a7b91d3e586")]
    delivery: DeliveryId,
}

impl<S: Send + Sync> FromRequestParts<S> for DeliveryPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Texts {
            shop: String,
            delivery: String,
        }
        let texts = Path::<Texts>::from_request_parts(parts, state).await;
        let Path(texts) = texts.map_err(|_| Problem::not_found())?;
        let shop = texts.shop.parse().map_err(|_| Problem::not_found())?;
        let delivery = DeliveryId::parse(&texts.delivery).ok_or_else(Problem::not_found)?;
        Ok(Self { shop, delivery })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveriesQuery {
    /// Only those to this webhook, which may be deleted by now.
    #[serde(default)]
    webhook: Option<String>,
    #[serde(default)]
    state: Option<DeliveryStateCode>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List deliveries, newest first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/deliveries",
    operation_id = "listDeliveries",
    tag = "webhooks",
    params(ShopPath, DeliveriesQuery),
    responses((status = 200, body = Page<DeliveryView>)),
)]
pub(crate) async fn list_deliveries(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<DeliveriesQuery>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ManageWebhooks).await?;
    let endpoint = query.webhook.as_deref().map(|it| {
        let parsed = EndpointId::parse(it);
        parsed.ok_or_else(|| Problem::malformed("webhook", "this is no webhook's id"))
    });
    let endpoint = endpoint.transpose()?;
    app.run(move |app| {
        let page = DeliveryPage {
            shop: path.shop,
            endpoint,
            state: query.state.map(|it| it.0),
            after: query.after.as_deref().map(decode_place).transpose()?,
            limit: bounded(query.limit).saturating_add(1),
        };
        let mut found = app.deliveries().list(&page)?;
        let has_more = bounded(query.limit) < found.len();
        found.truncate(bounded(query.limit));
        let next = found.last().filter(|_| has_more).map(|it| encode_place(&it.cursor()));
        let items = found.iter().map(DeliveryView::of).collect();
        Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
    })
    .await
}

/// Read a delivery, with its payload and all that was tried
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/deliveries/{delivery}",
    operation_id = "readDelivery",
    tag = "webhooks",
    params(DeliveryPath),
    responses((status = 200, body = DeliveryDetail)),
)]
pub(crate) async fn read_delivery(
    State(app): State<App>,
    caller: Caller,
    path: DeliveryPath,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&app, &path.shop, Permission::ManageWebhooks).await?;
    let found = app.run(move |app| Ok(app.deliveries().find(&path.shop, &path.delivery)?)).await?;
    let tag = AppendHeaders([(header::ETAG, etag(found.version))]);
    Ok((tag, Json(DeliveryDetail::of(&found))))
}

/// Send a delivery again, and now
///
/// Under the same `webhook-id`. One that waits is sent without waiting.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/deliveries/{delivery}/replay",
    operation_id = "replayDelivery",
    tag = "webhooks",
    params(
        DeliveryPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, body = DeliveryView)),
)]
pub(crate) async fn replay_delivery(
    State(app): State<App>,
    caller: Caller,
    path: DeliveryPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::Replay).await?;
    let stands_on = stands_on.required()?;
    let asked = ("replay-delivery", path.shop.to_string(), path.delivery.to_string());
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        let about = ("replay-delivery", path.delivery.to_string());
        by.noted(app, Some(&path.shop), about, |_| {
            let replayed = app.deliveries().replay(&path.shop, &path.delivery, stands_on)?;
            Ok(Given::ok(&DeliveryView::of(&replayed)))
        })
    })
    .await
}

/// What is to be sent again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// What was made then or later, and was given up.
    since: Moment,
}

/// How far a replay of many came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    count: usize,
    /// There is nothing left to replay. If not, ask again under another `Idempotency-Key`.
    are_all: bool,
}

/// Send again what was given up since some instant
///
/// The oldest hundred at once.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}/replay",
    operation_id = "replayWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = ReplayBody,
    responses((status = 200, body = Replayed)),
)]
pub(crate) async fn replay_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    key: IdempotencyKey,
    Input(body): Input<ReplayBody>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::Replay).await?;
    let asked = ("replay-webhook", path.shop.to_string(), path.webhook.to_string(), &body);
    let asked = serde_json::to_value(asked).unwrap_or_default();
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        let about = ("replay-webhook", path.webhook.to_string());
        by.noted(app, Some(&path.shop), about, |_| {
            let since = body.since.0;
            let replayed =
                app.deliveries().replay_failed(&path.shop, &path.webhook, since, MOST_REPLAYED)?;
            let (count, are_all) = (replayed.count, replayed.are_all);
            Ok(Given::ok(&Replayed { count, are_all }))
        })
    })
    .await
}

const MOST_REPLAYED: usize = 100;
