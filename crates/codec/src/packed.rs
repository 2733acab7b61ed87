//! The compact form of the state: small, quick, and never read by another release.
//!
//! Numbers are variable-length, texts have their length in front, words are positions, and fields
//! follow each other without names. That is safe because the form of every type, down to the
//! order of words, is hashed at compile time into [`Packed::FORM`]: bytes under another hash are
//! not read at all.
//!
//! **Invariant:** nothing but the state is stored in this form, since nothing but the state can be
//! rebuilt.

pub(crate) mod declare;
mod plain;
mod several;

use kernel::Choice;

/// A type in compact form.
pub(crate) trait Packed: Sized {
    /// Another number whenever the form is another.
    const FORM: u64;

    fn pack(&self, to: &mut Vec<u8>);

    fn unpack(from: &mut Unpacker<'_>) -> Result<Self, Damaged>;
}

/// The bytes are not what [`Packed::pack`] writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Damaged;

/// Bytes still to be read.
#[derive(Debug)]
pub(crate) struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    /// Reads `bytes` to the last one.
    pub(crate) fn all<T>(
        bytes: &'a [u8],
        read: impl FnOnce(&mut Self) -> Result<T, Damaged>,
    ) -> Result<T, Damaged> {
        let mut from = Self(bytes);
        let it = read(&mut from)?;
        if from.0.is_empty() { Ok(it) } else { Err(Damaged) }
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let (&byte, rest) = self.0.split_first().ok_or(Damaged)?;
        self.0 = rest;
        Ok(byte)
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Damaged)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// Seven bits a byte, the lowest first; the high bit says that more follow.
    fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Damaged)?;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    fn signed(&mut self) -> Result<i64, Damaged> {
        let zigzag = self.number()?;
        Ok((zigzag >> 1).cast_signed() ^ (zigzag & 1).cast_signed().wrapping_neg())
    }

    /// How many of something follow. Never more than there are bytes.
    fn count(&mut self) -> Result<usize, Damaged> {
        let count = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        if count <= self.0.len() { Ok(count) } else { Err(Damaged) }
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        let count = self.count()?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Damaged)
    }
}

fn pack_number(mut number: u64, to: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 && low < 0x80 {
            return to.push(low);
        }
        to.push(low | 0x80);
    }
}

/// Small numbers of either sign are short.
fn pack_signed(number: i64, to: &mut Vec<u8>) {
    pack_number((number << 1).cast_unsigned() ^ (number >> 63).cast_unsigned(), to);
}

fn pack_count(count: usize, to: &mut Vec<u8>) {
    // No list in memory is longer than a u64 can say.
    pack_number(u64::try_from(count).unwrap_or(u64::MAX), to);
}

pub(crate) fn pack_text(text: &str, to: &mut Vec<u8>) {
    pack_count(text.len(), to);
    to.extend_from_slice(text.as_bytes());
}

/// A word, as its position.
pub(crate) fn pack_choice(it: impl Choice, to: &mut Vec<u8>) {
    pack_number(it.index().into(), to);
}

pub(crate) fn unpack_choice<C: Choice>(from: &mut Unpacker<'_>) -> Result<C, Damaged> {
    let index = u16::try_from(from.number()?).map_err(|_| Damaged)?;
    C::from_index(index).ok_or(Damaged)
}

/// The form of a word that is stored as its position among `codes`.
pub(crate) const fn form_of_codes(codes: &[&str]) -> u64 {
    let mut so_far = form(0, "choice");
    let mut codes = codes;
    while let Some((code, rest)) = codes.split_first() {
        so_far = form(so_far, code);
        codes = rest;
    }
    so_far
}

/// Continues a form with a field.
pub(crate) const fn field<T: Packed>(before: u64, name: &str) -> u64 {
    joined(form(before, name), T::FORM)
}

/// Continues a form with a name: FNV-1a over its bytes.
pub(crate) const fn form(before: u64, name: &str) -> u64 {
    let mut form = mixed(before, 0xff);
    let mut bytes = name.as_bytes();
    while let Some((&byte, rest)) = bytes.split_first() {
        form = mixed(form, byte);
        bytes = rest;
    }
    form
}

/// A form as it stands in front of bytes.
pub(crate) const fn folded(form: u64) -> u32 {
    let [low @ .., _, _, _, _] = form.to_le_bytes();
    let [_, _, _, _, high @ ..] = form.to_le_bytes();
    u32::from_le_bytes(low) ^ u32::from_le_bytes(high)
}

/// Continues a form with another.
pub(crate) const fn joined(before: u64, other: u64) -> u64 {
    let mut form = before;
    let bytes = other.to_le_bytes();
    let mut bytes = bytes.as_slice();
    while let Some((&byte, rest)) = bytes.split_first() {
        form = mixed(form, byte);
        bytes = rest;
    }
    form
}

const fn mixed(form: u64, byte: u8) -> u64 {
    let byte = u64::from_le_bytes([byte, 0, 0, 0, 0, 0, 0, 0]);
    (form ^ byte).wrapping_mul(0x0000_0100_0000_01b3)
}
