//! What the checks look at, as values, so that a test can make up a repository.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

#[derive(Default)]
pub(super) struct Repository {
    /// Every file that is tracked or about to be: the path from the root, and the text.
    /// `None` is a file that is not text.
    pub(super) files: BTreeMap<String, Option<String>>,
    /// The crates of the workspace.
    pub(super) crates: Vec<Crate>,
    /// Every crate that the workspace needs on this machine, its own included.
    pub(super) packages: Vec<Package>,
}

#[derive(Default)]
pub(super) struct Crate {
    pub(super) name: String,
    /// From the root, such as `crates/kernel`.
    pub(super) folder: String,
    pub(super) license: String,
    pub(super) may_be_published: bool,
    pub(super) has_doc_tests: bool,
    /// Outside of tests.
    pub(super) dependencies: Vec<String>,
}

pub(super) struct Package {
    pub(super) name: String,
    pub(super) license: Option<String>,
    /// `None` for the crates of the workspace.
    pub(super) source: Option<String>,
}

impl Repository {
    pub(super) fn load() -> Result<Self> {
        Ok(Self { files: load_files()?, crates: load_crates()?, packages: load_packages()? })
    }

    /// The files that are text, with their text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }
}

/// Whether the name of the file at `path` ends in one of `suffixes`.
pub(super) fn has_suffix(path: &str, suffixes: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, suffix)| suffixes.contains(&suffix))
}

fn load_files() -> Result<BTreeMap<String, Option<String>>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let list = process::read(&mut process::command("git", &arguments))?;
    let mut files = BTreeMap::new();
    for path in list.split_terminator('\0') {
        let full = process::root().join(path);
        // Git still lists a file that was deleted but not yet staged.
        if full.is_file() {
            let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            files.insert(path.to_owned(), String::from_utf8(bytes).ok());
        }
    }
    Ok(files)
}

fn load_crates() -> Result<Vec<Crate>> {
    let metadata = metadata(&["--no-deps", "--offline"])?;
    let root = process::root().display().to_string();
    let mut crates = Vec::new();
    for package in list(&metadata, "packages")? {
        let manifest = text(package, "manifest_path")?;
        let folder = manifest.trim_start_matches(&root).trim_start_matches('/');
        let mut dependencies = Vec::new();
        for dependency in list(package, "dependencies")? {
            if dependency.get("kind").and_then(Value::as_str) != Some("dev") {
                dependencies.push(text(dependency, "name")?.to_owned());
            }
        }
        crates.push(Crate {
            name: text(package, "name")?.to_owned(),
            folder: folder.trim_end_matches("/Cargo.toml").to_owned(),
            license: text(package, "license").unwrap_or_default().to_owned(),
            may_be_published: list(package, "publish").is_err(),
            has_doc_tests: list(package, "targets")?
                .iter()
                .any(|target| target.get("doctest").and_then(Value::as_bool) == Some(true)),
            dependencies,
        });
    }
    Ok(crates)
}

fn load_packages() -> Result<Vec<Package>> {
    let host = crate::setup::host()?;
    let metadata = metadata(&["--locked", "--filter-platform", &host])?;
    let mut packages = Vec::new();
    for package in list(&metadata, "packages")? {
        packages.push(Package {
            name: text(package, "name")?.to_owned(),
            license: text(package, "license").ok().map(str::to_owned),
            source: text(package, "source").ok().map(str::to_owned),
        });
    }
    Ok(packages)
}

fn metadata(arguments: &[&str]) -> Result<Value> {
    let mut command = process::command("cargo", &["metadata", "--format-version=1"]);
    let text = process::read(command.args(arguments))?;
    serde_json::from_str(&text).context("cannot read cargo's metadata")
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    let found = value.get(key).and_then(Value::as_array);
    found.with_context(|| format!("cargo's metadata has no list `{key}`"))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    let found = value.get(key).and_then(Value::as_str);
    found.with_context(|| format!("cargo's metadata has no text `{key}`"))
}
