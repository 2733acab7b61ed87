//! Where a shop's messages go.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use kernel::Span;
use people::Permission;
use serde::{Deserialize, Serialize};
use store::Version;
use utoipa::IntoParams;
use webhooks::{Endpoint, Opened, Overlap};

use super::{
    bodies::{RotateBody, WebhookBody, WebhookPath},
    views::{DeliveryView, NewWebhookView, WebhookView},
};
use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch, etag},
    once::Given,
    problem::{Asked, Input},
    wire::{Moment, Page, ShopPath, bounded, decode_place, encode_place, usual_limit},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhooksQuery {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

impl App {
    /// The version to stand on, where the caller takes whatever is there.
    fn webhook_version(
        &self,
        path: &WebhookPath,
        stands_on: Option<Version>,
    ) -> Result<Version, Problem> {
        match stands_on {
            Some(version) => Ok(version),
            None => Ok(self.endpoints().find(&path.shop, &path.webhook)?.version),
        }
    }

    fn webhook_view(&self, endpoint: &Endpoint) -> WebhookView {
        WebhookView::of(endpoint, self.now())
    }

    /// What is shown once, and what is kept for repeats.
    fn opened(&self, opened: &Opened) -> (NewWebhookView, NewWebhookView) {
        let view = || self.webhook_view(&opened.endpoint);
        let secret = Some(opened.secret.reveal().to_string());
        (
            NewWebhookView { webhook: view(), secret },
            NewWebhookView { webhook: view(), secret: None },
        )
    }
}

/// Who asks for what under which key.
struct Ask<'a> {
    caller: &'a Caller,
    key: &'a IdempotencyKey,
    what: &'static str,
    path: WebhookPath,
}

impl Ask<'_> {
    /// Does it once, and writes down what became of it.
    async fn once(
        self,
        app: &App,
        body: &impl Serialize,
        work: impl FnOnce(&App, &WebhookPath) -> Result<Given, Problem> + Send + 'static,
    ) -> Result<Given, Problem> {
        let Ask { caller, key, what, path } = self;
        caller.require(app, &path.shop, Permission::ManageWebhooks).await?;
        let asked = (what, path.shop.as_str(), path.webhook.as_str(), body);
        let asked = serde_json::to_value(asked).unwrap_or_default();
        let by = caller.clone();
        app.once(caller, key, &asked, move |app| {
            let on = path.webhook.to_string();
            by.noted(app, Some(&path.shop), (what, on), |_| work(app, &path))
        })
        .await
    }
}

/// List the webhooks of a shop, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/webhooks",
    operation_id = "listWebhooks",
    tag = "webhooks",
    params(ShopPath, WebhooksQuery),
    responses((status = 200, body = Page<WebhookView>)),
)]
pub(crate) async fn list_webhooks(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<WebhooksQuery>,
) -> Result<Json<Page<WebhookView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ManageWebhooks).await?;
    app.run(move |app| {
        // There are never more than a few: a page is cut out of all of them.
        let all = app.endpoints().list(&path.shop)?;
        let after = query.after.as_deref().map(decode_place::<(i64, String)>).transpose()?;
        let place = |it: &Endpoint| (it.created.epoch_seconds(), it.id.to_string());
        let is_behind = |it: &&Endpoint| after.as_ref().is_none_or(|after| *after < place(it));
        let mut rest: Vec<&Endpoint> = all.iter().filter(is_behind).collect();
        let has_more = bounded(query.limit) < rest.len();
        rest.truncate(bounded(query.limit));
        let next = rest.last().filter(|_| has_more).map(|it| encode_place(&place(it)));
        let items = rest.into_iter().map(|it| app.webhook_view(it)).collect();
        Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
    })
    .await
}

/// Make a webhook
///
/// Its secret is shown this once. It hears of what happens from now on.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks",
    operation_id = "createWebhook",
    tag = "webhooks",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = WebhookBody,
    responses((status = 201, body = NewWebhookView)),
)]
pub(crate) async fn create_webhook(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    Input(body): Input<WebhookBody>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageWebhooks).await?;
    let asked = ("create-webhook", path.shop.as_str(), &body);
    let asked = serde_json::to_value(asked).unwrap_or_default();
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, Some(&path.shop), ("create-webhook", String::new()), |on| {
            let opened = app.endpoints().create(&path.shop, body.wish()?, None)?;
            *on = opened.endpoint.id.to_string();
            let (shown, kept) = app.opened(&opened);
            Ok(Given::created(&shown).keeping(&kept))
        })
    })
    .await
}

/// Read a webhook
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}",
    operation_id = "readWebhook",
    tag = "webhooks",
    params(WebhookPath),
    responses((status = 200, body = WebhookView)),
)]
pub(crate) async fn read_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&app, &path.shop, Permission::ManageWebhooks).await?;
    app.run(move |app| {
        let endpoint = app.endpoints().find(&path.shop, &path.webhook)?;
        let tag = AppendHeaders([(header::ETAG, etag(endpoint.version))]);
        Ok((tag, Json(app.webhook_view(&endpoint))))
    })
    .await
}

/// Change a webhook
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}",
    operation_id = "changeWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = WebhookBody,
    responses((status = 200, body = WebhookView)),
)]
pub(crate) async fn change_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
    Input(body): Input<WebhookBody>,
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "change-webhook", path };
    let asked = body.clone();
    ask.once(&app, &asked, move |app, path| {
        let version = app.webhook_version(path, stands_on.required()?)?;
        let changed = app.endpoints().change(&path.shop, &path.webhook, version, body.wish()?)?;
        Ok(Given::ok(&app.webhook_view(&changed)))
    })
    .await
}

/// Change the secret of a webhook
///
/// The new one is shown this once. The old one signs as well until the overlap is over.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}/rotate",
    operation_id = "rotateWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = RotateBody,
    responses((status = 200, body = NewWebhookView)),
)]
pub(crate) async fn rotate_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
    Input(body): Input<RotateBody>,
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "rotate-webhook", path };
    let seconds = body.overlap_seconds;
    ask.once(&app, &body, move |app, path| {
        let span = (0..=604_800).contains(&seconds).then(|| Span::seconds(seconds));
        let overlap = span.and_then(Overlap::new);
        let overlap = overlap.ok_or_else(|| {
            Problem::malformed("overlap_seconds", "an overlap is 0 to 604800 seconds")
        })?;
        let version = app.webhook_version(path, stands_on.required()?)?;
        let opened = app.endpoints().rotate(&path.shop, &path.webhook, version, (None, overlap))?;
        let (shown, kept) = app.opened(&opened);
        Ok(Given::ok(&shown).keeping(&kept))
    })
    .await
}

/// Send to a webhook again, what waited first
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}/enable",
    operation_id = "enableWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, body = WebhookView)),
)]
pub(crate) async fn enable_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "enable-webhook", path };
    ask.once(&app, &(), move |app, path| {
        let version = app.webhook_version(path, stands_on.required()?)?;
        let enabled = app.endpoints().enable(&path.shop, &path.webhook, version)?;
        Ok(Given::ok(&app.webhook_view(&enabled)))
    })
    .await
}

/// Send nothing more to a webhook
///
/// What happens meanwhile it never hears of. What waits goes on waiting.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}/disable",
    operation_id = "disableWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, body = WebhookView)),
)]
pub(crate) async fn disable_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "disable-webhook", path };
    ask.once(&app, &(), move |app, path| {
        let version = app.webhook_version(path, stands_on.required()?)?;
        let disabled = app.endpoints().disable(&path.shop, &path.webhook, version)?;
        Ok(Given::ok(&app.webhook_view(&disabled)))
    })
    .await
}

/// Delete a webhook
///
/// What waits for it is given up; its deliveries can be read for another 30 days.
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}",
    operation_id = "deleteWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    (key, stands_on): (IdempotencyKey, IfMatch),
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "delete-webhook", path };
    ask.once(&app, &(), move |app, path| {
        let version = app.webhook_version(path, stands_on.required()?)?;
        app.endpoints().remove(&path.shop, &path.webhook, version)?;
        Ok(Given::nothing())
    })
    .await
}

/// Try a webhook
///
/// Sends a message of the type `webhook.ping`, whatever it wants to hear, before all that waits.
/// Read the delivery to see what came of it.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/webhooks/{webhook}/ping",
    operation_id = "pingWebhook",
    tag = "webhooks",
    params(
        WebhookPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 201, body = DeliveryView)),
)]
pub(crate) async fn ping_webhook(
    State(app): State<App>,
    caller: Caller,
    path: WebhookPath,
    key: IdempotencyKey,
) -> Result<Given, Problem> {
    let ask = Ask { caller: &caller, key: &key, what: "ping-webhook", path };
    ask.once(&app, &(), move |app, path| {
        let delivery = app.deliveries().ping(&path.shop, &path.webhook)?;
        Ok(Given::created(&DeliveryView::of(&delivery)))
    })
    .await
}
