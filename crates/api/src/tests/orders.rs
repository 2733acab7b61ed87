//! From an order to its last fen, through the API alone.

use kernel::Span;
use people::Position;
use serde_json::{Value, json};

use super::{
    goods::{application, order},
    installation::Service,
};

const CASE: &str = "/shops/north/orders/A1/cases/R1";

async fn filed() -> Service {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    service
}

async fn command(service: &Service, body: Value) -> super::installation::Answered {
    service.post(&format!("{CASE}/commands"), body).await
}

async fn status(service: &Service) -> String {
    service.get(CASE).await.ok()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_return_runs_from_request_to_refund() {
    let service = filed().await;
    assert_eq!(status(&service).await, "under-review");
    command(&service, json!({"command": "approve", "ground": "within 7 days"})).await.ok();
    assert_eq!(status(&service).await, "awaiting-return");
    command(&service, json!({"command": "enter-return", "parcel": "YT1", "carrier": "yto"}))
        .await
        .ok();
    let signed = json!({
        "carrier": "yto", "direction": "return", "case": "R1",
        "scans": [{"at": "2026-11-12T08:00:00+08:00", "kind": "signed"}],
    });
    service.post("/shops/north/orders/A1/parcels/YT1/scans", signed).await.ok();
    let path = format!("{CASE}/commands");
    for (position, body) in [
        (Position::Warehouse, json!({"command": "record-receipt", "parcel": "YT1"})),
        (
            Position::Inspector,
            json!({"command": "assess", "finding": "pass", "place": "door",
                "accepted": [{"line": 1, "quantity": 1}]}),
        ),
    ] {
        let key = service.key("north", position);
        service.ask(key, axum::http::Method::POST, &path, Some(body)).await.ok();
    }
    service.wait(Span::minutes(5));
    assert_eq!(status(&service).await, "done");
    let paid: Vec<i64> = service.paid().into_values().collect();
    assert_eq!(paid, [10_000]);
    let ledger = service.get("/shops/north/orders/A1/entries").await.ok();
    let amounts = ledger["entries"].as_array().unwrap().iter();
    assert_eq!(amounts.map(|it| it["amount"].as_i64().unwrap()).sum::<i64>(), 0);
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_was() {
    let service = filed().await;
    let ask = |ground: &str| {
        let body = json!({"command": "approve", "ground": ground}).to_string();
        let key = service.key("north", Position::Leader);
        let request = axum::http::Request::post(format!("/api/v1{CASE}/commands"))
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", "again")
            .header("if-match", "\"2\"")
            .header("content-type", "application/json")
            .body(body.into())
            .unwrap();
        service.send(request)
    };
    let (first, again) = (ask("within 7 days").await, ask("within 7 days").await);
    assert_eq!(first.bytes, again.bytes);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(ask("something else").await.told(), "422 idempotency-key-reused");
}

#[tokio::test]
async fn a_decision_in_view_of_an_older_version_is_refused() {
    let service = filed().await;
    let ask = |tag: Option<&'static str>| {
        let key = service.key("north", Position::Leader);
        let mut request = axum::http::Request::post(format!("/api/v1{CASE}/commands"))
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", "k")
            .header("content-type", "application/json");
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let body = json!({"command": "decline", "ground": "too late"}).to_string();
        service.send(request.body(body.into()).unwrap())
    };
    assert_eq!(ask(None).await.told(), "428 if-match-required");
    assert_eq!(ask(Some("\"1\"")).await.told(), "412 changed");
    assert_eq!(ask(Some("\"2\"")).await.told(), "200");
}

#[tokio::test]
async fn what_is_refused_says_what_is_wrong_and_where() {
    let service = filed().await;
    let refused = command(
        &service,
        json!({"command": "compensate", "purpose": "compensation",
        "amount": 9_000_000, "ground": "a scratch"}),
    )
    .await;
    let body = refused.json();
    assert_eq!(body["field"], "amount", "{body:#}");
    let refused = command(&service, json!({"command": "approved"})).await;
    assert_eq!(refused.told(), "422 malformed");
    let refused = command(&service, json!({"command": "approve", "amount": "12"})).await;
    assert_eq!(refused.told(), "422 malformed");
    let unknown = service.get("/shops/north/orders/A2").await;
    assert_eq!(unknown.told(), "404 not-found");
}

#[tokio::test]
async fn the_options_of_a_case_are_what_its_commands_allow() {
    let service = filed().await;
    let options = service.get(&format!("{CASE}/options")).await.ok();
    let approve = options["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["command"] == "approve")
        .unwrap()
        .clone();
    assert_eq!(approve["possible"], true, "{approve:#}");
    assert_eq!(approve["suggested"], true, "{approve:#}");
    let body = json!({"command": "approve", "ground": "within 7 days"});
    let preview = service.post(&format!("{CASE}/commands:preview"), body.clone()).await.ok();
    assert_eq!(preview["cases"][0]["status"], "awaiting-return");
    assert_eq!(status(&service).await, "under-review");
    command(&service, body).await.ok();
    assert_eq!(status(&service).await, "awaiting-return");
}

#[tokio::test]
async fn personal_data_is_masked_and_shown_in_full_to_few() {
    let service = filed().await;
    let buyer = "/shops/north/orders/A1/buyer";
    let masked = service.get(buyer).await.ok();
    assert_eq!(masked["phone"], "138****5678", "{masked:#}");
    let reveal = format!("{buyer}:reveal");
    let agent = service.key("north", Position::Inspector);
    let reason = || Some(json!({"reason": "courier asks for the phone"}));
    let denied = service.ask(agent, axum::http::Method::POST, &reveal, reason()).await;
    assert_eq!(denied.told(), "403 forbidden");
    let shown = service.post(&reveal, reason().unwrap()).await.ok();
    assert_eq!(shown["phone"], "13812345678");
    let found = service.get("/shops/north/search?q=5678").await.ok();
    assert_eq!(found["hits"][0]["order"], "A1", "{found:#}");
    let order = service.get("/shops/north/orders/A1").await;
    for plain in ["13812345678", "林小满", "tb_lin2010", "文三路"] {
        assert!(!String::from_utf8_lossy(&order.bytes).contains(plain), "{plain}");
    }
}

#[tokio::test]
async fn a_shop_learns_nothing_of_another() {
    let service = filed().await;
    let stranger = service.key("south", Position::Leader);
    for path in ["/shops/north/orders/A1", "/shops/north/orders/A9", CASE, "/shops/north/cases"] {
        let answered = service.ask(stranger, axum::http::Method::GET, path, None).await;
        assert_eq!(answered.told(), "404 not-found", "{path}");
    }
}

#[tokio::test]
async fn a_request_sent_again_later_is_the_same_request() {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    let ask = || {
        let key = service.key("north", Position::Leader);
        let request = axum::http::Request::post("/api/v1/shops/north/orders/A1/cases")
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", "once")
            .header("content-type", "application/json")
            .body(application("R1").to_string().into())
            .unwrap();
        service.send(request)
    };
    let first = ask().await;
    service.wait(Span::minutes(3));
    let again = ask().await;
    assert_eq!(first.ok(), again.json());
    assert_eq!(again.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn an_order_that_is_not_known_is_said_to_be_so() {
    let service = Service::start();
    let answered = service.post("/shops/north/orders/A9/cases", application("R1")).await;
    assert_eq!(answered.told(), "404 unknown-order");
}
