//! Where packs come from: the ones built in, or a folder of the merchant's own.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, anyhow, bail};
use include_dir::{Dir, include_dir};
use policy::{Pack, Sources};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../packs");

/// The files of all packs: those of `dir` if one is given, else the ones built in.
pub(crate) fn sources(dir: Option<&Path>) -> Result<BTreeMap<String, String>> {
    match dir {
        Some(dir) => intake::pack_sources(dir)
            .map_err(|it| anyhow!("{}", it.line(intake::Language::English))),
        None => Ok(built_in()),
    }
}

/// A checked pack by name.
pub(crate) fn pack(name: &str, dir: Option<&Path>) -> Result<Pack> {
    let files = sources(dir)?;
    if !names(&files).any(|it| it == name) {
        let known: Vec<&str> = names(&files).collect();
        bail!("there is no pack `{name}`; there are {}", known.join(", "));
    }
    build(name, &Sources::new(files))
}

fn build(name: &str, sources: &Sources) -> Result<Pack> {
    Pack::build(name, sources, &dossier::VOCABULARY).map_err(|complaints| {
        let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        anyhow!("pack `{name}` cannot be used:\n{}", lines.join("\n"))
    })
}

/// All of them, checked.
pub(crate) fn all(dir: Option<&Path>) -> Result<Vec<Pack>> {
    let files = sources(dir)?;
    let found: Vec<String> = names(&files).map(str::to_owned).collect();
    let sources = Sources::new(files);
    found.iter().map(|it| build(it, &sources)).collect()
}

/// What columns and words of merchants' files mean.
pub(crate) fn dictionary(dir: Option<&Path>) -> Result<intake::Dictionary> {
    let files = sources(dir)?;
    let words = files.iter().filter(|(path, _)| path.starts_with("base/words/"));
    let words = words.map(|(path, text)| (path.as_str(), text.as_str()));
    intake::Dictionary::from_files(words).map_err(|complaints| {
        let lines = complaints.iter().map(|it| it.line(intake::Language::English));
        anyhow!("the dictionary cannot be used:\n{}", lines.collect::<Vec<_>>().join("\n"))
    })
}

/// Packs are folders with a `pack.toml`.
pub(crate) fn names(files: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    files.keys().filter_map(|path| path.strip_suffix("/pack.toml"))
}

fn built_in() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut pending = vec![&BUILT_IN];
    while let Some(dir) = pending.pop() {
        pending.extend(dir.dirs());
        for file in dir.files() {
            if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                files.insert(path.to_owned(), text.to_owned());
            }
        }
    }
    files
}
