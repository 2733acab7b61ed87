//! The layers around handlers, with handlers made for it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use kernel::Timestamp;
use tower::ServiceExt as _;

use super::*;
use crate::problem::Input;

const NO_RATE: Rate = Rate { per_second: 0, burst: 0 };

fn limits() -> Limits {
    Limits {
        body_bytes: 1_000,
        request: Duration::from_millis(50),
        upload: Duration::from_secs(5),
        per_address: NO_RATE,
        per_key: NO_RATE,
    }
}

fn networks(texts: &[&str]) -> Networks {
    Networks::new(texts.iter().map(|it| network(it).unwrap()).collect())
}

fn service(limits: Limits, drain: &Drain, pulse: Option<Pulse>) -> Router {
    let app = crate::tests::installation::Service::start().app;
    let handlers = Router::new()
        .route("/small", get(|| async { "small" }))
        .route("/large", get(|| async { "归途".repeat(1_000) }))
        .route("/slow", post(async |_: Bytes| tokio::time::sleep(Duration::from_millis(400)).await))
        .route("/broken/{what}", get(broken))
        .route("/json", post(async |_: Input<serde_json::Value>| "taken"))
        .fallback(async || Problem::not_found());
    let settings = Settings {
        limits,
        trusted: networks(&["10.0.0.0/8"]),
        metrics_for: networks(&["127.0.0.1"]),
        secure: true,
        drain: drain.clone(),
        pulse: pulse.map(Arc::new),
        render: Box::new(|| "figures".to_owned()),
        shops: |_| Vec::new(),
    };
    around(handlers, app, settings)
}

async fn broken() {
    panic!("a bug")
}

/// Asks from an address; `headers` as `name: value`.
async fn ask(service: &Router, from: &str, what: &str, headers: &[&str], body: &str) -> Response {
    let (method, path) = what.split_once(' ').unwrap();
    let peer: SocketAddr = format!("{from}:4711").parse().unwrap();
    let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(peer));
    for it in headers {
        let (name, value) = it.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    service.clone().oneshot(request).await.unwrap()
}

async fn code(response: Response) -> String {
    let status = response.status().as_u16();
    let kind = response.headers()[header::CONTENT_TYPE].clone();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(kind, "application/problem+json", "{body:?}");
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    format!("{status} {}", body["code"].as_str().unwrap())
}

#[tokio::test]
async fn what_takes_too_long_is_told_so_but_an_upload_gets_more_time() {
    let service = service(limits(), &Drain::default(), None);
    let json = ["content-type: application/json"];
    let slow = ask(&service, "127.0.0.1", "POST /slow", &json, "{}").await;
    assert_eq!(slow.headers()[header::RETRY_AFTER], "1");
    assert_eq!(code(slow).await, "503 timeout");
    let file = ["content-type: multipart/form-data; boundary=x"];
    let upload = ask(&service, "127.0.0.1", "POST /slow", &file, "--x--").await;
    assert_eq!(upload.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_panic_and_a_body_too_large_are_problems() {
    let service = service(limits(), &Drain::default(), None);
    let english = ["accept-language: en", "content-type: application/json"];
    let large = format!("\"{}\"", "x".repeat(1_000));
    let answer = ask(&service, "127.0.0.1", "POST /json", &english, &large).await;
    assert!(code(answer).await.starts_with("413 "));
    let taken = ask(&service, "127.0.0.1", "POST /json", &english, "\"x\"").await;
    assert_eq!(taken.status(), StatusCode::OK);
    let broken = ask(&service, "127.0.0.1", "GET /broken/13800001234", &english, "").await;
    assert_eq!(code(broken).await, "500 internal");
    assert_eq!(code(ask(&service, "127.0.0.1", "GET /x", &[], "").await).await, "404 not-found");
}

#[tokio::test]
async fn every_answer_has_a_name_and_headers_for_browsers() {
    let service = service(limits(), &Drain::default(), None);
    let asked = ["x-request-id: erp-1", "accept-encoding: gzip"];
    for what in ["GET /small", "GET /nothing", "GET /healthz"] {
        let answer = ask(&service, "127.0.0.1", what, &asked, "").await;
        let headers = answer.headers();
        assert_eq!(headers["x-request-id"], "erp-1");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{what} is small");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"));
    }
    let large = ask(&service, "127.0.0.1", "GET /large", &asked, "").await;
    assert_eq!(large.headers()[header::CONTENT_ENCODING], "gzip");
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let two = Rate { per_second: 1, burst: 2 };
    let one_address = service(Limits { per_address: two, ..limits() }, &Drain::default(), None);
    for from in ["203.0.113.1", "203.0.113.2"] {
        let mut last = None;
        for _ in 0..2 {
            let answer = ask(&one_address, from, "GET /small", &[], "").await;
            assert_eq!(answer.status(), StatusCode::OK);
            last = Some(ask(&one_address, from, "GET /healthz", &[], "").await);
        }
        assert_eq!(last.unwrap().status(), StatusCode::OK);
        let refused = ask(&one_address, from, "GET /small", &[], "").await;
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        assert_eq!(code(refused).await, "429 too-many-requests");
    }
    // Nobody gets more by making an address up, nor less by coming through the proxy.
    let made_up = ["x-forwarded-for: 203.0.113.77"];
    let refused = ask(&one_address, "203.0.113.1", "GET /small", &made_up, "").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let by_proxy = ask(&one_address, "10.0.0.1", "GET /small", &made_up, "").await;
    assert_eq!(by_proxy.status(), StatusCode::OK);

    let one_key = service(Limits { per_key: two, ..limits() }, &Drain::default(), None);
    let mut answers = Vec::new();
    for key in ["a", "a", "a", "b"] {
        let key = format!("authorization: Bearer {key}");
        answers.push(ask(&one_key, "203.0.113.1", "GET /small", &[&key], "").await.status());
    }
    let answers: Vec<u16> = answers.iter().map(StatusCode::as_u16).collect();
    assert_eq!(answers, [200, 200, 429, 200]);
}

#[tokio::test]
async fn figures_are_for_those_the_configuration_names_and_not_found_by_others() {
    let service = service(limits(), &Drain::default(), None);
    let figures = ask(&service, "127.0.0.1", "GET /metrics", &[], "").await;
    assert_eq!(figures.status(), StatusCode::OK);
    let other = ask(&service, "203.0.113.1", "GET /metrics", &[], "").await;
    assert_eq!(code(other).await, "404 not-found");
    // A proxy on this machine that nobody told us about.
    let unknown = ask(&service, "127.0.0.1", "GET /metrics", &["x-forwarded-for: 1.2.3.4"], "");
    assert_eq!(code(unknown.await).await, "404 not-found");
}

#[tokio::test]
async fn it_is_ready_while_its_worker_lives_and_until_it_drains() {
    let now = crate::tests::installation::MORNING;
    let at = |last: i64| Timestamp::from_epoch_seconds(now + last);
    let ready = async |last: i64, drain: &Drain| {
        let pulse = Pulse::new(at(last), kernel::Span::seconds(6));
        let service = service(limits(), drain, Some(pulse));
        ask(&service, "127.0.0.1", "GET /readyz", &[], "").await
    };
    let drain = Drain::default();
    assert_eq!(ready(-6, &drain).await.status(), StatusCode::OK);
    assert_eq!(code(ready(-7, &drain).await).await, "503 not-ready");
    let mut draining = drain.draining();
    drain.begin();
    draining.begun().await;
    assert_eq!(code(ready(0, &drain).await).await, "503 not-ready");
}
