//! A buyer's way to the buyer's own order.

use axum::http::Method;
use kernel::Span;
use people::Position;
use serde_json::{Value, json};

use super::{
    goods::{application, order},
    installation::Service,
};

const LINKS: &str = "/shops/north/orders/A1/buyer-links";

async fn with_order() -> Service {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    service
}

/// The token of the buyer of `A1`, who came by a link.
async fn by_link(service: &Service) -> String {
    let made = service.post(LINKS, json!({})).await.ok();
    let body = json!({"by": "link", "link": made["link"]});
    let entered = service.ask_with(&[], Method::POST, "/buyer/session", Some(body)).await;
    assert!(entered.headers["set-cookie"].to_str().unwrap().contains("; Path=/api/v1/buyer;"));
    entered.ok()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_buyer_comes_by_a_link_until_it_is_taken_back() {
    let service = with_order().await;
    let buyer = by_link(&service).await;
    let mine = service.ask(&buyer, Method::GET, "/buyer/order", None).await.ok();
    assert_eq!((&mine["order"], &mine["shop_name"]), (&json!("A1"), &json!("north")));
    assert_eq!(mine["lines"][0]["title"], "真丝连衣裙");
    for staff in ["/shops", "/shops/north/orders/A1", "/shops/north/cases", "/users", "/audit"] {
        let answer = service.ask(&buyer, Method::GET, staff, None).await;
        assert_eq!(answer.told(), "404 not-found", "{staff}");
    }
    let late = json!({"until": "2027-06-01T00:00:00Z"});
    assert_eq!(service.post(LINKS, late).await.told(), "422 malformed");
    let leader = service.key("north", Position::Leader).to_owned();
    assert_eq!(service.ask(&leader, Method::DELETE, LINKS, None).await.told(), "204");
    let after = service.ask(&buyer, Method::GET, "/buyer/order", None).await;
    assert_eq!(after.told(), "401 not-signed-in");
}

#[tokio::test]
async fn a_code_is_sent_to_the_phone_of_the_order_and_nobody_learns_whether() {
    let service = with_order().await;
    let ask = |shop: &str, order: &str, tail: &str| {
        let body = json!({"shop": shop, "order": order, "tail": tail});
        service.ask_with(&[], Method::POST, "/buyer/codes", Some(body))
    };
    for (shop, order, tail) in
        [("north", "A1", "0000"), ("north", "B9", "5678"), ("nowhere", "A1", "5678")]
    {
        let answer = ask(shop, order, tail).await;
        assert_eq!(answer.told(), "202");
        let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["receipt", "until"]);
    }
    let receipt = ask("north", "A1", "5678").await.ok()["receipt"].clone();
    let texts = service.texts().await;
    assert_eq!(texts.len(), 1);
    let (phone, code) = texts[0].clone();
    assert_eq!(phone, "13812345678");
    let enter = |code: &str| {
        let body = json!({"by": "code", "receipt": receipt, "code": code});
        service.ask_with(&[], Method::POST, "/buyer/session", Some(body))
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(enter(wrong).await.told(), "401 wrong-code");
    let token = enter(&code).await.ok()["token"].as_str().unwrap().to_owned();
    assert_eq!(service.ask(&token, Method::GET, "/buyer/order", None).await.told(), "200");
    // It is good once.
    assert_eq!(enter(&code).await.told(), "401 wrong-code");
    assert_eq!(ask("north", "A1", "56").await.told(), "422 malformed");
}

#[tokio::test]
async fn a_return_from_the_buyers_side() {
    let service = with_order().await;
    let buyer = by_link(&service).await;
    let request = application("R1")["request"].clone();
    let ask = |method, path: &str, body: Value| {
        let body = (!body.is_null()).then_some(body);
        let path = path.to_owned();
        let (service, buyer) = (&service, &buyer);
        async move { service.ask(buyer, method, &path, body).await }
    };
    ask(Method::POST, "/buyer/cases", json!({"request": request})).await.ok();
    let case = || async {
        let mine = ask(Method::GET, "/buyer/order", Value::Null).await.ok();
        mine["cases"][0].clone()
    };
    let filed = case().await;
    assert_eq!(filed["status"], "under-review");
    assert_eq!(filed["possible"], json!(["withdraw", "change-request", "enter-return"]));
    assert_eq!(filed["worth"]["due"], 10_000);
    let number = filed["case"].as_str().unwrap();
    assert!(number.starts_with("b-"));

    let staff = format!("/shops/north/orders/A1/cases/{number}");
    let approve = json!({"command": "approve", "ground": "within 7 days"});
    service.post(&format!("{staff}/commands"), approve).await.ok();
    let agreed = case().await;
    assert_eq!(agreed["status"], "awaiting-return");
    assert_eq!(agreed["possible"], json!(["withdraw", "change-request", "enter-return"]));
    assert_eq!(agreed["texts"].as_array().unwrap().len(), 1);
    let commands = format!("/buyer/cases/{number}/commands");
    let sent = json!({"command": "enter-return", "parcel": "YT1", "carrier": "yto"});
    ask(Method::POST, &commands, sent).await.ok();
    assert_eq!(case().await["returns"], json!(["YT1"]));
    let signed = json!({
        "carrier": "yto", "direction": "return", "case": number,
        "scans": [{"at": "2026-11-12T08:00:00+08:00", "kind": "signed"}],
    });
    service.post("/shops/north/orders/A1/parcels/YT1/scans", signed).await.ok();
    assert_eq!(case().await["status"], "inspecting");
    let inspector = service.key("north", Position::Inspector).to_owned();
    let passed = json!({
        "command": "assess", "finding": "pass", "place": "door", "accepted": [{"line": 1, "quantity": 1}],
    });
    let staff = format!("{staff}/commands");
    service.ask(&inspector, Method::POST, &staff, Some(passed)).await.ok();
    service.wait(Span::minutes(1));
    let refunded = case().await;
    assert_eq!(refunded["status"], "done");
    assert_eq!(refunded["money"][0]["amount"]["cash"], 10_000);
    assert_eq!(refunded["money"][0]["status"], "paid");
    let not_theirs = json!({"command": "approve", "ground": "me"});
    assert_eq!(ask(Method::POST, &commands, not_theirs).await.told(), "422 malformed");
    // Nothing of the shop's own work is shown.
    let shown = ask(Method::GET, "/buyer/order", Value::Null).await.ok().to_string();
    for own in ["verdict", "flags", "tasks", "maker", "clause", "key-", "buyer-"] {
        assert!(!shown.contains(own), "{own}: {shown}");
    }
}

#[tokio::test]
async fn money_that_may_be_taken_back_is_not_shown() {
    let service = with_order().await;
    let buyer = by_link(&service).await;
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    let case = || async {
        let mine = service.ask(&buyer, Method::GET, "/buyer/order", None).await.ok();
        mine["cases"][0].clone()
    };
    let before = case().await;
    let gives = json!({
        "command": "compensate", "purpose": "compensation", "amount": 500, "ground": "goodwill",
    });
    service.post("/shops/north/orders/A1/cases/R1/commands", gives).await.ok();
    let held = case().await;
    for of in ["status", "money", "texts", "text"] {
        assert_eq!(held[of], before[of], "{of}");
    }
    service.wait(Span::minutes(1));
    assert_eq!(case().await["money"][0]["amount"]["cash"], 500);
}

#[tokio::test]
async fn what_can_be_asked_for_is_what_deciding_says() {
    let service = with_order().await;
    let buyer = by_link(&service).await;
    let path = "/buyer/options?line=1&quantity=1&goods=received";
    let options = service.ask(&buyer, Method::GET, path, None).await.ok();
    let kind = |name: &str| -> Value {
        let kinds = options["kinds"].as_array().unwrap();
        kinds.iter().find(|it| it["kind"] == name).cloned().unwrap_or_default()
    };
    let reason = |kind: &Value, name: &str| -> Value {
        let reasons = kind["reasons"].as_array().unwrap();
        reasons.iter().find(|it| it["reason"] == name).cloned().unwrap_or_default()
    };
    let no_reason = reason(&kind("return-refund"), "no-reason-7d");
    assert_eq!(no_reason["amount"], 10_000);
    assert_eq!(no_reason["postage_by"], "buyer");
    let quality = reason(&kind("return-refund"), "quality");
    assert_eq!(quality["postage_by"], "merchant");
    assert_eq!(quality["photos"], json!(["photo"]), "{quality}");
    let nowhere = service.ask(&buyer, Method::GET, "/buyer/options?line=9", None).await;
    assert_eq!(nowhere.told(), "422 malformed");
}
