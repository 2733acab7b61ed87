//! Exports as tables: read, changed, and written in the forms in which merchants have them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use encoding_rs::{GBK, UTF_8};
use rust_xlsxwriter::Workbook;

/// A header and rows of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// A CSV file in UTF-8 or GBK.
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let encoding = if str::from_utf8(bytes).is_ok() { UTF_8 } else { GBK };
        let (text, _, damaged) = encoding.decode(bytes);
        assert!(!damaged, "{} is neither UTF-8 nor GBK", path.display());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        Self { rows: rows.collect() }
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.rows[0]
    }

    #[track_caller]
    pub(crate) fn column(&self, name: &str) -> usize {
        let found = self.header().iter().position(|it| it == name);
        found.unwrap_or_else(|| panic!("there is no column {name}"))
    }

    /// Changes one cell of the row that has `key` in its column `by`.
    #[track_caller]
    pub(crate) fn set(&mut self, by: (&str, &str), name: &str, value: &str) {
        let (key, column) = (self.column(by.0), self.column(name));
        let mut rows = self.rows.iter_mut().filter(|it| it[key] == by.1);
        let row = rows.next().unwrap_or_else(|| panic!("no row has {} {}", by.0, by.1));
        value.clone_into(&mut row[column]);
    }

    pub(crate) fn push(&mut self, row: &[&str]) {
        self.rows.push(row.iter().map(|it| (*it).to_owned()).collect());
    }

    pub(crate) fn drop_column(&mut self, name: &str) {
        let column = self.column(name);
        for row in &mut self.rows {
            row.remove(column);
        }
    }

    pub(crate) fn rename_column(&mut self, name: &str, other: &str) {
        let column = self.column(name);
        other.clone_into(&mut self.rows[0][column]);
    }

    /// The last column first, every third one from there to the front, a foreign one between.
    pub(crate) fn shuffle_columns(&mut self) {
        for (nth, row) in self.rows.iter_mut().enumerate() {
            row.reverse();
            for at in (2..row.len()).step_by(3) {
                let cell = row.remove(at);
                row.insert(0, cell);
            }
            let foreign = if nth == 0 { "内部批次号" } else { "B-7" };
            row.insert(3, foreign.to_owned());
        }
    }

    fn text(&self, separator: u8) -> Vec<u8> {
        let builder = &mut csv::WriterBuilder::new();
        let builder = builder.delimiter(separator).terminator(csv::Terminator::CRLF).flexible(true);
        let mut writer = builder.from_writer(Vec::new());
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        writer.into_inner().unwrap()
    }

    pub(crate) fn write_utf8(&self, path: &Path) {
        fs::write(path, self.text(b',')).unwrap();
    }

    pub(crate) fn write_tabs(&self, path: &Path) {
        fs::write(path, self.text(b'\t')).unwrap();
    }

    pub(crate) fn write_gbk(&self, path: &Path) {
        let text = String::from_utf8(self.text(b',')).unwrap();
        let (bytes, _, unmappable) = GBK.encode(&text);
        assert!(!unmappable);
        fs::write(path, bytes).unwrap();
    }

    /// Amounts as numbers, as a spreadsheet has them; everything else as text.
    pub(crate) fn write_xlsx(&self, path: &Path) {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, cells) in (0..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                let is_amount = cell.len() < 12 && cell.contains('.');
                match cell.parse::<f64>() {
                    Ok(number) if is_amount => sheet.write_number(row, column, number).unwrap(),
                    _ => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
        workbook.save(path).unwrap();
    }
}

/// A folder that is gone when the test is over.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A copy of everything in `from`.
    pub(crate) fn copy_of(from: &Path) -> Self {
        let folder = Self::new();
        copy(from, folder.path());
        folder
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
