//! The many ways to write a digit, brought to one.

/// Full-width forms to their ASCII twins, spaces of all kinds and what nobody sees to a space.
pub(crate) fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter).wrapping_sub(0xfee0)).unwrap_or(letter)
        }
        '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200f}' | '\u{202f}' | '\u{2060}' | '\u{feff}' => {
            ' '
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

pub(crate) fn digits(text: &str) -> String {
    text.chars().map(narrow).filter(char::is_ascii_digit).collect()
}

/// A mobile number without 86 or 0086 in front; anything else as it is.
pub(crate) fn without_country(digits: &str) -> &str {
    let rest = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"));
    rest.filter(|it| is_mobile(it)).unwrap_or(digits)
}

/// Eleven digits, beginning 13 to 19.
pub(crate) fn is_mobile(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    digits.len() == 11
        && bytes.next() == Some(b'1')
        && bytes.next().is_some_and(|it| (b'3'..=b'9').contains(&it))
        && bytes.all(|it| it.is_ascii_digit())
}

/// An area code and a subscriber's seven or eight digits.
pub(crate) fn is_landline(digits: &str) -> bool {
    area_digits(digits).is_some_and(|area| matches!(digits.len().checked_sub(area), Some(7 | 8)))
}

/// How many of the digits are a landline's area code: `010`, `02x`, `0xxx`.
pub(crate) fn area_digits(digits: &str) -> Option<usize> {
    match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => Some(3),
        [b'0', b'3'..=b'9', ..] => Some(4),
        _ => None,
    }
}

/// `text` up to the extension that a virtual number or a switchboard has: up to six digits behind
/// a number that is whole without them.
pub(crate) fn without_extension(text: &str) -> &str {
    let is_sign = |it: char| matches!(narrow(it), '-' | '#' | '转' | ',');
    let Some((number, extension)) = text.rsplit_once(is_sign) else { return text };
    let (digits, n_extension) = (digits(number), digits(extension).len());
    let is_masked = number.contains('*') && 7 <= digits.len();
    let is_whole = is_masked || is_mobile(without_country(&digits)) || is_landline(&digits);
    if is_whole && n_extension <= 6 { number } else { text }
}

/// The last `length` digits of a phone, if they stand there together.
pub(crate) fn tail(text: &str, length: usize) -> Option<String> {
    let mut tail: Vec<char> = text
        .chars()
        .rev()
        .map(narrow)
        .filter(|it| !matches!(it, ' ' | '-'))
        .take_while(char::is_ascii_digit)
        .take(length)
        .collect();
    tail.reverse();
    (tail.len() == length).then(|| tail.into_iter().collect())
}
