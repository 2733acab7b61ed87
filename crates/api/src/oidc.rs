//! Signing in by an identity provider: `OpenID` Connect, authorization code with PKCE.
//!
//! ```text
//! browser ─▶ /session/oidc ─▶ provider: who are you? ─▶ /session/oidc/callback ─▶ signed in
//!              cookie: state, nonce, verifier                 code ─▶ token ─▶ checked
//! ```
//!
//! Who signs in has to be known already: whoever manages people links a user to the provider's
//! subject. Nobody is let in, or made, for being known to the provider alone.
//!
//! **Invariant:** nothing of a token is believed before its signature is verified with a key that
//! the configured issuer publishes.

pub(crate) mod routes;
pub(crate) mod token;
mod trip;

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Span, Timestamp};
use people::Identity;
use reqwest::{Client, RequestBuilder, redirect};
use ring::hmac;
use serde::{Deserialize, de::DeserializeOwned};
use thiserror::Error;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use self::token::{Expected, Jwk, TokenFault};

/// An identity provider, as it is configured.
#[derive(Clone)]
pub struct OidcSettings {
    /// Its `iss`, with or without a slash at the end.
    pub issuer: String,
    pub client_id: String,
    /// None for a client that the provider knows as public.
    pub client_secret: Option<String>,
    /// How people reach the service, such as `https://after-sales.example`.
    pub public_url: String,
    /// Signs what a browser carries to the provider and back; the same in all processes.
    pub state_key: [u8; 32],
}

/// What one process knows of the provider.
pub struct Oidc {
    settings: OidcSettings,
    state_key: hmac::Key,
    client: Client,
    known: Mutex<Option<Known>>,
}

/// Why somebody could not be signed in by the provider.
#[derive(Debug, Error)]
pub(crate) enum OidcError {
    #[error("the identity provider cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    #[error("the identity provider answered {0}")]
    Answered(u16),
    #[error("the identity provider's {what} cannot be used: {why}")]
    Unusable { what: &'static str, why: String },
    #[error("the identity provider's token is not accepted")]
    Token(#[from] TokenFault),
}

#[derive(Clone)]
struct Known {
    discovered: Discovered,
    keys: Vec<Jwk>,
    read_at: Timestamp,
}

/// The part of the provider's configuration that is used.
#[derive(Clone, Debug, Deserialize)]
struct Discovered {
    issuer: String,
    #[serde(deserialize_with = "address")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "address")]
    token_endpoint: Url,
    #[serde(deserialize_with = "address")]
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

fn address<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
}

/// What was read of the provider is read again after this.
const FRESH_FOR: Span = Span::hours(1);
/// Keys that are not known are looked for again, but not more often than this.
const LOOK_AGAIN: Span = Span::seconds(30);
const TIMEOUT: Duration = Duration::from_secs(10);
/// No answer of a provider is longer.
const MOST_BYTES: usize = 256 * 1024;

impl Oidc {
    pub fn new(settings: OidcSettings) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .user_agent("guitu")
            .build()?;
        let state_key = hmac::Key::new(hmac::HMAC_SHA256, &settings.state_key);
        Ok(Self { settings, state_key, client, known: Mutex::new(None) })
    }

    /// Where the provider sends people back to; it has to be registered with it.
    fn redirect_uri(&self) -> String {
        let base = self.settings.public_url.trim_end_matches('/');
        format!("{base}/api/v1/session/oidc/callback")
    }

    /// What is known of the provider, read anew if it is old, or if `look_again` and it is not of
    /// this very moment.
    async fn known(&self, now: Timestamp, look_again: LookAgain) -> Result<Known, OidcError> {
        let mut known = self.known.lock().await;
        let lasts = match look_again {
            LookAgain::No => FRESH_FOR,
            LookAgain::ForKeys => LOOK_AGAIN,
        };
        if let Some(known) = known.as_ref().filter(|it| now < it.read_at.plus(lasts)) {
            return Ok(known.clone());
        }
        let read = self.read(now).await?;
        *known = Some(read.clone());
        Ok(read)
    }

    async fn read(&self, now: Timestamp) -> Result<Known, OidcError> {
        let issuer = &self.settings.issuer;
        let base = issuer.trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let discovered: Discovered = answered(self.client.get(address), "configuration").await?;
        if discovered.issuer.trim_end_matches('/') != base {
            let why = format!("it says it is `{}`", discovered.issuer);
            return Err(OidcError::Unusable { what: "configuration", why });
        }
        let endpoints =
            [&discovered.authorization_endpoint, &discovered.token_endpoint, &discovered.jwks_uri];
        if issuer.starts_with("https:") && endpoints.iter().any(|it| it.scheme() != "https") {
            let why = "it has addresses without TLS".to_owned();
            return Err(OidcError::Unusable { what: "configuration", why });
        }
        let keys: KeySet = answered(self.client.get(discovered.jwks_uri.clone()), "keys").await?;
        Ok(Known { discovered, keys: keys.keys, read_at: now })
    }

    /// Who brought `code`, by `iss` and `sub`.
    async fn identity(
        &self,
        code: &str,
        trip: &trip::Trip,
        now: Timestamp,
    ) -> Result<Identity, OidcError> {
        let known = self.known(now, LookAgain::No).await?;
        let token = self.exchange(&known.discovered, code, &trip.verifier).await?;
        let expected = Expected {
            issuer: &known.discovered.issuer,
            client_id: &self.settings.client_id,
            nonce: &trip.nonce,
            now,
        };
        let subject = match token::verified(&token, &known.keys, &expected) {
            Err(TokenFault::UnknownKey) => {
                let anew = self.known(now, LookAgain::ForKeys).await?;
                token::verified(&token, &anew.keys, &expected)?
            }
            outcome => outcome?,
        };
        Ok(Identity { issuer: known.discovered.issuer, subject })
    }

    async fn exchange(
        &self,
        discovered: &Discovered,
        code: &str,
        verifier: &str,
    ) -> Result<String, OidcError> {
        let methods = &discovered.token_endpoint_auth_methods_supported;
        let by_body = !methods.is_empty() && !methods.iter().any(|it| it == "client_secret_basic");
        let secret = self.settings.client_secret.as_deref();
        let body = self.form(code, verifier, secret.filter(|_| by_body));
        let mut request = self
            .client
            .post(discovered.token_endpoint.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body);
        if let Some(secret) = secret.filter(|_| !by_body) {
            request = request.header("authorization", self.basic(secret));
        }
        let answer: TokenAnswer = answered(request, "token").await?;
        Ok(answer.id_token)
    }

    fn form(&self, code: &str, verifier: &str, secret: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("code_verifier", verifier)
            .append_pair("client_id", &self.settings.client_id)
            .extend_pairs(secret.map(|it| ("client_secret", it)));
        form.finish()
    }

    /// RFC 6749, 2.3.1: both halves are encoded as in a form first.
    fn basic(&self, secret: &str) -> String {
        let encoded = |it: &str| form_urlencoded::byte_serialize(it.as_bytes()).collect::<String>();
        let both = format!("{}:{}", encoded(&self.settings.client_id), encoded(secret));
        format!("Basic {}", STANDARD.encode(both))
    }
}

#[derive(Clone, Copy)]
enum LookAgain {
    No,
    ForKeys,
}

async fn answered<T: DeserializeOwned>(
    request: RequestBuilder,
    what: &'static str,
) -> Result<T, OidcError> {
    let mut response = request.send().await?;
    if !response.status().is_success() {
        return Err(OidcError::Answered(response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if MOST_BYTES < bytes.len() {
            return Err(OidcError::Unusable { what, why: "it is too long".to_owned() });
        }
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| OidcError::Unusable { what, why: error.to_string() })
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
