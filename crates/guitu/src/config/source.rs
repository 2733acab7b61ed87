//! Where values come from: the command line, the environment, a file; in that order.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use anyhow::{Context, Result};
use toml::de::{DeTable, DeValue};

use super::settings::{SETTINGS, Setting};

/// Who said a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    Default,
    CommandLine,
    Variable(String),
    Line { file: String, line: usize },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::CommandLine => write!(f, "command line"),
            Self::Variable(name) => write!(f, "{name}"),
            Self::Line { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

/// A value as a text, and who said it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// Every setting's value, and what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) said: BTreeMap<&'static str, Said>,
    pub(crate) complaints: Vec<String>,
    /// What is odd and stops nobody.
    pub(crate) notes: Vec<String>,
}

impl Gathered {
    /// `given` are keys and values of the command line.
    pub(crate) fn gather(
        file: Option<&Path>,
        environment: &BTreeMap<String, String>,
        given: &[(String, String)],
    ) -> Result<Self> {
        let mut gathered = Self::default();
        for it in SETTINGS {
            let said = Said { text: it.default.to_owned(), origin: Origin::Default };
            gathered.said.insert(it.key, said);
        }
        if let Some(file) = file {
            let name = file.display().to_string();
            let text = fs::read_to_string(file).with_context(|| format!("reading {name}"))?;
            gathered.take_file(&name, &text);
        }
        gathered.take_environment(environment);
        for (key, value) in given {
            gathered.take(key, value, Origin::CommandLine);
        }
        Ok(gathered)
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
        for (name, value) in environment {
            match SETTINGS.iter().find(|it| it.variable() == *name) {
                Some(it) => self.take(it.key, value, Origin::Variable(name.clone())),
                // Whoever runs containers sets variables of that form for purposes of its own.
                None if !is_ours(name) => {
                    let known = SETTINGS.iter().map(Setting::variable);
                    let hint = hint(name, known);
                    self.notes.push(format!("{name}: there is no such setting{hint}"));
                }
                None => (),
            }
        }
    }

    pub(crate) fn take_file(&mut self, name: &str, text: &str) {
        let line = |at: usize| {
            let before = text.as_bytes().iter().take(at);
            before.filter(|it| **it == b'\n').count().saturating_add(1)
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut errors: Vec<(usize, String)> = errors
            .iter()
            .map(|it| (it.span().map_or(1, |it| line(it.start)), it.message().replace('\n', ", ")))
            .collect();
        errors.sort();
        if !errors.is_empty() {
            // What else it seems to say is guesswork.
            return self
                .complaints
                .extend(errors.iter().map(|(at, it)| format!("{name}:{at}: {it}")));
        }
        let mut found = Vec::new();
        flatten("", table.get_ref(), &mut found);
        found.sort_by_key(|it| it.at);
        for Found { at, key, value } in found {
            let at = Origin::Line { file: name.to_owned(), line: line(at) };
            match text_of(value) {
                Some((text, is_list)) => self.take_from_file(&key, &text, is_list, at),
                None => self.complaints.push(format!("{at}: {}", why_not(&key, value))),
            }
        }
    }

    fn take_from_file(&mut self, key: &str, text: &str, is_list: bool, at: Origin) {
        match Setting::by_key(key) {
            Some(it) if is_list && !it.is_list() => {
                self.complaints.push(format!("{at}: `{key}` is one value, not a list"));
            }
            _ => self.take(key, text, at),
        }
    }

    fn take(&mut self, key: &str, text: &str, origin: Origin) {
        let Some(setting) = Setting::by_key(key) else {
            let hint = hint(key, SETTINGS.iter().map(|it| it.key.to_owned()));
            return self.complaints.push(format!("{origin}: there is no setting `{key}`{hint}"));
        };
        let text = text.trim().to_owned();
        if let Err(why) = setting.check(&text) {
            return self.complaints.push(format!("{origin}: `{key}`: {why}"));
        }
        self.said.insert(setting.key, Said { text, origin });
    }
}

/// A key of a file, with its sections in front.
struct Found<'t> {
    /// Where its name begins, in bytes.
    at: usize,
    key: String,
    value: &'t DeValue<'t>,
}

/// Sections that hold something are told by what they hold.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever is no section is a value")]
fn flatten<'t>(prefix: &str, table: &'t DeTable<'t>, found: &mut Vec<Found<'t>>) {
    for (name, value) in table {
        let (at, key) = (name.span().start, format!("{prefix}{}", name.get_ref()));
        match value.get_ref() {
            DeValue::Table(inner) if Setting::by_key(&key).is_none() => {
                let section = format!("{key}.");
                if inner.is_empty() && !SETTINGS.iter().any(|it| it.key.starts_with(&section)) {
                    found.push(Found { at, key, value: value.get_ref() });
                }
                flatten(&section, inner, found);
            }
            value => found.push(Found { at, key, value }),
        }
    }
}

fn why_not(key: &str, value: &DeValue<'_>) -> String {
    match value {
        DeValue::Table(_) if Setting::by_key(key).is_some() => {
            format!("`{key}` is one value, not a section")
        }
        DeValue::Table(_) => format!("there is no section `{key}`"),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => {
            format!("`{key}` is not a text, a whole number, `true`, `false` or a list of those")
        }
    }
}

/// Variables that are no settings: where the file is, and what tests need.
fn is_ours(name: &str) -> bool {
    name == "GUITU_CONFIG" || name.starts_with("GUITU_TEST_")
}

/// `; did you mean …?`, if something is near enough.
fn hint(word: &str, known: impl Iterator<Item = String>) -> String {
    let nearest = known
        .map(|it| (strsim::damerau_levenshtein(word, &it), it))
        .min()
        .filter(|(distance, it)| *distance <= it.len().max(6).div_euclid(3));
    nearest.map_or_else(String::new, |(_, it)| format!("; did you mean `{it}`?"))
}

/// The value as a text, and whether it was a list.
fn text_of(value: &DeValue<'_>) -> Option<(String, bool)> {
    let text = match value {
        DeValue::String(it) => it.to_string(),
        DeValue::Integer(it) if it.radix() == 10 => it.as_str().replace('_', ""),
        DeValue::Boolean(it) => it.to_string(),
        DeValue::Array(items) => {
            let items = items.iter().map(|it| match text_of(it.get_ref()) {
                Some((text, false)) => Some(text),
                Some((_, true)) | None => None,
            });
            return Some((items.collect::<Option<Vec<_>>>()?.join(","), true));
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            return None;
        }
    };
    Some((text, false))
}
