//! Reading a pack with everything that is wrong about it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Calendar, Choice, PackId};
use sha2::{Digest, Sha256};

use crate::{
    Complaint, Language, Sources, Table, Text, Vocabulary,
    cell::{self, Cell},
    check::prove,
    column::{Output, Type},
    complaint::Report,
    constants::Constants,
    pack::{
        Pack,
        inherit::{Given, Whole, manifest_of},
    },
    spelling, table,
};

/// Everything that is wrong with a pack: errors that keep it from being used, and warnings.
pub fn check(name: &str, sources: &Sources, vocabulary: &Vocabulary) -> Vec<Complaint> {
    match Draft::read(name, sources, vocabulary) {
        Ok(draft) => draft.complaints,
        Err(complaints) => complaints,
    }
}

/// A pack as far as it could be read.
pub(crate) struct Draft {
    whole: Whole,
    constants: Constants,
    calendar: Option<Calendar>,
    tables: BTreeMap<String, Table>,
    texts: BTreeMap<(String, Language), Text>,
    complaints: Vec<Complaint>,
}

impl Draft {
    /// Fails only if there is nothing to go on with.
    pub(crate) fn read(
        name: &str,
        sources: &Sources,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Vec<Complaint>> {
        let whole = Whole::gather(name, sources)?;
        let given = whole.constants.iter().map(|(name, it)| (name.clone(), it.value.clone()));
        let constants = Constants::new(&given.collect(), vocabulary);
        let mut draft = Self {
            whole,
            constants,
            calendar: None,
            tables: BTreeMap::new(),
            texts: BTreeMap::new(),
            complaints: Vec::new(),
        };
        draft.read_calendar();
        draft.check_constants(vocabulary);
        draft.read_tables(vocabulary);
        draft.read_texts(vocabulary);
        Ok(draft)
    }

    /// The pack, if nothing keeps it from being used.
    pub(crate) fn finish(self) -> Result<Pack, Vec<Complaint>> {
        if self.complaints.iter().any(Complaint::is_error) {
            return Err(self.complaints);
        }
        self.finish_without_what_is_wrong()
    }

    /// The pack without the tables and texts that have errors. What it does not say, it does not
    /// say: a question without a table goes to a person.
    pub(crate) fn finish_without_what_is_wrong(mut self) -> Result<Pack, Vec<Complaint>> {
        let files = self.whole.flattened();
        let hash = hash_of(&files);
        let id = PackId::new(format!("{}@{}-{hash}", self.whole.name, self.whole.version));
        if let Err(error) = &id {
            self.error(format!("the pack cannot be named: {error}"));
        }
        let (Ok(id), Some(calendar)) = (id, self.calendar) else {
            return Err(self.complaints);
        };
        Ok(Pack {
            id,
            name: self.whole.name,
            title: self.whole.title,
            calendar,
            constants: self.constants,
            tables: self.tables,
            texts: self.texts,
            files,
        })
    }

    fn error(&mut self, what: String) {
        self.complaints.push(Complaint::error(&manifest_of(&self.whole.name), what));
    }

    fn read_calendar(&mut self) {
        match self.whole.calendar.as_ref().map(|it| it.value.build()) {
            Some(Ok(calendar)) => self.calendar = Some(calendar),
            Some(Err(what)) => self.error(format!("calendar: {what}")),
            None => self.error("there is no `[calendar]`".to_owned()),
        }
    }

    fn check_constants(&mut self, vocabulary: &Vocabulary) {
        for constant in vocabulary.constants {
            let name = constant.name;
            let Some(given) = self.whole.constants.get(name) else {
                if !constant.optional {
                    self.error(format!("the constant `{name}` is missing"));
                }
                continue;
            };
            if let Err(error) = Constants::check(&given.value, constant.kind) {
                let what = format!("the constant `{name}`: {error}");
                self.complaints.push(Complaint::error(&given.origin, what));
            }
        }
        let tables = self.whole.files.iter().filter(|(path, _)| path.starts_with("tables/"));
        let used: BTreeSet<String> =
            tables.flat_map(|(_, it)| cell::constants_in(&it.value)).collect();
        for (name, given) in &self.whole.constants {
            if vocabulary.constant(name).is_none() && !used.contains(name) {
                let known = vocabulary.constants.iter().map(|it| it.name);
                let hint = spelling::hint(name, known.filter(|it| *it != name));
                let what = format!("nothing uses the constant `{name}`{hint}");
                self.complaints.push(Complaint::warning(&given.origin, what));
            }
        }
    }

    fn read_tables(&mut self, vocabulary: &Vocabulary) {
        let mut answered = BTreeSet::new();
        for (path, given) in &self.whole.files {
            let Some(stem) = path.strip_prefix("tables/").and_then(|it| it.strip_suffix(".csv"))
            else {
                continue;
            };
            answered.insert(stem.to_owned());
            let mut report = Report::about(&given.origin);
            let Some(question) = vocabulary.question(stem) else {
                let known = vocabulary.questions.iter().map(|it| it.name);
                let hint = spelling::hint(stem, known);
                report.error(format!("nothing asks the question `{stem}`{hint}"));
                self.complaints.extend(report.finish());
                continue;
            };
            let table = table::read(&given.value, Some(question), &self.constants, &mut report);
            if let Some(table) = table {
                if table.name != stem {
                    let name = &table.name;
                    report.error(format!("the table calls itself `{name}`, the file `{stem}`"));
                }
                prove(&table, &mut report);
                let is_sound = !report.has_errors();
                report_missing_replies(&table, &self.whole.files, &mut report);
                if is_sound {
                    self.tables.insert(stem.to_owned(), table);
                }
            }
            self.complaints.extend(report.finish());
        }
        for question in vocabulary.questions.iter().filter(|it| !answered.contains(it.name)) {
            let name = question.name;
            self.error(format!("nothing answers the question `{name}`: no `tables/{name}.csv`"));
        }
    }

    fn read_texts(&mut self, vocabulary: &Vocabulary) {
        for (path, given) in &self.whole.files {
            let Some(name) = path.strip_prefix("replies/") else { continue };
            let mut report = Report::about(&given.origin);
            let parts = name.strip_suffix(".md").and_then(|it| it.rsplit_once('.'));
            match parts.and_then(|(stem, code)| Some((stem, Language::from_code(code)?))) {
                Some((stem, language)) => {
                    if let Some(text) = read_text(&given.value, vocabulary, &mut report) {
                        self.texts.insert((stem.to_owned(), language), text);
                    }
                }
                None => report.error("a reply is named like `approved.zh.md` or `approved.en.md`"),
            }
            self.complaints.extend(report.finish());
        }
        for &name in vocabulary.texts {
            for language in Language::ALL {
                let path = format!("replies/{name}.{language}.md");
                if !self.whole.files.contains_key(&path) {
                    self.error(format!("the text `{name}` is missing: no `{path}`"));
                }
            }
        }
    }
}

/// A row that says what to reply needs that text in every language.
fn report_missing_replies(
    table: &Table,
    files: &BTreeMap<String, Given<String>>,
    report: &mut Report<'_>,
) {
    let is_reply = |it: &Output| it.name == "reply" && it.kind == Type::Text;
    let Some(column) = table.outputs.iter().position(is_reply) else { return };
    for row in &table.rows {
        let Some(Cell::Text(name)) = row.answers.get(column) else { continue };
        let paths = Language::ALL.iter().map(|language| format!("replies/{name}.{language}.md"));
        for path in paths.filter(|it| !files.contains_key(it)) {
            report.row_error(row.place(), format!("`reply`: there is no `{path}`"));
        }
    }
}

fn read_text(text: &str, vocabulary: &Vocabulary, report: &mut Report<'_>) -> Option<Text> {
    let text = match Text::parse(text) {
        Ok(text) => text,
        Err(error) => {
            report.error(error.to_string());
            return None;
        }
    };
    for variable in text.variables().filter(|it| !vocabulary.variables.contains(it)) {
        let hint = spelling::hint(variable, vocabulary.variables.iter().copied());
        report.error(format!("the variable `{{{variable}}}` is not known{hint}"));
    }
    Some(text)
}

/// The first ten digits of a hash over every path and text.
fn hash_of(files: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for part in files.iter().flat_map(|(path, text)| [path, text]) {
        // With its length before it, no part can pass for the end of another.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let digits: Vec<String> = digest.iter().take(5).map(|it| format!("{it:02x}")).collect();
    digits.concat()
}
