//! The product at work, for someone who has just cloned it.

use anyhow::Result;

use crate::{binary, process};

const EXPORTS: &str = "examples/exports";
/// The morning after Double 11, when the examples were exported.
const NOW: &str = "2026-11-12 08:00:00 +08:00";

pub(crate) const BENCH: &str = "\
Measure the release binary on an otherwise idle machine, five times, and report the median:

  cargo build --release --locked --package guitu
  target/release/guitu bench engine --json
  target/release/guitu bench policy --json
  target/release/guitu bench reads --json
  target/release/guitu bench several --store postgres://… --json

`engine` and `reads` take `--store postgres://…` as well.
docs/benchmarks.md says what each figure means and what it was.";

/// Turns the example exports into a worklist. `more` is handed on to `guitu triage`.
pub(crate) fn run(more: &[&str]) -> Result<()> {
    let path = binary::build_release()?;
    let mut command = process::command(&path, &["triage", "--now", NOW]);
    for kind in ["orders", "items", "refunds", "tracks"] {
        command.args([format!("--{kind}"), format!("{EXPORTS}/{kind}.csv")]);
    }
    process::run(command.args(more))
}
