//! Goods that come back: scanned, looked at, paid for, and shown to a marketplace.

use std::io::Cursor;

use axum::{
    body::Body,
    http::{Method, Request},
};
use evidence::pack::verify;
use image::{ImageFormat, Rgb, RgbImage};
use kernel::Span;
use people::Position;
use serde_json::{Value, json};

use super::{
    goods::{application, order},
    installation::{Answered, Service},
};

const CASE: &str = "/shops/north/orders/A1/cases/R1";

fn photo(seed: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(640, 480, |x, y| {
        let block = (x / 80).wrapping_mul(31) ^ (y / 60).wrapping_mul(17);
        let shade = u8::try_from(block % 251).unwrap();
        Rgb([shade.wrapping_add(seed), seed, shade.wrapping_mul(3)])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Sends a file as a browser's form does.
async fn send_form(service: &Service, who: Position, to: &str, key: &str, file: &[u8]) -> Answered {
    let fields = [("shows", "problem-photo"), ("source", "warehouse")];
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.as_bytes());
    }
    let head = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"破损.jpg\"\r\n\
                content-type: image/jpeg\r\n\r\n";
    body.extend(head.as_bytes());
    body.extend(file);
    body.extend(b"\r\n--cut--\r\n");
    let request = Request::post(format!("/api/v1{to}"))
        .header("authorization", format!("Bearer {}", service.key("north", who)))
        .header("idempotency-key", key)
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(Body::from(body))
        .unwrap();
    service.send(request).await
}

/// Sends a file as it is.
async fn send_raw(service: &Service, who: Position, to: &str, key: &str, file: &[u8]) -> Answered {
    let request = Request::post(format!("/api/v1{to}"))
        .header("authorization", format!("Bearer {}", service.key("north", who)))
        .header("idempotency-key", key)
        .header("content-type", "image/jpeg")
        .body(Body::from(file.to_vec()))
        .unwrap();
    service.send(request).await
}

async fn asking(
    service: &Service,
    who: Position,
    path: &str,
    headers: &[(&str, &str)],
) -> Answered {
    let mut request = Request::get(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {}", service.key("north", who)));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service.send(request.body(Body::empty()).unwrap()).await
}

async fn give(service: &Service, who: Position, path: &str, body: Value) -> Answered {
    service.ask(service.key("north", who), Method::POST, path, Some(body)).await
}

async fn read(service: &Service, who: Position, path: &str) -> Answered {
    service.ask(service.key("north", who), Method::GET, path, None).await
}

async fn status(service: &Service) -> String {
    service.get(CASE).await.ok()["status"].as_str().unwrap().to_owned()
}

/// The buyer may send one dress back, and has, unless nobody says in which parcel.
async fn agreed(parcel: Option<&str>) -> Service {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    let commands = format!("{CASE}/commands");
    let approve = json!({"command": "approve", "ground": "within 7 days"});
    service.post(&commands, approve).await.ok();
    if let Some(parcel) = parcel {
        let entered = json!({"command": "enter-return", "parcel": parcel, "carrier": "yto"});
        service.post(&commands, entered).await.ok();
    }
    service
}

#[tokio::test]
async fn a_return_runs_from_the_scan_to_the_dispute_pack() {
    let service = agreed(Some("YT1")).await;
    let expected = "/shops/north/receipts/expected?parcel=YT1";
    let expected = read(&service, Position::Warehouse, expected).await.ok();
    assert_eq!(expected["cases"][0]["case"], "R1", "{expected:#}");
    assert_eq!(expected["cases"][0]["sku"], Value::Null);
    assert_eq!(expected["cases"][0]["lines"][0]["sku"], "DRESS-M");
    assert_eq!(expected["cases"][0]["received"], false);
    assert!(!expected["cases"][0]["form"]["checks"].as_array().unwrap().is_empty());
    assert_eq!(expected["receipt"], Value::Null);

    let scan = json!({"parcel": "YT1", "carrier": "yto", "weight_g": 620, "person": "小吴"});
    let receipts = "/shops/north/receipts";
    let first = give(&service, Position::Warehouse, receipts, scan.clone()).await.ok();
    assert_eq!(first["receipt"]["state"], "taken-in", "{first:#}");
    assert_eq!(first["cases"][0]["received"], true);
    assert_eq!(status(&service).await, "inspecting");
    let version = service.get(CASE).await.ok()["version"].clone();
    let second = give(&service, Position::Warehouse, receipts, scan).await.ok();
    assert_eq!(second["receipt"], first["receipt"]);
    assert_eq!(service.get(CASE).await.ok()["version"], version);
    let board = read(&service, Position::Warehouse, "/shops/north/receipts/board").await.ok();
    assert_eq!((&board["received"], &board["inspected"]), (&json!(1), &json!(0)));
    assert_eq!((&board["waiting"], &board["cleared"]), (&json!(1), &json!(false)));
    assert_eq!(board["inspections"][0]["case"], "R1");

    let evidence = format!("{CASE}/evidence");
    let uploaded =
        send_form(&service, Position::Inspector, &evidence, "photo-1", &photo(1)).await.ok();
    let hash = uploaded["evidence"]["evidence"].as_str().unwrap().to_owned();
    let piece = json!({"line": 1, "quantity": 1, "grade": "as-new", "evidence": [hash]});
    let inspect = json!({"command": "inspect", "place": "door", "pieces": [piece]});
    let preview = format!("{CASE}/commands:preview");
    let preview = give(&service, Position::Inspector, &preview, inspect.clone()).await.ok();
    assert_eq!(preview["cases"][0]["status"], "refunding", "{preview:#}");
    give(&service, Position::Inspector, &format!("{CASE}/commands"), inspect).await.ok();
    service.wait(Span::minutes(5));
    assert_eq!(status(&service).await, "done");
    assert_eq!(service.paid().into_values().collect::<Vec<_>>(), [10_000]);
    let board = read(&service, Position::Warehouse, "/shops/north/receipts/board").await.ok();
    assert_eq!((&board["inspected"], &board["cleared"]), (&json!(1), &json!(true)), "{board:#}");

    let pack = service.get(&format!("{CASE}/dispute-pack")).await;
    assert_eq!(pack.told(), "200");
    assert_eq!(pack.headers["content-type"], "application/zip");
    let verified = verify(Cursor::new(pack.bytes)).unwrap().manifest;
    assert_eq!((verified.case.as_str(), verified.chain.as_str()), ("R1", "whole"));
    assert!(verified.files.iter().any(|it| it.sha256 == hash));
    let denied = read(&service, Position::Agent, &format!("{CASE}/dispute-pack")).await;
    assert_eq!(denied.told(), "403 forbidden");
}

#[tokio::test]
async fn a_parcel_that_nobody_announced_is_matched_afterwards() {
    let service = agreed(None).await;
    let receipts = "/shops/north/receipts";
    let scan = json!({"parcel": "ZT9", "carrier": "zto", "weight_g": 600, "shelf": "B-3",
        "skus": ["DRESS-M"], "label": {"name": "林**", "phone": "138****5678"}});
    let scanned = give(&service, Position::Warehouse, receipts, scan.clone()).await.ok();
    let receipt = scanned["receipt"]["receipt"].as_str().unwrap().to_owned();
    assert_eq!(scanned["receipt"]["state"], "open", "{scanned:#}");
    assert_eq!(scanned["cases"], json!([]));
    assert_eq!(status(&service).await, "awaiting-return");
    let again = give(&service, Position::Warehouse, receipts, scan).await.ok();
    assert_eq!(again["receipt"], scanned["receipt"]);
    let listed = read(&service, Position::Warehouse, "/shops/north/receipts?state=open").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    // The label does not turn up as an order.
    let found = service.get("/shops/north/search?q=5678").await.ok();
    assert_eq!(found["hits"].as_array().unwrap().len(), 1, "{found:#}");

    let one = format!("/shops/north/receipts/{receipt}");
    let photos = format!("{one}/evidence");
    let kept = send_raw(&service, Position::Warehouse, &photos, "p", &photo(2)).await.ok();
    let hash = kept["photos"][0]["evidence"].as_str().unwrap().to_owned();
    let thumbnail = format!("{photos}/{hash}/thumbnail");
    let thumbnail = read(&service, Position::Warehouse, &thumbnail).await;
    assert_eq!(thumbnail.headers["content-type"], "image/jpeg");

    let matches = read(&service, Position::Warehouse, &format!("{one}/matches")).await.ok();
    assert_eq!(matches["cases"][0]["case"], "R1", "{matches:#}");
    assert_eq!(matches["cases"][0]["by"], json!(["phone-tail", "sku"]));
    let commands = format!("{one}/commands");
    let unknown = json!({"command": "match", "order": "A1", "case": "R9"});
    let unknown = give(&service, Position::Warehouse, &commands, unknown).await;
    assert_eq!(unknown.told(), "404 not-found");
    let matching = json!({"command": "match", "order": "A1", "case": "R1"});
    let denied = give(&service, Position::Agent, &commands, matching.clone()).await;
    assert_eq!(denied.told(), "403 forbidden");
    let matched = give(&service, Position::Warehouse, &commands, matching).await.ok();
    assert_eq!(matched["state"], "matched", "{matched:#}");
    assert_eq!(status(&service).await, "inspecting");
    let evidence = service.get(&format!("{CASE}/evidence")).await.ok();
    assert_eq!(evidence["items"][0]["evidence"], hash, "{evidence:#}");
    assert_eq!(evidence["items"][0]["duplicate_of"], Value::Null);
    let back = json!({"command": "give-back", "ground": "nobody wants it"});
    let back = give(&service, Position::Warehouse, &commands, back).await;
    assert_eq!(back.told(), "409 receipt-closed");
}

#[tokio::test]
async fn a_return_is_refused_at_the_door_with_a_picture() {
    let service = agreed(Some("YT1")).await;
    let refuse = "/shops/north/receipts:refuse";
    let body = json!({"parcel": "YT1", "ground": "the box is crushed", "person": "小吴"});
    let without = give(&service, Position::Warehouse, refuse, body.clone()).await;
    assert_eq!(without.told(), "422 proof-missing");
    let evidence = format!("{CASE}/evidence");
    send_form(&service, Position::Warehouse, &evidence, "p", &photo(3)).await.ok();
    let refused = give(&service, Position::Warehouse, refuse, body.clone()).await.ok();
    assert_eq!(refused["state"], "refused", "{refused:#}");
    let kinds = service.get(CASE).await.ok()["tasks"].to_string();
    assert!(kinds.contains("return-problem"), "{kinds}");
    let stranger = json!({"parcel": "XX1", "ground": "not ours"});
    let stranger = give(&service, Position::Warehouse, refuse, stranger).await.ok();
    assert_eq!(stranger["cases"], json!([]));
    let board = read(&service, Position::Warehouse, "/shops/north/receipts/board").await.ok();
    assert_eq!((&board["received"], &board["refused"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn a_parcel_without_a_number_is_given_back_once() {
    let service = agreed(None).await;
    let scan = |weight: u32| {
        let body = json!({"weight_g": weight, "note": "label torn off"}).to_string();
        let request = Request::post("/api/v1/shops/north/receipts")
            .header(
                "authorization",
                format!("Bearer {}", service.key("north", Position::Warehouse)),
            )
            .header("idempotency-key", "torn")
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        service.send(request)
    };
    let first = scan(500).await.ok();
    let repeat = scan(500).await;
    assert_eq!(repeat.headers["idempotency-replayed"], "true");
    assert_eq!(repeat.ok()["receipt"], first["receipt"]);
    assert_eq!(scan(501).await.told(), "422 idempotency-key-reused");
    let commands =
        format!("/shops/north/receipts/{}/commands", first["receipt"]["receipt"].as_str().unwrap());
    let silent = json!({"command": "give-back", "ground": " "});
    assert_eq!(
        give(&service, Position::Warehouse, &commands, silent).await.told(),
        "422 malformed"
    );
    let back = json!({"command": "give-back", "ground": "the courier takes it back"});
    let back = give(&service, Position::Warehouse, &commands, back).await.ok();
    assert_eq!(back["state"], "given-back");
    assert_eq!(back["ground"], "the courier takes it back");
}

#[tokio::test]
async fn a_parcel_of_ours_that_comes_back_unlocks_the_refund() {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    let out = json!({"carrier": "sto", "direction": "outbound", "scans": [
        {"at": "2026-11-10T18:00:00+08:00", "kind": "collected"},
    ]});
    service.post("/shops/north/orders/A1/parcels/ST1/scans", out).await.ok();
    let request = json!({"kind": "refund-only", "reason": "no-reason-7d", "goods": "not-received",
        "pieces": [{"line": 1, "quantity": 2}]});
    let filed = json!({"case": "R1", "request": request});
    service.post("/shops/north/orders/A1/cases", filed).await.ok();
    let approve = json!({"command": "approve", "ground": "refused at the door"});
    let approved = service.post(&format!("{CASE}/commands"), approve.clone()).await;
    assert_eq!(approved.told(), "409 locked");
    let scan = json!({"parcel": "ST1", "carrier": "sto"});
    let scanned = give(&service, Position::Warehouse, "/shops/north/receipts", scan).await.ok();
    assert_eq!(scanned["cases"][0]["direction"], "outbound", "{scanned:#}");
    service.post(&format!("{CASE}/commands"), approve).await.ok();
    service.wait(Span::minutes(5));
    assert_eq!(status(&service).await, "done");
    assert_eq!(service.paid().into_values().collect::<Vec<_>>(), [20_000]);
}

#[tokio::test]
async fn an_upload_is_kept_once_and_given_back_byte_for_byte() {
    let service = agreed(Some("YT1")).await;
    let evidence = format!("{CASE}/evidence");
    let file = photo(4);
    let to = format!("{evidence}?shows=photo&source=buyer&name=box.jpg");
    let first = send_raw(&service, Position::Agent, &to, "one", &file).await.ok();
    assert_eq!(first["is_new"], true);
    let again = send_raw(&service, Position::Agent, &to, "one", &file).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let again = again.ok();
    assert_eq!((&again["is_new"], &again["version"]), (&json!(false), &first["version"]));
    let other = send_raw(&service, Position::Agent, &to, "one", &photo(5)).await;
    assert_eq!(other.told(), "422 idempotency-key-reused");

    let hash = first["evidence"]["evidence"].as_str().unwrap();
    assert_eq!(hash, evidence::Hash::of(&file).to_string());
    let content = format!("{evidence}/{hash}/content");
    let whole = asking(&service, Position::Agent, &content, &[]).await;
    assert_eq!(whole.bytes, file);
    assert_eq!(whole.headers["content-disposition"], "inline; filename*=UTF-8''box.jpg");
    assert_eq!(whole.headers["x-content-type-options"], "nosniff");
    let part = asking(&service, Position::Agent, &content, &[("range", "bytes=2-5")]).await;
    assert_eq!((part.told().as_str(), &part.bytes[..]), ("206", &file[2..6]));
    assert_eq!(part.headers["content-range"], format!("bytes 2-5/{}", file.len()));
    let beyond = asking(&service, Position::Agent, &content, &[("range", "bytes=9999999-")]).await;
    assert_eq!(beyond.told(), "416 no-such-part");
    let tag = whole.headers["etag"].to_str().unwrap();
    let known = asking(&service, Position::Agent, &content, &[("if-none-match", tag)]).await;
    assert_eq!((known.told().as_str(), known.bytes.len()), ("304", 0));
    let large = format!("{evidence}/{hash}/thumbnail?size=1600");
    assert_eq!(asking(&service, Position::Agent, &large, &[]).await.told(), "200");
    let listed = service.get(&format!("{evidence}?limit=1")).await.ok();
    assert_eq!(listed["items"][0]["shows"], json!(["photo"]), "{listed:#}");
    let next = listed["next"].as_str().unwrap();
    let rest = service.get(&format!("{evidence}?limit=1&after={next}")).await.ok();
    assert_eq!((&rest["items"][0]["shows"], &rest["next"]), (&json!([]), &Value::Null));
    let one = service.get(&format!("{evidence}/{hash}")).await.ok();
    assert_eq!((&one["source"], &one["width"]), (&json!("buyer"), &json!(640)));
}

#[tokio::test]
async fn what_is_no_evidence_is_refused_with_what_would_be() {
    let service = agreed(Some("YT1")).await;
    let evidence = format!("{CASE}/evidence");
    let send = |query: &str, file: Vec<u8>| {
        let (service, to) = (&service, format!("{evidence}?{query}"));
        async move { send_raw(service, Position::Agent, &to, "k", &file).await.told() }
    };
    assert_eq!(send("shows=photo", Vec::new()).await, "422 evidence-empty");
    assert_eq!(send("shows=photo", vec![0; 5_000]).await, "415 evidence-unsupported");
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    assert!(send("shows=photo", page).await.starts_with('4'), "a page is no evidence");
    let mut huge = photo(6);
    huge.resize(11 << 20, 0);
    assert_eq!(send("shows=photo", huge).await, "413 evidence-too-large");
    assert_eq!(send("shows=magic", photo(6)).await, "422 malformed");
    assert_eq!(send("shows=days-left", photo(6)).await, "422 bad-name");
    assert_eq!(send("", photo(6)).await, "422 malformed");
    let stranger = format!("{}/evidence", CASE.replace("R1", "R9"));
    let stranger = format!("{stranger}?shows=photo");
    let unknown = send_raw(&service, Position::Agent, &stranger, "k", &photo(6)).await;
    assert_eq!(unknown.told(), "404 not-found");
    let finance = format!("{evidence}?shows=photo");
    let denied = send_raw(&service, Position::Operations, &finance, "k", &photo(6)).await;
    assert_eq!(denied.told(), "403 forbidden");
}

#[tokio::test]
async fn another_shop_sees_no_evidence_and_no_receipt() {
    let service = agreed(Some("YT1")).await;
    let scan = json!({"parcel": "YT1"});
    let scanned = give(&service, Position::Warehouse, "/shops/north/receipts", scan).await.ok();
    let receipt = scanned["receipt"]["receipt"].as_str().unwrap();
    let evidence = format!("{CASE}/evidence");
    let uploaded = send_form(&service, Position::Agent, &evidence, "p", &photo(7)).await.ok();
    let hash = uploaded["evidence"]["evidence"].as_str().unwrap();
    let stranger = service.key("south", Position::Owner);
    for path in [
        evidence.clone(),
        format!("{evidence}/{hash}"),
        format!("{evidence}/{hash}/content"),
        format!("{evidence}/{hash}/thumbnail"),
        format!("{CASE}/dispute-pack"),
        format!("{CASE}/inspection-form"),
        "/shops/north/receipts".to_owned(),
        "/shops/north/receipts/board".to_owned(),
        "/shops/north/receipts/expected?parcel=YT1".to_owned(),
        format!("/shops/north/receipts/{receipt}"),
        format!("/shops/north/receipts/{receipt}/matches"),
        // And in its own place there is nothing of the kind.
        format!("/shops/south/orders/A1/cases/R1/evidence/{hash}/content"),
        format!("/shops/south/receipts/{receipt}"),
    ] {
        let answered = service.ask(stranger, Method::GET, &path, None).await;
        assert_eq!(answered.told(), "404 not-found", "{path}");
    }
    let scan = Some(json!({"parcel": "YT1"}));
    let own = service.ask(stranger, Method::POST, "/shops/south/receipts", scan).await.ok();
    assert_eq!(own["receipt"]["state"], "open", "{own:#}");
}
