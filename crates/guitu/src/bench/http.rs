//! The service over HTTP, as a process of its own on a full database, with its callers on the same
//! machine.
//!
//! ```text
//! fill the database ─▶ start the service ─▶ applications: alone, many at once, so many a second
//!                      ─▶ whole returns ─▶ task lists ─▶ cases ─▶ its memory
//! ```

mod client;
mod goals;
mod installation;
mod load;
mod process;
mod returns;

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use store::Database;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use self::{
    client::{Asking, Caller},
    installation::{Installation, Keys, Wanted},
    load::{Measured, Numbers},
    process::Service,
};
use super::timing::{percentiles, rate, time};
use crate::{database::Place, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Open cases in the database.
    #[arg(long, default_value_t = 100_000)]
    cases: u32,
    /// Where the database is made: a folder (`sqlite:FOLDER`), or a PostgreSQL server, in which a
    /// schema is made and dropped. A temporary folder if it is not given.
    #[arg(long)]
    store: Option<Place>,
    /// How long each thing is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Callers at once where there are many.
    #[arg(long, default_value_t = 64)]
    callers: u32,
    /// Callers at once that read.
    #[arg(long, default_value_t = 16)]
    readers: u32,
    /// Applications a second that are offered, answered or not.
    #[arg(long, default_value_t = 500)]
    offered: u32,
    /// Whose open tasks are listed.
    #[arg(long, default_value = "specialist")]
    role: String,
    /// Machine-readable results.
    #[arg(long)]
    json: bool,
}

/// Orders made ready for a second of measuring; more than any machine of this size uses up.
const WAITING_A_SECOND: u32 = 4_000;
const SHIPPED_A_SECOND: u32 = 1_000;
/// Connections over which calls are offered: as many as may wait at one time.
const OFFERING: u32 = 256;

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let folder = match &arguments.store {
        Some(Place::File(folder)) => {
            std::fs::create_dir_all(folder)?;
            tempfile::tempdir_in(folder)?
        }
        None | Some(Place::Server { .. }) => tempfile::tempdir()?,
    };
    let measured = match &arguments.store {
        Some(Place::Server { url }) => {
            let store = Arc::new(PostgresStore::open_temporary(url)?);
            let address = store.temporary_url(url);
            measure(arguments, (store, folder.path()), address.as_deref())?
        }
        None | Some(Place::File(_)) => {
            std::fs::create_dir_all(folder.path().join("data"))?;
            let store = SqliteStore::open(folder.path().join("data/guitu.db"))?;
            measure(arguments, (Arc::new(store), folder.path()), None)?
        }
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{}", goals::plain(&measured));
    }
    Ok(())
}

fn measure(
    arguments: &Arguments,
    (database, folder): (Arc<dyn Database>, &Path),
    address: Option<&str>,
) -> Result<Value> {
    let spare = arguments.offered.saturating_add(WAITING_A_SECOND);
    let wanted = Wanted {
        cases: arguments.cases,
        waiting: spare.saturating_mul(arguments.seconds),
        shipped: SHIPPED_A_SECOND.saturating_mul(arguments.seconds),
    };
    let (filled_in, installation) = time(|| Installation::make(&database, folder, &wanted));
    let installation = installation?;
    // A schema on a server goes with its store; a file is the service's alone.
    let kept = address.is_some().then_some(database);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(async {
        let service = Service::start(folder, address).await?;
        let bench = Bench { arguments, service: &service, installation: &installation };
        let mut figures = bench.figures().await?;
        let (now, most) = service.memory()?;
        if let Some(all) = figures.as_object_mut() {
            all.insert(
                "memory_mb".to_owned(),
                json!({
                    "now": now.div_ceil(1024),
                    "most": most.div_ceil(1024),
                }),
            );
            all.insert("ready_after_us".to_owned(), json!(service.ready_after.as_micros()));
        }
        service.stop()?;
        Ok::<_, anyhow::Error>(figures)
    })?;
    drop(kept);
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "machine": goals::machine(),
        "store": if address.is_some() { "postgres" } else { "sqlite" },
        "open_cases": arguments.cases,
        "seconds_each": arguments.seconds,
        "filled_in_ms": filled_in.as_millis(),
        "goals": goals::held_against(&figures),
        "figures": figures,
    }))
}

/// What is measured, and on what.
struct Bench<'b> {
    arguments: &'b Arguments,
    service: &'b Service,
    installation: &'b Installation,
}

impl Bench<'_> {
    async fn figures(&self) -> Result<Value> {
        let waiting = Numbers::of(self.installation.waiting.clone());
        let alone = self.applications(1, &waiting).await?;
        let at_once = self.applications(self.arguments.callers, &waiting).await?;
        let offered = self.offered(&waiting).await?;
        let returns = returns::measure(self).await?;
        let tasks = self.task_lists().await?;
        let cases = self.case_reads().await?;
        Ok(json!({
            "application_alone": shown(alone, 1),
            "application_at_once": shown(at_once, self.arguments.callers),
            "application_offered": shown(offered, OFFERING),
            "whole_return": returns,
            "task_list": shown(tasks, self.arguments.readers),
            "case_read": shown(cases, self.arguments.readers),
        }))
    }

    fn keys(&self) -> &Keys {
        &self.installation.keys
    }

    fn time(&self) -> Duration {
        Duration::from_secs(u64::from(self.arguments.seconds))
    }

    async fn applications(&self, n_callers: u32, waiting: &Numbers) -> Result<Measured> {
        let callers = (n_callers, self.time());
        let call = async |caller: &mut Caller, number| self.apply(caller, number).await;
        load::closed(self.service.address, callers, waiting, call).await
    }

    async fn offered(&self, waiting: &Numbers) -> Result<Measured> {
        let pause = Duration::from_secs(1).checked_div(self.arguments.offered).unwrap_or_default();
        let n_calls = self.arguments.offered.saturating_mul(self.arguments.seconds);
        let call = async |caller: &mut Caller, number| self.apply(caller, number).await;
        load::open(self.service.address, (OFFERING, pause, n_calls), waiting, call).await
    }

    /// Somebody who wants money back for what has not left.
    async fn apply(&self, caller: &mut Caller, number: u32) -> Result<()> {
        let order = workload::dossier(number)?.order;
        let path = format!("/api/v1/shops/{}/orders/{order}/cases", workload::shop());
        let body = format!(
            r#"{{"case":"A{number}","request":{{"kind":"refund-only","reason":"no-longer-wanted",
            "reason_text":"不想要了","goods":"not-received",
            "pieces":[{{"line":1,"quantity":1}}]}}}}"#
        );
        let change = (&*format!("apply-{number}"), &*body);
        caller.succeed(Asking::post(&path, &self.keys().desk, change)).await?;
        Ok(())
    }

    /// The first page of what a role has to do.
    async fn task_lists(&self) -> Result<Measured> {
        let shop = workload::shop();
        let path = format!("/api/v1/shops/{shop}/tasks?role={}&limit=50", self.arguments.role);
        let asking = Asking::get(&path, &self.keys().desk);
        let mut first = Caller::connect(self.service.address).await?;
        let page: Value = serde_json::from_slice(first.succeed(asking).await?)?;
        let n_items = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(n_items == 50, "a page of `{}` has {n_items} tasks, not 50", self.arguments.role);
        let call = async |caller: &mut Caller, _| caller.succeed(asking).await.map(drop);
        self.read(&Numbers::of(0..u32::MAX), call).await
    }

    /// Open cases, one after the other, far apart in the database.
    async fn case_reads(&self) -> Result<Measured> {
        let n_orders = self.installation.with_cases.end;
        let call = async |caller: &mut Caller, number: u32| {
            let order = number.wrapping_mul(7_919).checked_rem(n_orders).unwrap_or_default();
            let dossier = workload::dossier(order)?;
            let (shop, case) = (workload::shop(), workload::case(order, 1)?);
            let path = format!("/api/v1/shops/{shop}/orders/{}/cases/{case}", dossier.order);
            caller.succeed(Asking::get(&path, &self.keys().desk)).await.map(drop)
        };
        self.read(&Numbers::of(0..u32::MAX), call).await
    }

    async fn read(
        &self,
        numbers: &Numbers,
        call: impl AsyncFn(&mut Caller, u32) -> Result<()>,
    ) -> Result<Measured> {
        let callers = (self.arguments.readers, self.time());
        load::closed(self.service.address, callers, numbers, call).await
    }
}

fn shown(measured: Measured, n_callers: u32) -> Value {
    json!({
        "callers": n_callers,
        "per_second": rate(measured.times.len(), measured.took),
        "latency": percentiles(measured.times),
    })
}
