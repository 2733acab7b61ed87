//! Which header means which column.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::Choice;

use super::{
    Concept,
    entries::{Entries, entry},
};
use crate::{
    complaint::Complaint,
    fold::{cleaned, folded, half_width},
};

/// One column of one sheet that means something to us.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) index: usize,
    pub(crate) name: Arc<str>,
    pub(crate) unit: Unit,
}

/// What an amount in a column is counted in. `金额(分)` says so itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    Yuan,
    Fen,
}

#[derive(Debug, Default)]
pub(super) struct Columns {
    aliases: BTreeMap<String, Vec<Alias>>,
    names: BTreeMap<Concept, Vec<Arc<str>>>,
}

#[derive(Debug)]
struct Alias {
    concept: Concept,
    /// Where the alias stands among those of its concept. If a file has several, the first is read
    /// and the others are asked when its cell is empty.
    rank: usize,
    channel: Arc<str>,
}

impl Columns {
    pub(super) fn is_empty(&self) -> bool {
        self.aliases.is_empty()
    }

    pub(super) fn names_of(&self, concept: Concept) -> &[Arc<str>] {
        self.names.get(&concept).map_or(&[], Vec::as_slice)
    }

    pub(super) fn extend(&mut self, entries: Entries, complaints: &mut Vec<Complaint>) {
        for (row, fields) in &entries.lines {
            let field = |nth: usize| fields.get(nth).map_or("", String::as_str);
            let Some(concept) = Concept::from_code(field(0)) else {
                let expected = entry("no such column", "没有这个列代码");
                complaints.push(entries.complaint(*row, field(0), expected));
                continue;
            };
            let key = folded(field(1));
            if key.is_empty() {
                let expected = entry("expected an alias", "应有列名");
                complaints.push(entries.complaint(*row, field(1), expected));
                continue;
            }
            let names = self.names.entry(concept).or_default();
            let aliases = self.aliases.entry(key).or_default();
            if aliases.iter().all(|it| it.concept != concept) {
                aliases.push(Alias { concept, rank: names.len(), channel: field(2).into() });
                names.push(field(1).into());
            }
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn resolve(&self, names: &[Arc<str>]) -> BTreeMap<Concept, Vec<Column>> {
        let mut ranked: BTreeMap<Concept, Vec<(usize, Column)>> = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            let Some((aliases, unit)) = self.find(name) else { continue };
            for alias in aliases {
                let column = Column { index, name: name.clone(), unit };
                ranked.entry(alias.concept).or_default().push((alias.rank, column));
            }
        }
        ranked
            .into_iter()
            .map(|(concept, mut columns)| {
                columns.sort_by_key(|(rank, column)| (*rank, column.index));
                (concept, columns.into_iter().map(|(_, it)| it).collect())
            })
            .collect()
    }

    /// The channel that most of the names which only one channel uses belong to.
    pub(super) fn channel_of<'c>(&self, names: impl Iterator<Item = &'c str>) -> Option<Arc<str>> {
        let mut votes: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for name in names {
            let Some((aliases, _)) = self.find(name) else { continue };
            let channels: BTreeSet<&Arc<str>> = aliases.iter().map(|it| &it.channel).collect();
            if let (1, Some(&channel)) = (channels.len(), channels.first())
                && !channel.is_empty()
            {
                let count = votes.entry(channel.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
        votes.into_iter().max_by_key(|(_, count)| *count).map(|(channel, _)| channel)
    }

    /// Tries the whole name, then without a unit or remark in parentheses, then without a unit
    /// that is only a suffix.
    fn find(&self, name: &str) -> Option<(&[Alias], Unit)> {
        // No column has a name this long; a cell this long is a remark.
        if 120 < name.len() {
            return None;
        }
        let name: String = cleaned(name).chars().map(half_width).collect();
        let whole = folded(&name);
        let (stem, unit) = without_remark(&name);
        let stem = folded(stem);
        let suffixes =
            [("fen", Unit::Fen), ("yuan", Unit::Yuan), ("cny", Unit::Yuan), ("元", Unit::Yuan)];
        let by_suffix = suffixes.iter().filter_map(|(suffix, unit)| {
            whole.strip_suffix(suffix).map(|stem| (stem.to_owned(), *unit))
        });
        [(whole.clone(), unit), (stem, unit)]
            .into_iter()
            .chain(by_suffix)
            .find_map(|(key, unit)| self.aliases.get(&key).map(|it| (it.as_slice(), unit)))
    }
}

/// `退款金额(元)` is `退款金额`, in yuan.
fn without_remark(name: &str) -> (&str, Unit) {
    let name = name.trim();
    let parts = [('(', ')'), ('[', ']'), ('【', '】')].iter().find_map(|(opens, closes)| {
        name.strip_suffix(*closes).and_then(|it| it.split_once(*opens))
    });
    let Some((stem, remark)) = parts else { return (name, Unit::Yuan) };
    let remark = folded(remark);
    let is_fen = matches!(remark.as_str(), "分" | "单位分" | "fen" | "cent" | "cents");
    (stem, if is_fen { Unit::Fen } else { Unit::Yuan })
}
