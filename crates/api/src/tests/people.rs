//! Signing in, people, keys and shops.

use axum::http::Method;
use people::Position;
use serde_json::{Value, json};

use crate::SetupCode;

use super::installation::{PASSWORD, Service, SignedIn};

/// Asks as somebody who is signed in.
async fn told(service: &Service, who: &SignedIn, ask: (Method, &str), body: Value) -> String {
    let body = (!body.is_null()).then_some(body);
    service.ask_as(who, ask.0, ask.1, body).await.told()
}

#[tokio::test]
async fn somebody_signs_in_looks_around_and_signs_out() {
    let service = Service::start();
    service.make_user("north", "wang", &[Position::Leader]);
    let wrong = json!({"login": "wang", "password": "not the password"});
    let answer = service.ask_with(&[], Method::POST, "/session", Some(wrong)).await;
    assert_eq!(answer.told(), "401 wrong-credentials");

    let body = json!({"login": "Wang ", "password": PASSWORD});
    let answer = service.ask_with(&[], Method::POST, "/session", Some(body)).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(answer.ok()["shops"][0]["positions"], json!(["leader"]));

    let wang = service.sign_in("wang").await;
    let me = service.ask_as(&wang, Method::GET, "/session", None).await.ok();
    assert_eq!((&me["kind"], &me["login"]), (&json!("user"), &json!("wang")));
    assert_eq!(me["csrf"], json!(wang.csrf));

    // The cookie alone changes nothing.
    let forged = [("cookie", wang.cookie.as_str())];
    let answer = service.ask_with(&forged, Method::DELETE, "/session", None).await;
    assert_eq!(answer.told(), "403 csrf");
    assert_eq!(told(&service, &wang, (Method::DELETE, "/session"), Value::Null).await, "204");
    let after = told(&service, &wang, (Method::GET, "/session"), Value::Null).await;
    assert_eq!(after, "401 not-signed-in");
}

#[tokio::test]
async fn whoever_guesses_is_told_when_to_come_back() {
    let service = Service::start();
    service.make_user("north", "wang", &[Position::Agent]);
    let wrong = json!({"login": "wang", "password": "not the password"});
    for _ in 0..5 {
        service.ask_with(&[], Method::POST, "/session", Some(wrong.clone())).await;
    }
    let answer = service.ask_with(&[], Method::POST, "/session", Some(wrong)).await;
    assert_eq!(answer.told(), "429 too-many-tries");
    assert_eq!(answer.headers["retry-after"], "2");
}

#[tokio::test]
async fn a_key_says_who_it_is_and_signs_in_nobody() {
    let service = Service::start();
    let me = service.get("/session").await.ok();
    assert_eq!((&me["kind"], &me["csrf"]), (&json!("key"), &Value::Null));
    assert_eq!(me["shops"][0]["shop"], "north");
    let key = service.key("north", Position::Leader).to_owned();
    let answer = service.ask(&key, Method::DELETE, "/session", None).await;
    assert_eq!(answer.told(), "404 not-found");
}

#[tokio::test]
async fn an_owner_lets_people_in_and_nobody_gives_what_they_do_not_have() {
    let service = Service::start();
    service.make_user("north", "owner", &[Position::Owner]);
    service.make_user("south", "stranger", &[Position::Agent]);
    let owner = service.sign_in("owner").await;
    let users = "/shops/north/users";
    let li = json!({
        "login": "lili", "name": "李", "password": PASSWORD, "seat": {"positions": ["agent"]},
    });
    let made = service.ask_as(&owner, Method::POST, users, Some(li.clone())).await.ok();
    let li_is = format!("{users}/{}", made["id"].as_str().unwrap());
    let again = service.ask_as(&owner, Method::POST, users, Some(li)).await;
    assert_eq!(again.told(), "409 login-taken");

    let listed = service.ask_as(&owner, Method::GET, &format!("{users}?limit=1"), None).await.ok();
    let next = listed["next"].as_str().unwrap();
    let rest = service.ask_as(&owner, Method::GET, &format!("{users}?after={next}"), None).await;
    assert_eq!(rest.ok()["items"].as_array().unwrap().len(), 1);

    let read = service.ask_as(&owner, Method::GET, &li_is, None).await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let admin = json!({"positions": ["platform-admin"]});
    let seat = format!("{li_is}/seat");
    assert_eq!(told(&service, &owner, (Method::PUT, &seat), admin).await, "422 malformed");
    let seated = json!({"positions": ["leader"], "grade": 2});
    assert_eq!(told(&service, &owner, (Method::PUT, &seat), seated.clone()).await, "200");
    // Somebody who has read the agent does not know of the leader.
    let headers = [
        ("cookie", owner.cookie.as_str()),
        ("x-csrf-token", &owner.csrf),
        ("idempotency-key", "late"),
        ("if-match", &etag),
    ];
    let late = service.ask_with(&headers, Method::PUT, &seat, Some(seated)).await;
    assert_eq!(late.told(), "412 changed");

    let li = service.sign_in("lili").await;
    assert_eq!(told(&service, &li, (Method::GET, users), Value::Null).await, "403 forbidden");
    let elsewhere = told(&service, &owner, (Method::GET, "/shops/south/users"), Value::Null).await;
    assert_eq!(elsewhere, "404 not-found");
    let closed = json!({"status": "closed"});
    assert_eq!(told(&service, &owner, (Method::PATCH, &li_is), closed).await, "200");
    let after = told(&service, &li, (Method::GET, "/session"), Value::Null).await;
    assert_eq!(after, "401 not-signed-in");

    let trail = service.ask_as(&owner, Method::GET, "/shops/north/audit", None).await.ok();
    let told: Vec<String> = trail["items"].as_array().unwrap().iter().map(line).collect();
    assert!(told.contains(&"change-user".to_owned()), "{told:?}");
    assert!(told.contains(&"seat-user denied malformed".to_owned()), "{told:?}");
    assert!(told.contains(&"seat-user denied changed".to_owned()), "{told:?}");
    assert!(told.contains(&"manage-users denied forbidden".to_owned()), "{told:?}");
}

fn line(entry: &Value) -> String {
    let what = entry["what"].as_str().unwrap();
    entry["denied"].as_str().map_or(what.to_owned(), |it| format!("{what} denied {it}"))
}

#[tokio::test]
async fn a_key_is_made_once_shown_once_and_revoked() {
    let service = Service::start();
    service.make_user("north", "owner", &[Position::Owner]);
    let owner = service.sign_in("owner").await;
    let wanted = json!({"name": "ERP", "position": "operations", "scopes": ["record-facts"]});
    let headers = [
        ("cookie", owner.cookie.as_str()),
        ("x-csrf-token", owner.csrf.as_str()),
        ("idempotency-key", "erp-key"),
    ];
    let keys = "/shops/north/keys";
    let make = |body: &Value| service.ask_with(&headers, Method::POST, keys, Some(body.clone()));
    let made = make(&wanted).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.ok();
    let again = make(&wanted).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let again = again.ok();
    assert_eq!((&again["key"], &again["secret"]), (&made["key"], &Value::Null));
    let other = json!({"name": "else", "position": "operations", "scopes": ["record-facts"]});
    assert_eq!(make(&other).await.told(), "422 idempotency-key-reused");

    let secret = made["secret"].as_str().unwrap();
    let me = service.ask(secret, Method::GET, "/session", None).await.ok();
    assert_eq!(me["shops"][0]["permissions"], json!(["record-facts"]));
    let id = made["key"]["id"].as_str().unwrap();
    let one = format!("{keys}/{id}");
    assert_eq!(told(&service, &owner, (Method::DELETE, &one), Value::Null).await, "200");
    let after = service.ask(secret, Method::GET, "/session", None).await;
    assert_eq!(after.told(), "401 not-signed-in");
    let listed = service.ask_as(&owner, Method::GET, keys, None).await.ok();
    assert!(!listed.to_string().contains(secret));
}

#[tokio::test]
async fn a_closed_shop_keeps_everything_and_accepts_nothing() {
    let service = Service::start();
    service.make_user("north", "owner", &[Position::Owner]);
    let owner = service.sign_in("owner").await;
    service.put("/shops/north/orders/A1", super::goods::order()).await.ok();
    let shop = (Method::PATCH, "/shops/north");
    assert_eq!(told(&service, &owner, shop.clone(), json!({"status": "closed"})).await, "200");
    let refused = service.post("/shops/north/orders/A1/cases", super::goods::application("R1"));
    assert_eq!(refused.await.told(), "409 shop-closed");
    assert_eq!(service.get("/shops/north/orders/A1").await.told(), "200");
    let unknown = json!({"pack": "nothing"});
    assert_eq!(told(&service, &owner, shop.clone(), unknown).await, "422 unknown-pack");
    assert_eq!(told(&service, &owner, shop, json!({"status": "open"})).await, "200");
    let filed = service.post("/shops/north/orders/A1/cases", super::goods::application("R1"));
    assert_eq!(filed.await.told(), "200");
}

#[tokio::test]
async fn a_second_step_is_set_up_asked_for_and_taken_away() {
    let service = Service::start();
    service.make_user("north", "wang", &[Position::Agent]);
    let wang = service.sign_in("wang").await;
    let step = "/session/second-step";
    let wrong = json!({"password": "not the password"});
    let answer = told(&service, &wang, (Method::POST, step), wrong).await;
    assert_eq!(answer, "403 wrong-password");
    let proof = json!({"password": PASSWORD});
    let offer = service.ask_as(&wang, Method::POST, step, Some(proof)).await.ok();
    assert!(offer["address"].as_str().unwrap().starts_with("otpauth://totp/"));
    let answer = told(&service, &wang, (Method::PUT, step), json!({"code": "000000"})).await;
    assert_eq!(answer, "422 wrong-code");
    let listed = service.ask_as(&wang, Method::GET, "/session/sessions", None).await.ok();
    assert_eq!(listed["items"][0]["current"], json!(true));
    let ended = told(&service, &wang, (Method::DELETE, "/session/sessions"), Value::Null).await;
    assert_eq!(ended, "204");
    let after = told(&service, &wang, (Method::GET, "/session"), Value::Null).await;
    assert_eq!(after, "401 not-signed-in");
}

#[tokio::test]
async fn the_platform_opens_shops_and_makes_admins() {
    let service = Service::start();
    service.make_user("north", "owner", &[Position::Owner]);
    let (admin, owner) = (service.sign_in("admin").await, service.sign_in("owner").await);
    let west = json!({"id": "west", "name": "West", "channel": "jd", "pack": "base"});
    let shops = (Method::POST, "/shops");
    assert_eq!(told(&service, &owner, shops.clone(), west.clone()).await, "403 forbidden");
    assert_eq!(told(&service, &admin, shops.clone(), west.clone()).await, "201");
    assert_eq!(told(&service, &admin, shops, west).await, "409 shop-taken");
    let names = |page: Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|it| it["id"].to_string()).collect()
    };
    let all = service.ask_as(&admin, Method::GET, "/shops", None).await.ok();
    assert_eq!(names(all), ["\"north\"", "\"south\"", "\"west\""]);
    let own = service.ask_as(&owner, Method::GET, "/shops", None).await.ok();
    assert_eq!(names(own), ["\"north\""]);
    let users = service.ask_as(&admin, Method::GET, "/users", None).await.ok();
    let id = users["items"].as_array().unwrap().iter().find(|it| it["login"] == "owner").unwrap();
    let platform = format!("/users/{}/platform-admin", id["id"].as_str().unwrap());
    let raised = told(&service, &owner, (Method::POST, &platform), Value::Null).await;
    assert_eq!(raised, "403 forbidden");
    assert_eq!(told(&service, &admin, (Method::POST, &platform), Value::Null).await, "200");
    let trail = service.ask_as(&admin, Method::GET, "/audit?what=promote-user", None).await.ok();
    assert_eq!(trail["items"][0]["allowed"], json!(true));
    let again = json!({
        "code": "x", "login": "second", "name": "Second", "password": PASSWORD,
    });
    let answer = service.ask_with(&[], Method::POST, "/setup", Some(again)).await;
    assert_eq!(answer.told(), "409 already-set-up");
}

#[tokio::test]
async fn an_empty_installation_is_set_up_by_whoever_can_read_its_log() {
    let code = SetupCode::random().unwrap();
    let service = Service::empty(None, Some(code.clone()));
    let needed = service.ask_with(&[], Method::GET, "/setup", None).await.ok()["needed"].clone();
    assert_eq!(needed, json!(true));
    let set_up = |code: &str| {
        let body = json!({
            "code": code, "login": "first", "name": "First", "password": PASSWORD,
            "shop": {"id": "north", "name": "North", "channel": "jd", "pack": "base"},
        });
        service.ask_with(&[], Method::POST, "/setup", Some(body))
    };
    assert_eq!(set_up("00000-00000-00000-00000").await.told(), "403 wrong-setup-code");
    assert_eq!(set_up(code.reveal()).await.told(), "201");
    assert_eq!(set_up(code.reveal()).await.told(), "409 already-set-up");
    let first = service.sign_in("first").await;
    let me = service.ask_as(&first, Method::GET, "/session", None).await.ok();
    assert_eq!(me["shops"][0]["positions"], json!(["owner"]));
    assert!(me["everywhere"].as_array().unwrap().contains(&json!("platform")));
}
