//! Streams: what is heard, by whom, and until when.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request, StatusCode},
};
use futures_util::StreamExt as _;
use kernel::Span;
use people::Position;
use serde_json::json;

use super::installation::{Service, application, order};

const CASE: &str = "/shops/north/orders/A1/cases/R1";

struct Heard {
    body: BodyDataStream,
    text: String,
}

impl Heard {
    /// Reads on until the text is there, and gives back all that was heard until then.
    async fn until(&mut self, wanted: &str) -> &str {
        let reading = async {
            while !self.text.contains(wanted) {
                let bytes = self.body.next().await.expect("the stream goes on").unwrap();
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), reading).await;
        assert!(waited.is_ok(), "no `{wanted}` in: {}", self.text);
        &self.text
    }

    /// Reads to the end, which has to come.
    async fn end(mut self) -> String {
        let reading = async {
            while let Some(bytes) = self.body.next().await {
                self.text.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reading).await.expect("an end");
        self.text
    }

    fn last_id(&self) -> String {
        let mut ids = self.text.lines().filter_map(|it| it.strip_prefix("id: "));
        ids.next_back().unwrap().to_owned()
    }
}

async fn listen(service: &Service, key: &str, query: &str, last: Option<&str>) -> Heard {
    let mut request = Request::get(format!("/api/v1/stream{query}"));
    request = if key.starts_with("guitu_session") {
        request.header("cookie", key)
    } else {
        request.header("authorization", format!("Bearer {key}"))
    };
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = service.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut heard = Heard { body: response.into_body().into_data_stream(), text: String::new() };
    heard.until("so far").await;
    heard
}

async fn file(service: &Service, shop: &str) {
    let key = service.key(shop, Position::Leader).to_owned();
    let path = format!("/shops/{shop}/orders/A1");
    service.ask(&key, Method::PUT, &path, Some(order())).await.ok();
    let path = format!("{path}/cases");
    service.ask(&key, Method::POST, &path, Some(application("R1"))).await.ok();
}

#[tokio::test]
async fn what_happens_is_heard_in_the_shop_and_in_no_other() {
    let service = Service::start();
    let north = service.key("north", Position::Agent).to_owned();
    let south = service.key("south", Position::Agent).to_owned();
    let mut here = listen(&service, &north, "", None).await;
    let mut there = listen(&service, &south, "", None).await;
    file(&service, "north").await;
    let told = here.until("case.opened").await;
    assert!(told.contains("event: case\n"), "{told}");
    assert!(!told.contains("林小满") && !told.contains("tb_lin2010"), "{told}");
    file(&service, "south").await;
    let told = there.until("case.opened").await;
    assert!(!told.contains("north"), "{told}");
    let refused = service.ask(&north, Method::GET, "/stream?shop=south", None).await;
    assert_eq!(refused.told(), "404 not-found");
    let refused = service.ask(&north, Method::GET, "/stream?shop=no%20such", None).await;
    assert_eq!(refused.told(), "404 not-found");
}

#[tokio::test]
async fn a_stream_that_was_cut_off_is_taken_up_where_it_was() {
    let service = Service::start();
    let key = service.key("north", Position::Agent).to_owned();
    let first = listen(&service, &key, "?shop=north", None).await;
    let last = first.last_id();
    drop(first);
    file(&service, "north").await;
    let mut again = listen(&service, &key, "?shop=north", Some(&last)).await;
    let told = again.until("case.opened").await.to_owned();
    assert!(told.contains("order.recorded") && !told.contains("resync"), "{told}");
    let last = again.last_id();
    let caught_up = listen(&service, &key, "?shop=north", Some(&last)).await;
    assert!(!caught_up.text.contains("event:"), "{}", caught_up.text);
    let from_elsewhere = listen(&service, &key, "?shop=north", Some("999999")).await;
    assert!(from_elsewhere.text.contains("event: resync"), "{}", from_elsewhere.text);
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let service = Service::start();
    service.make_user("north", "lin", &[Position::Agent]);
    let lin = service.sign_in("lin").await;
    let stream = listen(&service, &lin.cookie, "", None).await;
    service.ask_as(&lin, Method::DELETE, "/session", None).await;
    stream.end().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_service_drains() {
    let service = Service::start();
    let key = service.key("north", Position::Agent).to_owned();
    let stream = listen(&service, &key, "", None).await;
    service.app.drain().begin();
    stream.end().await;
}

#[tokio::test]
async fn who_looks_at_a_case_is_known_to_others() {
    let service = Service::start();
    service.make_user("north", "lin", &[Position::Agent]);
    service.make_user("north", "wang", &[Position::Agent]);
    file(&service, "north").await;
    let (lin, wang) = (service.sign_in("lin").await, service.sign_in("wang").await);
    let mut stream = listen(&service, &wang.cookie, "", None).await;
    let path = format!("{CASE}/lease");
    service.ask_as(&lin, Method::PUT, &path, None).await.ok();
    stream.until("event: lease").await;
    assert!(stream.until("\"name\":\"lin\"").await.contains("R1"));
    let refused = service.ask_as(&wang, Method::PUT, &path, None).await;
    assert_eq!(refused.told(), "409 held-by-another");
    assert!(refused.json()["detail"].as_str().unwrap().contains("lin"));
    service.ask_as(&wang, Method::DELETE, &path, None).await.ok();
    assert_eq!(service.get(&path).await.ok()["name"], "lin");
    let elsewhere = service.key("south", Position::Leader);
    assert_eq!(service.ask(elsewhere, Method::GET, &path, None).await.told(), "404 not-found");
    service.wait(Span::seconds(91));
    assert_eq!(service.get(&path).await.ok()["name"], json!(null));
    service.ask_as(&wang, Method::PUT, &path, None).await.ok();
    let unknown = "/shops/north/orders/A1/cases/R9/lease";
    assert_eq!(service.ask_as(&wang, Method::PUT, unknown, None).await.told(), "404 not-found");
}
