//! From an order to its last fen, through the API alone.

use expect_test::expect;
use kernel::Span;
use people::Position;
use serde_json::json;

use super::service::{Service, application, order};

#[tokio::test]
async fn a_return_runs_from_request_to_refund() {
    let service = Service::start();
    service.put("/shops/north/orders/A1", order()).await.ok();
    service.post("/shops/north/orders/A1/cases", application("R1")).await.ok();
    let case = "/shops/north/orders/A1/cases/R1";
    let read = service.get(case).await.ok();
    println!("{read:#}");
    let commands = format!("{case}/commands");
    service.post(&commands, json!({"command": "approve", "ground": "within 7 days"})).await.ok();
    let read = service.get(case).await.ok();
    println!("{}", read["status"]);
}
