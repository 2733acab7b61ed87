//! API keys: how machines come in.

use axum::{Json, extract::State};
use people::{ApiKey, NewKey, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    headers::IdempotencyKey,
    once::Given,
    problem::{Asked, Input},
    turned_away::TurnedAway as _,
    wire::{
        Code, Moment, Page, ShopPath, bounded,
        codes::{PermissionCode, PositionCode},
        decode_place, encode_place, usual_limit,
    },
};

/// A key, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    id: String,
    /// What it is for.
    name: String,
    /// Whose role its commands are judged by, at grade 1.
    position: PositionCode,
    scopes: Vec<PermissionCode>,
    made_by: String,
    made_at: Moment,
    /// None lasts until it is revoked.
    until: Option<Moment>,
    /// To the minute.
    used_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl KeyView {
    fn of(it: &ApiKey) -> Self {
        Self {
            id: it.id.clone(),
            name: it.name.clone(),
            position: Code(it.position),
            scopes: it.scopes.iter().map(Code).collect(),
            made_by: it.made_by.to_string(),
            made_at: Moment(it.made_at),
            until: it.until.map(Moment),
            used_at: it.used_at.map(Moment),
            revoked_at: it.revoked_at.map(Moment),
        }
    }
}

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKeyView {
    key: KeyView,
    /// Send it as `Authorization: Bearer …`. Shown this once: a repeat of the request has none.
    secret: Option<String>,
}

/// A key that is to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyBody {
    /// What it is for.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    position: PositionCode,
    /// Within what the position may do, and what the caller may.
    #[schema(min_items = 1, max_items = 30)]
    scopes: Vec<PermissionCode>,
    #[serde(default)]
    until: Option<Moment>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysQuery {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List the keys of a shop, oldest first, revoked ones too
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/keys",
    operation_id = "listKeys",
    tag = "people",
    params(ShopPath, KeysQuery),
    responses((status = 200, body = Page<KeyView>)),
)]
pub(crate) async fn list_keys(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<KeysQuery>,
) -> Result<Json<Page<KeyView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ManageKeys).await?;
    app.run(move |app| {
        let (people, by) = (app.people(), caller.principal());
        let after = query.after.as_deref().map(decode_place::<String>).transpose()?;
        let after = after.map(|it| people.key(by, &path.shop, &it)).transpose();
        let after = after.map_err(|_| Problem::malformed("after", "there is no such place"))?;
        let limit = bounded(query.limit);
        let keys = people.keys(by, &path.shop, after.as_ref(), limit);
        let keys = keys.map_err(|error| error.problem(app))?;
        let last = keys.last().filter(|_| keys.len() == limit);
        let next = last.map(|it| encode_place(&it.id));
        let items = keys.iter().map(KeyView::of).collect();
        Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
    })
    .await
}

/// Make a key
///
/// Its secret is shown this once. A key can neither make keys nor manage people.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/keys",
    operation_id = "createKey",
    tag = "people",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = NewKeyBody,
    responses((status = 201, body = NewKeyView)),
)]
pub(crate) async fn create_key(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    Input(body): Input<NewKeyBody>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageKeys).await?;
    let asked = serde_json::to_value(("create-key", path.shop.as_str(), &body)).unwrap_or_default();
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, Some(&path.shop), ("create-key", String::new()), |on| {
            let wanted = NewKey {
                shop: &path.shop,
                name: &body.name,
                position: body.position.0,
                scopes: body.scopes.iter().map(|it| it.0).collect(),
                until: body.until.map(|it| it.0),
            };
            let made = app.people().make_key(by.principal(), &wanted);
            let (key, secret) = made.map_err(|error| error.problem(app))?;
            on.clone_from(&key.id);
            let key = KeyView::of(&key);
            let kept = NewKeyView { key: key.clone(), secret: None };
            let shown = NewKeyView { key, secret: Some(secret.reveal().to_owned()) };
            Ok(Given::created(&shown).keeping(&kept))
        })
    })
    .await
}

/// Revoke a key
///
/// It lets nobody in from now on, and stays in the list.
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/keys/{key}",
    operation_id = "revokeKey",
    tag = "people",
    params(
        ShopPath,
        ("key" = String, Path, description = "The key's id."),
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 200, body = KeyView)),
)]
pub(crate) async fn revoke_key(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    named: Named<String>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageKeys).await?;
    let asked = ("revoke-key", path.shop.to_string(), named.0.clone());
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, Some(&path.shop), ("revoke-key", named.0.clone()), |_| {
            let revoked = app.people().revoke_key(by.principal(), &path.shop, &named.0);
            Ok(Given::ok(&KeyView::of(&revoked.map_err(|error| error.problem(app))?)))
        })
    })
    .await
}
