//! Who asks, and what they may.

mod sent;

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Method, StatusCode, request::Parts},
};
use dossier::command::Actor;
use engine::{Reply, Request};
use kernel::{ActorId, DossierKey, ShopId};
use people::{AuthError, Note, Outcome, Permission, Principal, Session, UserId, Who};

pub(crate) use self::sent::{BUYER_COOKIE, BUYER_PATH, SESSION_COOKIE, cookie, text_of};
use self::sent::{CSRF_HEADER, bearer, cookie_of};
use crate::{
    App, Problem,
    commands::money_of,
    open_shops::is_work,
    ops::{Asking, ClientAddress, RequestId},
    problem::Said,
};

/// Where a request comes from: what is around the handlers knows, behind proxies as well.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub(crate) address: Option<IpAddr>,
    /// Names the request in logs and in the audit trail.
    pub(crate) request: String,
}

/// Whoever a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    session: Arc<Session>,
    name: String,
    pub(crate) source: Source,
    /// The token the session was proven by; none for an API key.
    pub(crate) token: Option<String>,
    /// Whether a browser sent it by itself.
    is_cookie: bool,
}

/// Money a command asks to move, as the audit trail tells it.
pub(crate) struct MoneyAsked {
    shop: ShopId,
    what: &'static str,
    on: String,
    amount_fen: Option<i64>,
}

impl Caller {
    pub(crate) fn principal(&self) -> &Principal {
        &self.session.principal
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The caller may do this in the shop. 404 if the shop is not one of the caller's, 403 if the
    /// permission is missing.
    pub(crate) async fn require(
        &self,
        app: &App,
        shop: &ShopId,
        permission: Permission,
    ) -> Result<(), Problem> {
        if self.principal().may(permission, shop) {
            if is_work(permission) {
                app.require_open(shop).await?;
            }
            return Ok(());
        }
        if !self.knows(shop) {
            return Err(Problem::not_found());
        }
        let denied = forbidden(permission);
        let note = self.note(shop, (permission.to_string(), shop.to_string()), None, Some(&denied));
        app.note(note).await?;
        Err(denied)
    }

    /// The caller may do this for the installation as a whole.
    pub(crate) fn require_everywhere(&self, permission: Permission) -> Result<(), Problem> {
        if self.principal().may_everywhere(permission) {
            return Ok(());
        }
        self.require_staff()?;
        Err(forbidden(permission))
    }

    /// The caller is no buyer: for a buyer there is nothing but the buyer's own order.
    pub(crate) fn require_staff(&self) -> Result<(), Problem> {
        match self.principal().who() {
            Who::Buyer(_) => Err(Problem::not_found()),
            Who::User(_) | Who::Key(_) | Who::Console => Ok(()),
        }
    }

    /// The user the caller is. Keys and buyers are none.
    pub(crate) fn user(&self) -> Result<&UserId, Problem> {
        match self.principal().who() {
            Who::User(id) => Ok(id),
            Who::Buyer(_) | Who::Key(_) | Who::Console => Err(Problem::not_found()),
        }
    }

    /// Whether the caller may know that there is such a shop.
    pub(crate) fn knows(&self, shop: &ShopId) -> bool {
        self.works_in(shop) || self.principal().may_everywhere(Permission::Platform)
    }

    /// Does something about people or keys, and writes down what became of it: `what` was done,
    /// `on` whom, which `work` may say better when it is done. Blocks.
    pub(crate) fn noted<T>(
        &self,
        app: &App,
        shop: Option<&ShopId>,
        (what, mut on): (&str, String),
        work: impl FnOnce(&mut String) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let outcome = work(&mut on);
        let note = Note {
            shop: shop.cloned(),
            who: self.principal().actor(),
            what: what.to_owned(),
            on,
            outcome: match outcome.as_ref().err() {
                None => Outcome::Allowed,
                Some(problem) => Outcome::Denied(problem.code().to_owned()),
            },
            amount_fen: None,
            request: self.source.request.clone(),
            address: self.source.address,
        };
        app.people().audit().note(&note)?;
        outcome
    }

    /// The token of a session's cookie.
    pub(crate) fn cookie_token(&self) -> Option<&str> {
        self.token.as_deref().filter(|_| self.is_cookie)
    }

    /// Whether the caller works in the shop at all.
    pub(crate) fn works_in(&self, shop: &ShopId) -> bool {
        self.principal().place(shop).is_some()
    }

    /// The one order the caller may see, if the caller is a buyer.
    pub(crate) fn own_order(&self) -> Result<DossierKey, Problem> {
        match self.principal().who() {
            Who::Buyer(order) => Ok(order.clone()),
            Who::User(_) | Who::Key(_) | Who::Console => Err(Problem::not_found()),
        }
    }

    /// The caller's name, unique in the installation.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Under which role and grade the caller's command is judged.
    pub(crate) fn actor(&self, shop: &ShopId, permission: Permission) -> Result<Actor, Problem> {
        let role = self.principal().role_for(permission, shop);
        let role = role.ok_or_else(|| forbidden(permission))?;
        let grade = self.principal().place(shop).map_or(1, people::Place::grade);
        Ok(Actor { id: self.principal().actor(), role, grade })
    }

    /// The caller as somebody who decides, or looks, if that is all.
    pub(crate) fn usual_actor(&self, shop: &ShopId) -> Result<Actor, Problem> {
        self.actor(shop, Permission::Decide)
            .or_else(|_| self.actor(shop, Permission::WorkTasks))
            .or_else(|_| self.actor(shop, Permission::ReadCases))
    }

    /// What the audit trail is told of a command that moves money, or does not.
    pub(crate) fn money_asked(request: &Request) -> Option<MoneyAsked> {
        let (what, case, amount) = money_of(&request.command)?;
        let order = &request.dossier.order;
        Some(MoneyAsked {
            shop: request.dossier.shop.clone(),
            what,
            on: format!("{order}/{case}"),
            amount_fen: amount.map(money::Money::minor),
        })
    }

    pub(crate) async fn note_money(
        &self,
        app: &App,
        money: MoneyAsked,
        outcome: &Result<Reply, Problem>,
    ) -> Result<(), Problem> {
        let about = (money.what.to_owned(), money.on);
        let note = self.note(&money.shop, about, money.amount_fen, outcome.as_ref().err());
        app.note(note).await
    }

    /// An entry of the audit trail.
    pub(crate) fn note(
        &self,
        shop: &ShopId,
        (what, on): (String, String),
        amount_fen: Option<i64>,
        denied: Option<&Problem>,
    ) -> Note {
        Note {
            shop: Some(shop.clone()),
            who: self.principal().actor(),
            what,
            on,
            outcome: match denied {
                None => Outcome::Allowed,
                Some(problem) => Outcome::Denied(problem.code().to_owned()),
            },
            amount_fen,
            request: self.source.request.clone(),
            address: self.source.address,
        }
    }
}

pub(crate) fn forbidden(permission: Permission) -> Problem {
    let detail = Said::new(
        format!("没有“{permission}”权限，请联系店铺管理员"),
        format!("the permission `{permission}` is missing; whoever manages the shop can give it"),
    );
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).allowing([permission.to_string()])
}

pub(crate) fn not_signed_in() -> Problem {
    let detail = Said::new("请先登录", "sign in first, or send an API key");
    Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", detail)
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let source = Source::of(parts);
        let by_header = bearer(&parts.headers).map(str::to_owned);
        let (text, is_cookie) = match by_header {
            Some(text) => (text, false),
            None => match cookie(&parts.headers, cookie_of(parts.uri.path())) {
                Some(text) => (text.to_owned(), true),
                None => return Err(not_signed_in()),
            },
        };
        let session = app.authenticate(text.clone()).await?;
        let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
        if is_cookie && !is_safe {
            let guard = parts.headers.get(CSRF_HEADER).and_then(|it| it.to_str().ok());
            if !guard.is_some_and(|it| app.people().is_csrf(&text, it)) {
                return Err(no_guard());
            }
        }
        let name = name_of(&session);
        if let Some(asking) = parts.extensions.get::<Asking>() {
            asking.is(&name);
        }
        let is_key = matches!(session.principal.who(), Who::Key(_));
        Ok(Self { session, name, source, token: (!is_key).then_some(text), is_cookie })
    }
}

/// Somebody who was let in by this very request.
pub(crate) fn for_request(session: Session, source: Source) -> Caller {
    let name = name_of(&session);
    Caller { session: Arc::new(session), name, source, token: None, is_cookie: false }
}

fn name_of(session: &Session) -> String {
    match session.principal.who() {
        // Order numbers are unique in a shop only.
        Who::Buyer(order) => format!("buyer-{order}"),
        Who::User(_) | Who::Key(_) | Who::Console => session.principal.actor().to_string(),
    }
}

fn no_guard() -> Problem {
    let detail = Said::new(
        "请求缺少或带错了 X-CSRF-Token；请刷新页面后重试",
        "the header `X-CSRF-Token` is missing or wrong; read it anew from `GET /api/v1/session`",
    );
    Problem::new(StatusCode::FORBIDDEN, "csrf", detail).at("X-CSRF-Token")
}

impl Source {
    pub(crate) fn of(parts: &Parts) -> Self {
        if let Some(source) = parts.extensions.get::<Self>() {
            return source.clone();
        }
        let client = parts.extensions.get::<ClientAddress>().map(|it| it.address);
        let peer = || parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>();
        let request = parts.extensions.get::<RequestId>().map(|it| it.0.clone());
        Self {
            address: client.or_else(|| peer().map(|it| it.0.ip())),
            request: request.unwrap_or_default(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

impl App {
    async fn authenticate(&self, text: String) -> Result<Arc<Session>, Problem> {
        if let Some(session) = self.people().fresh(&text) {
            return Ok(session);
        }
        self.run(move |app| {
            let found = if text.starts_with("gk_") {
                app.people().authenticate_key(&text)
            } else {
                app.people().authenticate(&text)
            };
            found.map_err(|error| match error {
                AuthError::NotSignedIn => not_signed_in(),
                AuthError::Failed(failure) => failure.into(),
            })
        })
        .await
    }

    /// The pack new orders of a shop come under.
    pub(crate) async fn usual_pack(&self, shop: &ShopId) -> Result<String, Problem> {
        let shop = shop.clone();
        let found = self.run(move |app| Ok(app.people().shop(&shop)?)).await?;
        found.map(|it| it.pack).ok_or_else(Problem::not_found)
    }

    /// The names of all shops, of which some own packs.
    pub(crate) fn names_of_shops(&self) -> Result<Vec<String>, Problem> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let shops = self.people().shops(after.as_ref(), 200)?;
            let Some(last) = shops.last() else { return Ok(names) };
            after = Some(last.id.clone());
            names.extend(shops.into_iter().map(|it| it.id.to_string()));
        }
    }
}

impl From<people::Failure> for Problem {
    fn from(failure: people::Failure) -> Self {
        if failure.is_busy() { Self::busy() } else { Self::internal(&failure) }
    }
}

/// Somebody by name, for what is written down.
pub(crate) fn actor_named(text: &str) -> Result<ActorId, Problem> {
    crate::wire::parsed("who", text)
}
