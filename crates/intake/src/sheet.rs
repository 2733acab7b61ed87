//! A table of cells with a known header, whatever kind of file it came in.
//!
//! `sniff` tells what a file is, `lines` and `delimited` read text, `workbook` reads XLSX and XLS,
//! `markup` reads HTML and XML tables that call themselves XLS; `archive` and `legacy` measure what
//! would have to be unpacked before it is.

mod archive;
mod delimited;
mod legacy;
mod lines;
mod markup;
mod record;
mod sniff;
mod workbook;

use std::{
    collections::BTreeMap,
    collections::VecDeque,
    fmt,
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

pub(crate) use self::{
    delimited::Records,
    lines::{Encoding, Lines},
    record::Record,
};
use self::{
    lines::LineError,
    sniff::{JUNK_ROWS_MAX, Kind, PREFIX_BYTES},
    workbook::Workbook,
};
use crate::{
    complaint::{FileError, FileProblem},
    dictionary::{Column, Concept, Dictionary},
};

/// What a file turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Text,
    Xlsx,
    Xls,
    /// An HTML or XML table.
    Markup,
}

/// A file whose header was found and whose rows are yet to be read.
pub struct Sheet<'a> {
    pub(crate) file: Arc<str>,
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) header: Header,
    format: Format,
    body: Body<'a>,
}

/// The names of a sheet's columns, and what they mean.
pub(crate) struct Header {
    row: u32,
    /// The names, cleaned, as many as there are columns.
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) columns: BTreeMap<Concept, Vec<Column>>,
}

enum Body<'a> {
    Text(Records<'a>),
    Xlsx(Box<Workbook<Input<'a>>>),
    Rows(VecDeque<Record>),
}

type Input<'a> = Box<dyn Source + 'a>;

trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Finds out what `bytes` are and where their header is. `name` is only what complaints call them.
pub fn read_sheet<'a>(
    name: &str,
    bytes: &'a [u8],
    dictionary: &'a Dictionary,
) -> Result<Sheet<'a>, FileError> {
    open(name, Box::new(Cursor::new(bytes)), dictionary)
}

/// [`read_sheet`] for a file on disk, which is never held in memory as a whole if it is text.
pub fn open_sheet<'a>(path: &Path, dictionary: &'a Dictionary) -> Result<Sheet<'a>, FileError> {
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |it| it.to_string_lossy());
    let failed = |error| FileError::new(&name, FileProblem::Io(error));
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    open(&name, Box::new(file), dictionary)
}

fn open<'a>(
    name: &str,
    mut input: Input<'a>,
    dictionary: &'a Dictionary,
) -> Result<Sheet<'a>, FileError> {
    let opened = prefix(&mut input).and_then(|prefix| match sniff::kind(&prefix)? {
        Kind::Text => open_text(input, &prefix, dictionary),
        Kind::Zip => open_xlsx(input, dictionary),
        Kind::Ole => open_xls(input, dictionary),
        Kind::Markup => open_markup(input, dictionary),
    });
    let (format, header, body) = opened.map_err(|problem| FileError::new(name, problem))?;
    let header = Header::new(&header, dictionary);
    Ok(Sheet { file: name.into(), dictionary, header, format, body })
}

type Opened<'a> = (Format, Record, Body<'a>);

fn prefix(input: &mut Input<'_>) -> Result<Vec<u8>, FileProblem> {
    let mut prefix = Vec::new();
    let most = u64::try_from(PREFIX_BYTES).unwrap_or(u64::MAX);
    input.by_ref().take(most).read_to_end(&mut prefix).map_err(FileProblem::Io)?;
    input.seek(SeekFrom::Start(0)).map_err(FileProblem::Io)?;
    Ok(prefix)
}

fn open_text<'a>(
    mut input: Input<'a>,
    prefix: &[u8],
    dictionary: &Dictionary,
) -> Result<Opened<'a>, FileProblem> {
    let form = sniff::text_form(prefix, dictionary)?;
    let bom = u64::try_from(form.bom).unwrap_or_default();
    input.seek(SeekFrom::Start(bom)).map_err(FileProblem::Io)?;
    let lines = Lines::new(input, form.encoding, form.line_end);
    let mut records = Records::new(lines, form.delimiter);
    let (mut header, mut above) = (Record::default(), Record::default());
    while header.row < form.header && records.next(&mut header).map_err(line_problem)? {
        if form.has_two_rows && header.row < form.header {
            above.clone_from(&header);
        }
    }
    if form.has_two_rows {
        header = above.joined(&header, dictionary).unwrap_or(header);
    }
    records.set_width(header.used());
    Ok((Format::Text, header, Body::Text(records)))
}

fn open_xlsx<'a>(mut input: Input<'a>, dictionary: &Dictionary) -> Result<Opened<'a>, FileProblem> {
    refuse_longer(&mut input, archive::PACKED_MAX)?;
    archive::measure(&mut input)?;
    input.seek(SeekFrom::Start(0)).map_err(FileProblem::Io)?;
    let (workbook, header) = Workbook::open(input, dictionary)?;
    Ok((Format::Xlsx, header, Body::Xlsx(Box::new(workbook))))
}

fn open_xls<'a>(mut input: Input<'a>, dictionary: &Dictionary) -> Result<Opened<'a>, FileProblem> {
    refuse_longer(&mut input, legacy::XLS_MAX)?;
    legacy::measure(&mut input)?;
    let rows = workbook::read_xls(input, dictionary)?;
    headed(Format::Xls, rows.into(), dictionary)
}

fn open_markup<'a>(
    mut input: Input<'a>,
    dictionary: &Dictionary,
) -> Result<Opened<'a>, FileProblem> {
    refuse_longer(&mut input, markup::MARKUP_MAX)?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(FileProblem::Io)?;
    headed(Format::Markup, markup::read_markup(&bytes)?, dictionary)
}

/// Takes the rows up to and including the header off the front.
fn headed<'a>(
    format: Format,
    mut rows: VecDeque<Record>,
    dictionary: &Dictionary,
) -> Result<Opened<'a>, FileProblem> {
    let mut first_row = None;
    while let Some(record) = rows.pop_front() {
        if 2 <= dictionary.known_columns(record.raw_cells()) {
            let joined = rows.front().and_then(|it| record.joined(it, dictionary));
            if joined.is_some() {
                rows.pop_front();
            }
            return Ok((format, joined.unwrap_or(record), Body::Rows(rows)));
        }
        if first_row.is_none() && !record.is_blank() {
            first_row = Some(record.summary());
        }
        if JUNK_ROWS_MAX < record.row {
            break;
        }
    }
    Err(FileProblem::NoHeader(first_row.unwrap_or_default()))
}

fn refuse_longer(input: &mut Input<'_>, most: u64) -> Result<(), FileProblem> {
    if legacy::is_longer(input, most).map_err(FileProblem::Io)? {
        return Err(FileProblem::TooLarge { most: most.div_euclid(archive::MIB) });
    }
    Ok(())
}

fn line_problem(error: LineError) -> FileProblem {
    match error {
        LineError::Io(error) => FileProblem::Io(error),
        LineError::TooLong => {
            FileProblem::Damaged(("a line is longer than 4 MiB", "有一行超过 4 MiB"))
        }
    }
}

impl Sheet<'_> {
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of the columns, as the file has them.
    pub fn columns(&self) -> &[Arc<str>] {
        &self.header.names
    }

    /// The marketplace whose export this looks like, by the dictionary's `channel` column.
    pub fn channel(&self) -> Option<Arc<str>> {
        self.dictionary.channel_of(self.header.names.iter().map(|it| &**it))
    }

    /// Whether the file can have rows of the wrong length at all.
    pub(crate) fn is_text(&self) -> bool {
        self.format == Format::Text
    }
}

/// Shows every row below the header to `visit`.
pub(crate) fn each_row(
    body: SheetBody<'_>,
    visit: &mut dyn FnMut(&Record),
) -> Result<(), FileError> {
    let SheetBody { file, header_row, body } = body;
    let read = match body {
        Body::Text(records) => each_record(records, visit),
        Body::Xlsx(workbook) => workbook.each(&mut |record| {
            if header_row < record.row {
                visit(record);
            }
            true
        }),
        Body::Rows(rows) => {
            rows.iter().for_each(visit);
            Ok(())
        }
    };
    read.map_err(|problem| FileError { file, problem })
}

fn each_record(
    mut records: Records<'_>,
    visit: &mut dyn FnMut(&Record),
) -> Result<(), FileProblem> {
    let mut record = Record::default();
    while records.next(&mut record).map_err(line_problem)? {
        visit(&record);
    }
    Ok(())
}

/// A sheet's rows, apart from its header, so that both can be used at once.
pub(crate) struct SheetBody<'a> {
    file: Arc<str>,
    header_row: u32,
    body: Body<'a>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn split(self) -> (Header, &'a Dictionary, SheetBody<'a>) {
        let Self { file, dictionary, header, body, .. } = self;
        let body = SheetBody { file, header_row: header.row, body };
        (header, dictionary, body)
    }
}

impl Header {
    fn new(record: &Record, dictionary: &Dictionary) -> Self {
        let cells = (0..record.used()).map(|nth| record.cell(nth));
        let names: Vec<Arc<str>> = cells.map(|it| it.as_ref().into()).collect();
        let columns = dictionary.resolve(&names);
        Self { row: record.row, names, columns }
    }
}

impl fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Sheet");
        shown.field("file", &self.file).field("format", &self.format);
        shown.field("columns", &self.header.names).finish_non_exhaustive()
    }
}
