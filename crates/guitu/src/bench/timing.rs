//! Measuring and summing up.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock;

/// How long `work` takes, and what it gives.
pub(super) fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = clock::instant();
    let result = work();
    (start.elapsed(), result)
}

/// `count` per second.
pub(super) fn rate(count: usize, took: Duration) -> u64 {
    let nanos = took.as_nanos().max(1);
    let count = u128::try_from(count).unwrap_or_default();
    let per_second = count.saturating_mul(1_000_000_000).checked_div(nanos).unwrap_or_default();
    u64::try_from(per_second).unwrap_or(u64::MAX)
}

/// Half and 99 of 100 are not slower than this, in microseconds.
pub(super) fn percentiles(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let at = |percent: usize| {
        let index = times.len().saturating_mul(percent).checked_div(100).unwrap_or_default();
        let index = index.min(times.len().saturating_sub(1));
        times.get(index).map_or(0, Duration::as_micros)
    };
    json!({ "p50_us": at(50), "p99_us": at(99), "samples": times.len() })
}

/// `part` of `whole` in hundredths.
pub(super) fn hundredths(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).checked_div(whole.max(1)).unwrap_or_default()
}
