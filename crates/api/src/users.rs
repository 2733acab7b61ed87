//! People: who works in a shop, as what, and how they come in.

pub(crate) mod platform;
pub(crate) mod seats;
pub(crate) mod way_in;

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use kernel::ShopId;
use people::{NewUser, Permission, Seat, User, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch, changed, content_version, etag},
    once::Given,
    problem::{Asked, Input},
    turned_away::TurnedAway as _,
    wire::{
        Code, Moment, Page, ShopPath, UserPath, bounded,
        codes::{PositionCode, UserStatusCode},
        decode_place, encode_place, parsed, usual_limit,
    },
};

/// A user, as far as the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    id: String,
    login: String,
    name: String,
    /// A closed user may not sign in; nothing of theirs is lost.
    status: UserStatusCode,
    /// In the shops in which the caller manages people.
    seats: Vec<SeatView>,
    is_platform_admin: bool,
    has_password: bool,
    has_second_step: bool,
    identities: Vec<IdentityBody>,
    made_at: Moment,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatView {
    shop: String,
    positions: Vec<PositionCode>,
    grade: u32,
}

/// Who somebody is to an identity provider.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityBody {
    /// The provider's `iss`.
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) issuer: String,
    /// The provider's `sub`.
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) subject: String,
}

impl UserView {
    pub(crate) fn of(user: &User) -> Self {
        let seat = |(shop, seat): (&ShopId, &Seat)| SeatView {
            shop: shop.to_string(),
            positions: seat.positions.iter().copied().map(Code).collect(),
            grade: seat.grade,
        };
        let identity = |it: &people::Identity| IdentityBody {
            issuer: it.issuer.clone(),
            subject: it.subject.clone(),
        };
        Self {
            id: user.id.to_string(),
            login: user.login.clone(),
            name: user.name.clone(),
            status: Code(user.status),
            seats: user.seats.iter().map(seat).collect(),
            is_platform_admin: user.is_platform_admin,
            has_password: user.has_password,
            has_second_step: user.has_second_step,
            identities: user.identities.iter().map(identity).collect(),
            made_at: Moment(user.made_at),
        }
    }
}

/// What somebody is in a shop.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeatBody {
    /// At least one, and not `platform-admin`.
    #[schema(min_items = 1, max_items = 20)]
    positions: Vec<PositionCode>,
    /// 1 to 9, as the authority table of the policy pack knows it.
    #[serde(default = "first_grade")]
    #[schema(minimum = 1, maximum = 9)]
    grade: u32,
}

fn first_grade() -> u32 {
    1
}

impl SeatBody {
    fn seat(&self) -> Seat {
        let positions: BTreeSet<_> = self.positions.iter().map(|it| it.0).collect();
        Seat { positions, grade: self.grade }
    }
}

/// A user who is to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserBody {
    /// Letters, digits and `.`, `-`, `_`, `@`, `+`; the installation's, whatever the shop.
    #[schema(min_length = 3, max_length = 64)]
    login: String,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// At least 12 characters; none for somebody who comes by an identity provider.
    #[serde(default, skip_serializing)]
    #[schema(max_length = 1024)]
    password: Option<String>,
    seat: SeatBody,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsersQuery {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List the people of a shop, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/users",
    operation_id = "listUsers",
    tag = "people",
    params(ShopPath, UsersQuery),
    responses((status = 200, body = Page<UserView>)),
)]
pub(crate) async fn list_users(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<UsersQuery>,
) -> Result<Json<Page<UserView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ManageUsers).await?;
    app.run(move |app| app.users_page(&caller, Some(&path.shop), &query)).await
}

impl App {
    /// A page of users of a shop, or of the installation. Blocks.
    fn users_page(
        &self,
        caller: &Caller,
        shop: Option<&ShopId>,
        query: &UsersQuery,
    ) -> Result<Json<Page<UserView>>, Problem> {
        let by = caller.principal();
        let after = query.after.as_deref().map(decode_place::<String>).transpose()?;
        let after: Option<UserId> = after.map(|it| parsed("after", it)).transpose()?;
        let after = after.map(|it| self.people().user(by, &it)).transpose()?.flatten();
        if query.after.is_some() && after.is_none() {
            return Err(Problem::malformed("after", "send `next` of the page before, unchanged"));
        }
        let limit = bounded(query.limit);
        let users = self.people().users(by, shop, after.as_ref(), limit);
        let users = users.map_err(|error| error.problem(self))?;
        let last = users.last().filter(|_| users.len() == limit);
        let next = last.map(|it| encode_place(&it.id.as_str()));
        let items = users.iter().map(UserView::of).collect();
        Ok(Json(Page { items, next, server_now: Moment(self.now()) }))
    }

    /// Somebody who works in the shop. Blocks.
    fn user_of(&self, caller: &Caller, path: &UserPath) -> Result<User, Problem> {
        let found = self.people().user(caller.principal(), &path.user)?;
        let found = found.filter(|it| it.seats.contains_key(&path.shop));
        found.ok_or_else(Problem::not_found)
    }
}

/// Make a user who works in the shop
///
/// Nobody gives permissions they do not have.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/users",
    operation_id = "createUser",
    tag = "people",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = NewUserBody,
    responses((status = 201, body = UserView)),
)]
pub(crate) async fn create_user(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    Input(body): Input<NewUserBody>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageUsers).await?;
    let asked = asked("create-user", &path.shop, "", &body);
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, Some(&path.shop), ("create-user", String::new()), |on| {
            let password = body.password.as_deref();
            let wanted = NewUser { login: &body.login, name: &body.name, password };
            let seat = body.seat.seat();
            let made = app.people().make_user(by.principal(), &wanted, &path.shop, &seat);
            let user = made.map_err(|error| error.problem(app))?;
            *on = user.id.to_string();
            Ok(Given::created(&UserView::of(&user)))
        })
    })
    .await
}

/// All that tells a request from others under the same key.
fn asked(what: &str, shop: &ShopId, on: &str, body: &impl Serialize) -> serde_json::Value {
    serde_json::to_value((what, shop.as_str(), on, body)).unwrap_or_default()
}

/// Read a user
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/users/{user}",
    operation_id = "readUser",
    tag = "people",
    params(UserPath),
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn read_user(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&app, &path.shop, Permission::ManageUsers).await?;
    let user = app.run(move |app| app.user_of(&caller, &path)).await?;
    let view = UserView::of(&user);
    Ok((AppendHeaders([(header::ETAG, etag(content_version(&view)))]), Json(view)))
}

/// What is to change of a user as a whole; what is not named stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60)]
    name: Option<String>,
    /// Closing ends all their sessions.
    #[serde(default)]
    status: Option<UserStatusCode>,
}

/// Rename, close or open a user
///
/// Takes the right to manage people in every shop in which they work.
#[utoipa::path(
    patch,
    path = "/api/v1/shops/{shop}/users/{user}",
    operation_id = "changeUser",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = UserChange,
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn change_user(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<UserChange>,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ManageUsers).await?;
    let stands_on = stands_on.required()?;
    let asked = asked("change-user", &path.shop, path.user.as_str(), &body);
    let by = caller.clone();
    app.once(&caller, &key, &asked, move |app| {
        by.noted(app, Some(&path.shop), ("change-user", path.user.to_string()), |_| {
            let mut user = app.user_of(&by, &path)?;
            check_unchanged(&user, stands_on)?;
            if let Some(name) = &body.name {
                let renamed = app.people().rename(by.principal(), &path.user, name);
                user = renamed.map_err(|error| error.problem(app))?;
            }
            if let Some(status) = body.status {
                let closed = app.people().set_status(by.principal(), &path.user, status.0);
                user = closed.map_err(|error| error.problem(app))?;
            }
            Ok(Given::ok(&UserView::of(&user)))
        })
    })
    .await
}

fn check_unchanged(user: &User, stands_on: Option<store::Version>) -> Result<(), Problem> {
    let version = content_version(&UserView::of(user));
    if stands_on.is_some_and(|it| it != version) { Err(changed(version)) } else { Ok(()) }
}
