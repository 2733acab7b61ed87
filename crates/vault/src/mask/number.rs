//! Which digits in a row are somebody's number, and what may be shown of it.

use super::HIDDEN;
use crate::fold;

/// A number in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// May have an extension behind it.
    Phone,
    Other,
}

/// Digits as they stand in a text, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'t> {
    pub(super) digits: &'t str,
    /// Digits before the first gap.
    pub(super) n_first: usize,
    /// A plus sign stands in front.
    pub(super) is_international: bool,
}

impl Candidate<'_> {
    /// What to show in place of the digits; `None` if they are nobody's number.
    ///
    /// Numbers of orders and parcels have to stay readable, so that a shape alone is not enough
    /// where theirs is the same: a card has its check digit, an identity card its date of birth.
    pub(super) fn masked(self) -> Option<(Kind, String)> {
        let digits = self.digits;
        let local = digits.strip_prefix('0').filter(|it| fold::is_mobile(it)).unwrap_or(digits);
        let mobile = fold::without_country(local);
        if fold::is_mobile(mobile) {
            return Some((Kind::Phone, format!("{}{HIDDEN}{}", part(mobile, 0..3), tail(mobile))));
        }
        if let Some(area) = self.landline() {
            return Some((
                Kind::Phone,
                format!("{}-{HIDDEN}{}", part(digits, 0..area), tail(digits)),
            ));
        }
        if is_identity(digits) {
            return Some((Kind::Other, masked_identity(digits, tail_of(digits, 1))));
        }
        let is_abroad = self.is_international && (8..=15).contains(&digits.len());
        let is_home = digits.strip_prefix("0086").is_some_and(|it| matches!(it.len(), 9..=11));
        if is_card(digits) || is_abroad || is_home {
            return Some((Kind::Other, format!("{HIDDEN}{}", tail(digits))));
        }
        None
    }

    /// Digits of the area code. It stands alone or has the number glued to it, so that the month of
    /// one date and the other dates behind it are no landline.
    fn landline(self) -> Option<usize> {
        let area = fold::area_digits(self.digits)?;
        let is_whole = self.n_first == area || self.n_first == self.digits.len();
        (is_whole && fold::is_landline(self.digits)).then_some(area)
    }
}

/// 17 digits and `X`, of which the digits are given.
pub(super) fn masked_identity_with_x(digits: &str) -> Option<String> {
    (digits.len() == 17 && has_birthday(digits))
        .then(|| masked_identity(&format!("{digits}X"), "X"))
}

fn masked_identity(number: &str, last: &str) -> String {
    format!("{}{}{last}", part(number, 0..1), "*".repeat(number.len().saturating_sub(2)))
}

fn is_identity(digits: &str) -> bool {
    digits.len() == 18 && has_birthday(digits)
}

/// Region (6 digits, the first from 1 to 8), then a date between 1900 and 2099.
fn has_birthday(digits: &str) -> bool {
    let number = |range| part(digits, range).parse::<u32>().unwrap_or(0);
    (1..=8).contains(&number(0..1))
        && (1900..=2099).contains(&number(6..10))
        && (1..=12).contains(&number(10..12))
        && (1..=31).contains(&number(12..14))
}

/// Cards that begin with 62 or 9558, check digit or not: a card somebody mistyped is still nearly
/// that card. Others have the check digit and the length of their scheme.
fn is_card(digits: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|it| digits.starts_with(it));
    match digits.len() {
        15 => starts(&["34", "37"]) && has_check_digit(digits),
        16 => {
            starts(&["62"])
                || (starts(&["35", "4", "51", "52", "53", "54", "55", "60", "65"])
                    && has_check_digit(digits))
                || (("2221".."2721").contains(&part(digits, 0..4)) && has_check_digit(digits))
        }
        17 | 18 => starts(&["62"]),
        19 => starts(&["62", "9558"]),
        _ => false,
    }
}

/// Luhn's.
fn has_check_digit(digits: &str) -> bool {
    let values = digits.bytes().rev().map(|it| u32::from(it.wrapping_sub(b'0')));
    let sum =
        values.zip([false, true].into_iter().cycle()).fold(0_u32, |sum, (value, is_doubled)| {
            let doubled = value.saturating_mul(2);
            let value = match (is_doubled, 9 < doubled) {
                (false, _) => value,
                (true, false) => doubled,
                (true, true) => doubled.saturating_sub(9),
            };
            sum.saturating_add(value)
        });
    sum.is_multiple_of(10)
}

fn part(digits: &str, range: std::ops::Range<usize>) -> &str {
    digits.get(range).unwrap_or_default()
}

fn tail(digits: &str) -> &str {
    tail_of(digits, 4)
}

fn tail_of(digits: &str, n: usize) -> &str {
    digits.get(digits.len().saturating_sub(n)..).unwrap_or_default()
}
