//! Whole returns: asked for, approved, sent back, scanned, received, looked at, and refunded.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    Bench,
    client::{Asking, Caller},
    load::{self, Numbers},
};
use crate::{
    bench::timing::{percentiles, rate},
    clock, workload,
};

/// Calls of one return.
const CALLS: u32 = 6;
/// Until what is decided has to be paid.
const PATIENCE: Duration = Duration::from_mins(1);

/// Counted until the last of them is settled, which the service does by itself.
pub(super) async fn measure(bench: &Bench<'_>) -> Result<Value> {
    let shipped = bench.installation.shipped.clone();
    let numbers = Numbers::of(shipped.clone());
    let callers = (bench.arguments.callers, bench.time());
    let call = async |caller: &mut Caller, number| one(bench, caller, number).await;
    let began = clock::instant();
    let measured = load::closed(bench.service.address, callers, &numbers, call).await?;
    let mut caller = Caller::connect(bench.service.address).await?;
    // The last ones first: what was decided earlier is paid earlier, and found done at once.
    for number in (shipped.start..numbers.first_left()).rev() {
        settled(bench, &mut caller, number).await?;
        if number.saturating_add(bench.arguments.callers) == numbers.first_left() {
            break;
        }
    }
    let took = began.elapsed();
    for number in shipped.start..numbers.first_left() {
        ensure!(is_done(bench, &mut caller, number).await?, "return {number} was not refunded");
    }
    Ok(json!({
        "callers": bench.arguments.callers,
        "calls_each": CALLS,
        "per_second": rate(measured.times.len(), took),
        "calls_latency": percentiles(measured.times),
        "settled_after_ms": took.saturating_sub(measured.took).as_millis(),
    }))
}

async fn one(bench: &Bench<'_>, caller: &mut Caller, number: u32) -> Result<()> {
    let (shop, order) = (workload::shop(), workload::dossier(number)?.order);
    let of_shop = format!("/api/v1/shops/{shop}");
    let of_order = format!("{of_shop}/orders/{order}");
    let commands = format!("{of_order}/cases/R{number}/commands");
    let parcel = format!("YT{number}");
    let now = clock::rfc3339(clock::now(), kernel::Zone::CHINA);
    let keys = bench.keys();
    let apply = format!(
        r#"{{"case":"R{number}","request":{{"kind":"return-refund","reason":"no-reason-7d",
        "goods":"received","pieces":[{{"line":1,"quantity":1}}]}}}}"#
    );
    let enter = format!(r#"{{"command":"enter-return","parcel":"{parcel}","carrier":"yto"}}"#);
    let scans = format!(
        r#"{{"carrier":"yto","direction":"return","case":"R{number}",
        "scans":[{{"at":"{now}","kind":"signed"}}]}}"#
    );
    let receive = format!(r#"{{"parcel":"{parcel}","carrier":"yto","weight_g":620}}"#);
    let inspect = r#"{"command":"inspect","place":"door",
        "pieces":[{"line":1,"quantity":1,"grade":"as-new"}]}"#
        .to_owned();
    let approve = r#"{"command":"approve","ground":"within 7 days"}"#.to_owned();
    let calls: [(String, &str, String); 6] = [
        (format!("{of_order}/cases"), &keys.desk, apply),
        (commands.clone(), &keys.desk, approve),
        (commands.clone(), &keys.desk, enter),
        (format!("{of_order}/parcels/{parcel}/scans"), &keys.desk, scans),
        (format!("{of_shop}/receipts"), &keys.warehouse, receive),
        (commands, &keys.inspector, inspect),
    ];
    for (step, (path, key, body)) in calls.iter().enumerate() {
        let name = format!("return-{number}-{step}");
        caller.succeed(Asking::post(path, key, (&name, body))).await?;
    }
    Ok(())
}

async fn settled(bench: &Bench<'_>, caller: &mut Caller, number: u32) -> Result<()> {
    let began = clock::instant();
    while !is_done(bench, caller, number).await? {
        ensure!(began.elapsed() < PATIENCE, "return {number} is not refunded");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn is_done(bench: &Bench<'_>, caller: &mut Caller, number: u32) -> Result<bool> {
    let (shop, order) = (workload::shop(), workload::dossier(number)?.order);
    let path = format!("/api/v1/shops/{shop}/orders/{order}/cases/R{number}");
    let case = caller.succeed(Asking::get(&path, &bench.keys().desk)).await?;
    let case: Value = serde_json::from_slice(case)?;
    Ok(case.get("status").context("a case has a status")? == "done")
}
