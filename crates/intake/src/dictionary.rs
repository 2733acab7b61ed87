//! Which header means which column and which marketplace word means which code: data, not code.
//!
//! A dictionary is the CSV files in the `words` folders of packs. `columns.csv` has
//! `concept,alias,channel`; every other file has `word,code`. A word is looked up as it stands,
//! then folded (width, case, white space and punctuation taken away), then in the words that end
//! with `*`, which match wherever they occur; the longest wins.
//!
//! **Invariant:** the codes are closed. A dictionary that gives a code we do not have is refused
//! as a whole, so a typo in a pack cannot turn into an `other` in silence.

mod columns;
mod concept;
mod entries;
mod lookup;

use std::{collections::BTreeMap, sync::Arc};

use kernel::Choice;

pub(crate) use self::columns::{Column, Unit};
pub use self::concept::Concept;
use self::{columns::Columns, entries::Entries, lookup::Words};
use crate::{
    complaint::{Complaint, Expected},
    words::{
        Answer, Extent, GoodsState, OrderStatus, Reason, RefundKind, RefundStatus, Signer,
        TrackStatus,
    },
};

/// A courier, under the code that policy and connectors use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carrier {
    pub code: Arc<str>,
    pub name: Arc<str>,
}

#[derive(Debug, Default)]
pub struct Dictionary {
    columns: Columns,
    pub(crate) order_status: Words<OrderStatus>,
    pub(crate) refund_status: Words<RefundStatus>,
    pub(crate) refund_kind: Words<RefundKind>,
    pub(crate) goods_state: Words<GoodsState>,
    pub(crate) reasons: Words<Reason>,
    pub(crate) track_status: Words<TrackStatus>,
    pub(crate) signer: Words<Signer>,
    pub(crate) extent: Words<Extent>,
    pub(crate) carriers: Words<Carrier>,
    pub(crate) answers: BTreeMap<&'static str, Words<Answer>>,
}

/// Files whose words are answered with yes or no.
const ANSWERS: [&str; 5] = ["yes-no", "intervention", "presale", "packed", "remote"];

impl Dictionary {
    /// Reads the `words/*.csv` among `files`, in the order given; a later file adds to an earlier
    /// one and overrides its words. Other files are passed over.
    pub fn from_files<'t>(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Self, Vec<Complaint>> {
        let mut dictionary = Self::of_codes();
        let mut complaints = Vec::new();
        for (path, text) in files {
            if let Some(stem) = stem(path) {
                let entries = Entries::read(path, text, &mut complaints);
                dictionary.take(stem, entries, &mut complaints);
            }
        }
        if dictionary.columns.is_empty() && complaints.is_empty() {
            let expected = entries::entry("no words/columns.csv", "缺少 words/columns.csv");
            complaints.push(entries::complaint("words/columns.csv", None, "", expected));
        }
        if complaints.is_empty() { Ok(dictionary) } else { Err(complaints) }
    }

    /// Every code is a word for itself.
    fn of_codes() -> Self {
        Self {
            order_status: Words::of_codes(),
            refund_status: Words::of_codes(),
            refund_kind: Words::of_codes(),
            goods_state: Words::of_codes(),
            reasons: Words::of_codes(),
            track_status: Words::of_codes(),
            signer: Words::of_codes(),
            extent: Words::of_codes(),
            ..Self::default()
        }
    }

    fn take(&mut self, stem: &str, entries: Entries, complaints: &mut Vec<Complaint>) {
        match stem {
            "columns" => self.columns.extend(entries, complaints),
            "order-status" => self.order_status.extend(entries, complaints, code_of),
            "refund-status" => self.refund_status.extend(entries, complaints, code_of),
            "refund-kind" => self.refund_kind.extend(entries, complaints, code_of),
            "goods-state" => self.goods_state.extend(entries, complaints, code_of),
            "reasons" => self.reasons.extend(entries, complaints, code_of),
            "track-status" => self.track_status.extend(entries, complaints, code_of),
            "signer" => self.signer.extend(entries, complaints, code_of),
            "extent" => self.extent.extend(entries, complaints, code_of),
            "carriers" => self.carriers.extend(entries, complaints, carrier_of),
            other => match ANSWERS.iter().find(|&&it| it == other) {
                Some(name) => {
                    self.answers.entry(name).or_default().extend(entries, complaints, code_of);
                }
                None => complaints.push(entries.stranger()),
            },
        }
    }

    /// What `word` answers to the question that the file `about` is for.
    pub(crate) fn answer(&self, about: &str, word: &str) -> Option<bool> {
        let answer = self.answers.get(about)?.find(word)?;
        Some(*answer == Answer::Yes)
    }

    /// The courier that `name` means; one nobody knows keeps its name as its code.
    pub(crate) fn carrier(&self, name: &str) -> Carrier {
        let unknown = || Carrier { code: name.into(), name: name.into() };
        self.carriers.find(name).cloned().unwrap_or_else(unknown)
    }

    /// How many of `cells` name a column.
    pub(crate) fn known_columns<'c>(&self, cells: impl Iterator<Item = &'c str>) -> usize {
        cells.filter(|it| self.columns.knows(it)).count()
    }

    pub(crate) fn resolve(&self, names: &[Arc<str>]) -> BTreeMap<Concept, Vec<Column>> {
        self.columns.resolve(names)
    }

    pub(crate) fn channel_of<'c>(&self, names: impl Iterator<Item = &'c str>) -> Option<Arc<str>> {
        self.columns.channel_of(names)
    }

    /// The names a column may have, the most usual first.
    pub fn names_of(&self, concept: Concept) -> &[Arc<str>] {
        self.columns.names_of(concept)
    }
}

/// `reasons` for `base/words/reasons.csv`.
fn stem(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let in_words = folder == "words" || folder.ends_with("/words");
    name.strip_suffix(".csv").filter(|_| in_words)
}

fn code_of<T: Choice>(fields: &[String]) -> Result<T, Expected> {
    let code = fields.get(1).map_or("", String::as_str);
    T::from_code(code).ok_or_else(|| {
        let codes = T::CODES.join(", ");
        entries::entry(format!("expected one of {codes}"), format!("应为以下之一：{codes}"))
    })
}

fn carrier_of(fields: &[String]) -> Result<Carrier, Expected> {
    match (fields.get(1), fields.get(2)) {
        (Some(code), Some(name)) if !code.is_empty() && !name.is_empty() => {
            Ok(Carrier { code: code.as_str().into(), name: name.as_str().into() })
        }
        _ => Err(entries::entry("expected `word,code,name`", "应为 `word,code,name` 三列")),
    }
}
