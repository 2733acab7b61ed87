//! What the chores need on the machine beside Rust, and how it gets there.
//!
//! The gate installs only what it cannot do without. What merely makes it faster waits for
//! `cargo xtask setup`, because building it takes longer than the gate.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{process, steps::Outcome};

/// The nextest known to build with the toolchain in `rust-toolchain.toml`.
const NEXTEST: &str = "0.9.143";

/// A program and the Debian package that brings it.
struct Need {
    program: &'static str,
    package: &'static str,
}

const ALWAYS: &[Need] = &[
    Need { program: "git", package: "git" },
    Need { program: POSTGRES, package: "postgresql-15" },
];

/// Debian keeps the server's programs out of the path, a folder for each version.
const POSTGRES: &str = "initdb";
const FOR_NODE: &[Need] =
    &[Need { program: "node", package: "nodejs" }, Need { program: "npm", package: "npm" }];
/// Debian's Python cannot make a place for packages by itself.
const VENV: Need = Need { program: "python3", package: "python3-venv" };

/// Makes sure that the gate can run, installing what is missing where that is possible.
pub(crate) fn check() -> Result<Outcome> {
    for component in ["fmt", "clippy"] {
        if !process::works("cargo", &[component, "--version"]) {
            let name = if component == "fmt" { "rustfmt" } else { component };
            process::run(&mut process::command("rustup", &["component", "add", name]))?;
        }
    }

    let needs = ALWAYS.iter().chain(FOR_NODE).chain([&VENV]);
    let missing: Vec<&Need> = needs.filter(|need| !is_here(need)).collect();
    if !missing.is_empty() {
        install_from_debian(&missing)?;
    }
    Ok(Outcome::Done)
}

fn is_here(need: &Need) -> bool {
    if need.program == VENV.program {
        return process::works("python3", &["-c", "import ensurepip, venv"]);
    }
    process::works(need.program, &["--version"])
        || (need.program == POSTGRES && has_debian_postgres())
}

/// Whether there is a PostgreSQL that the tests would find, 15 or newer.
fn has_debian_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|it| {
        let version = it.file_name().to_str().and_then(|it| it.parse::<u32>().ok());
        version.is_some_and(|it| 15 <= it) && it.path().join("bin").join(POSTGRES).exists()
    })
}

/// Installs what makes the gate faster.
pub(crate) fn install() -> Result<()> {
    check()?;
    if has_nextest() {
        println!("cargo-nextest is already here");
        return Ok(());
    }
    let arguments = ["install", "cargo-nextest", "--locked", "--version", NEXTEST];
    process::run(&mut process::command("cargo", &arguments))
}

pub(crate) fn has_nextest() -> bool {
    process::works("cargo", &["nextest", "--version"])
}

/// The name rustc has for this kind of machine.
pub(crate) fn host() -> Result<String> {
    let about = process::read(&mut process::command("rustc", &["--version", "--verbose"]))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what machine it is on")?.to_owned())
}

fn install_from_debian(missing: &[&Need]) -> Result<()> {
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let packages = packages.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root()? {
        let programs: Vec<&str> = missing.iter().map(|need| need.program).collect();
        let programs = programs.join(", ");
        bail!("missing: {programs} (on Debian, as root: apt-get install {packages})");
    }
    process::run(&mut process::command("apt-get", &["update", "-qq"]))?;
    let mut install = process::command("apt-get", &["install", "-y", "-qq"]);
    install.args(packages.split(' ')).env("DEBIAN_FRONTEND", "noninteractive");
    process::run(&mut install)
}

fn is_root() -> Result<bool> {
    Ok(process::read(&mut process::command("id", &["-u"]))?.trim() == "0")
}
