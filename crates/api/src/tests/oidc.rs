//! ID tokens, and the whole way to a provider and back.

use std::sync::{Arc, Mutex};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Span, Timestamp};
use people::{Identity, Position};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

use super::installation::{Answered, Service};
use crate::{
    OidcSettings,
    oidc::token::{Expected, Jwk, verified},
};

/// A token of 2026-11-12 08:00 in China, good for an hour, signed by another program.
const TOKEN: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJ1LTE3Iiwi\
    YXVkIjpbImd1aXR1Il0sImV4cCI6MTc5NDQ0NTIwMCwiaWF0IjoxNzk0NDQxNjAwLCJub25jZSI6Im4tMSJ9.A1d7G5q\
    1q9XT14wp3lcoQYFyc1AVYfu4aacZjvy_7BEpF5dd-rE43EhopQDJyp7HwCtyRevIqWVqasMaP-ekykAhYkHeGbEYNII\
    7IIt2_opfMIyDGR5Dp0FgJPpt2NdtC9mzyjotCYM7F_ommlQwwN7Mo6eHia393kOYAJsQi0nEivZFImDonJM3IwqakC3\
    A_5hR0wAXgzN8OzL6ufLG3tUfnoEg2ir6Vo2KAiZRIvx7_axPQswIOGAjtscnUcpnZ78RyNjpEl1t81kzYDkb0upDkHR\
    q-2x67xezRXgAhDly-GD6pG--pAlyb8YKCV4KDkSD3oHFNt-rAz1_vUXRnA";
const MODULUS: &str = "\
    nRmDHL6Rf9Z4mTRAOQ0BdQVIqqKMI6N1eZlTmtMQrIuBZh7fE2y_8ibMJhhjb-kuOS88KsZwmkFqeXm95IaFnw7uMeH5\
    uJKixJKa_O0ut1QnX5SO0NNhE2jzkabBwgRcaa2ca__VISfacVi3zmiL4KEMFYVvvrvENJCJCbc_9jtc_LgLkffvM3BI\
    9wjenNnn5ofc9IGJsgix-bhg-VeSVmXUWu3aecMRczDTvbbIJb1x0_rI32-nNVP6xHn7zYqQ5-wrhNqVkwYKIyHhzYUd\
    khsYFDOSnr7zrh-jva_21KCM9vdFn7loqvIjZjWmXmc_m0ypXUJvvh27tBRnhC8Uaw";

/// What becomes of `token` an hour less `late` before it ends.
#[track_caller]
fn check(token: &str, keys: Value, late: i64, expected: (&str, &str, &str)) -> String {
    let keys: Vec<Jwk> = serde_json::from_value(keys).unwrap();
    let (issuer, client_id, nonce) = expected;
    let now = Timestamp::from_epoch_seconds(1_794_441_600).plus(Span::seconds(late));
    let expected = Expected { issuer, client_id, nonce, now };
    verified(token, &keys, &expected).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_token_is_believed_if_all_of_it_is_right() {
    let key = json!({"kty": "RSA", "kid": "k1", "use": "sig", "n": MODULUS, "e": "AQAB"});
    let keys = json!([key]);
    let right = ("https://id.example", "guitu", "n-1");
    assert_eq!(check(TOKEN, keys.clone(), 0, right), "u-17");
    assert_eq!(check(TOKEN, keys.clone(), 3659, right), "u-17");
    assert_eq!(check(TOKEN, keys.clone(), 3660, right), "its `exp` is not what is expected");
    assert_eq!(check(TOKEN, keys.clone(), -61, right), "its `iat` is not what is expected");
    let other = ("https://id.example/", "guitu", "n-1");
    assert_eq!(check(TOKEN, keys.clone(), 0, other), "its `iss` is not what is expected");
    let other = ("https://id.example", "else", "n-1");
    assert_eq!(check(TOKEN, keys.clone(), 0, other), "its `aud` is not what is expected");
    let other = ("https://id.example", "guitu", "n-2");
    assert_eq!(check(TOKEN, keys.clone(), 0, other), "its `nonce` is not what is expected");

    let unknown = "it is signed with a key the provider does not publish";
    for (name, value) in [("kid", "k2"), ("kty", "EC"), ("use", "enc"), ("alg", "RS512")] {
        let mut key = key.clone();
        key[name] = json!(value);
        assert_eq!(check(TOKEN, json!([key]), 0, right), unknown, "{name}");
    }
    let changed = TOKEN.replacen('.', ".e", 1);
    assert_eq!(check(&changed, keys.clone(), 0, right), "its signature is wrong");
    let (_, rest) = TOKEN.split_once('.').unwrap();
    for (header, told) in [
        (r#"{"alg":"none"}"#, "it is signed by `none`, which is not taken"),
        (r#"{"alg":"HS256","kid":"k1"}"#, "it is signed by `HS256`, which is not taken"),
        (r#"{"alg":"RS256","crit":["b64"]}"#, "it is no signed token"),
    ] {
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
        assert_eq!(check(&forged, keys.clone(), 0, right), told);
    }
    for bad in ["", ".", "..", "a.b.c", "a.b.c.d", &TOKEN[..TOKEN.len() - 2]] {
        assert_ne!(check(bad, keys.clone(), 0, right), "u-17", "{bad}");
    }
}

/// A provider that signs whatever the test wants to have said.
struct Provider {
    pair: EcdsaKeyPair,
    /// Of the client that was sent to it.
    challenge: Mutex<String>,
    claims: Mutex<Value>,
    issuer: String,
}

impl Provider {
    async fn start() -> Arc<Self> {
        // Only the first to do so in a process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let (rng, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(kind, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &rng).unwrap();
        let (challenge, claims) = (Mutex::default(), Mutex::default());
        let provider = Arc::new(Self { pair, challenge, claims, issuer });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn settings(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.issuer.clone(),
            client_id: "guitu".to_owned(),
            client_secret: Some("s/cret".to_owned()),
            public_url: "https://after-sales.example/".to_owned(),
            state_key: [7; 32],
        }
    }

    fn signed(&self) -> String {
        let encode = |it: Value| URL_SAFE_NO_PAD.encode(it.to_string());
        let claims = self.claims.lock().unwrap().clone();
        let signed = format!("{}.{}", encode(json!({"alg": "ES256", "kid": "e1"})), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn configuration(State(it): State<Arc<Provider>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", it.issuer);
    Json(json!({
        "issuer": it.issuer, "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
    }))
}

async fn keys(State(it): State<Arc<Provider>>) -> Json<Value> {
    let point = it.pair.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    Json(json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "e1", "x": x, "y": y}]}))
}

async fn token(
    State(it): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<std::collections::BTreeMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    // `guitu:s%2Fcret`
    let is_client = headers["authorization"] == "Basic Z3VpdHU6cyUyRmNyZXQ=";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    let is_asker = challenge == *it.challenge.lock().unwrap();
    let back = "https://after-sales.example/api/v1/session/oidc/callback";
    if !is_client || !is_asker || form["code"] != "good" || form["redirect_uri"] != back {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Json(json!({"access_token": "x", "token_type": "Bearer", "id_token": it.signed()})))
}

/// Somebody on the way, with what the browser carries.
struct OnTheWay {
    state: String,
    cookie: String,
}

async fn go(service: &Service, provider: &Provider) -> OnTheWay {
    let answer = service.ask_with(&[], Method::GET, "/session/oidc?to=/tasks", None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let address: Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
    let asked: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    assert_eq!(asked["code_challenge_method"], "S256");
    asked["code_challenge"].clone_into(&mut provider.challenge.lock().unwrap());
    *provider.claims.lock().unwrap() = json!({
        "iss": provider.issuer, "sub": "u-17", "aud": "guitu", "nonce": asked["nonce"],
        "iat": 1_794_441_600, "exp": 1_794_441_900,
    });
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    OnTheWay { state: asked["state"].clone(), cookie }
}

async fn come_back(service: &Service, code: &str, way: &OnTheWay) -> Answered {
    let path = format!("/session/oidc/callback?code={code}&state={}&iss=x", way.state);
    service.ask_with(&[("cookie", &way.cookie)], Method::GET, &path, None).await
}

#[tokio::test]
async fn whoever_is_linked_to_the_provider_is_signed_in() {
    let provider = Provider::start().await;
    let service = Service::start_with(Some(provider.settings()));
    service.make_user("north", "wang", &[Position::Agent]);

    let way = go(&service, &provider).await;
    let answer = come_back(&service, "good", &way).await;
    assert_eq!(answer.told(), "401 identity-refused", "nobody is linked yet");
    let people = service.app.people();
    let console = people.console();
    let users = people.users(&console, None, None, 9).unwrap();
    let wang = users.iter().find(|it| it.login == "wang").unwrap();
    let identity = Identity { issuer: provider.issuer.clone(), subject: "u-17".to_owned() };
    people.link_identity(&console, &wang.id, &identity).unwrap();

    let way = go(&service, &provider).await;
    let answer = come_back(&service, "bad", &way).await;
    assert_eq!(answer.told(), "401 identity-refused");
    let answer = come_back(&service, "good", &way).await;
    assert_eq!(
        (answer.status, &answer.headers["location"]),
        (StatusCode::SEE_OTHER, &"/tasks".parse().unwrap())
    );
    let session = answer.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    let session = session.split(';').next().unwrap();
    let me = service.ask_with(&[("cookie", session)], Method::GET, "/session", None).await;
    assert_eq!(me.ok()["login"], "wang");
}

#[tokio::test]
async fn an_answer_for_another_browser_or_another_question_signs_nobody_in() {
    let provider = Provider::start().await;
    let service = Service::start_with(Some(provider.settings()));
    let first = go(&service, &provider).await;
    let second = go(&service, &provider).await;
    let mixed = OnTheWay { state: first.state.clone(), cookie: second.cookie.clone() };
    assert_eq!(come_back(&service, "good", &mixed).await.told(), "401 sign-in-lost");
    let none = OnTheWay { state: first.state, cookie: "other=1".to_owned() };
    assert_eq!(come_back(&service, "good", &none).await.told(), "401 sign-in-lost");
    provider.claims.lock().unwrap()["nonce"] = json!("of another");
    assert_eq!(come_back(&service, "good", &second).await.told(), "401 identity-refused");
    service.wait(Span::minutes(10));
    assert_eq!(come_back(&service, "good", &second).await.told(), "401 sign-in-lost");

    let without = Service::start();
    let answer = without.ask_with(&[], Method::GET, "/session/oidc", None).await;
    assert_eq!(answer.told(), "404 not-found");
}
