//! The gate: everything a change has to pass, cheapest first, stopping at the first failure.
//!
//! **Invariant:** after the crates are fetched, cargo is offline, so that no later step can come
//! to need the network without anyone noticing.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    binary, fuzz, process, setup, slowest,
    steps::{Outcome, Steps},
    tidy, web, zen,
};

pub(crate) fn test() -> Result<()> {
    let mut steps = Steps::start();
    steps.step("set-up", setup::check)?;
    steps.step("fetch", fetch)?;
    steps.step("tidy", || tidy::run().map(|()| Outcome::Done))?;
    steps.step("rustfmt", || cargo(&["fmt", "--all", "--check"]))?;
    steps.step("clippy", clippy)?;
    steps.step("tests", tests)?;
    steps.step("cargo-deny", deny)?;
    steps.step("zen", zen::compare)?;
    steps.step("web", web::check)?;
    steps.step("fuzz-api", fuzz::briefly)?;
    steps.step("packs", || guitu(&["pack", "check", "packs"]))?;
    steps.step("scenarios", || guitu(&["scenario", "check", "scenarios"]))?;

    print_slowest_tests()?;
    println!("\nThe gate is green: {}.", steps.summary());
    Ok(())
}

/// Brings the crates that `Cargo.lock` names for this machine, and fails if it is out of date.
fn fetch() -> Result<Outcome> {
    let host = setup::host()?;
    process::run(&mut process::command("cargo", &["fetch", "--locked", "--target", &host]))?;
    Ok(Outcome::Done)
}

fn clippy() -> Result<Outcome> {
    cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// Runs the tests. There are no doc tests: every library says `doctest = false`.
fn tests() -> Result<Outcome> {
    let _ = fs::remove_file(junit());
    if setup::has_nextest() {
        return cargo(&["nextest", "run", "--workspace", "--profile", "gate"]);
    }
    println!("cargo-nextest is not here, so `cargo test` runs; `cargo xtask setup` installs it");
    cargo(&["test", "--workspace", "--lib", "--bins", "--tests"])
}

/// The second opinion on licenses and sources; the first is in [`tidy`] and needs no tool.
fn deny() -> Result<Outcome> {
    if !process::works("cargo", &["deny", "--version"]) {
        return Ok(Outcome::Skipped("it is not installed; `tidy` checked licenses and sources"));
    }
    cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"])
}

fn guitu(arguments: &[&str]) -> Result<Outcome> {
    let path = binary::build_with_the_tests()?;
    process::run(&mut process::command(&path, arguments))?;
    Ok(Outcome::Done)
}

fn cargo(arguments: &[&str]) -> Result<Outcome> {
    process::run(offline(&mut process::command("cargo", arguments)))?;
    Ok(Outcome::Done)
}

pub(crate) fn offline(command: &mut Command) -> &mut Command {
    command.env("CARGO_NET_OFFLINE", "true")
}

fn print_slowest_tests() -> Result<()> {
    let path = junit();
    if !path.exists() {
        return Ok(());
    }
    let report = fs::read_to_string(&path).context("cannot read the test times")?;
    println!("\nThe slowest tests:");
    for test in slowest::slowest(&report, 10) {
        println!("  {test}");
    }
    Ok(())
}

/// Where nextest leaves the times: its store is in `target` whatever `CARGO_TARGET_DIR` says.
fn junit() -> std::path::PathBuf {
    process::root().join("target/nextest/gate/junit.xml")
}
