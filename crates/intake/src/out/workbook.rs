use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::{Cell, Table, replace};
use crate::complaint::{FileError, FileProblem};

/// Rows looked at to find out how wide a column should be.
const MEASURED_ROWS: usize = 500;
/// Most characters a cell of a workbook holds.
const TEXT_MAX: usize = 32_767;

/// Writes one sheet for each table: header frozen and filtered, texts as texts, amounts and times
/// as numbers that sum and sort.
pub fn write_xlsx(tables: &[Table], path: &Path) -> Result<(), FileError> {
    let unfit = |_: XlsxError| {
        let what = ("it does not fit into a workbook", "内容超出工作簿上限");
        FileError::new(&path.to_string_lossy(), FileProblem::Damaged(what))
    };
    let mut workbook = Workbook::new();
    for (nth, table) in tables.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(&table.name, nth)).map_err(unfit)?;
        fill(sheet, table).map_err(unfit)?;
    }
    let bytes = workbook.save_to_buffer().map_err(unfit)?;
    replace(path, &bytes)
}

fn fill(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_align(FormatAlign::VerticalCenter);
    let amount = Format::new().set_num_format("#,##0.00");
    let number = Format::new().set_num_format("0");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (column, name) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, width(table, column.into()))?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match (cell, value(cell)) {
                (Cell::Empty, _) => {}
                (Cell::Amount(_), Some(value)) => {
                    sheet.write_number_with_format(row, column, value, &amount)?;
                }
                (Cell::Number(_), Some(value)) => {
                    sheet.write_number_with_format(row, column, value, &number)?;
                }
                (Cell::Time(at), _) => {
                    let at = ExcelDateTime::parse_from_str(&at.to_string())?;
                    sheet.write_datetime_with_format(row, column, &at, &time)?;
                }
                (Cell::Text(_) | Cell::Amount(_) | Cell::Number(_), _) => {
                    let text: String = cell.shown().chars().take(TEXT_MAX).collect();
                    sheet.write_string(row, column, text)?;
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_row = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    if let Some(last) = table.columns.len().checked_sub(1).and_then(|it| u16::try_from(it).ok()) {
        sheet.autofilter(0, 0, last_row, last)?;
    }
    Ok(())
}

/// The number a cell holds, if a workbook, which counts in floats of fifteen digits, can hold it.
fn value(cell: &Cell) -> Option<f64> {
    let shown = cell.shown();
    let digits = shown.bytes().filter(u8::is_ascii_digit).count();
    if !cell.is_number() || 15 < digits {
        return None;
    }
    shown.parse().ok()
}

/// Wide enough for the widest of the first cells, Chinese characters counted twice.
fn width(table: &Table, column: usize) -> f64 {
    let cells = table.rows.iter().take(MEASURED_ROWS).filter_map(|row| row.get(column));
    let widest = cells.map(|it| it.shown().width()).max().unwrap_or(0);
    let header = table.columns.get(column).map_or(0, |it| it.width().saturating_add(3));
    let width = widest.saturating_add(2).max(header).clamp(6, 60);
    u16::try_from(width).map_or(60.0, f64::from)
}

/// A sheet's name has at most 31 characters and none of `[]:*?/\`, and is not used twice.
fn sheet_name(name: &str, nth: usize) -> String {
    let plain = |it: char| if "[]:*?/\\'".contains(it) || it.is_control() { ' ' } else { it };
    let name: String = name.chars().map(plain).take(27).collect();
    let name = name.trim();
    let number = nth.saturating_add(1);
    match (name.is_empty(), nth) {
        (true, _) => format!("Sheet{number}"),
        (false, 0) => name.to_owned(),
        (false, _) => format!("{name} {number}"),
    }
}
