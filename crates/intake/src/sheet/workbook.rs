//! Workbooks: cell by cell from XLSX, all at once from the old XLS.

use std::{
    io::{Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    Data, DataRef, ExcelDateTime, Reader, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};

use super::{record::Record, sniff::JUNK_ROWS_MAX};
use crate::{complaint::FileProblem, dictionary::Dictionary};

/// Columns of a sheet that are looked at.
const COLUMNS_MAX: usize = 512;

pub(super) struct Workbook<R: Read + Seek> {
    xlsx: Xlsx<R>,
    sheet: String,
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens the first visible sheet that has a header. Returns the header too.
    pub(super) fn open(input: R, dictionary: &Dictionary) -> Result<(Self, Record), FileProblem> {
        let mut xlsx = contained(|| Xlsx::new(input))?.map_err(xlsx_problem)?;
        let visible = |it: &&calamine::Sheet| it.visible == SheetVisible::Visible;
        let sheets: Vec<String> =
            xlsx.sheets_metadata().iter().filter(visible).map(|it| it.name.clone()).collect();
        let mut first_row = None;
        for sheet in sheets {
            let mut header: Option<Record> = None;
            let mut look = |record: &Record| {
                if let Some(above) = &header {
                    header = above.joined(record, dictionary).or_else(|| header.take());
                    return false;
                }
                if 2 <= dictionary.known_columns(record.raw_cells()) {
                    header = Some(record.clone());
                } else if first_row.is_none() && !record.is_blank() {
                    first_row = Some(record.summary());
                }
                header.is_some() || record.row < JUNK_ROWS_MAX
            };
            each_row(&mut xlsx, &sheet, &mut look)?;
            if let Some(header) = header {
                return Ok((Self { xlsx, sheet }, header));
            }
        }
        Err(FileProblem::NoHeader(first_row.unwrap_or_default()))
    }

    /// Shows every row to `visit` until it returns false.
    pub(super) fn each(
        mut self,
        visit: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<(), FileProblem> {
        each_row(&mut self.xlsx, &self.sheet, visit)
    }
}

fn each_row<R: Read + Seek>(
    xlsx: &mut Xlsx<R>,
    sheet: &str,
    visit: &mut dyn FnMut(&Record) -> bool,
) -> Result<(), FileProblem> {
    let mut reader = contained(|| xlsx.worksheet_cells_reader(sheet))?.map_err(xlsx_problem)?;
    let mut cells: Vec<String> = Vec::new();
    let mut record = Record::default();
    let mut row = None;
    loop {
        let cell = contained(|| reader.next_cell())?.map_err(xlsx_problem)?;
        let position = cell.as_ref().map(calamine::Cell::get_position);
        if let Some(row) = row
            && position.is_none_or(|(next, _)| next != row)
        {
            fill(&mut record, row, &mut cells);
            if !visit(&record) {
                return Ok(());
            }
        }
        let (Some(cell), Some((next, column))) = (cell, position) else { return Ok(()) };
        row = Some(next);
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < COLUMNS_MAX {
            if cells.len() <= column {
                cells.resize(column.saturating_add(1), String::new());
            }
            if let Some(place) = cells.get_mut(column) {
                write_cell(cell.get_value(), place);
            }
        }
    }
}

/// Moves the cells of a row into `record`, leaving them empty for the next.
fn fill(record: &mut Record, row: u32, cells: &mut [String]) {
    record.clear();
    record.row = row.saturating_add(1);
    for cell in cells {
        record.push(cell);
        cell.clear();
    }
}

fn write_cell(value: &DataRef<'_>, text: &mut String) {
    match value {
        DataRef::Int(it) => text.push_str(&it.to_string()),
        DataRef::Float(it) => text.push_str(&number(*it)),
        DataRef::String(it) | DataRef::DateTimeIso(it) | DataRef::DurationIso(it) => {
            text.push_str(it);
        }
        DataRef::SharedString(it) => text.push_str(it),
        DataRef::Bool(it) => text.push_str(if *it { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(it) => text.push_str(&date(it)),
        DataRef::Error(it) => text.push_str(&it.to_string()),
        DataRef::Empty => {}
    }
}

/// All rows of the first sheet of an XLS workbook that has a header, from the header on.
pub(super) fn read_xls(
    input: impl Read + Seek,
    dictionary: &Dictionary,
) -> Result<Vec<Record>, FileProblem> {
    let mut xls = contained(|| Xls::new(input))?.map_err(xls_problem)?;
    let mut first_row = None;
    for name in xls.sheet_names() {
        let range = contained(|| xls.worksheet_range(&name))?.map_err(xls_problem)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut found = false;
        let mut records = Vec::new();
        for (row, cells) in (top..).zip(range.rows()) {
            let record = xls_record(row, left, cells);
            found = found || 2 <= dictionary.known_columns(record.raw_cells());
            if found {
                records.push(record);
            } else if first_row.is_none() && !record.is_blank() {
                first_row = Some(record.summary());
            }
            if !found && JUNK_ROWS_MAX < row {
                break;
            }
        }
        if found {
            return Ok(records);
        }
    }
    Err(FileProblem::NoHeader(first_row.unwrap_or_default()))
}

fn xls_record(row: u32, left: u32, cells: &[Data]) -> Record {
    let mut record = Record::new(row.saturating_add(1));
    for _ in 0..left {
        record.end_cell();
    }
    let mut text = String::new();
    for cell in cells.iter().take(COLUMNS_MAX) {
        text.clear();
        match cell {
            Data::Int(it) => text.push_str(&it.to_string()),
            Data::Float(it) => text.push_str(&number(*it)),
            Data::String(it) | Data::DateTimeIso(it) | Data::DurationIso(it) => text.push_str(it),
            Data::Bool(it) => text.push_str(if *it { "TRUE" } else { "FALSE" }),
            Data::DateTime(it) => text.push_str(&date(it)),
            Data::Error(it) => text.push_str(&it.to_string()),
            Data::Empty => {}
        }
        record.push(&text);
    }
    record
}

/// Spreadsheets show, and mean, fifteen digits. Beyond 2^53 a float cannot hold every whole number,
/// so the text keeps its exponent, which the reading of identifiers refuses.
pub(super) fn number(value: f64) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !value.is_finite() {
        return value.to_string();
    }
    if EXACT <= value.abs() {
        return format!("{value:E}");
    }
    let scientific = format!("{value:.14E}");
    // Sixteen digits are still exact for whole numbers below 2^53.
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    scientific.parse::<f64>().map_or(scientific, |it| it.to_string())
}

fn date(value: &ExcelDateTime) -> String {
    if value.is_duration() {
        return number(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The parser of workbooks is not ours and is known to panic on damaged ones; such a panic ends
/// here and means that the file is damaged.
fn contained<T>(call: impl FnOnce() -> T) -> Result<T, FileProblem> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| DAMAGED)
}

const DAMAGED: FileProblem =
    FileProblem::Damaged(("the workbook does not follow its format", "工作簿格式不正确"));

fn xlsx_problem(error: XlsxError) -> FileProblem {
    if matches!(error, XlsxError::Password) { FileProblem::Protected } else { DAMAGED }
}

fn xls_problem(error: XlsError) -> FileProblem {
    if matches!(error, XlsError::Password) { FileProblem::Protected } else { DAMAGED }
}
