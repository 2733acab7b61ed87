//! Webhooks: from a case to somebody else's server.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use people::Position;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use super::{
    goods::{application, order},
    installation::Service,
};
use crate::background;

type Letters = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Somebody else's server, and what it was sent.
async fn receiver(status: StatusCode) -> (String, Letters) {
    let letters = Letters::default();
    let kept = Arc::clone(&letters);
    let hear = move |headers: HeaderMap, body: Bytes| async move {
        kept.lock().unwrap().push((headers, body));
        status
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(hear)).await });
    (url, letters)
}

/// Waits until something is so; fails after a while.
async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        let mut often = tokio::time::interval(Duration::from_millis(20));
        loop {
            often.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it happens in time")
}

async fn as_owner(service: &Service, method: Method, path: &str, body: Option<Value>) -> Value {
    let key = service.key("north", Position::Owner).to_owned();
    service.ask(&key, method, path, body).await.ok()
}

async fn create(service: &Service, url: &str, events: &[&str]) -> (String, String) {
    let body = json!({"url": url, "description": "the ERP", "events": events});
    let made = as_owner(service, Method::POST, "/shops/north/webhooks", Some(body)).await;
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

#[tokio::test]
async fn a_case_is_told_to_a_receiver_that_can_prove_who_told() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let service = Service::start();
    let (url, letters) = receiver(StatusCode::NO_CONTENT).await;
    let (_, secret) = create(&service, &url, &["case.*"]).await;
    let background = background(&service.app).unwrap();
    service.put("/shops/north/orders/A1", order()).await.ok();
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    let (headers, body) = eventually(async || letters.lock().unwrap().first().cloned()).await;
    let id = headers["webhook-id"].to_str().unwrap();
    let at: i64 = headers["webhook-timestamp"].to_str().unwrap().parse().unwrap();
    let signed = Webhook::new(&secret).unwrap().sign(id, at, &body).unwrap();
    assert_eq!(headers["webhook-signature"], signed);
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["type"], "case.opened");
    assert_eq!(told["data"]["case"], "R1");
    assert_eq!(told["data"]["status"], "under-review");
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(!text.contains("林小满") && !text.contains("tb_lin2010"), "{text}");
    let delivered = "/shops/north/deliveries?state=delivered";
    let item = eventually(async || {
        let page = as_owner(&service, Method::GET, delivered, None).await;
        page["items"].as_array().unwrap().first().cloned()
    });
    let path = format!("/shops/north/deliveries/{}", item.await["id"].as_str().unwrap());
    let read = as_owner(&service, Method::GET, &path, None).await;
    assert_eq!(read["attempts"][0]["status"], 204);
    let elsewhere = service.key("south", Position::Owner);
    assert_eq!(service.ask(elsewhere, Method::GET, &path, None).await.told(), "404 not-found");
    as_owner(&service, Method::POST, &format!("{path}/replay"), None).await;
    let n_first = |it: &Letters| {
        it.lock()
            .unwrap()
            .iter()
            .filter(|(it, _)| it["webhook-id"] == headers["webhook-id"])
            .count()
    };
    eventually(async || (n_first(&letters) == 2).then_some(())).await;
    background.stop().await;
}

#[tokio::test]
async fn the_secret_is_shown_once_and_changes_when_asked() {
    let service = Service::start();
    let body = json!({"url": "http://127.0.0.1:9000/hook"});
    let key = service.key("north", Position::Owner).to_owned();
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "make")];
    let path = "/shops/north/webhooks";
    let made = service.ask_with(&headers, Method::POST, path, Some(body.clone())).await.ok();
    let again = service.ask_with(&headers, Method::POST, path, Some(body)).await.ok();
    assert_eq!(made["webhook"], again["webhook"]);
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(again["secret"], Value::Null);
    let listed = as_owner(&service, Method::GET, path, None).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(!listed.to_string().contains("whsec_"));
    let one = format!("{path}/{}", made["webhook"]["id"].as_str().unwrap());
    let rotated = as_owner(&service, Method::POST, &format!("{one}/rotate"), Some(json!({}))).await;
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(rotated["webhook"]["old_secret_until"], "2026-11-13T00:00:00Z");
    let headers = [
        ("authorization", authorization.as_str()),
        ("idempotency-key", "stale"),
        ("if-match", "\"1\""),
    ];
    let stale = service.ask_with(&headers, Method::DELETE, &one, None).await;
    assert_eq!(stale.told(), "412 changed");
    as_owner(&service, Method::POST, &format!("{one}/disable"), None).await;
    let ping = service.ask(&key, Method::POST, &format!("{one}/ping"), None).await;
    assert_eq!(ping.told(), "409 webhook-disabled");
    as_owner(&service, Method::DELETE, &one, None).await;
    assert_eq!(service.ask(&key, Method::GET, &one, None).await.told(), "404 not-found");
}

#[tokio::test]
async fn webhooks_are_the_shops_own_and_go_where_they_may() {
    let service = Service::start();
    let (id, _) = create(&service, "http://127.0.0.1:9000/hook", &[]).await;
    let ask = async |shop: &str, position, path: &str, body: Option<Value>| {
        let key = service.key(shop, position).to_owned();
        let method = if body.is_some() { Method::POST } else { Method::GET };
        service.ask(&key, method, path, body).await.told()
    };
    let one = format!("/shops/north/webhooks/{id}");
    assert_eq!(ask("north", Position::Agent, &one, None).await, "403 forbidden");
    assert_eq!(ask("south", Position::Owner, &one, None).await, "404 not-found");
    let beside = format!("/shops/south/webhooks/{id}");
    assert_eq!(ask("south", Position::Owner, &beside, None).await, "404 not-found");
    let all = "/shops/north/webhooks";
    for bad in [
        json!({"url": "http://10.0.0.1/hook"}),
        json!({"url": "ftp://erp.example"}),
        json!({"url": "https://erp.example", "events": ["case.open"]}),
        json!({"url": "https://erp.example", "events": ["Case"]}),
    ] {
        let told = ask("north", Position::Owner, all, Some(bad.clone())).await;
        assert_eq!(told, "422 malformed", "{bad}");
    }
    let since = json!({"since": "2026-11-01T00:00:00Z"});
    let replayed = as_owner(&service, Method::POST, &format!("{one}/replay"), Some(since)).await;
    assert_eq!(replayed, json!({"count": 0, "are_all": true}));
}
