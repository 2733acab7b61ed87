//! The project's chores: `cargo xtask COMMAND`.
//!
//! [`gate`] is what every change has to pass, on a laptop and in CI alike. It begins with
//! [`tidy`], which checks the properties of the repository that no compiler checks. [`ledger`]
//! counts which promises have a scenario, and [`demo`] starts the product for someone new to it.
//!
//! **Invariant:** a chore that cannot do its work fails. It is never skipped because a tool is
//! missing, unless something else in the same run checks the same thing.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to a person")]

use std::process::ExitCode;

use anyhow::{Result, bail};

mod binary;
mod demo;
mod fuzz;
mod gate;
mod ledger;
mod process;
mod setup;
mod slowest;
mod steps;
mod tidy;
mod web;
mod zen;

const USAGE: &str = "\
cargo xtask COMMAND

  test            the whole gate: format, lints, tidy, tests, packs, scenarios, API
  run             build the release binary and show it at work on examples/exports
  tidy            only the checks on the repository itself
  ledger [GROUP]  how many ledger IDs have a passing scenario; with GROUP, which have none
  bench           how to measure
  types           write web/openapi.json and its TypeScript types anew
  fuzz-api [--minutes N] [--seed SEED]
                  the API under a schema-driven fuzzer, longer than the gate does it
  setup           install what makes the gate faster: cargo-nextest";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match command(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[&str]) -> Result<()> {
    match *words {
        ["test"] => gate::test(),
        ["run", ref rest @ ..] => demo::run(rest),
        ["tidy"] => tidy::run(),
        ["ledger"] => ledger::count(),
        ["ledger", group] => ledger::missing(group),
        ["bench"] => {
            println!("{}", demo::BENCH);
            Ok(())
        }
        ["types"] => web::write_types(),
        ["fuzz-api", ref rest @ ..] => fuzz::at_length(rest),
        ["setup"] => setup::install(),
        [] | ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("there is no command `{}`\n\n{USAGE}", words.join(" ")),
    }
}
