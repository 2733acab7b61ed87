//! Tables written as HTML or as the XML of Excel 2003, which many back offices call `.xls`.

use std::collections::VecDeque;

use encoding_rs::GB18030;

use super::record::Record;
use crate::complaint::FileProblem;

/// Largest file of this kind taken; it is held in memory.
pub(super) const MARKUP_MAX: u64 = 64 << 20;
/// Furthest column or row that an index or a span may skip to.
const SKIP_MAX: usize = 256;

/// Every row of every table.
pub(super) fn read_markup(bytes: &[u8]) -> Result<VecDeque<Record>, FileProblem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => GB18030.decode(bytes).0,
    };
    let mut table = Table::default();
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('<') {
        table.text(before);
        rest = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, it)| it)
        } else if let Some(data) = after.strip_prefix("![CDATA[") {
            let (inner, it) = data.split_once("]]>").unwrap_or((data, ""));
            table.raw_text(inner);
            it
        } else {
            let (tag, it) = after.split_once('>').unwrap_or((after, ""));
            table.tag(tag);
            skip_code(tag, it)
        };
    }
    table.end_row();
    if table.rows.is_empty() {
        return Err(FileProblem::NotATable(("a web page without a table", "没有表格的网页")));
    }
    Ok(table.rows)
}

/// What follows a script or a style sheet.
fn skip_code<'t>(tag: &str, rest: &'t str) -> &'t str {
    for (name, end) in [("script", "</script"), ("style", "</style")] {
        if name_of(tag).eq_ignore_ascii_case(name) {
            let at = rest
                .as_bytes()
                .windows(end.len())
                .position(|it| it.eq_ignore_ascii_case(end.as_bytes()));
            return at.and_then(|it| rest.get(it..)).unwrap_or("");
        }
    }
    rest
}

#[derive(Default)]
struct Table {
    rows: VecDeque<Record>,
    row: u32,
    record: Option<Record>,
    cell: Option<String>,
    span: usize,
}

impl Table {
    fn tag(&mut self, tag: &str) {
        let closes = tag.starts_with('/');
        let name = name_of(tag.trim_start_matches('/')).to_ascii_lowercase();
        match (name.as_str(), closes) {
            ("tr" | "row", false) => {
                self.end_row();
                let index = attribute(tag, "index").and_then(|it| u32::try_from(it).ok());
                self.row = index.unwrap_or(self.row.saturating_add(1)).max(self.row);
                self.record = Some(Record::new(self.row));
                if tag.ends_with('/') {
                    self.end_row();
                }
            }
            ("tr" | "row", true) | ("table", _) => self.end_row(),
            ("td" | "th" | "cell", false) => {
                self.end_cell();
                let record = self.record.get_or_insert_default();
                let index = attribute(tag, "index").unwrap_or(0).min(SKIP_MAX);
                while record.len().saturating_add(1) < index {
                    record.end_cell();
                }
                self.span = attribute(tag, "colspan")
                    .or_else(|| attribute(tag, "mergeacross").map(|it| it.saturating_add(1)))
                    .unwrap_or(1)
                    .min(SKIP_MAX);
                self.cell = Some(String::new());
                if tag.ends_with('/') {
                    self.end_cell();
                }
            }
            ("td" | "th" | "cell", true) => self.end_cell(),
            ("br", _) => self.raw_text(" "),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            unescape(text, cell);
        }
    }

    fn raw_text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            cell.push_str(text);
        }
    }

    fn end_cell(&mut self) {
        if let (Some(cell), Some(record)) = (self.cell.take(), &mut self.record) {
            record.push(cell.trim());
            for _ in 1..self.span {
                record.end_cell();
            }
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let Some(record) = self.record.take() {
            self.rows.push_back(record);
        }
    }
}

/// `ss:Cell ss:Index="3"` is named `Cell`.
fn name_of(tag: &str) -> &str {
    let name = tag.split(|it: char| it.is_whitespace() || it == '/').next().unwrap_or("");
    name.rsplit(':').next().unwrap_or(name)
}

/// A whole number that an attribute gives, whatever its prefix and quotes.
fn attribute(tag: &str, name: &str) -> Option<usize> {
    tag.split_whitespace().find_map(|it| {
        let (key, value) = it.split_once('=')?;
        let key = key.rsplit(':').next()?;
        let value = value.trim_matches(|it: char| !it.is_ascii_digit());
        if key.eq_ignore_ascii_case(name) { value.parse().ok() } else { None }
    })
}

fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        into.push_str(before);
        let known = after
            .split_once(';')
            .filter(|(name, _)| name.len() < 12)
            .and_then(|(name, it)| Some((entity(name)?, it)));
        if let Some((it, after)) = known {
            into.push(it);
            rest = after;
        } else {
            into.push('&');
            rest = after;
        }
    }
    into.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "yen" => Some('¥'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
