use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cell, Table};

const GAP: usize = 2;
/// A column is not made narrower than this for the sake of the others.
const COLUMN_MIN: usize = 6;

/// Writes the table as aligned text, at most `width` columns of the terminal wide if that can be.
/// Chinese characters take two. What does not fit ends with `…`.
pub fn write_terminal(table: &Table, width: usize, mut to: impl Write) -> io::Result<()> {
    let header: Vec<Cell> = table.columns.iter().map(|it| Cell::Text(it.clone())).collect();
    let shown: Vec<Vec<(String, bool)>> = [&header]
        .into_iter()
        .chain(&table.rows)
        .map(|row| row.iter().map(cell).collect())
        .collect();
    let widths = widths(&shown, width);
    for (nth, row) in shown.iter().enumerate() {
        writeln!(to, "{}", line(row, &widths))?;
        if nth == 0 {
            let rules: Vec<String> = widths.iter().map(|it| "─".repeat(*it)).collect();
            writeln!(to, "{}", rules.join(&" ".repeat(GAP)))?;
        }
    }
    to.flush()
}

/// A cell on one line, without anything a terminal would obey, and whether it is a number or a
/// time.
fn cell(cell: &Cell) -> (String, bool) {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text =
        cell.shown().chars().filter(|it| !crate::fold::is_invisible(*it)).map(plain).collect();
    (text, cell.is_number() || matches!(cell, Cell::Time(_)))
}

/// As wide as the widest cell; then the widest column of texts gives way until all fit. A number
/// that is cut short is another number.
fn widths(rows: &[Vec<(String, bool)>], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (nth, (text, _)) in row.iter().enumerate() {
            if widths.len() <= nth {
                widths.push(0);
            }
            if let Some(widest) = widths.get_mut(nth) {
                *widest = (*widest).max(text.width());
            }
        }
    }
    let gaps = widths.len().saturating_sub(1).saturating_mul(GAP);
    let is_number = |nth: usize| rows.iter().any(|row| row.get(nth).is_some_and(|it| it.1));
    let fixed: Vec<bool> = (0..widths.len()).map(is_number).collect();
    let mut excess = widths.iter().sum::<usize>().saturating_add(gaps).saturating_sub(width);
    while 0 < excess {
        let texts = widths.iter_mut().zip(&fixed).filter(|(_, fixed)| !**fixed);
        let Some(widest) = texts.map(|(width, _)| width).max() else { break };
        if *widest <= COLUMN_MIN {
            break;
        }
        *widest = widest.saturating_sub(1);
        excess = excess.saturating_sub(1);
    }
    widths
}

fn line(row: &[(String, bool)], widths: &[usize]) -> String {
    let mut line = String::new();
    for (nth, width) in widths.iter().enumerate() {
        let (text, is_number) = row.get(nth).map_or(("", false), |it| (it.0.as_str(), it.1));
        let text = shortened(text, *width);
        let padding = " ".repeat(width.saturating_sub(text.width()));
        if 0 < nth {
            line.push_str(&" ".repeat(GAP));
        }
        let (before, after) =
            if is_number { (padding, String::new()) } else { (String::new(), padding) };
        line.extend([before, text, after]);
    }
    line.truncate(line.trim_end().len());
    line
}

fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used: usize = 1;
    for it in text.chars() {
        used = used.saturating_add(it.width().unwrap_or(0));
        if width < used {
            break;
        }
        kept.push(it);
    }
    kept.push('…');
    kept
}
