//! Signing in and out, and who one is.
//!
//! A session lives on the server; the browser holds a token that says nothing. The cookie is
//! `HttpOnly`, and `SameSite=Lax` rather than `Strict`: people come to the workbench from links in
//! chats, and back from an identity provider, and would look signed out on arrival. What `Lax`
//! lets through are reads by following a link; everything that changes something takes the guard
//! as well, which no other site can know.

pub(crate) mod oneself;

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Choice as _, Timestamp};
use people::{Credentials, Origin, Permission, Place, Secret, SignedIn, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::{Caller, SESSION_COOKIE, Source, for_request},
    problem::Input,
    turned_away::TurnedAway as _,
    wire::{
        Code, Moment,
        codes::{PermissionCode, PositionCode},
    },
};

/// What somebody types to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    #[schema(max_length = 100)]
    login: String,
    #[schema(max_length = 1024)]
    password: String,
    /// A code of the authenticator or a recovery code, where a second step is set up.
    #[serde(default)]
    #[schema(max_length = 64)]
    code: Option<String>,
}

/// Somebody who is let in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Goes as `X-CSRF-Token` with every request that changes something; none for those who send
    /// a token or key themselves.
    csrf: Option<String>,
    /// `user`, `key` or `buyer`.
    #[schema(example = "user")]
    kind: &'static str,
    /// Of the user or key; the order of a buyer.
    id: String,
    login: Option<String>,
    name: Option<String>,
    has_second_step: Option<bool>,
    /// What they may do for the installation as a whole.
    everywhere: Vec<PermissionCode>,
    /// Where they work, in order of id.
    shops: Vec<PlaceView>,
    /// When it ends at the latest; none for a key that lasts until it is revoked.
    until: Option<Moment>,
    server_now: Moment,
}

/// What somebody is in a shop, and what they may do there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    shop: String,
    name: String,
    open: bool,
    positions: Vec<PositionCode>,
    /// 1 to 9, as the authority table of the policy pack knows it.
    grade: u32,
    permissions: Vec<PermissionCode>,
}

/// Sign in
///
/// Sets the session's cookie. What is sent back as `csrf` goes with every request that changes
/// something. Tries are limited by login and by address.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    operation_id = "signIn",
    tag = "session",
    security(()),
    request_body = SignInBody,
    responses((status = 200, body = SessionView)),
)]
pub(crate) async fn sign_in(
    State(app): State<App>,
    from: From,
    Input(body): Input<SignInBody>,
) -> Result<Response, Problem> {
    let source = from.source.clone();
    let signed_in = app
        .run(move |app| {
            let second = body.code.as_deref();
            let given = Credentials { login: &body.login, password: &body.password, second };
            let signed_in = app.people().sign_in(&given, &from.origin());
            signed_in.map_err(|error| error.problem(app))
        })
        .await?;
    app.let_in(signed_in, source).await
}

/// Who am I
///
/// For sessions, keys and buyers alike. A page that is loaded anew reads its `csrf` here.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    operation_id = "readSession",
    tag = "session",
    responses((status = 200, body = SessionView)),
)]
pub(crate) async fn read_session(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<SessionView>, Problem> {
    let csrf = caller.cookie_token().map(|it| app.people().csrf(it));
    app.session_view(caller, csrf).await.map(Json)
}

/// Sign out
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    operation_id = "signOut",
    tag = "session",
    responses((status = 204)),
)]
pub(crate) async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let token = caller.token.clone().ok_or_else(Problem::not_found)?;
    app.run(move |app| Ok(app.people().sign_out(&token)?)).await?;
    Ok(app.signed_out())
}

impl App {
    /// The answer that lets somebody who works here in.
    pub(crate) async fn let_in(
        &self,
        signed_in: SignedIn,
        source: Source,
    ) -> Result<Response, Problem> {
        let cookie = self.cookie(SESSION_COOKIE, "/", &signed_in.token)?;
        let caller = for_request(signed_in.session, source);
        let view = self.session_view(caller, Some(signed_in.csrf)).await?;
        let mut response = Json(view).into_response();
        response.headers_mut().append(header::SET_COOKIE, cookie);
        Ok(response)
    }

    /// The answer that takes the cookie away again.
    pub(crate) fn signed_out(&self) -> Response {
        let mut response = StatusCode::NO_CONTENT.into_response();
        if let Ok(cookie) = self.cookie_until(SESSION_COOKIE, ("/", "; Max-Age=0"), "") {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// A cookie that ends with the browser; the session behind it may end before.
    pub(crate) fn cookie(
        &self,
        name: &str,
        path: &str,
        token: &Secret,
    ) -> Result<HeaderValue, Problem> {
        self.cookie_until(name, (path, ""), token.reveal())
    }

    pub(crate) fn cookie_until(
        &self,
        name: &str,
        (path, until): (&str, &str),
        value: &str,
    ) -> Result<HeaderValue, Problem> {
        let secure = if self.settings().secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{until}{secure}");
        HeaderValue::try_from(text).map_err(|error| Problem::internal(&error))
    }

    async fn session_view(
        &self,
        caller: Caller,
        csrf: Option<Secret>,
    ) -> Result<SessionView, Problem> {
        self.run(move |app| {
            let principal = caller.principal();
            let (kind, id) = match principal.who() {
                Who::User(id) => ("user", id.to_string()),
                Who::Key(id) => ("key", id.clone()),
                Who::Buyer(order) => ("buyer", order.order.to_string()),
                Who::Console => ("console", String::new()),
            };
            let user = match principal.who() {
                Who::User(id) => app.people().user(principal, id)?,
                Who::Key(_) | Who::Buyer(_) | Who::Console => None,
            };
            let everywhere = Permission::ALL.iter().copied();
            let everywhere = everywhere.filter(|it| principal.may_everywhere(*it));
            let shops = principal.shops().map(|(id, place)| app.place_view(id, place));
            let lasts = caller.session().until;
            Ok(SessionView {
                csrf: csrf.map(|it| it.reveal().to_owned()),
                kind,
                id,
                login: user.as_ref().map(|it| it.login.clone()),
                has_second_step: user.as_ref().map(|it| it.has_second_step),
                name: user.map(|it| it.name),
                everywhere: everywhere.map(Code).collect(),
                shops: shops.collect::<Result<_, _>>()?,
                until: (lasts != Timestamp::from_epoch_seconds(i64::MAX)).then_some(Moment(lasts)),
                server_now: Moment(app.now()),
            })
        })
        .await
    }

    fn place_view(&self, id: &kernel::ShopId, place: &Place) -> Result<PlaceView, Problem> {
        let shop = self.people().shop(id)?;
        let open = shop.as_ref().is_some_and(|it| it.status == people::ShopStatus::Open);
        Ok(PlaceView {
            shop: id.to_string(),
            name: shop.map(|it| it.name).unwrap_or_default(),
            open,
            positions: place.positions().map(Code).collect(),
            grade: place.grade(),
            permissions: place.permissions().iter().map(Code).collect(),
        })
    }
}

/// Where somebody comes from who is not let in yet.
#[derive(Clone, Debug)]
pub(crate) struct From {
    pub(crate) source: Source,
    agent: String,
}

impl From {
    /// Callers without an address (in one process, without a network) are counted as one.
    pub(crate) fn origin(&self) -> Origin<'_> {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Origin { address: self.source.address.unwrap_or(nowhere), agent: &self.agent }
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self { source: Source::of(parts), agent: agent(&parts.headers) })
    }
}

fn agent(headers: &HeaderMap) -> String {
    let said = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    said.unwrap_or_default().to_owned()
}
