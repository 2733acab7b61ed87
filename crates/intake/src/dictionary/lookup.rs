//! Finding a word: as it stands, then folded, then within longer texts.

use std::collections::BTreeMap;

use kernel::Choice;

use super::entries::{Entries, entry};
use crate::{
    complaint::{Complaint, Expected},
    fold::folded,
};

#[derive(Debug)]
pub(crate) struct Words<T> {
    exact: BTreeMap<Box<str>, T>,
    folded: BTreeMap<String, T>,
    /// Words that match anywhere, the longest first.
    parts: Vec<(String, T)>,
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { exact: BTreeMap::new(), folded: BTreeMap::new(), parts: Vec::new() }
    }
}

impl<T: Choice> Words<T> {
    pub(super) fn of_codes() -> Self {
        let mut words = Self::default();
        for it in T::ALL {
            words.insert(it.code(), *it);
        }
        words
    }
}

impl<T: Clone + PartialEq> Words<T> {
    pub(crate) fn find(&self, text: &str) -> Option<&T> {
        if let Some(found) = self.exact.get(text) {
            return Some(found);
        }
        let text = folded(text);
        if let Some(found) = self.folded.get(&text) {
            return Some(found);
        }
        self.parts.iter().find(|(part, _)| text.contains(part)).map(|(_, it)| it)
    }

    pub(super) fn extend(
        &mut self,
        entries: Entries,
        complaints: &mut Vec<Complaint>,
        code: fn(&[String]) -> Result<T, Expected>,
    ) {
        let mut here: BTreeMap<String, T> = BTreeMap::new();
        for (row, fields) in &entries.lines {
            let word = fields.first().map_or("", String::as_str);
            let key = folded(word);
            let value = match code(fields) {
                Ok(value) => value,
                Err(expected) => {
                    let found = fields.get(1).map_or("", String::as_str);
                    complaints.push(entries.complaint(*row, found, expected));
                    continue;
                }
            };
            // `√` folds to nothing and is found only as it stands.
            if key.is_empty() && (word.is_empty() || word.ends_with('*')) {
                let expected = entry("expected a word", "应有一个词");
                complaints.push(entries.complaint(*row, word, expected));
                continue;
            }
            let marked = if word.ends_with('*') { format!("{key}*") } else { key };
            if !marked.is_empty()
                && here.insert(marked, value.clone()).is_some_and(|earlier| earlier != value)
            {
                let expected = entry("the word has another code above", "前面已给这个词另一个代码");
                complaints.push(entries.complaint(*row, word, expected));
            }
            self.insert(word, value);
        }
        self.parts.sort_by_key(|(part, _)| std::cmp::Reverse(part.chars().count()));
    }

    fn insert(&mut self, word: &str, value: T) {
        let key = folded(word);
        if word.ends_with('*') {
            self.parts.retain(|(part, _)| *part != key);
            self.parts.push((key, value));
        } else {
            if !key.is_empty() {
                self.folded.insert(key, value.clone());
            }
            self.exact.insert(word.into(), value);
        }
    }
}
