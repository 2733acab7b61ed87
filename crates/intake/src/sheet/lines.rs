//! Bytes into lines of text, one at a time.
//!
//! In UTF-8 and in GB18030 a line break is never part of another character, so lines are cut as
//! bytes and each is decoded by itself. That lets a file in which somebody pasted GBK lines among
//! UTF-8 ones be read as what each line is. UTF-16 is turned into UTF-8 first.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{CoderResult, Decoder, GB18030, UTF_16BE, UTF_16LE};

/// How text is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

/// Longest physical line taken, in bytes. A back office writes a few hundred.
const LINE_MAX: u64 = 4 << 20;

pub(crate) struct Lines<'a> {
    input: Box<dyn BufRead + 'a>,
    encoding: Encoding,
    end: u8,
    raw: Vec<u8>,
}

/// Why the next line cannot be had.
#[derive(Debug)]
pub(crate) enum LineError {
    Io(io::Error),
    TooLong,
}

impl<'a> Lines<'a> {
    /// `end` is the byte that ends a line: a line feed, or a carriage return in very old files.
    pub(crate) fn new(input: impl Read + 'a, encoding: Encoding, end: u8) -> Self {
        let input: Box<dyn BufRead + 'a> = match encoding {
            Encoding::Utf8 | Encoding::Gb18030 => {
                Box::new(BufReader::with_capacity(1 << 16, input))
            }
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let decoder = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
                Box::new(BufReader::new(Transcoded::new(input, decoder.new_decoder())))
            }
        };
        Self { input, encoding, end, raw: Vec::new() }
    }

    /// Appends the next line to `text`, without its end. False when there is none.
    pub(crate) fn next(&mut self, text: &mut String) -> Result<bool, LineError> {
        self.raw.clear();
        let mut limited = (&mut self.input).take(LINE_MAX);
        let read = limited.read_until(self.end, &mut self.raw).map_err(LineError::Io)?;
        if read == 0 {
            return Ok(false);
        }
        if self.raw.last() == Some(&self.end) {
            self.raw.pop();
            if self.raw.last() == Some(&b'\r') {
                self.raw.pop();
            }
        } else if LINE_MAX <= u64::try_from(read).unwrap_or(u64::MAX) {
            return Err(LineError::TooLong);
        }
        decode(&self.raw, self.encoding, text);
        Ok(true)
    }
}

/// What does not decode in one encoding is tried in the other before it is given up as damaged.
fn decode(raw: &[u8], encoding: Encoding, text: &mut String) {
    let utf8 = str::from_utf8(raw).ok();
    let utf8 = match encoding {
        Encoding::Gb18030 => utf8.filter(|it| it.is_ascii() || is_surely_utf8(raw)),
        Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => utf8,
    };
    if let Some(read) = utf8 {
        text.push_str(read);
    } else if let Some(read) = GB18030.decode_without_bom_handling_and_without_replacement(raw) {
        text.push_str(&read);
    } else if encoding == Encoding::Gb18030 {
        text.push_str(&GB18030.decode_without_bom_handling(raw).0);
    } else {
        text.push_str(&String::from_utf8_lossy(raw));
    }
}

/// One Chinese character in seven is valid UTF-8 when stored as GBK; six in a row are not.
fn is_surely_utf8(raw: &[u8]) -> bool {
    12 <= raw.iter().filter(|it| !it.is_ascii()).count()
}

/// UTF-16 read as UTF-8.
struct Transcoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Transcoded<R> {
    fn new(input: R, decoder: Decoder) -> Self {
        Self { input, decoder, raw: vec![0; 1 << 14], ready: Vec::new(), taken: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        self.ended = read == 0;
        let source = self.raw.get(..read).unwrap_or_default();
        let room = self.decoder.max_utf8_buffer_length(source.len()).unwrap_or(1 << 17);
        let mut text = String::with_capacity(room);
        let (result, _, _) = self.decoder.decode_to_string(source, &mut text, self.ended);
        if result == CoderResult::OutputFull {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.ready = text.into_bytes();
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.ended {
            self.refill()?;
        }
        let mut rest = self.ready.get(self.taken..).unwrap_or_default();
        let given = rest.read(buffer)?;
        self.taken = self.taken.saturating_add(given);
        Ok(given)
    }
}
