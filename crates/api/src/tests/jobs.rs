//! Files in and out, and facts in bulk.

use std::{cell::Cell, fs, path::Path};

use axum::http::{Method, Request};
use kernel::{Choice as _, Span};
use people::Position;
use serde_json::{Value, json};

use super::installation::{Answered, Service, application, order};
use crate::jobs::{Workers, work_one};

fn example(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path)).unwrap()
}

/// A form with files, each by the name of its part.
fn form(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"f.csv\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--cut--\r\n");
    body
}

async fn send(service: &Service, key: &str, name: &str, query: &str, body: Vec<u8>) -> Answered {
    let kind =
        if query.is_empty() { "multipart/form-data; boundary=cut" } else { "application/csv" };
    let request = Request::post(format!("/api/v1/shops/north/imports{query}"))
        .header("authorization", format!("Bearer {key}"))
        .header("accept-language", "en")
        .header("idempotency-key", name)
        .header("content-type", kind)
        .body(body.into())
        .unwrap();
    service.send(request).await
}

/// Brings files, and waits until they are worked on.
async fn import(service: &Service, name: &str, query: &str, body: Vec<u8>) -> Value {
    let made = send(service, service.key("north", Position::Leader), name, query, body).await;
    assert_eq!(made.status, 202, "{}", String::from_utf8_lossy(&made.bytes));
    let job = made.json()["job"].as_str().unwrap().to_owned();
    work(service).await;
    service.get(&format!("/shops/north/jobs/{job}")).await.ok()
}

async fn work(service: &Service) {
    let app = service.app.clone();
    let all = move || while work_one(&app, &|| false).unwrap() {};
    tokio::task::spawn_blocking(all).await.unwrap();
}

fn exports() -> Vec<u8> {
    let file = |it: &'static str| (it, example(&format!("exports/{it}.csv")));
    form(&[file("orders"), file("items"), file("refunds"), file("tracks")])
}

fn count(job: &Value, what: &str) -> u64 {
    job["progress"][what].as_u64().unwrap()
}

#[tokio::test]
async fn a_day_of_exports_becomes_cases_and_again_changes_nothing() {
    let service = Service::start();
    let job = import(&service, "first", "", exports()).await;
    assert_eq!(job["state"], "done", "{job:#}");
    assert!(0 < count(&job, "accepted"), "{job:#}");
    let told = ["accepted", "unchanged", "refused"].map(|it| count(&job, it));
    assert_eq!(told.iter().sum::<u64>(), count(&job, "commands"), "{job:#}");
    let cases = service.get("/shops/north/cases").await.ok();
    assert!(!cases["items"].as_array().unwrap().is_empty());

    service.wait(Span::minutes(10));
    let again = import(&service, "second", "", exports()).await;
    assert_ne!(again["job"], job["job"]);
    assert_eq!(again["progress"]["rows_read"], job["progress"]["rows_read"]);
    assert_eq!(count(&again, "accepted"), 0, "{again:#}");
    assert_eq!(count(&again, "refused"), count(&job, "refused"), "{again:#}");
}

#[tokio::test]
async fn a_request_under_the_same_key_is_the_same_job() {
    let service = Service::start();
    let key = service.key("north", Position::Leader);
    let first = send(&service, key, "k", "", exports()).await;
    let again = send(&service, key, "k", "", exports()).await;
    assert_eq!(first.json()["job"], again.json()["job"]);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], first.headers["location"]);
    let other = send(&service, key, "k", "?kind=orders", example("exports/orders.csv")).await;
    assert_eq!(other.told(), "422 idempotency-key-reused");
    // What came again is not kept beside what came first.
    let folders = fs::read_dir(&service.app.settings().job_folder).unwrap().count();
    assert_eq!(folders, 1);
}

#[tokio::test]
async fn requests_and_tracks_find_the_orders_that_are_known() {
    let service = Service::start();
    let file = |it: &'static str| (it, example(&format!("exports/{it}.csv")));
    let orders = form(&[file("orders"), file("items")]);
    let orders = import(&service, "orders", "", orders).await;
    let refunds =
        import(&service, "refunds", "?kind=refunds", example("exports/refunds.csv")).await;
    assert!(0 < count(&refunds, "accepted"), "{refunds:#}");
    let tracks = import(&service, "tracks", "?kind=tracks", example("exports/tracks.csv")).await;
    assert!(0 < count(&tracks, "accepted"), "{tracks:#}");

    // One after the other says as much as all at once.
    let whole = Service::start();
    let all = import(&whole, "all", "", exports()).await;
    let refused = [&orders, &refunds, &tracks].map(|it| count(it, "refused"));
    assert_eq!(refused.iter().sum::<u64>(), count(&all, "refused"), "{refunds:#}{tracks:#}");
    let cases = |it: Value| it["items"].as_array().unwrap().len();
    let path = "/shops/north/cases?limit=200";
    assert_eq!(cases(service.get(path).await.ok()), cases(whole.get(path).await.ok()));
}

#[tokio::test]
async fn one_bad_row_does_not_keep_its_neighbors_out() {
    let service = Service::start();
    let file = |part: &'static str, name: &str| (part, example(&format!("dirty/{name}.csv")));
    let files = form(&[
        file("orders", "orders"),
        file("items", "items"),
        file("refunds", "refunds-several"),
    ]);
    let job = import(&service, "dirty", "", files).await;
    assert_eq!(job["state"], "done", "{job:#}");
    assert!(0 < count(&job, "rows_rejected"), "{job:#}");
    assert!(0 < count(&job, "accepted"), "{job:#}");
    let path = job["rejected"].as_str().unwrap().trim_start_matches("/api/v1").to_owned();
    let rejected = service.get(&path).await;
    let text = String::from_utf8(rejected.bytes).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("\u{feff}file,line,column,value,reason"));
    assert!(text.contains("refunds,2,买家退款金额,"), "{text}");
    let taken = service.get("/shops/north/orders/800000000000000002/cases/9002").await;
    assert_eq!(taken.told(), "200");
}

#[tokio::test]
async fn a_file_that_is_no_table_fails_with_a_reason() {
    let service = Service::start();
    let body = example("dirty/orders-not-a-table.csv");
    let job = import(&service, "bad", "?kind=orders", body).await;
    assert_eq!(job["state"], "failed", "{job:#}");
    assert_eq!(job["failure"]["code"], "unreadable-file");
    assert!(!job["failure"]["detail"].as_str().unwrap().contains('/'), "{job:#}");
}

/// How often a worker asks whether to stop that does all there is to do.
async fn portions_of_a_whole() -> u32 {
    let service = Service::start();
    send(&service, service.key("north", Position::Leader), "k", "", exports()).await.ok();
    let app = service.app.clone();
    let count = move || {
        let asked = Cell::new(0);
        let counts = || {
            asked.set(u32::saturating_add(asked.get(), 1));
            false
        };
        work_one(&app, &counts).unwrap();
        asked.get()
    };
    tokio::task::spawn_blocking(count).await.unwrap()
}

#[tokio::test]
async fn what_a_worker_that_died_had_begun_is_done_once() {
    let service = Service::start();
    let made =
        send(&service, service.key("north", Position::Leader), "k", "", exports()).await.json();
    let path = format!("/shops/north/jobs/{}", made["job"].as_str().unwrap());
    // It dies in the middle: it leaves without a word, and its hold goes on.
    let n_portions = portions_of_a_whole().await;
    let app = service.app.clone();
    let died = tokio::task::spawn_blocking(move || {
        let asked = Cell::new(0_u32);
        let dies = || {
            asked.set(asked.get() + 1);
            assert!(asked.get() < n_portions - 1, "the plug is pulled");
            false
        };
        work_one(&app, &dies).unwrap();
    });
    assert!(died.await.is_err());
    let begun = service.get(&path).await.ok();
    assert_eq!(begun["state"], "working", "{begun:#}");
    assert!(0 < count(&begun, "accepted"), "{begun:#}");
    assert!(count(&begun, "accepted") < count(&begun, "commands"), "{begun:#}");

    work(&service).await;
    assert_eq!(service.get(&path).await.ok()["state"], "working", "it is still held");
    service.wait(Span::minutes(3));
    work(&service).await;
    let done = service.get(&path).await.ok();
    assert_eq!(done["state"], "done", "{done:#}");

    let whole = Service::start();
    let all = import(&whole, "all", "", exports()).await;
    assert_eq!(done["progress"], all["progress"]);
    assert_eq!(fs::read_dir(&service.app.settings().job_folder).unwrap().count(), 0);
}

#[tokio::test]
async fn threads_work_on_jobs_and_stop_when_told() {
    let service = Service::start();
    let workers = Workers::start(&service.app, 2).unwrap();
    let made =
        send(&service, service.key("north", Position::Leader), "k", "", exports()).await.json();
    let path = format!("/shops/north/jobs/{}", made["job"].as_str().unwrap());
    let mut state = Value::Null;
    for _ in 0..100_000 {
        state = service.get(&path).await.ok()["state"].clone();
        if state == "done" {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(state, "done");
    workers.stop();
}

#[tokio::test]
async fn a_cancelled_job_does_no_more() {
    let service = Service::start();
    let made =
        send(&service, service.key("north", Position::Leader), "k", "", exports()).await.json();
    let path = format!("/shops/north/jobs/{}", made["job"].as_str().unwrap());
    let cancelled = service.post(&format!("{path}/cancel"), json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    work(&service).await;
    let cases = service.get("/shops/north/cases").await.ok();
    assert_eq!(cases["items"], json!([]));
    let listed = service.get("/shops/north/jobs?state=cancelled&way=import").await.ok();
    assert_eq!(listed["items"][0]["job"], made["job"]);
    let waiting = service.get("/shops/north/jobs?state=waiting").await.ok();
    assert_eq!(waiting["items"], json!([]));
}

#[tokio::test]
async fn jobs_are_seen_by_those_who_may_import_in_the_shop_only() {
    let service = Service::start();
    let job = import(&service, "k", "", exports()).await;
    let id = job["job"].as_str().unwrap();
    for path in [
        format!("/shops/north/jobs/{id}"),
        format!("/shops/north/imports/{id}/rejected"),
        "/shops/north/jobs".to_owned(),
    ] {
        let stranger = service.key("south", Position::Leader);
        assert_eq!(service.ask(stranger, Method::GET, &path, None).await.told(), "404 not-found");
        let packer = service.key("north", Position::Warehouse);
        assert_eq!(service.ask(packer, Method::GET, &path, None).await.told(), "403 forbidden");
    }
    let other = format!("/shops/south/jobs/{id}");
    let leader = service.key("south", Position::Leader);
    assert_eq!(service.ask(leader, Method::GET, &other, None).await.told(), "404 not-found");
    let packer = service.key("north", Position::Warehouse);
    let denied = send(&service, packer, "p", "", exports()).await;
    assert_eq!(denied.told(), "403 forbidden");
    let cases = service.ask(leader, Method::GET, "/shops/south/cases", None).await.ok();
    assert_eq!(cases["items"], json!([]));
}

#[tokio::test]
async fn nothing_personal_of_a_file_lies_in_a_dossier_its_history_or_a_job() {
    let service = Service::start();
    let canary = "tb_canary_901";
    let file = format!(
        "订单编号,买家会员名,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,订单创建时间,\
         订单付款时间,卖家备注\n\
         900000000000000001,{canary},20.00,\"买家已付款,等待卖家发货\",金丝雀,\
         浙江省 杭州市 西湖区 金丝雀路1号,13912345678,2026-11-10 09:00:00,2026-11-10 09:01:00,\
         {canary} 来电\n"
    );
    let job = import(&service, "k", "?kind=orders", file.into_bytes()).await;
    assert_eq!(count(&job, "accepted"), 1, "{job:#}");
    let order = "/shops/north/orders/900000000000000001";
    let mut seen = Vec::new();
    for path in [order.to_owned(), format!("{order}/history"), format!("{order}/entries")] {
        seen.extend(service.get(&path).await.bytes);
    }
    for kind in ["job", "job-lines"] {
        let page = store::RecordPage::of(kind, "north", 100);
        for record in service.app.database().list_records(&page).unwrap() {
            seen.extend(record.draft.body.into_bytes());
        }
    }
    let key = kernel::DossierKey::new(
        "north".parse().unwrap(),
        kernel::OrderNo::new("900000000000000001").unwrap(),
    );
    seen.extend(format!("{:?}", service.app.engine().dossier(&key).unwrap()).into_bytes());
    let seen = String::from_utf8(seen).unwrap();
    for plain in [canary, "金丝雀", "13912345678"] {
        assert!(!seen.contains(plain), "{plain}");
    }
    let masked = service.get(&format!("{order}/buyer")).await.ok();
    assert_eq!(masked["phone"], "139****5678", "{masked:#}");
}

#[tokio::test]
async fn uploads_that_make_no_sense_are_refused_before_there_is_a_job() {
    let service = Service::start();
    let key = service.key("north", Position::Leader);
    let orders = || example("exports/orders.csv");
    assert_eq!(send(&service, key, "1", "?kind=items", orders()).await.told(), "422 malformed");
    assert_eq!(send(&service, key, "2", "?kind=orders", Vec::new()).await.told(), "422 malformed");
    assert_eq!(send(&service, key, "3", "?kind=nonsense", orders()).await.told(), "422 malformed");
    let items = form(&[("items", orders())]);
    assert_eq!(send(&service, key, "4", "", items).await.told(), "422 malformed");
    let strange = form(&[("order", orders())]);
    assert_eq!(send(&service, key, "5", "", strange).await.told(), "422 malformed");
    let mut broken = form(&[("orders", orders())]);
    broken.truncate(broken.len() - 40);
    assert_eq!(send(&service, key, "6", "", broken).await.told(), "400 upload-broke-off");
    assert_eq!(fs::read_dir(&service.app.settings().job_folder).unwrap().count(), 0);
    assert_eq!(service.get("/shops/north/jobs").await.ok()["items"], json!([]));
}

async fn export(service: &Service, body: Value) -> Answered {
    let made = service.post("/shops/north/exports", body).await.ok();
    work(service).await;
    let job = made["job"].as_str().unwrap();
    let read = service.get(&format!("/shops/north/jobs/{job}")).await.ok();
    assert_eq!(read["state"], "done", "{read:#}");
    service.get(&format!("/shops/north/exports/{job}/file")).await
}

#[tokio::test]
async fn lists_are_exported_without_formulas_and_kept_for_a_day() {
    let service = Service::start();
    let mut dear = order();
    dear["lines"][0]["title"] = json!("=HYPERLINK(\"http://evil\")");
    service.put("/shops/north/orders/A1", dear).await.ok();
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    let file = export(&service, json!({"list": "cases", "format": "csv"})).await;
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.contains("A1,R1,return-refund"), "{text}");
    assert!(text.contains("'=HYPERLINK"), "{text}");
    assert!(!text.contains("tb_lin2010"), "{text}");
    for list in ["tasks", "entries", "audit"] {
        let file = export(&service, json!({"list": list, "format": "csv"})).await;
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(1 < text.lines().count(), "{list}: {text}");
    }
    let workbook = export(&service, json!({"list": "cases"})).await;
    assert!(workbook.bytes.starts_with(b"PK"));

    let listed = service.get("/shops/north/jobs?way=export&limit=1").await.ok();
    let path = listed["items"][0]["file"].as_str().unwrap().trim_start_matches("/api/v1");
    assert_eq!(service.get(path).await.told(), "200");
    service.wait(Span::hours(25));
    work(&service).await;
    assert_eq!(service.get(path).await.told(), "404 not-found");
    let audit = service.get("/shops/north/audit?what=export").await.ok();
    assert!(5 <= audit["items"].as_array().unwrap().len(), "{audit:#}");
}

#[tokio::test]
async fn exports_are_for_those_who_may_read_what_is_in_them() {
    let service = Service::start();
    let ask = |shop: &'static str, position, body| {
        let key = service.key(shop, position);
        service.ask(key, Method::POST, "/shops/north/exports", Some(body))
    };
    let cases = || json!({"list": "cases"});
    assert_eq!(ask("north", Position::Agent, cases()).await.told(), "403 forbidden");
    assert_eq!(ask("south", Position::Leader, cases()).await.told(), "404 not-found");
    let audit = json!({"list": "audit"});
    assert_eq!(ask("north", Position::Finance, audit).await.told(), "403 forbidden");
    let mixed = json!({"list": "audit", "open": true});
    assert_eq!(ask("north", Position::Leader, mixed).await.told(), "422 malformed");
}

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
