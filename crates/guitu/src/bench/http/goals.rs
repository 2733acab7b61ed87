//! What is to be reached, and how figures are shown.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A figure, by where it stands, and its bound.
struct Goal {
    about: &'static str,
    figure: &'static str,
    unit: &'static str,
    bound: Bound,
}

enum Bound {
    AtLeast(u64),
    Below(u64),
}

#[rustfmt::skip]
const GOALS: [Goal; 9] = [
    Goal { about: "an application alone, p50", figure: "/application_alone/latency/p50_us",
        unit: "µs", bound: Bound::Below(5_000) },
    Goal { about: "applications at once", figure: "/application_at_once/per_second",
        unit: "/s", bound: Bound::AtLeast(1_000) },
    Goal { about: "applications offered, p99", figure: "/application_offered/latency/p99_us",
        unit: "µs", bound: Bound::Below(25_000) },
    Goal { about: "whole returns", figure: "/whole_return/per_second",
        unit: "/s", bound: Bound::AtLeast(300) },
    Goal { about: "first pages of a task list", figure: "/task_list/per_second",
        unit: "/s", bound: Bound::AtLeast(3_000) },
    Goal { about: "first pages of a task list, p99", figure: "/task_list/latency/p99_us",
        unit: "µs", bound: Bound::Below(10_000) },
    Goal { about: "cases read", figure: "/case_read/per_second",
        unit: "/s", bound: Bound::AtLeast(5_000) },
    Goal { about: "memory of the service", figure: "/memory_mb/most",
        unit: "MB", bound: Bound::Below(150) },
    Goal { about: "ready after", figure: "/ready_after_us",
        unit: "µs", bound: Bound::Below(500_000) },
];

/// Each goal with what was measured, and whether it is met.
pub(super) fn held_against(figures: &Value) -> Value {
    let goals = GOALS.iter().map(|it| {
        let measured = figures.pointer(it.figure).and_then(Value::as_u64);
        let (wanted, is_met) = match it.bound {
            Bound::AtLeast(least) => {
                (format!(">= {least}"), measured.is_some_and(|it| least <= it))
            }
            Bound::Below(most) => (format!("< {most}"), measured.is_some_and(|it| it < most)),
        };
        json!({
            "about": it.about, "goal": wanted, "measured": measured, "unit": it.unit,
            "met": is_met,
        })
    });
    goals.collect()
}

/// What it was measured on.
pub(super) fn machine() -> Value {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors.lines().find_map(|it| it.strip_prefix("model name"));
    json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get),
        "processor": model.map(|it| it.trim_start_matches(['\t', ' ', ':'])),
        "system": std::env::consts::OS,
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
    })
}

/// As a table.
pub(super) fn plain(measured: &Value) -> String {
    let text = |it: &Value, key: &str| match it.get(key) {
        Some(Value::String(it)) => it.clone(),
        Some(it) => it.to_string(),
        None => String::new(),
    };
    let cores = measured.pointer("/machine/cores").map(ToString::to_string).unwrap_or_default();
    let mut table = format!(
        "{} with {} open cases, {cores} cores, {} s each\n",
        text(measured, "store"),
        text(measured, "open_cases"),
        text(measured, "seconds_each"),
    );
    for it in measured.get("goals").and_then(Value::as_array).into_iter().flatten() {
        let is_met = it.get("met") == Some(&Value::Bool(true));
        let (about, figure) = (text(it, "about"), text(it, "measured"));
        let (unit, goal) = (text(it, "unit"), text(it, "goal"));
        let word = if is_met { "met" } else { "missed" };
        // A table that cannot be written is no reason to stop.
        let _ = writeln!(table, "{about:<34}{figure:>10} {unit:<3} goal {goal:<10} {word}");
    }
    let figures = measured.get("figures").and_then(Value::as_object);
    for (name, it) in figures.into_iter().flatten() {
        let _ = writeln!(table, "{name}: {it}");
    }
    table.trim_end().to_owned()
}
