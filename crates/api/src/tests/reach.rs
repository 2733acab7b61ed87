//! Every operation of the document, asked by those whom it is not for.

use axum::http::Method;
use people::Position;
use serde_json::{Value, json};

use super::{
    goods::{application, order},
    installation::{Answered, Service},
};

/// Stands in everything of `north`, and must be in no answer to a stranger.
const CANARY: &str = "canary-of-north";

/// What anybody may ask who is not let in yet.
const FOR_ANYBODY: &[&str] = &[
    "signIn",
    "readSetup",
    "setUp",
    "goToIdentityProvider",
    "comeFromIdentityProvider",
    "askBuyerCode",
    "enterAsBuyer",
];

/// An operation of the document.
struct Operation {
    id: String,
    method: Method,
    /// With what is there in `north` in place of its parameters.
    path: String,
    is_of_shop: bool,
    is_of_buyers: bool,
    body: Option<Value>,
}

fn operations() -> Vec<Operation> {
    let (_, document) = crate::router();
    let document = serde_json::to_value(&document).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let Some(id) = operation["operationId"].as_str() else { continue };
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!schema.is_null()).then(|| sample(&document, schema, 0));
            all.push(Operation {
                id: id.to_owned(),
                method,
                is_of_shop: path.contains("{shop}"),
                is_of_buyers: path.starts_with("/api/v1/buyer/"),
                path: filled(path, operation),
                body,
            });
        }
    }
    all
}

/// A path of what there is in `north`, with what its query cannot do without.
fn filled(path: &str, operation: &Value) -> String {
    let mut path = path.trim_start_matches("/api/v1").to_owned();
    for (name, value) in [("shop", "north"), ("order", CANARY), ("case", "R1"), ("task", "t-1")] {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "0000000000000000");
    }
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let needed = parameters.iter().filter(|it| it["in"] == "query" && it["required"] == true);
    let query: Vec<String> = needed
        .map(|it| {
            let is_number = it["schema"]["type"] == "integer";
            let value = if is_number { "1" } else { CANARY };
            format!("{}={value}", it["name"].as_str().unwrap())
        })
        .collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Something that fits a schema, as far as it goes: what is refused for its shape is not refused
/// for who asks.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if 20 < depth {
        return Value::Null;
    }
    let deeper = |it: &Value| sample(document, it, depth.saturating_add(1));
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return deeper(&document["components"]["schemas"][name]);
    }
    if let Some(first) = schema["oneOf"].as_array().and_then(|it| it.first()) {
        return deeper(first);
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut whole = serde_json::Map::new();
        for part in all {
            whole.extend(deeper(part).as_object().cloned().unwrap_or_default());
        }
        return Value::Object(whole);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|it| it.first()) {
        return first.clone();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "object" => {
            let needed = schema["required"].as_array().cloned().unwrap_or_default();
            let property = |it: &Value| {
                let name = it.as_str().unwrap().to_owned();
                let value = deeper(&schema["properties"][&name]);
                (name, value)
            };
            Value::Object(needed.iter().map(property).collect())
        }
        "array" => json!([deeper(&schema["items"])]),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ if schema["format"] == "date-time" => json!("2026-11-12T08:00:00+08:00"),
        _ => json!("0000"),
    }
}

async fn service() -> Service {
    let service = Service::start();
    let mut theirs = order();
    theirs["lines"][0]["title"] = json!(CANARY);
    theirs["buyer"]["name"] = json!(CANARY);
    let path = format!("/shops/north/orders/{CANARY}");
    service.put(&path, theirs).await.ok();
    service.post(&format!("{path}/cases"), application("R1")).await.ok();
    service.make_user("north", "north-user", &[Position::Owner]);
    let other = service.key("south", Position::Owner).to_owned();
    let ours = Some(order());
    service.ask(&other, Method::PUT, "/shops/south/orders/S1", ours).await.ok();
    service
}

#[track_caller]
fn check(it: &Operation, who: &str, answer: &Answered, allowed: &[u16]) {
    let status = answer.status.as_u16();
    let text = String::from_utf8_lossy(&answer.bytes);
    let (id, path) = (&it.id, &it.path);
    assert!(allowed.contains(&status), "{who}: {id} {path}: {status}: {text}");
    assert!(!text.contains(CANARY), "{who}: {id} {path} tells of another shop: {text}");
}

#[tokio::test]
async fn nobody_gets_anything_without_being_let_in() {
    let service = service().await;
    service.make_user("north", "wang", &[Position::Owner]);
    let gone = service.sign_in("wang").await;
    service.ask_as(&gone, Method::DELETE, "/session", None).await;
    for it in operations() {
        if FOR_ANYBODY.contains(&it.id.as_str()) {
            continue;
        }
        let body = || it.body.clone();
        let answer = service.ask_with(&[], it.method.clone(), &it.path, body()).await;
        check(&it, "nobody", &answer, &[401]);
        for token in ["gk_0000000000000000_nothing", "nothing"] {
            let answer = service.ask(token, it.method.clone(), &it.path, body()).await;
            check(&it, "a made-up token", &answer, &[401]);
        }
        let answer = service.ask_as(&gone, it.method.clone(), &it.path, body()).await;
        check(&it, "somebody who has signed out", &answer, &[401]);
    }
}

#[tokio::test]
async fn a_key_of_one_shop_learns_nothing_of_another() {
    let service = service().await;
    for position in [Position::Owner, Position::Agent] {
        let stranger = service.key("south", position).to_owned();
        for it in operations().iter().filter(|it| it.is_of_shop) {
            let ask = service.ask(&stranger, it.method.clone(), &it.path, it.body.clone());
            let answer = ask.await;
            check(it, "a key of south", &answer, &[404]);
            let nowhere = it.path.replace("/north", "/nowhere");
            let ask = service.ask(&stranger, it.method.clone(), &nowhere, it.body.clone());
            assert_eq!(ask.await.bytes, answer.bytes, "{} tells north from nowhere", it.id);
        }
    }
}

#[tokio::test]
async fn a_buyer_reaches_nothing_but_the_own_order() {
    let service = service().await;
    let owner = service.key("south", Position::Owner).to_owned();
    let links = "/shops/south/orders/S1/buyer-links";
    let link = service.ask(&owner, Method::POST, links, Some(json!({}))).await.ok();
    let body = json!({"by": "link", "link": link["link"]});
    let entered = service.ask_with(&[], Method::POST, "/buyer/session", Some(body)).await.ok();
    let buyer = entered["token"].as_str().unwrap();
    let own = ["readSession", "signOut", "leaveAsBuyer"];
    for it in operations() {
        if own.contains(&it.id.as_str()) || FOR_ANYBODY.contains(&it.id.as_str()) {
            continue;
        }
        let answer = service.ask(buyer, it.method.clone(), &it.path, it.body.clone()).await;
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        if it.is_of_buyers {
            assert!(!text.contains(CANARY), "{} tells of another order: {text}", it.id);
        } else {
            check(&it, "a buyer", &answer, &[404]);
        }
    }
    let mine = service.ask(buyer, Method::GET, "/buyer/order", None).await.ok();
    assert_eq!(mine["order"], "S1");
}
