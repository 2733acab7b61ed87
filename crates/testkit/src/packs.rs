//! Packs as scenarios ask for them, each built once.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use policy::{Pack, Sources};

use crate::{
    problem::{Problem, hint},
    scenario::Setting,
};

/// The packs of a folder, and those packs with constants set otherwise.
pub struct Packs {
    sources: Sources,
    built: Mutex<BTreeMap<Recipe, Pack>>,
}

/// The pack's name, and the constants set otherwise.
type Recipe = (String, Vec<(String, String)>);

impl Packs {
    pub fn new(sources: Sources) -> Self {
        Self { sources, built: Mutex::new(BTreeMap::new()) }
    }

    /// The pack with `settings` instead of what it says itself.
    pub(crate) fn with(&self, name: &str, settings: &[Setting]) -> Result<Pack, Problem> {
        let set = settings.iter().map(|it| (it.name.clone(), it.value.clone())).collect();
        let recipe = (name.to_owned(), set);
        let known = self.built.lock().unwrap_or_else(PoisonError::into_inner).get(&recipe).cloned();
        if let Some(pack) = known {
            return Ok(pack);
        }
        let pack = self.build(name, settings)?;
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        built.insert(recipe, pack.clone());
        Ok(pack)
    }

    fn build(&self, name: &str, settings: &[Setting]) -> Result<Pack, Problem> {
        if settings.is_empty() {
            return pack(name, &self.sources).map_err(|it| Problem::at(0, it));
        }
        let whole = self.with(name, &[])?.sources();
        let manifest = format!("{name}/pack.toml");
        let mut text = whole.get(&manifest).unwrap_or_default().to_owned();
        for setting in settings {
            text = set(&text, setting)?;
        }
        let files = whole.iter().filter(|(path, _)| *path != manifest);
        let sources = Sources::new(files.chain([(manifest.as_str(), text.as_str())]));
        let line = settings.first().map_or(0, |it| it.line);
        pack(name, &sources).map_err(|it| Problem::at(line, it))
    }
}

fn pack(name: &str, sources: &Sources) -> Result<Pack, String> {
    Pack::build(name, sources, &dossier::VOCABULARY).map_err(|complaints| {
        let errors = complaints.iter().filter(|it| it.is_error());
        let first: Vec<String> = errors.take(3).map(ToString::to_string).collect();
        format!("pack `{name}` cannot be used: {}", first.join("; "))
    })
}

/// The manifest with one constant set otherwise. A pack that is written out has one on each line.
fn set(manifest: &str, setting: &Setting) -> Result<String, Problem> {
    let (before, constants) = manifest.split_once("[constants]\n").unwrap_or((manifest, ""));
    let names = constants.lines().filter_map(|it| it.split_once(" = ")).map(|(name, _)| name);
    if !names.clone().any(|it| it == setting.name) {
        let near = hint(&setting.name, names);
        // A pack has many constants; only a near miss is worth a word.
        let near = if near.starts_with("; did") { near } else { String::new() };
        let what = format!("the pack has no constant `{}`{near}", setting.name);
        return Err(Problem::at(setting.line, what));
    }
    let value = setting.value.replace('\\', "\\\\").replace('"', "\\\"");
    let lines = constants.lines().map(|line| match line.split_once(" = ") {
        Some((name, _)) if name == setting.name => format!("{name} = \"{value}\"\n"),
        _ => format!("{line}\n"),
    });
    Ok(format!("{before}[constants]\n{}", lines.collect::<String>()))
}

impl fmt::Debug for Packs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.sources.packs()).finish()
    }
}
