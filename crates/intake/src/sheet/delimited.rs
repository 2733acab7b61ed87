//! Lines of text into records: CSV as spreadsheets write it, TSV, and their relatives.
//!
//! Not the `csv` crate, for three reasons that each are a merchant's dirt: the row number has to be
//! the one the spreadsheet shows, blank rows and cells with line breaks included; one stray
//! quotation mark must cost one row and not the rest of the file; and `="3854…"` opens a quotation
//! although it does not begin with one.

use std::collections::VecDeque;

use super::{
    lines::{LineError, Lines},
    record::Record,
};

/// Most physical lines in one record, and most bytes: beyond that the quotation mark was a typo.
const RECORD_LINES_MAX: usize = 50;
const RECORD_BYTES_MAX: usize = 1 << 18;
/// Most cells in one record.
const CELLS_MAX: usize = 4096;

pub(crate) struct Records<'a> {
    lines: Lines<'a>,
    delimiter: char,
    /// Lines read ahead in search of a closing quotation mark that did not come.
    ahead: VecDeque<String>,
    line: String,
    row: u32,
    /// How many cells a record should have, once the header is known.
    width: Option<usize>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(lines: Lines<'a>, delimiter: char) -> Self {
        Self { lines, delimiter, ahead: VecDeque::new(), line: String::new(), row: 0, width: None }
    }

    pub(crate) fn set_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// Puts the next record, blank or not, into `record`. False when there is none.
    pub(crate) fn next(&mut self, record: &mut Record) -> Result<bool, LineError> {
        record.clear();
        if !self.next_line()? {
            return Ok(false);
        }
        self.row = self.row.saturating_add(1);
        record.row = self.row;
        let mut state = State::CellStart;
        self.split(record, &mut state);
        if state != State::Quoted {
            return Ok(true);
        }

        let mut first = std::mem::take(&mut self.line);
        let mut fetched: Vec<String> = Vec::new();
        let mut bytes = first.len();
        while fetched.len() < RECORD_LINES_MAX && bytes < RECORD_BYTES_MAX && self.next_line()? {
            bytes = bytes.saturating_add(self.line.len());
            record.push_char('\n');
            self.split(record, &mut state);
            fetched.push(std::mem::take(&mut self.line));
            if state != State::Quoted {
                break;
            }
        }
        let fits = |it: usize| it <= record.len() && record.used() <= it;
        if state != State::Quoted && self.width.is_none_or(fits) {
            return Ok(true);
        }
        // The mark was never closed, or closed by the beginning of another quotation: the record is
        // its first line, and the others are read anew.
        for line in fetched.into_iter().rev() {
            self.ahead.push_front(line);
        }
        record.clear();
        record.unclosed = true;
        std::mem::swap(&mut self.line, &mut first);
        let mut state = State::CellStart;
        self.split(record, &mut state);
        if state == State::Quoted {
            record.end_cell();
        }
        Ok(true)
    }

    fn next_line(&mut self) -> Result<bool, LineError> {
        if let Some(line) = self.ahead.pop_front() {
            self.line = line;
            return Ok(true);
        }
        self.line.clear();
        self.lines.next(&mut self.line)
    }

    /// Splits the current line. Ends the last cell unless a quotation is still open.
    fn split(&self, record: &mut Record, state: &mut State) {
        let mut rest = self.line.as_str();
        while let Some(it) = rest.chars().next() {
            // What means nothing in the state is taken over in one piece.
            let stop = match *state {
                State::Plain => rest.find([self.delimiter, '"']).unwrap_or(rest.len()),
                State::Quoted | State::Guarded => rest.find('"').unwrap_or(rest.len()),
                State::CellStart | State::Closing => 0,
            };
            if let (1.., Some((piece, after))) = (stop, rest.split_at_checked(stop)) {
                record.push_text(piece);
                rest = after;
                continue;
            }
            rest = rest.get(it.len_utf8()..).unwrap_or("");
            *state = self.step(it, *state, record);
        }
        if *state != State::Quoted {
            record.end_cell();
        }
    }

    fn step(&self, it: char, state: State, record: &mut Record) -> State {
        match state {
            State::CellStart | State::Plain | State::Closing if it == self.delimiter => {
                if record.len() < CELLS_MAX {
                    record.end_cell();
                }
                State::CellStart
            }
            State::CellStart if it == '"' => State::Quoted,
            State::CellStart if it == ' ' || it == '\u{feff}' => State::CellStart,
            State::Plain if it == '"' && record.open_cell().trim_start() == "=" => {
                record.push_char('"');
                State::Guarded
            }
            State::Quoted if it == '"' => State::Closing,
            State::Closing if it == '"' => {
                record.push_char('"');
                State::Quoted
            }
            State::Guarded | State::Quoted => {
                record.push_char(it);
                if state == State::Guarded && it == '"' { State::Plain } else { state }
            }
            State::CellStart | State::Plain | State::Closing => {
                record.push_char(it);
                State::Plain
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quotation mark within a quotation: its end, or half of a doubled mark.
    Closing,
    /// Within `="…"`.
    Guarded,
}
