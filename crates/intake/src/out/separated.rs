use std::io::{self, Write};

use super::{Cell, Table};
use crate::fold::needs_guard;

/// Writes CSV the way Excel in China opens it: UTF-8 with a byte order mark, CRLF.
pub fn write_csv(table: &Table, mut to: impl Write) -> io::Result<()> {
    let mut line = String::from("\u{feff}");
    for (nth, name) in table.columns.iter().enumerate() {
        separate(&mut line, nth);
        put_text(&mut line, name);
    }
    line.push_str("\r\n");
    to.write_all(line.as_bytes())?;
    for row in &table.rows {
        line.clear();
        for nth in 0..table.columns.len().max(row.len()) {
            separate(&mut line, nth);
            match row.get(nth) {
                Some(Cell::Text(text)) => put_text(&mut line, text),
                Some(cell) => line.push_str(&cell.shown()),
                None => {}
            }
        }
        line.push_str("\r\n");
        to.write_all(line.as_bytes())?;
    }
    to.flush()
}

fn separate(line: &mut String, nth: usize) {
    if 0 < nth {
        line.push(',');
    }
}

fn put_text(line: &mut String, text: &str) {
    let guarded = needs_guard(text);
    let quoted = text.contains([',', ';', '"', '\n', '\r', '\t']) || text.trim() != text;
    if quoted {
        line.push('"');
    }
    if guarded {
        line.push('\'');
    }
    for it in text.chars() {
        match it {
            '"' => line.push_str("\"\""),
            '\n' | '\r' | '\t' => line.push(it),
            _ if it.is_control() => line.push(' '),
            _ => line.push(it),
        }
    }
    if quoted {
        line.push('"');
    }
}
