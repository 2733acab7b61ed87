use std::{collections::BTreeMap, path::Path};

use super::{Table, replace, write_csv, write_xlsx};
use crate::{
    complaint::{Complaint, FileError, Language, Severity},
    reading::{Rejected, RejectedRow},
};

/// Writes the rows that were not taken, as they stood, each with what is wrong with it. XLSX if the
/// path says so, CSV otherwise. Mended, the same file can be read again: the added columns are ones
/// we pass over.
pub fn write_rejected(
    path: &Path,
    files: &[(&Rejected, &[Complaint])],
    language: Language,
) -> Result<(), FileError> {
    let table = rejected_table(files, language);
    if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("xlsx")) {
        return write_xlsx(&[table], path);
    }
    let mut bytes = Vec::new();
    write_csv(&table, &mut bytes)
        .map_err(|error| FileError::new(&path.to_string_lossy(), crate::FileProblem::Io(error)))?;
    replace(path, &bytes)
}

/// The columns that stand before those of the file, in English and in Chinese.
pub const PUT_ASIDE: ([&str; 4], [&str; 4]) =
    (["file", "row", "column", "problem"], ["文件", "行", "列", "问题"]);

/// One row for each rejected row: file, row, column, problem, and its cells under the names of all
/// files' columns.
pub fn rejected_table(files: &[(&Rejected, &[Complaint])], language: Language) -> Table {
    let (name, added) = match language {
        Language::English => ("rejected", PUT_ASIDE.0),
        Language::Chinese => ("未导入的行", PUT_ASIDE.1),
    };
    let mut columns: Vec<String> = added.iter().map(|it| (*it).to_owned()).collect();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    // Columns of a file that lost no row would only stand in the way when the rest is read again.
    let lossy = files.iter().filter(|(rejected, _)| !rejected.rows.is_empty());
    for name in lossy.flat_map(|(rejected, _)| &rejected.columns) {
        places.entry(name).or_insert_with(|| {
            columns.push(name.to_string());
            columns.len().saturating_sub(1)
        });
    }
    let mut table = Table { name: name.to_owned(), columns, rows: Vec::new() };
    for (rejected, complaints) in files {
        let mut by_row: BTreeMap<u32, Vec<&Complaint>> = BTreeMap::new();
        for it in complaints.iter().filter(|it| it.severity == Severity::Error) {
            by_row.entry(it.row.unwrap_or(0)).or_default().push(it);
        }
        // Rows that were read and refused later have no cells left, but are rejected all the same.
        let read = by_row
            .keys()
            .filter(|&&number| number != 0 && !rejected.rows.iter().any(|it| it.row == number));
        let read: Vec<RejectedRow> =
            read.map(|&row| RejectedRow { row, cells: Vec::new() }).collect();
        for row in rejected.rows.iter().chain(&read) {
            let said = by_row.get(&row.row).map_or(&[][..], Vec::as_slice);
            let mut cells = vec![super::Cell::Empty; table.columns.len()];
            let texts = lead(rejected, row, said, language).into_iter().map(super::Cell::from);
            cells.iter_mut().zip(texts).for_each(|(cell, text)| *cell = text);
            put_cells(&mut cells, rejected, row, &places);
            table.rows.push(cells);
        }
    }
    table
}

fn lead(
    rejected: &Rejected,
    row: &RejectedRow,
    said: &[&Complaint],
    language: Language,
) -> [String; 4] {
    let (between, colon) =
        if language == Language::English { ("; ", ": ") } else { ("；", "：") };
    let columns: Vec<&str> = said.iter().filter_map(|it| it.column.as_deref()).collect();
    let problems: Vec<String> = said
        .iter()
        .map(|it| {
            let phrase = it.expected.phrase(language);
            if it.found.is_empty() { phrase } else { format!("{}{colon}{phrase}", it.found) }
        })
        .collect();
    let columns = columns.join(between);
    [rejected.file.to_string(), row.row.to_string(), columns, problems.join(between)]
}

/// Cells go under their names; those of a row that is too long go behind everything.
fn put_cells(
    cells: &mut Vec<super::Cell>,
    rejected: &Rejected,
    row: &RejectedRow,
    places: &BTreeMap<&str, usize>,
) {
    for (nth, cell) in row.cells.iter().enumerate() {
        let text = super::Cell::text(crate::fold::cleaned(cell).into_owned());
        let place = rejected.columns.get(nth).and_then(|it| places.get(&**it));
        match place.and_then(|it| cells.get_mut(*it)) {
            Some(place) if *place == super::Cell::Empty => *place = text,
            Some(_) => {}
            None => cells.push(text),
        }
    }
}
