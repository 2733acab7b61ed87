//! The first minute of an installation: its first admin and shop.
//!
//! Whoever comes first owns the installation, so that who comes first must not be left to the
//! network: the process writes a code into its own log, and only who can read that log sets it up.

use std::fmt;

use axum::{Json, extract::State, http::StatusCode};
use people::{NewUser, Note, Outcome};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    problem::{Input, Said},
    session::From,
    shops::{NewShopBody, ShopView},
    turned_away::{TurnedAway as _, already_set_up},
    users::UserView,
};

/// What has to be sent along to set an installation up. Made anew by each process that finds its
/// installation empty.
#[derive(Clone)]
pub struct SetupCode(String);

impl SetupCode {
    /// 80 random bits in 20 hexadecimal digits, in groups of five.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 10];
        getrandom::fill(&mut bytes)?;
        let digit = |it: u8| char::from_digit(u32::from(it), 16).unwrap_or('0');
        let letters = bytes.iter().flat_map(|it| [digit(it >> 4_u32), digit(it & 15)]);
        let letters: Vec<char> = letters.collect();
        let groups: Vec<String> = letters.chunks(5).map(|it| it.iter().collect()).collect();
        Ok(Self(groups.join("-")))
    }

    /// For the log of whoever starts the process, and nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Digests are compared, so that the time it takes says nothing of the code.
    fn is(&self, given: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(given.trim().as_bytes())
    }
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode(…)")
    }
}

/// What a page has to know before anybody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupState {
    needed: bool,
    /// Whether people may sign in by an identity provider: `GET /api/v1/session/oidc`.
    identity_provider: bool,
}

/// Tell whether the installation has to be set up, and how people may sign in
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    operation_id = "readSetup",
    tag = "session",
    security(()),
    responses((status = 200, body = SetupState)),
)]
pub(crate) async fn read_setup(State(app): State<App>) -> Result<Json<SetupState>, Problem> {
    app.run(|app| {
        let identity_provider = app.identity_provider().is_some();
        Ok(Json(SetupState { needed: !app.people().is_set_up()?, identity_provider }))
    })
    .await
}

/// The first admin and the first shop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupBody {
    /// From the log of the process.
    #[schema(max_length = 64)]
    code: String,
    #[schema(min_length = 3, max_length = 64)]
    login: String,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// At least 12 characters.
    #[schema(max_length = 1024)]
    password: String,
    /// A shop whose owner the admin is.
    #[serde(default)]
    shop: Option<NewShopBody>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetUp {
    user: UserView,
    shop: Option<ShopView>,
}

/// Make the first admin and shop
///
/// Once in the life of an installation, with the code that the process wrote into its log.
/// Afterwards, sign in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    operation_id = "setUp",
    tag = "session",
    security(()),
    request_body = SetupBody,
    responses((status = 201, body = SetUp)),
)]
pub(crate) async fn set_up(
    State(app): State<App>,
    from: From,
    Input(body): Input<SetupBody>,
) -> Result<(StatusCode, Json<SetUp>), Problem> {
    app.run(move |app| {
        if app.people().is_set_up()? {
            return Err(already_set_up());
        }
        if !app.setup_code().is_some_and(|it| it.is(&body.code)) {
            let detail = Said::new(
                "初始化码不正确；它写在服务进程启动时的日志里",
                "the code is wrong; it stands in the log of the process, where it started",
            );
            return Err(Problem::new(StatusCode::FORBIDDEN, "wrong-setup-code", detail).at("code"));
        }
        let shop = body.shop.as_ref().map(NewShopBody::shop).transpose()?;
        if let Some(shop) = &shop {
            app.require_pack(shop)?;
        }
        let password = Some(body.password.as_str());
        let wanted = NewUser { login: &body.login, name: &body.name, password };
        let made = app.people().create_first_admin(&wanted, shop.as_ref());
        let user = made.map_err(|error| error.problem(app))?;
        app.people().audit().note(&Note {
            shop: None,
            who: user.id.actor(),
            what: "set-up".to_owned(),
            on: user.id.to_string(),
            outcome: Outcome::Allowed,
            amount_fen: None,
            request: from.source.request.clone(),
            address: from.source.address,
        })?;
        let shop = shop.as_ref().map(ShopView::of);
        Ok((StatusCode::CREATED, Json(SetUp { user: UserView::of(&user), shop })))
    })
    .await
}
