//! Inheritance: a pack says what its parent says, except where it says something else.
//!
//! Constants are replaced one by one, files one by one by their path, the calendar as a whole.

use std::collections::BTreeMap;

use crate::{
    Complaint, Sources,
    complaint::Report,
    pack::{Title, calendar::Hours, manifest::Manifest},
    spelling,
};

/// Something inherited or said: the value and the file it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    pub(crate) origin: String,
}

/// A pack and its parents as one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Whole {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Title,
    pub(crate) constants: BTreeMap<String, Given<String>>,
    pub(crate) calendar: Option<Given<Hours>>,
    /// By path within the pack; without `pack.toml`.
    pub(crate) files: BTreeMap<String, Given<String>>,
}

impl Whole {
    pub(crate) fn gather(name: &str, sources: &Sources) -> Result<Self, Vec<Complaint>> {
        let mut line = line_of(name, sources)?;
        // The oldest ancestor speaks first, so that the later overrides it.
        line.reverse();
        let mut whole = Self {
            name: name.to_owned(),
            version: String::new(),
            title: Title::default(),
            constants: BTreeMap::new(),
            calendar: None,
            files: BTreeMap::new(),
        };
        for manifest in line {
            whole.override_with(manifest, sources);
        }
        Ok(whole)
    }

    fn override_with(&mut self, manifest: Manifest, sources: &Sources) {
        let file = manifest_of(&manifest.name);
        self.version = manifest.version;
        self.title = manifest.title;
        for (name, value) in manifest.constants {
            self.constants.insert(name, Given { value, origin: file.clone() });
        }
        if let Some(value) = manifest.calendar {
            self.calendar = Some(Given { value, origin: file });
        }
        for (path, text) in sources.of_pack(&manifest.name).filter(|(it, _)| *it != "pack.toml") {
            let origin = format!("{}/{path}", manifest.name);
            self.files.insert(path.to_owned(), Given { value: text.to_owned(), origin });
        }
    }

    /// The pack as files that extend nothing, by path within the pack.
    pub(crate) fn flattened(&self) -> BTreeMap<String, String> {
        let constants = self.constants.iter().map(|(name, it)| (name.clone(), it.value.clone()));
        let manifest = Manifest {
            name: self.name.clone(),
            version: self.version.clone(),
            title: self.title.clone(),
            extends: None,
            constants: constants.collect(),
            calendar: self.calendar.as_ref().map(|it| it.value.clone()),
        };
        let files = self.files.iter().map(|(path, it)| (path.clone(), it.value.clone()));
        files.chain([("pack.toml".to_owned(), manifest.write())]).collect()
    }
}

/// The manifests of a pack and its ancestors, the pack first.
fn line_of(name: &str, sources: &Sources) -> Result<Vec<Manifest>, Vec<Complaint>> {
    let mut line: Vec<Manifest> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next.take() {
        if line.iter().any(|it| it.name == name) {
            let names: Vec<&str> = line.iter().map(|it| it.name.as_str()).collect();
            let circle = names.join(" extends ");
            let what = format!("the packs inherit in a circle: {circle} extends {name}");
            return Err(vec![Complaint::error(&manifest_of(&name), what)]);
        }
        let file = manifest_of(&name);
        let Some(text) = sources.get(&file) else {
            let hint = spelling::hint(&name, sources.packs());
            let child = line.last().map_or(file, |it| manifest_of(&it.name));
            let what = format!("there is no pack `{name}`{hint}");
            return Err(vec![Complaint::error(&child, what)]);
        };
        let mut report = Report::about(&file);
        let manifest = Manifest::read(text, &mut report);
        if let Some(manifest) = manifest.as_ref().filter(|it| it.name != name) {
            report.error(format!(
                "the pack calls itself `{}` but lies in the folder `{name}`",
                manifest.name
            ));
        }
        let Some(manifest) = manifest.filter(|_| !report.has_errors()) else {
            return Err(report.finish());
        };
        next.clone_from(&manifest.extends);
        line.push(manifest);
    }
    Ok(line)
}

pub(crate) fn manifest_of(pack: &str) -> String {
    format!("{pack}/pack.toml")
}
