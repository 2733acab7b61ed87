//! Figures that are read off when somebody asks for them.
//!
//! **Invariant:** reading them is bounded, whatever waits; and they are not read anew while they
//! are fresh, however often they are asked for.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use dossier::words::Role;
use kernel::{Choice as _, ShopId, Span, Timestamp};
use store::{Hold, StoreError, TaskPage};

use crate::{App, ops::Operations};

/// When they were read last.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    taken: Mutex<Option<Timestamp>>,
}

/// Most rows counted of one kind.
const MOST_COUNTED: usize = 1_000;
/// Most shops whose tasks are counted.
const MOST_SHOPS: usize = 100;
const FRESH_FOR: Span = Span::seconds(5);

impl Gauges {
    /// Reads them into the process's metrics. Blocks.
    pub(crate) fn take(&self, app: &App, operations: &Operations) {
        set("guitu_queue_length", app.engine().n_waiting());
        if let Some(bytes) = resident_bytes() {
            metrics::gauge!("process_resident_memory_bytes").set(bytes);
        }
        let now = app.now();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = taken.is_some_and(|it| now < it.plus(FRESH_FOR) && it <= now);
        if is_fresh {
            return;
        }
        *taken = Some(now);
        let shops = (operations.settings().shops)(app);
        if let Err(error) = waiting(app, now).and_then(|()| tasks(app, now, &shops)) {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "figures cannot be read");
            metrics::counter!("guitu_database_errors_total").increment(1);
        }
    }
}

/// Timers and effects whose time has come, and how late the first of them is.
fn waiting(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let timers = app.database().due_timers(&Hold::All, now, MOST_COUNTED)?;
    set("guitu_timers_overdue", timers.len());
    set_seconds("guitu_timers_lag_seconds", timers.first().map(|it| it.at), now);
    let effects = app.database().due_effects(&Hold::All, now, MOST_COUNTED)?;
    set("guitu_outbox_due", effects.len());
    set_seconds("guitu_outbox_lag_seconds", effects.first().map(|it| it.row.due), now);
    Ok(())
}

/// How far the due time of a task is away.
const AGES: [&str; 4] = ["later", "within-an-hour", "overdue", "overdue-a-day"];

fn tasks(app: &App, now: Timestamp, shops: &[ShopId]) -> Result<(), StoreError> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for &role in Role::ALL {
        counts.extend(AGES.iter().map(|age| ((role.code(), *age), 0)));
        for shop in shops.iter().take(MOST_SHOPS) {
            let page = TaskPage {
                shop: shop.clone(),
                role: Some(role.code().to_owned()),
                after: None,
                limit: MOST_COUNTED,
            };
            for task in app.database().tasks(&page)? {
                let count = counts.entry((role.code(), age(task.row.due, now))).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    for ((role, age), count) in counts {
        let labels = [("role", role.to_owned()), ("age", age.to_owned())];
        metrics::gauge!("guitu_tasks_open", &labels).set(float(count));
    }
    Ok(())
}

fn age(due: Timestamp, now: Timestamp) -> &'static str {
    if due.plus(Span::hours(24)) < now {
        "overdue-a-day"
    } else if due < now {
        "overdue"
    } else if due < now.plus(Span::hours(1)) {
        "within-an-hour"
    } else {
        "later"
    }
}

fn set(name: &'static str, count: usize) {
    metrics::gauge!(name).set(float(count));
}

fn set_seconds(name: &'static str, since: Option<Timestamp>, now: Timestamp) {
    let seconds = since.map_or(0, |it| now.epoch_seconds().saturating_sub(it.epoch_seconds()));
    metrics::gauge!(name).set(f64::from(i32::try_from(seconds).unwrap_or(i32::MAX)));
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Where the system tells it.
#[expect(clippy::float_arithmetic, reason = "gauges are floats")]
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kilobytes: u32 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(f64::from(kilobytes) * 1024.0)
}
