//! The API under a schema-driven fuzzer: everything the OpenAPI document allows, and much that it
//! does not, against the real service. `tools/fuzz-api` says what is held against the answers.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{binary, process, steps::Outcome};

/// What the gate takes for it. Each run draws anew, so that many short ones find what one long
/// one does.
const SECONDS_IN_THE_GATE: u32 = 40;

pub(crate) fn briefly() -> Result<Outcome> {
    run(&binary::build_with_the_tests()?, SECONDS_IN_THE_GATE, None)?;
    Ok(Outcome::Done)
}

/// `cargo xtask fuzz-api [--minutes N] [--seed SEED]`
pub(crate) fn at_length(words: &[&str]) -> Result<()> {
    let (mut minutes, mut seed) = (10_u32, None);
    let mut rest = words;
    while let [name, value, more @ ..] = rest {
        match *name {
            "--minutes" => minutes = value.parse().context("`--minutes` takes a whole number")?,
            "--seed" => seed = Some(*value),
            name => anyhow::bail!("`fuzz-api` knows no `{name}`"),
        }
        rest = more;
    }
    if let [name] = rest {
        anyhow::bail!("`{name}` takes a value");
    }
    run(&binary::build_with_the_tests()?, minutes.saturating_mul(60).max(10), seed)
}

fn run(guitu: &str, seconds: u32, seed: Option<&str>) -> Result<()> {
    let python = installed()?;
    let folder = process::root().join("target/fuzz-api");
    let (script, seconds) = (sources().join("fuzz.py"), seconds.to_string());
    let mut command = process::command(&python, &[]);
    command.arg(script).arg(guitu).arg(folder).arg(seconds).args(seed);
    process::run(&mut command)
}

/// The Python that has schemathesis, installed anew only when `requirements.txt` changes.
fn installed() -> Result<String> {
    let place = process::root().join("target/tools/schemathesis");
    let wanted = fs::read_to_string(sources().join("requirements.txt"))
        .context("cannot read tools/fuzz-api/requirements.txt")?;
    let stamp = place.join("installed");
    let python = place.join("bin/python").display().to_string();
    if !fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        install(&place, &python)?;
        fs::write(&stamp, wanted).context("cannot note what is installed")?;
    }
    Ok(python)
}

fn install(place: &Path, python: &str) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).context("cannot remove the old target/tools/schemathesis")?;
    }
    let to = place.display().to_string();
    process::run(&mut process::command("python3", &["-m", "venv", &to]))?;
    let list = sources().join("requirements.txt").display().to_string();
    let arguments = ["-m", "pip", "install", "--quiet", "--requirement", &list];
    process::run(&mut process::command(python, &arguments))
}

fn sources() -> PathBuf {
    process::root().join("tools/fuzz-api")
}
