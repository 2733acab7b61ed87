//! From a sheet to typed rows: which columns are needed, what is complained about, what is kept.

mod cells;
mod log;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use kernel::{Timestamp, Zone};

pub(crate) use self::{
    cells::{Cells, Future},
    log::Log,
};
use crate::{
    complaint::{Complaint, Expected, FileError, FileProblem, Severity},
    dictionary::{Concept, Dictionary},
    fold::same_folded,
    sheet::{Header, Record, Sheet, each_row},
};

/// What cells are read against.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The zone of times that do not name one.
    pub zone: Zone,
    pub now: Timestamp,
}

/// The rows of one file, and what could not be read of it.
#[derive(Debug)]
pub struct Reading<R> {
    pub rows: Vec<R>,
    pub complaints: Vec<Complaint>,
    pub rejected: Rejected,
}

/// Rows that were not taken, as they stand in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rejected {
    pub file: Arc<str>,
    /// The column that names the order, if the file has one.
    pub order_column: Option<Arc<str>>,
    pub columns: Vec<Arc<str>>,
    pub rows: Vec<RejectedRow>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RejectedRow {
    pub row: u32,
    pub cells: Vec<Box<str>>,
}

/// A row that has a key, and that may come twice.
pub(crate) trait Keyed {
    /// `None` if rows of this kind cannot be told apart by anything, so that all are kept.
    fn key(&self) -> Option<&str>;

    fn row(&self) -> u32;

    /// The column the key stands in.
    const CONCEPT: Concept;

    /// Takes in a later row with the same key and other values. False if the two contradict.
    fn absorb(&mut self, later: Self) -> bool;

    /// Whether the two say the same, wherever they stand.
    fn agrees(&self, other: &Self) -> bool;
}

/// A kind of file: what it needs, and how a row of it is read. `None` is a row complained about.
pub(crate) struct Kind<R> {
    /// Of each group, one column has to be there.
    pub(crate) needs: &'static [&'static [Concept]],
    pub(crate) read: fn(&mut Cells<'_>) -> Option<R>,
}

pub(crate) fn read_rows<R: Keyed>(
    sheet: Sheet<'_>,
    context: &Context,
    kind: &Kind<R>,
) -> Result<Reading<R>, FileError> {
    let (file, is_text) = (sheet.file.clone(), sheet.is_text());
    let (header, dictionary, body) = sheet.split();
    check_needs(&file, &header, dictionary, kind.needs)?;

    let mut log = Log::new(file, &header);
    let mut rows: Vec<R> = Vec::new();
    let mut known = Known::new();
    let key_column = header.columns.get(&R::CONCEPT).and_then(|it| it.first()).map(|it| &it.name);
    each_row(body, &mut |record| {
        if !is_data(record, &header, is_text, &mut log) {
            return;
        }
        let mut cells = Cells::new(record, &header, dictionary, context, &mut log);
        let read = (kind.read)(&mut cells);
        let clash = match read.filter(|_| !cells.is_rejected()) {
            Some(row) => keep(row, &mut rows, &mut known),
            None => return log.reject(record),
        };
        if let Some((key, first_row)) = clash {
            log.fail((record.row, key_column), &key, Expected::Once { first_row });
            log.reject(record);
        }
    })?;
    Ok(log.into_reading(rows))
}

fn check_needs(
    file: &Arc<str>,
    header: &Header,
    dictionary: &Dictionary,
    needs: &[&[Concept]],
) -> Result<(), FileError> {
    let is_there = |it: &Concept| header.columns.contains_key(it);
    let missing: Vec<Vec<Arc<str>>> = needs
        .iter()
        .filter(|group| !group.iter().any(is_there))
        .map(|group| {
            let names = group.iter().map(|it| dictionary.names_of(*it).iter().take(4).cloned());
            names.flatten().collect()
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let found = header.names.iter().filter(|it| !it.is_empty()).cloned().collect();
    Err(FileError { file: file.clone(), problem: FileProblem::MissingColumns { missing, found } })
}

/// The rows with these numbers, as they stand in the file: for rows that were taken when the file
/// was read, and turned out later to ask for what cannot be.
pub fn rows_as_they_stand(
    sheet: Sheet<'_>,
    numbers: &BTreeSet<u32>,
) -> Result<Vec<RejectedRow>, FileError> {
    let (_, _, body) = sheet.split();
    let mut rows = Vec::new();
    each_row(body, &mut |record| {
        if numbers.contains(&record.row) {
            let cells = record.raw_cells().map(Box::from).collect();
            rows.push(RejectedRow { row: record.row, cells });
        }
    })?;
    Ok(rows)
}

/// Whether a row is one to read; complains of those that are neither data nor nothing.
fn is_data(record: &Record, header: &Header, is_text: bool, log: &mut Log) -> bool {
    if record.is_blank() || is_header_again(record, header) {
        return false;
    }
    if record.unclosed {
        log.fail((record.row, None), "", Expected::ClosingQuote);
        log.reject(record);
        return false;
    }
    let count = header.names.len();
    if is_remark(record, header) {
        let first = record.summary().into_iter().next().unwrap_or_default();
        log.note((record.row, None), &first, Expected::DataRow);
        return false;
    }
    if is_text && (record.len() < count || count < record.used()) {
        log.fail((record.row, None), &record.len().to_string(), Expected::Cells(count));
        log.reject(record);
        return false;
    }
    if record.is_damaged() {
        log.warn((record.row, None), "\u{fffd}", Expected::Decodable);
    }
    true
}

/// Files that were glued together repeat their header.
fn is_header_again(record: &Record, header: &Header) -> bool {
    let is_again = |(nth, name): (usize, &Arc<str>)| same_folded(&record.cell(nth), name);
    2 < header.names.len() && header.names.iter().enumerate().all(is_again)
}

/// Totals and remarks below the data: `合计,,,`, `,,合计：12.50`, `#导出时间：…`, one lonely cell, or
/// nothing but sums.
fn is_remark(record: &Record, header: &Header) -> bool {
    let mut cells = (0..record.used()).map(|nth| record.cell(nth)).filter(|it| !it.is_empty());
    let Some(first) = cells.next() else { return false };
    let is_total = TOTALS.iter().any(|it| first.strip_prefix(it).is_some_and(is_sum));
    let lonely = 2 < header.names.len() && record.used() == 1;
    // Numbers alone, and none that names anything, are what is above them added up.
    let names = [Concept::OrderNo, Concept::RefundNo, Concept::Parcel];
    let mut names = names.iter().filter_map(|it| header.columns.get(it)).flatten();
    let sums = is_sum(&first)
        && cells.all(|it| is_sum(&it))
        && names.all(|it| record.cell(it.index).is_empty());
    is_total
        || sums
        || first.starts_with('#')
        || lonely && !first.chars().all(|it| it.is_ascii_alphanumeric())
}

const TOTALS: [&str; 12] = [
    "合计",
    "总计",
    "小计",
    "汇总",
    "共计",
    "总共",
    "本页合计",
    "累计",
    "total",
    "Total",
    "TOTAL",
    "合 计",
];

/// Nothing, or an amount or a count, whatever stands around it.
fn is_sum(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_digit() || ":： .,¥￥元件笔条个".contains(it))
}

/// Where the first row with a key stands, by the key's hash: a file may have millions of keys, and
/// the rows have them already. Of two keys with one hash the second is not looked for.
type Known = BTreeMap<u64, usize>;

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Takes a row in, unless one with the same key contradicts it: then its key and the earlier row.
fn keep<R: Keyed>(row: R, rows: &mut Vec<R>, known: &mut Known) -> Option<(String, u32)> {
    let Some(key) = row.key() else {
        rows.push(row);
        return None;
    };
    let place = *known.entry(hash(key)).or_insert(rows.len());
    let Some(earlier) = rows.get_mut(place).filter(|it| it.key() == Some(key)) else {
        rows.push(row);
        return None;
    };
    if earlier.agrees(&row) {
        return None;
    }
    let clash = (key.to_owned(), earlier.row());
    if earlier.absorb(row) { None } else { Some(clash) }
}

impl<R> Reading<R> {
    /// Whether a row was lost.
    pub fn has_errors(&self) -> bool {
        self.complaints.iter().any(|it| it.severity == Severity::Error)
    }
}
