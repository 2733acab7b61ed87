//! The product's binary, built when a chore needs it.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{gate, process};

/// The binary as the tests have built it.
///
/// Asking for the tests too gives every crate the features that the tests gave it, so that
/// nothing is compiled a second time.
pub(crate) fn build_with_the_tests() -> Result<String> {
    let arguments = ["build", "--quiet", "--workspace", "--bins", "--tests"];
    process::run(gate::offline(&mut process::command("cargo", &arguments)))?;
    path("debug")
}

/// The binary as a shop would run it.
pub(crate) fn build_release() -> Result<String> {
    let arguments = ["build", "--release", "--locked", "--package", "guitu"];
    process::run(&mut process::command("cargo", &arguments))?;
    path("release")
}

fn path(profile: &str) -> Result<String> {
    let arguments = ["metadata", "--no-deps", "--format-version=1", "--offline"];
    let text = process::read(&mut process::command("cargo", &arguments))?;
    let metadata: Value = serde_json::from_str(&text).context("cannot read cargo's metadata")?;
    let target = metadata.get("target_directory").and_then(Value::as_str);
    let target = target.context("cargo does not say where it builds")?;
    Ok(format!("{target}/{profile}/guitu{}", std::env::consts::EXE_SUFFIX))
}
