use std::borrow::Cow;

use kernel::Quantity;

use crate::{complaint::Expected, fold::halved};

const PIECES_MAX: u32 = 1_000_000;

/// Reads a whole number of pieces: `2`, `2.00`, `2件`.
pub(crate) fn quantity(text: &str) -> Result<Quantity, Expected> {
    let plain = without_spaces(text);
    let plain = plain.trim_start_matches(['x', 'X', '*']).trim_end_matches(['件', '个']);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    if fraction.bytes().any(|it| it != b'0') || !whole.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Expected::Pieces);
    }
    let pieces: u32 = whole.parse().map_err(|_| Expected::Pieces)?;
    if pieces == 0 || PIECES_MAX < pieces {
        return Err(Expected::Pieces);
    }
    Ok(Quantity::new(pieces))
}

/// An identifier as people paste it: half-width, upper and lower case kept.
///
/// Refuses `3.85438E+17`: a spreadsheet took the number for an amount and its last digits are gone.
pub(crate) fn identifier(text: &str) -> Result<String, Expected> {
    let plain = halved(text);
    let plain = plain.trim();
    if is_float(plain) {
        return Err(Expected::AllDigits);
    }
    if plain.contains('\u{fffd}') {
        return Err(Expected::Decodable);
    }
    // `385438193763.0` is what some tools make of a number in a column of numbers.
    let whole = plain.strip_suffix(".0").filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    Ok(whole.unwrap_or(plain).to_owned())
}

/// In half-width characters, without the spaces between digits.
pub(super) fn without_spaces(text: &str) -> Cow<'_, str> {
    let text = halved(text);
    if text.contains(' ') { Cow::Owned(text.replace(' ', "")) } else { text }
}

fn is_float(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(fraction) && digits(exponent) && exponent.len() <= 3
}

/// The parcel numbers in a cell, however they are strung together.
pub(crate) fn parcels(text: &str) -> Result<Vec<String>, Expected> {
    let separators = [';', ',', '、', '|', '/', ' ', '\n', '\t', '，', '；', '\r', '\u{3000}'];
    let mut result: Vec<String> = Vec::new();
    for part in text.split(separators) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let whole = identifier(part)?;
        let number = waybill(&whole).1.unwrap_or(whole);
        if number.chars().any(|it| it.is_ascii_digit()) && !result.contains(&number) {
            result.push(number);
        }
    }
    Ok(result)
}

/// Splits `顺丰速运 SF8556…` or `SF8556…(顺丰)` into the courier's name and the parcel's number. A
/// number is a run of 6 to 40 letters, digits and dashes with at least five digits.
pub(crate) fn waybill(text: &str) -> (Option<String>, Option<String>) {
    let text = halved(text);
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    let is_number = |run: &&str| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        (6..=40).contains(&run.len()) && 5 <= digits
    };
    let number =
        text.split(|it| !is_part(it)).map(|it| it.trim_matches(['-', '_'])).find(is_number);
    // Most cells are a number and nothing else.
    if number == Some(&*text) {
        return (None, Some(text.into_owned()));
    }
    let rest = match number {
        Some(number) => text.replacen(number, " ", 1),
        None => text.to_string(),
    };
    let labels =
        ["快递公司", "物流公司", "承运商", "快递单号", "物流单号", "运单号", "单号", "快递:"];
    let rest = labels.iter().fold(rest, |rest, label| rest.replace(label, " "));
    let edges = |it: char| it.is_whitespace() || "()[]:;,、-_/|【】".contains(it);
    let carrier = rest.trim_matches(edges).to_owned();
    let carrier = if carrier.is_empty() { None } else { Some(carrier) };
    (carrier, number.map(str::to_owned))
}
