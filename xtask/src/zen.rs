//! Our tables against `zen-engine`: where both can express a table, both give the same answers.
//!
//! `guitu pack comparison` draws questions for every table of the packs and answers them.
//! `tools/zen` holds the comparison, `compare.mjs`, and the `package-lock.json` that pins the
//! engine. It is copied to `target/tools/zen` and installed there, so that nothing is ever
//! installed into the sources, and installed again only when the lock file changes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{binary, process, steps::Outcome};

/// Runs the comparison, which ends with failure if any answer differs.
pub(crate) fn compare() -> Result<Outcome> {
    let place = process::root().join("target/tools/zen");
    install(&sources(), &place)?;
    let guitu = binary::build_with_the_tests()?;
    let questions = process::read(&mut process::command(&guitu, &["pack", "comparison"]))?;
    fs::write(place.join("comparison.json"), questions).context("cannot write the questions")?;
    let mut command = process::command("node", &["compare.mjs", "comparison.json"]);
    process::run(command.current_dir(&place))?;
    Ok(Outcome::Done)
}

/// Copies the comparison to `place`, and installs the engine there unless this lock already is.
fn install(sources: &Path, place: &Path) -> Result<()> {
    let lock = sources.join("package-lock.json");
    let lock = fs::read_to_string(lock).context("cannot read tools/zen/package-lock.json")?;
    let stamp = place.join("installed");
    let is_installed = fs::read_to_string(&stamp).is_ok_and(|it| it == lock);
    if !is_installed && place.exists() {
        fs::remove_dir_all(place).context("cannot remove the old target/tools/zen")?;
    }

    fs::create_dir_all(place).context("cannot make target/tools/zen")?;
    let from = format!("{}/.", sources.display());
    let to = place.display().to_string();
    process::run(&mut process::command("cp", &["-R", &from, &to]))?;
    if !is_installed {
        // Not `npm ci`: it refuses a lock file that leaves out the engine's builds for other
        // machines, and a registry need not have them all. What is locked is still what is used.
        let arguments = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
        process::run(process::command("npm", &arguments).current_dir(place))?;
        fs::write(&stamp, lock).context("cannot note what is installed")?;
    }
    Ok(())
}

fn sources() -> PathBuf {
    process::root().join("tools/zen")
}
