//! The browser's side: the contract it is written against, and whether it keeps to it.
//!
//! `web/openapi.json` is what the service says of itself, `web/src/api/types.ts` the same as types.
//! Both are checked in, so that a change to the API is seen by whoever reviews it; both are made
//! anew here, and a difference fails.
//!
//! Packages are installed into a copy below `target`, as for [`crate::zen`], so that nothing is
//! ever installed into the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{binary, process, steps::Outcome};

const DOCUMENT: &str = "openapi.json";
const TYPES: &str = "src/api/types.ts";

/// Fails if the contract that is checked in is not the one the code gives, if the client does not
/// compile against it, or if the client's tests fail.
pub(crate) fn check() -> Result<Outcome> {
    let place = installed()?;
    write_contract(&place)?;
    let drifted: Vec<&str> =
        [DOCUMENT, TYPES].into_iter().filter(|it| !is_same(&place, it)).collect();
    if !drifted.is_empty() {
        let names = drifted.join(", ");
        bail!("the API and web/{names} say different things; `cargo xtask types` writes them anew");
    }
    npm(&place, "check")?;
    npm(&place, "test")?;
    Ok(Outcome::Done)
}

/// Writes the contract anew into the sources.
pub(crate) fn write_types() -> Result<()> {
    let place = installed()?;
    write_contract(&place)?;
    for name in [DOCUMENT, TYPES] {
        let to = sources().join(name);
        fs::copy(place.join(name), &to).with_context(|| format!("cannot write web/{name}"))?;
    }
    println!("wrote web/{DOCUMENT} and web/{TYPES}");
    Ok(())
}

fn write_contract(place: &Path) -> Result<()> {
    let guitu = binary::build_with_the_tests()?;
    let document = process::read(&mut process::command(&guitu, &["api", "openapi"]))?;
    fs::write(place.join(DOCUMENT), document).context("cannot write the document")?;
    npm(place, "types")
}

fn is_same(place: &Path, name: &str) -> bool {
    let made = fs::read_to_string(place.join(name));
    let kept = fs::read_to_string(sources().join(name));
    matches!((made, kept), (Ok(made), Ok(kept)) if made == kept)
}

/// A copy of `web` with what its lock file names, installed anew only when that changes.
fn installed() -> Result<PathBuf> {
    let place = process::root().join("target/tools/web");
    let lock = fs::read_to_string(sources().join("package-lock.json"))
        .context("cannot read web/package-lock.json")?;
    let stamp = place.join("installed");
    let is_installed = fs::read_to_string(&stamp).is_ok_and(|it| it == lock);
    if !is_installed && place.exists() {
        fs::remove_dir_all(&place).context("cannot remove the old target/tools/web")?;
    }
    fs::create_dir_all(&place).context("cannot make target/tools/web")?;
    let _ = fs::remove_dir_all(place.join("src"));
    // All but `node_modules`, which an editor may have had installed into the sources.
    for name in ["package.json", "package-lock.json", ".npmrc", "tsconfig.json", "src"] {
        let from = sources().join(name).display().to_string();
        let to = place.display().to_string();
        process::run(&mut process::command("cp", &["-R", &from, &to]))?;
    }
    if !is_installed {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        process::run(process::command("npm", &arguments).current_dir(&place))?;
        fs::write(&stamp, lock).context("cannot note what is installed")?;
    }
    Ok(place)
}

fn npm(place: &Path, script: &str) -> Result<()> {
    let arguments = ["run", "--silent", script];
    process::run(process::command("npm", &arguments).current_dir(place))
}

fn sources() -> PathBuf {
    process::root().join("web")
}
