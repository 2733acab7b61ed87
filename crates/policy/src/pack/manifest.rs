//! `pack.toml`: what a pack is called, what it extends, its constants and its calendar.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::{
    complaint::Report,
    pack::{Title, calendar::Hours},
    spelling,
};

/// One `pack.toml`, before inheritance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Title,
    pub(crate) extends: Option<String>,
    pub(crate) constants: BTreeMap<String, String>,
    pub(crate) calendar: Option<Hours>,
}

impl Manifest {
    /// `None` if the file cannot be used; then the report says why.
    pub(crate) fn read(text: &str, report: &mut Report<'_>) -> Option<Self> {
        let parsed = match DeTable::parse(text) {
            Ok(parsed) => parsed.into_inner(),
            Err(error) => {
                let before = error.span().and_then(|it| text.get(..it.start)).unwrap_or_default();
                let line = before.matches('\n').count().saturating_add(1);
                report.error(format!("line {line}: {}", error.message().replace('\n', ", ")));
                return None;
            }
        };
        let known = ["name", "version", "title", "extends", "constants", "calendar"];
        let root = Entries::root(&parsed);
        root.only(&known, report);
        let name = root.text("name", report);
        let version = root.text("version", report);
        let extends = root.has("extends").then(|| root.text("extends", report)).flatten();
        let title = root.table("title", report).map(|it| {
            it.only(&["zh", "en"], report);
            let (zh, en) = (it.text("zh", report), it.text("en", report));
            Title { zh: zh.unwrap_or_default(), en: en.unwrap_or_default() }
        });
        let constants = root.table("constants", report).map(|it| read_constants(&it, report));
        let calendar = root.table("calendar", report).and_then(|it| Hours::read(&it, report));
        for (what, text) in [("name", &name), ("version", &version)] {
            if text.as_deref().is_some_and(|it| !spelling::is_kebab(it)) {
                report.error(format!("`{what}` is made of lower-case words, digits and hyphens"));
            }
        }
        if report.has_errors() {
            return None;
        }
        Some(Self {
            name: name?,
            version: version?,
            title: title.unwrap_or_default(),
            extends,
            constants: constants.unwrap_or_default(),
            calendar,
        })
    }

    /// The one way to write a manifest; reading it gives the same.
    pub(crate) fn write(&self) -> String {
        let line = |key: &str, value: &str| format!("{key} = {}\n", quoted(value));
        let mut text = [
            line("name", &self.name),
            line("version", &self.version),
            line("title.zh", &self.title.zh),
            line("title.en", &self.title.en),
        ]
        .concat();
        text.extend(self.extends.iter().map(|parent| line("extends", parent)));
        text.push_str("\n[constants]\n");
        text.extend(self.constants.iter().map(|(name, value)| line(name, value)));
        text.extend(self.calendar.iter().map(Hours::write));
        text
    }
}

fn read_constants(entries: &Entries<'_>, report: &mut Report<'_>) -> BTreeMap<String, String> {
    let mut constants = BTreeMap::new();
    for (name, value) in entries.each() {
        match scalar(value) {
            Some(text) if spelling::is_kebab(name) => {
                constants.insert(name.to_owned(), text);
            }
            Some(_) => report.error(format!(
                "the constant `{name}` has a name other than lower-case words and hyphens"
            )),
            None => report.error(format!(
                "constant `{name}` is not a text such as \"20 yuan\", and neither true nor false"
            )),
        }
    }
    constants
}

/// The entries of one section.
pub(crate) struct Entries<'t> {
    table: Option<&'t DeTable<'t>>,
    section: String,
}

impl<'t> Entries<'t> {
    fn root(table: &'t DeTable<'t>) -> Self {
        Self { table: Some(table), section: String::new() }
    }

    fn each(&self) -> impl Iterator<Item = (&'t str, &'t DeValue<'t>)> {
        let entries = self.table.into_iter().flat_map(|it| it.iter());
        entries.map(|(name, value)| (name.get_ref().as_ref(), value.get_ref()))
    }

    fn get(&self, name: &str) -> Option<&'t DeValue<'t>> {
        self.each().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn only(&self, known: &[&str], report: &mut Report<'_>) {
        for (name, _) in self.each().filter(|(it, _)| !known.contains(it)) {
            let hint = spelling::hint(name, known.iter().copied());
            report.error(format!("`{}{name}` is not known here{hint}", self.section));
        }
    }

    pub(crate) fn text(&self, name: &str, report: &mut Report<'_>) -> Option<String> {
        let text = self.get(name).and_then(scalar);
        if text.is_none() {
            report.error(format!("`{}{name}` is missing or not a text", self.section));
        }
        text
    }

    pub(crate) fn texts(&self, name: &str, report: &mut Report<'_>) -> Vec<String> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let items = value.as_array().map(|it| it.iter().filter_map(|it| scalar(it.get_ref())));
        let Some(items) = items else {
            report.error(format!("`{}{name}` is not a list of texts", self.section));
            return Vec::new();
        };
        items.collect()
    }

    fn table(&self, name: &str, report: &mut Report<'_>) -> Option<Self> {
        let value = self.get(name)?;
        let table = value.as_table();
        if table.is_none() {
            report.error(format!("`{name}` is a section of its own: `[{name}]`"));
        }
        Some(Self { table, section: format!("{name}.") })
    }
}

/// A text, or a flag or number as text; whether a number may stand alone is for others to say.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.trim().to_owned()),
        DeValue::Boolean(true) => Some("yes".to_owned()),
        DeValue::Boolean(false) => Some("no".to_owned()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            it if it.is_control() => quoted.extend(["\\u", &format!("{:04x}", u32::from(it))]),
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}
