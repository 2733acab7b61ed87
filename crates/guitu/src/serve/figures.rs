//! Where figures are counted, and how they are written down.

use anyhow::Result;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::clock;

/// In seconds: from a read out of memory to a request that hangs.
const TIMES: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Commits written together.
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// From now on what is counted anywhere in the process is kept.
pub(crate) fn install() -> Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), TIMES)?
        .set_buckets_for_metric(Matcher::Full("guitu_commit_batch".to_owned()), SIZES)?
        .install_recorder()?;
    describe();
    metrics::gauge!("guitu_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let now = u32::try_from(clock::now().epoch_seconds()).unwrap_or(u32::MAX);
    metrics::gauge!("process_start_time_seconds").set(f64::from(now));
    // A figure that is not there is no alarm, so that these are there from the beginning.
    for name in [
        "guitu_commit_failures_total",
        "guitu_database_errors_total",
        "guitu_worker_failures_total",
    ] {
        metrics::counter!(name).absolute(0);
    }
    for by in ["address", "key"] {
        metrics::counter!("guitu_rate_limited_total", "by" => by).absolute(0);
    }
    Ok(handle)
}

pub(crate) fn written(handle: &PrometheusHandle) -> String {
    handle.run_upkeep();
    handle.render()
}

fn describe() {
    use metrics::describe_histogram as histogram;
    use metrics::{describe_counter as counter, describe_gauge as gauge};
    counter!("guitu_requests_total", "Requests answered, by method, route and status.");
    histogram!("guitu_request_seconds", "Until the answer began, by method and route.");
    gauge!("guitu_requests_in_flight", "Requests not answered yet.");
    counter!("guitu_rate_limited_total", "Requests turned away, by address or key.");
    counter!("guitu_commands_total", "Commands answered, by kind and outcome.");
    histogram!("guitu_commit_batch", "Commits written together.");
    histogram!("guitu_commit_seconds", "Until a batch of commits was durable.");
    counter!("guitu_commit_failures_total", "Batches of which it is not known what was written.");
    counter!("guitu_database_errors_total", "Requests and figures the database failed.");
    counter!("guitu_worker_failures_total", "Rounds and life signs of the worker that failed.");
    gauge!("guitu_worker_leases", "Buckets that the worker inside leases, of 1024.");
    gauge!("guitu_queue_length", "Commands that wait to be decided.");
    gauge!("guitu_timers_overdue", "Timers that should have fired, counted to 1000.");
    gauge!("guitu_timers_lag_seconds", "How late the first of them is.");
    gauge!("guitu_outbox_due", "Effects that should be carried out, counted to 1000.");
    gauge!("guitu_outbox_lag_seconds", "How late the first of them is.");
    gauge!("guitu_tasks_open", "Open tasks by role and age, counted to 1000 a shop and role.");
    gauge!("guitu_build_info", "1, with the version.");
    gauge!("process_resident_memory_bytes", "Memory in use.");
    gauge!("process_start_time_seconds", "When it started, since the epoch.");
}
