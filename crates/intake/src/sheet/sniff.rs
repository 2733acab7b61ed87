//! What a file is, by what it begins with. Names and extensions are not believed.

use super::{
    delimited::Records,
    lines::{Encoding, Lines},
    record::Record,
};
use crate::{complaint::FileProblem, dictionary::Dictionary};

/// How much of a file is looked at before it is read.
pub(super) const PREFIX_BYTES: usize = 1 << 18;
/// How many rows may stand above the header.
pub(super) const JUNK_ROWS_MAX: u32 = 100;

pub(super) enum Kind {
    Zip,
    Ole,
    Markup,
    Text,
}

/// Beginnings of files that are certainly not tables.
const STRANGERS: &[(&[u8], (&str, &str))] = &[
    (b"%PDF", ("a PDF document", "PDF 文档")),
    (b"\x89PNG", ("an image", "图片")),
    (b"\xff\xd8\xff", ("an image", "图片")),
    (b"GIF8", ("an image", "图片")),
    (b"II*\0", ("an image", "图片")),
    (b"Rar!", ("a RAR archive", "RAR 压缩包")),
    (b"7z\xbc\xaf", ("a 7-Zip archive", "7z 压缩包")),
    (b"\x1f\x8b", ("a gzip archive", "gzip 压缩包")),
    (b"SQLite format 3", ("a database", "数据库文件")),
    (b"{\\rtf", ("an RTF document", "RTF 文档")),
    (b"\x7fELF", ("a program", "程序文件")),
    (b"MZ\x90", ("a program", "程序文件")),
];

pub(super) fn kind(prefix: &[u8]) -> Result<Kind, FileProblem> {
    if prefix.iter().all(u8::is_ascii_whitespace) {
        return Err(FileProblem::Empty);
    }
    if prefix.starts_with(b"PK\x03\x04") || prefix.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if prefix.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Ok(Kind::Ole);
    }
    if let Some((_, what)) = STRANGERS.iter().find(|(magic, _)| prefix.starts_with(magic)) {
        return Err(FileProblem::NotATable(*what));
    }
    let (encoding, bom) = marked_encoding(prefix);
    let rest = prefix.get(bom..).unwrap_or_default();
    if rest.is_empty() {
        return Err(FileProblem::Empty);
    }
    if encoding.is_none_or(|it| it == Encoding::Utf8) && rest.contains(&0) {
        return Err(FileProblem::NotATable(("a binary file", "二进制文件")));
    }
    let start: String = start_of(prefix).trim_start().chars().take(400).collect();
    if start.starts_with('<') {
        return Ok(Kind::Markup);
    }
    if start.starts_with('{') || start.starts_with("[{") {
        return Err(FileProblem::NotATable(("JSON", "JSON 文件")));
    }
    Ok(Kind::Text)
}

/// The beginning of a text, in whatever encoding its marks announce.
fn start_of(prefix: &[u8]) -> String {
    let (encoding, bom) = marked_encoding(prefix);
    let rest = prefix.get(bom..).unwrap_or_default();
    let mut text = String::new();
    let mut lines = Lines::new(rest, encoding.unwrap_or(Encoding::Utf8), b'\n');
    while text.trim().is_empty() && matches!(lines.next(&mut text), Ok(true)) {}
    text
}

/// The encoding a byte order mark announces, and the mark's length; or UTF-16 without a mark, given
/// away by every other byte being zero.
pub(super) fn marked_encoding(prefix: &[u8]) -> (Option<Encoding>, usize) {
    if prefix.starts_with(&[0xef, 0xbb, 0xbf]) {
        return (Some(Encoding::Utf8), 3);
    }
    if prefix.starts_with(&[0xff, 0xfe]) {
        return (Some(Encoding::Utf16Le), 2);
    }
    if prefix.starts_with(&[0xfe, 0xff]) {
        return (Some(Encoding::Utf16Be), 2);
    }
    let start = prefix.get(..1024.min(prefix.len())).unwrap_or_default();
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|&&it| it == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = start.len().div_euclid(16).max(2);
    match (even, odd) {
        (0, zeros) if many <= zeros => (Some(Encoding::Utf16Le), 0),
        (zeros, 0) if many <= zeros => (Some(Encoding::Utf16Be), 0),
        _ => (None, 0),
    }
}

/// How a text is to be read, found by trying which way its header makes most sense.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextForm {
    pub(super) encoding: Encoding,
    pub(super) bom: usize,
    pub(super) line_end: u8,
    pub(super) delimiter: char,
    /// The row of the header, the last one if it has two.
    pub(super) header: u32,
    pub(super) has_two_rows: bool,
}

const DELIMITERS: [char; 5] = [',', '\t', ';', '|', '，'];

/// `Err` holds the first row that has anything in it.
pub(super) fn text_form(prefix: &[u8], dictionary: &Dictionary) -> Result<TextForm, FileProblem> {
    let (marked, bom) = marked_encoding(prefix);
    let text = prefix.get(bom..).unwrap_or_default();
    let encodings = match marked {
        // A mark is believed, except that editors put UTF-8 marks before GBK: the header decides.
        Some(Encoding::Utf8) => vec![Encoding::Utf8, Encoding::Gb18030],
        Some(other) => vec![other],
        None if is_mostly_utf8(text) => vec![Encoding::Utf8, Encoding::Gb18030],
        None => vec![Encoding::Gb18030, Encoding::Utf8],
    };
    let line_end = if !text.contains(&b'\n') && text.contains(&b'\r') { b'\r' } else { b'\n' };

    let mut best: Option<(usize, TextForm)> = None;
    let mut first_row = None;
    for encoding in encodings {
        for delimiter in DELIMITERS {
            let mut form =
                TextForm { encoding, bom, line_end, delimiter, header: 0, has_two_rows: false };
            let known = find_header(text, &mut form, dictionary, &mut first_row);
            if 2 <= known && best.is_none_or(|(most, _)| most < known) {
                best = Some((known, form));
            }
        }
    }
    best.map(|(_, form)| form).ok_or(FileProblem::NoHeader(first_row.unwrap_or_default()))
}

/// How many columns of the first row with at least two known ones are known.
fn find_header(
    text: &[u8],
    form: &mut TextForm,
    dictionary: &Dictionary,
    first_row: &mut Option<Vec<String>>,
) -> usize {
    let lines = Lines::new(text, form.encoding, form.line_end);
    let mut records = Records::new(lines, form.delimiter);
    let mut record = Record::default();
    while let Ok(true) = records.next(&mut record) {
        if JUNK_ROWS_MAX < record.row {
            break;
        }
        let known = dictionary.known_columns(record.raw_cells());
        if 2 <= known {
            form.header = record.row;
            let mut below = Record::default();
            let Ok(true) = records.next(&mut below) else { return known };
            let Some(joined) = record.joined(&below, dictionary) else { return known };
            (form.header, form.has_two_rows) = (below.row, true);
            return dictionary.known_columns(joined.raw_cells());
        }
        if first_row.is_none() && !record.is_blank() {
            *first_row = Some(record.summary());
        }
    }
    0
}

/// Whether more of the lines that could tell are UTF-8 than are not.
fn is_mostly_utf8(text: &[u8]) -> bool {
    let telling = text.split(|it| *it == b'\n').filter(|line| !line.is_ascii());
    let (valid, other): (Vec<_>, Vec<_>) = telling.partition(|line| str::from_utf8(line).is_ok());
    other.len() <= valid.len()
}
