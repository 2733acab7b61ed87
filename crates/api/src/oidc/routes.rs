//! To the provider, and back.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LookAgain, Oidc, OidcError, trip::Trip};
use crate::{
    App, Problem,
    caller::{SESSION_COOKIE, cookie},
    problem::{Asked, Said},
    session::From,
    turned_away::TurnedAway as _,
};

const COOKIE: &str = "guitu_oidc";
const PATH: &str = "/api/v1/session/oidc";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoQuery {
    /// The path of this site to come back to.
    #[serde(default)]
    #[param(max_length = 500)]
    to: String,
}

/// Go to the identity provider to sign in
///
/// For browsers: redirects there, and from there back. 404 if no provider is set up.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc",
    operation_id = "goToIdentityProvider",
    tag = "session",
    security(()),
    params(GoQuery),
    responses((status = 303), (status = 502, body = crate::problem::ProblemBody,
        content_type = "application/problem+json",
        description = "The identity provider cannot be reached.")),
)]
pub(crate) async fn go(
    State(app): State<App>,
    Asked(query): Asked<GoQuery>,
) -> Result<Response, Problem> {
    let oidc = app.oidc()?;
    let now = app.now();
    let known = oidc.known(now, LookAgain::No).await?;
    let trip = Trip::begin(&query.to, now).map_err(|error| Problem::internal(&error))?;
    let mut address = known.discovered.authorization_endpoint;
    address
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &oidc.settings.client_id)
        .append_pair("redirect_uri", &oidc.redirect_uri())
        .append_pair("scope", "openid")
        .append_pair("state", &trip.state)
        .append_pair("nonce", &trip.nonce)
        .append_pair("code_challenge", &trip.challenge())
        .append_pair("code_challenge_method", "S256");
    let lasting = format!("; Max-Age={}", super::trip::LASTING.whole_seconds());
    let cookie = app.cookie_until(COOKIE, (PATH, &lasting), &trip.signed(&oidc.state_key))?;
    redirect(address.as_str(), [cookie])
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// Why the provider lets nobody in.
    #[serde(default)]
    error: Option<String>,
}

/// Come back from the identity provider
///
/// For browsers: signs in whoever is linked to the provider's subject, and redirects to where they
/// were going.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc/callback",
    operation_id = "comeFromIdentityProvider",
    tag = "session",
    security(()),
    params(BackQuery),
    responses((status = 303), (status = 502, body = crate::problem::ProblemBody,
        content_type = "application/problem+json",
        description = "The identity provider cannot be reached.")),
)]
pub(crate) async fn come_back(
    State(app): State<App>,
    from: From,
    headers: HeaderMap,
    Asked(query): Asked<BackQuery>,
) -> Result<Response, Problem> {
    let oidc = app.oidc()?;
    let now = app.now();
    let carried = cookie(&headers, COOKIE);
    let trip = carried.and_then(|it| Trip::read(it, &oidc.state_key, now));
    // The same browser brings both, so that nothing is learned from how long they take to compare.
    let trip = trip.filter(|it| it.state == query.state).ok_or_else(lost)?;
    if let Some(error) = &query.error {
        tracing::info!(error = ?error.chars().take(100).collect::<String>(), "nobody signed in");
        return Err(refused());
    }
    let identity = oidc.identity(&query.code, &trip, now).await?;
    let signed_in = app
        .run(move |app| {
            let signed_in = app.people().sign_in_by_identity(&identity, &from.origin());
            signed_in.map_err(|error| {
                let is_refused = matches!(error, people::SignInError::Refused);
                if is_refused { refused() } else { error.problem(app) }
            })
        })
        .await?;
    let session = app.cookie(SESSION_COOKIE, "/", &signed_in.token)?;
    let gone = app.cookie_until(COOKIE, (PATH, "; Max-Age=0"), "")?;
    redirect(&trip.to, [session, gone])
}

fn redirect<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Result<Response, Problem> {
    let to = HeaderValue::try_from(to).map_err(|error| Problem::internal(&error))?;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn lost() -> Problem {
    let detail = Said::new(
        "登录已超时或不是从这个浏览器发起的，请重新登录",
        "this sign-in took too long or was begun in another browser; begin anew",
    );
    Problem::new(StatusCode::UNAUTHORIZED, "sign-in-lost", detail).at("state")
}

fn refused() -> Problem {
    let detail = Said::new(
        "统一身份认证没有放行，或这个身份还没有绑定到本系统的用户；请联系管理员",
        "the identity provider let nobody in, or the identity is linked to no user here; ask \
         whoever manages people",
    );
    Problem::new(StatusCode::UNAUTHORIZED, "identity-refused", detail)
}

impl std::convert::From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let chain: &(dyn std::error::Error + 'static) = &error;
        tracing::warn!(error = chain, "the identity provider");
        match error {
            // Codes are good once: a page that is loaded again brings one that was used.
            OidcError::Token(_) | OidcError::Answered(400 | 401) => refused(),
            OidcError::Unreachable(_) | OidcError::Answered(_) | OidcError::Unusable { .. } => {
                let detail = Said::new(
                    "暂时连不上统一身份认证，请稍后再试或用密码登录",
                    "the identity provider cannot be reached; try again, or sign in by password",
                );
                Self::new(StatusCode::BAD_GATEWAY, "identity-provider", detail)
            }
        }
    }
}

impl App {
    fn oidc(&self) -> Result<Arc<Oidc>, Problem> {
        self.identity_provider().cloned().ok_or_else(Problem::not_found)
    }
}
