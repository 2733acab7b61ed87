//! The product at work, for someone who has just cloned it.

use anyhow::{Result, bail};

use crate::{binary, process};

const EXPORTS: &str = "examples/exports";

pub(crate) const BENCH: &str = "\
Measure the release binary on an otherwise idle machine, five times, and report the median:

  cargo build --release --locked --package guitu
  target/release/guitu bench --help";

/// Turns the example exports into a worklist. `more` is handed on to `guitu triage`.
pub(crate) fn run(more: &[&str]) -> Result<()> {
    if !binary::exists() {
        bail!("crates/guitu has no main.rs yet");
    }
    let path = binary::build_release()?;
    let mut command = process::command(&path, &["triage", EXPORTS]);
    process::run(command.args(more))
}
