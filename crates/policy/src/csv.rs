//! Tables as text: comma-separated cells, quoted where needed.

use csv_core::{ReadRecordResult, Reader};

/// One line of a file. Numbered from 1; a quoted cell may run over several lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) cells: Vec<String>,
}

impl Line {
    /// The cell, or nothing where a spreadsheet left off the empty end of a line.
    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |it| it.trim())
    }

    /// How many cells there are up to the last that is not empty.
    pub(crate) fn width(&self) -> usize {
        let last = self.cells.iter().rposition(|it| !it.trim().is_empty());
        last.map_or(0, |it| it.saturating_add(1))
    }
}

/// Reads the lines that are not empty. Any text is readable; what it means is for others to say.
pub(crate) fn read(text: &str) -> Vec<Line> {
    let mut input = text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes();
    let mut reader = Reader::new();
    // A record is never longer than the text, and never has more cells than that plus one.
    let mut bytes = vec![0; input.len().saturating_add(1)];
    let mut ends = vec![0; input.len().saturating_add(2)];
    let (mut written, mut ended) = (0, 0);
    let mut lines = Vec::new();
    let mut number = 1;
    loop {
        let output = bytes.get_mut(written..).unwrap_or_default();
        let (result, taken, wrote, cells) =
            reader.read_record(input, output, ends.get_mut(ended..).unwrap_or_default());
        input = input.get(taken..).unwrap_or_default();
        (written, ended) = (written.saturating_add(wrote), ended.saturating_add(cells));
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::Record => {
                let cells = split(&bytes, ends.get(..ended).unwrap_or_default());
                lines.push(Line { number, cells });
                number = reader.line();
                (written, ended) = (0, 0);
            }
            ReadRecordResult::OutputFull
            | ReadRecordResult::OutputEndsFull
            | ReadRecordResult::End => break,
        }
    }
    lines.retain(|it| 0 < it.width());
    lines
}

/// Writes one line, quoting what needs it.
pub fn write_line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let quoted = |cell: &str| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    let mut line = cells.into_iter().map(quoted).collect::<Vec<String>>().join(",");
    line.push('\n');
    line
}

fn split(bytes: &[u8], ends: &[usize]) -> Vec<String> {
    let starts = [0].into_iter().chain(ends.iter().copied());
    let cells = starts.zip(ends).filter_map(|(start, &end)| bytes.get(start..end));
    cells.map(|it| String::from_utf8_lossy(it).into_owned()).collect()
}
