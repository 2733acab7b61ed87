//! First pages at growing numbers of open cases: they have to cost the same.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use engine::{Config, Engine, Shelf};
use kernel::{Clock, Span};
use serde_json::json;
use store::{CasePage, Hold, Store, TaskPage};

use super::{
    backend::{self, Backend},
    timing::{percentiles, rate, time},
};
use crate::{database::Place, packs, workload};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Numbers of open cases to measure at, growing.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    cases: Vec<u32>,
    /// What to measure: files in a folder (`sqlite:FOLDER`), or a PostgreSQL server, in which a
    /// schema is made and dropped. Files in a temporary folder if it is not given.
    #[arg(long)]
    store: Option<Place>,
    #[arg(long)]
    json: bool,
}

const PAGE: usize = 50;
const SAMPLES: usize = 200;

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    for line in backend::with(arguments.store.as_ref(), |it| measure(arguments, it))? {
        println!("{line}");
    }
    Ok(())
}

fn measure(arguments: &Arguments, backend: &Backend) -> Result<Vec<String>> {
    let store = backend.store("reads")?;
    let shelf = Arc::new(Shelf::open(&*store)?);
    shelf.publish(&*store, packs::pack("base", None)?)?;
    let clock: Arc<dyn Clock> = Arc::new(|| workload::START);
    let config = Config { batch: 2048, automatic: false, ..Config::default() };
    let engine = Engine::start(Arc::clone(&store), clock, shelf, config)?;
    let mut lines = Vec::new();
    let mut orders: u32 = 0;
    for &cases in &arguments.cases {
        // Three of an order's commands are requests that stay open.
        let wanted = cases.div_ceil(u32::from(workload::LINES));
        let before = orders;
        let (took, filled) = time(|| fill(&engine, orders, wanted));
        filled?;
        orders = orders.max(wanted);
        let loaded = usize::try_from(orders.saturating_sub(before))?.saturating_mul(4);
        lines.push(at(&*store, cases, rate(loaded, took), arguments.json)?);
    }
    Ok(lines)
}

/// Orders `from` to `to`, with their requests filed and nothing decided.
fn fill(engine: &Engine, from: u32, to: u32) -> Result<()> {
    let mut number = from;
    while number < to {
        let upto = number.saturating_add(2_000).min(to);
        let mut requests = Vec::new();
        for order in number..upto {
            let given = usize::from(workload::LINES).saturating_add(1);
            requests.extend(workload::order(3, order)?.into_iter().take(given));
        }
        for answer in engine.execute_all(requests) {
            answer?;
        }
        number = upto;
    }
    Ok(())
}

fn at(store: &dyn Store, cases: u32, load_rate: u64, as_json: bool) -> Result<String> {
    let (mut worklist, mut tasks, mut timers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let page =
            CasePage { shop: workload::shop(), open: true, status: None, after: None, limit: PAGE };
        let (took, rows) = time(|| store.cases(&page));
        rows?;
        worklist.push(took);
        let page = TaskPage {
            shop: workload::shop(),
            role: Some("specialist".to_owned()),
            after: None,
            limit: PAGE,
        };
        let (took, rows) = time(|| store.tasks(&page));
        rows?;
        tasks.push(took);
        let later = workload::START.plus(Span::days(30));
        let (took, rows) = time(|| store.due_timers(&Hold::All, later, PAGE));
        rows?;
        timers.push(took);
    }
    let measured = json!({
        "open_cases": cases,
        "loaded_commands_per_second": load_rate,
        "worklist_first_page": percentiles(worklist),
        "tasks_of_a_role_first_page": percentiles(tasks),
        "due_timers": percentiles(timers),
    });
    Ok(if as_json { serde_json::to_string(&measured)? } else { measured.to_string() })
}
