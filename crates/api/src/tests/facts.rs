//! Facts in bulk.

use axum::http::Method;
use kernel::{Choice as _, Span};
use people::Position;
use serde_json::{Value, json};

use super::{
    goods::{application, order},
    installation::Service,
};

#[tokio::test]
async fn facts_are_taken_one_by_one_and_each_once() {
    let service = Service::start();
    let mut case = application("R1");
    case["filed_at"] = json!("2026-11-11T08:00:00+08:00");
    let scans = json!({"parcel": "YT9", "direction": "outbound", "carrier": "yto",
        "scans": [{"at": "2026-11-11T08:00:00+08:00", "kind": "collected"}]});
    let market = json!({"case": "R1", "market": {"standing": "requested", "intervened": true}});
    let facts = json!({"facts": [
        {"order": "A1", "id": "e1", "fact": {"order": order()}},
        {"order": "A2", "id": "e2", "fact": {"case": case}},
        {"order": "A1", "id": "e3", "fact": {"case": case}},
        {"order": "A1", "fact": {"scans": scans}},
        {"order": "A1", "id": "e5", "fact": {"market": market}},
    ]});
    let path = "/shops/north/facts:batch";
    let done = service.post(path, facts.clone()).await.ok();
    let told = |done: &Value| -> Vec<String> {
        let results = done["results"].as_array().unwrap();
        let one = |it: &Value| match it["problem"]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => format!("done {}", it["done"]["events"].as_array().unwrap().len().min(1)),
        };
        results.iter().map(one).collect()
    };
    assert_eq!(told(&done), ["done 1", "unknown-order", "done 1", "done 1", "done 1"], "{done:#}");
    service.wait(Span::seconds(1));
    let named = json!({"facts": [facts["facts"][0], facts["facts"][2]]});
    let again = service.post(path, named).await.ok();
    let first = |nth: usize| done["results"][nth]["done"].clone();
    assert_eq!(
        [&again["results"][0]["done"], &again["results"][1]["done"]],
        [&first(0), &first(2)]
    );
    let none = service.post(path, json!({"facts": []})).await;
    assert_eq!(none.told(), "422 malformed");
    for (shop, position, wanted) in [
        ("south", Position::Leader, "404 not-found"),
        ("north", Position::Specialist, "200"),
        ("north", Position::QualityControl, "403 forbidden"),
    ] {
        let key = service.key(shop, position);
        let answered = service.ask(key, Method::POST, path, Some(facts.clone())).await;
        assert_eq!(answered.told(), wanted, "{shop} {}", position.code());
    }
}
