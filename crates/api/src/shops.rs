//! Shops: the tenants of the installation.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use kernel::ShopId;
use people::{Permission, Shop, ShopStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch, changed, content_version, etag},
    once::Given,
    problem::{Asked, Input, Said},
    turned_away::TurnedAway as _,
    wire::{
        Code, Moment, Page, ShopPath, bounded, codes::ShopStatusCode, decode_place, encode_place,
        parsed, usual_limit,
    },
};

/// A merchant's store on one marketplace or its own site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopView {
    #[schema(example = "north-island")]
    id: String,
    name: String,
    /// Where its orders come from.
    #[schema(example = "taobao")]
    channel: String,
    /// The pack new orders come under.
    pack: String,
    /// A closed shop keeps everything and accepts nothing.
    status: ShopStatusCode,
}

impl ShopView {
    pub(crate) fn of(shop: &Shop) -> Self {
        Self {
            id: shop.id.to_string(),
            name: shop.name.clone(),
            channel: shop.channel.clone(),
            pack: shop.pack.clone(),
            status: Code(shop.status),
        }
    }
}

/// A shop that is to be opened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewShopBody {
    /// Names it for ever: lower-case letters, digits and hyphens.
    #[schema(min_length = 1, max_length = 96, example = "north-island")]
    pub(crate) id: String,
    #[schema(min_length = 1, max_length = 100)]
    pub(crate) name: String,
    #[schema(min_length = 1, max_length = 40, example = "taobao")]
    pub(crate) channel: String,
    /// A pack that was published.
    #[schema(min_length = 1, max_length = 60, example = "base")]
    pub(crate) pack: String,
}

impl NewShopBody {
    pub(crate) fn shop(&self) -> Result<Shop, Problem> {
        Ok(Shop {
            id: parsed("id", &self.id)?,
            name: self.name.clone(),
            channel: self.channel.clone(),
            pack: self.pack.clone(),
            status: ShopStatus::Open,
        })
    }
}

/// What is to change; what is not named stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40)]
    channel: Option<String>,
    /// New orders come under it; orders that are known keep theirs.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60)]
    pack: Option<String>,
    #[serde(default)]
    status: Option<ShopStatusCode>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopsQuery {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List the caller's shops
///
/// All of the installation for platform admins. In order of id.
#[utoipa::path(
    get,
    path = "/api/v1/shops",
    operation_id = "listShops",
    tag = "shops",
    params(ShopsQuery),
    responses((status = 200, body = Page<ShopView>)),
)]
pub(crate) async fn list_shops(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ShopsQuery>,
) -> Result<Json<Page<ShopView>>, Problem> {
    caller.require_staff()?;
    app.run(move |app| {
        let after = query.after.as_deref().map(decode_place::<String>).transpose()?;
        let after: Option<ShopId> = after.map(|it| parsed("after", it)).transpose()?;
        let limit = bounded(query.limit);
        let shops = if caller.principal().may_everywhere(Permission::Platform) {
            app.people().shops(after.as_ref(), limit)?
        } else {
            let own = caller.principal().shops().map(|(id, _)| id);
            let own = own.filter(|it| after.as_ref().is_none_or(|after| after < *it));
            let found = own.take(limit).map(|id| app.people().shop(id));
            found.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?
        };
        let last = shops.last().filter(|_| shops.len() == limit);
        let next = last.map(|it| encode_place(&it.id.as_str()));
        let items = shops.iter().map(ShopView::of).collect();
        Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
    })
    .await
}

/// Open a shop
///
/// For platform admins.
#[utoipa::path(
    post,
    path = "/api/v1/shops",
    operation_id = "createShop",
    tag = "shops",
    params(("Idempotency-Key" = String, Header, description = "Names this request for life.")),
    request_body = NewShopBody,
    responses((status = 201, body = ShopView)),
)]
pub(crate) async fn create_shop(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Input(body): Input<NewShopBody>,
) -> Result<Given, Problem> {
    caller.require_everywhere(Permission::ManageShop)?;
    let shop = body.shop()?;
    let asked = ("create-shop", &body);
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, None, ("create-shop", shop.id.to_string()), |_| {
            app.require_pack(&shop)?;
            app.people().make_shop(by.principal(), &shop).map_err(|it| it.problem(app))?;
            Ok(Given::created(&ShopView::of(&shop)))
        })
    })
    .await
}

/// Read a shop
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}",
    operation_id = "readShop",
    tag = "shops",
    params(ShopPath),
    responses((status = 200, body = ShopView)),
)]
pub(crate) async fn read_shop(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
) -> Result<impl IntoResponse, Problem> {
    if !caller.knows(&path.shop) {
        return Err(Problem::not_found());
    }
    let shop = app.run(move |app| Ok(app.people().shop(&path.shop)?)).await?;
    let view = ShopView::of(&shop.ok_or_else(Problem::not_found)?);
    Ok((AppendHeaders([(header::ETAG, etag(content_version(&view)))]), Json(view)))
}

/// Change a shop
///
/// A shop that is closed answers every command with the problem `shop-closed`.
#[utoipa::path(
    patch,
    path = "/api/v1/shops/{shop}",
    operation_id = "changeShop",
    tag = "shops",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = ShopChange,
    responses((status = 200, body = ShopView)),
)]
pub(crate) async fn change_shop(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<ShopChange>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageShop).await?;
    let stands_on = stands_on.required()?;
    let asked = serde_json::to_value(("change-shop", path.shop.as_str(), &body));
    let (asked, by) = (asked.unwrap_or_default(), caller.clone());
    app.once(&caller, &key, &asked, move |app| {
        let on = path.shop.to_string();
        by.noted(app, Some(&path.shop), ("change-shop", on), |_| {
            let before = app.people().shop(&path.shop)?.ok_or_else(Problem::not_found)?;
            let version = content_version(&ShopView::of(&before));
            if stands_on.is_some_and(|it| it != version) {
                return Err(changed(version));
            }
            let after = body.applied(&before);
            app.require_pack(&after)?;
            let changed = app.people().change_shop(by.principal(), &before, &after);
            changed.map_err(|it| it.problem(app))?;
            app.open_shops().forget(&after.id);
            Ok(Given::ok(&ShopView::of(&after)))
        })
    })
    .await
}

impl ShopChange {
    fn applied(self, before: &Shop) -> Shop {
        Shop {
            id: before.id.clone(),
            name: self.name.unwrap_or_else(|| before.name.clone()),
            channel: self.channel.unwrap_or_else(|| before.channel.clone()),
            pack: self.pack.unwrap_or_else(|| before.pack.clone()),
            status: self.status.map_or(before.status, |it| it.0),
        }
    }
}

impl App {
    /// The shop's pack was published, and is no other shop's own.
    pub(crate) fn require_pack(&self, shop: &Shop) -> Result<(), Problem> {
        let is_known = self.engine().shelf().current(&shop.pack).is_some();
        let shops = self.names_of_shops()?;
        if is_known && !crate::packs::belongs_to_another(&shop.pack, &shop.id, &shops) {
            return Ok(());
        }
        let detail = Said::new(
            format!("没有名为“{}”的策略包，请先发布", shop.pack),
            format!("there is no pack `{}`; publish it first", shop.pack),
        );
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-pack", detail).at("pack"))
    }
}
