//! Free text: notes, chats, log lines.

use std::borrow::Cow;

use super::{
    REST, head,
    number::{Candidate, Kind, masked_identity_with_x},
};
use crate::fold;

/// Text that people write settles after two.
const PASSES: usize = 16;
/// Longest number with its country code.
const DIGITS_MAX: usize = 19;
/// Between two groups of one number: ` - `, `) `.
const GAP_MAX: usize = 3;
const EXTENSION_MAX: usize = 6;

/// Masks telephone numbers, identity and bank cards and e-mail addresses wherever they stand in a
/// text, in full-width digits, with spaces or hyphens between them. Numbers of orders and parcels,
/// amounts and dates stay.
///
/// Names and street addresses have no shape to find them by, and stay.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    let is_start = |it: char| it.is_ascii_digit() || it == '@';
    if !text.chars().map(fold::narrow).any(is_start) {
        return Cow::Borrowed(text);
    }
    let mut shown = Cow::Borrowed(text);
    for _ in 0..PASSES {
        // What is left of one number may complete another.
        match Scan::of(&shown).masked() {
            Some(masked) => shown = Cow::Owned(masked),
            None => return shown,
        }
    }
    // Written to be masked without end.
    let hide = |it: char| if fold::narrow(it).is_ascii_digit() { '*' } else { it };
    Cow::Owned(shown.chars().map(hide).collect())
}

struct Scan {
    letters: Vec<char>,
    narrow: Vec<char>,
}

impl Scan {
    fn of(text: &str) -> Self {
        Self { letters: text.chars().collect(), narrow: text.chars().map(fold::narrow).collect() }
    }

    /// `None` if there is nothing to mask.
    fn masked(&self) -> Option<String> {
        let mut shown = String::with_capacity(self.letters.len());
        let mut at = 0;
        let mut is_changed = false;
        while let Some(letter) = self.letters.get(at) {
            let found = self.email(at).or_else(|| self.number(at));
            if let Some((end, mask)) = found {
                if self.is_digit(at) && (self.has_plus(at) || self.is_in_brackets(at, end)) {
                    shown.pop();
                }
                shown.push_str(&mask);
                at = end;
                is_changed = true;
            } else {
                shown.push(*letter);
                at = at.saturating_add(1);
            }
        }
        is_changed.then_some(shown)
    }

    fn at(&self, at: usize) -> Option<char> {
        self.narrow.get(at).copied()
    }

    fn before(&self, at: usize) -> Option<char> {
        self.at(at.checked_sub(1)?)
    }

    fn is_digit(&self, at: usize) -> bool {
        self.at(at).is_some_and(|it| it.is_ascii_digit())
    }

    /// Whether a country code begins here.
    fn has_plus(&self, at: usize) -> bool {
        let sign = at.saturating_sub(1);
        self.before(at) == Some('+')
            && !self.before(sign).is_some_and(|it| it.is_ascii_alphanumeric())
    }

    /// Whether the bracket before the number closes within it.
    fn is_in_brackets(&self, start: usize, end: usize) -> bool {
        self.before(start) == Some('(') && self.text(start, end).contains(')')
    }

    /// The first place from `at` on where the letter is not such a one.
    fn end_of(&self, at: usize, is_one: impl Fn(char) -> bool) -> usize {
        let rest = self.narrow.get(at..).unwrap_or_default();
        at.saturating_add(rest.iter().take_while(|it| is_one(**it)).count())
    }

    /// `text` from `start` to `end`, narrow.
    fn text(&self, start: usize, end: usize) -> String {
        self.narrow.get(start..end).unwrap_or_default().iter().collect()
    }

    /// An e-mail address that starts here: where it ends, and what to show.
    fn email(&self, start: usize) -> Option<(usize, String)> {
        let is_local = |it: char| it.is_ascii_alphanumeric() || ".!#$%&'+/=?^_`{|}~-".contains(it);
        let is_host = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-');
        if self.before(start).is_some_and(is_local) {
            return None;
        }
        let local_end = self.end_of(start, is_local);
        let sign = self.end_of(local_end, |it| it == ' ');
        let is_near = sign.saturating_sub(local_end) <= 1;
        if local_end == start || !is_near || self.at(sign) != Some('@') {
            return None;
        }
        let host_start = self.end_of(sign.saturating_add(1), |it| it == ' ');
        let is_near = host_start.saturating_sub(sign) <= 2;
        let host_end = self.end_of(host_start, is_host);
        let host = self.text(host_start, host_end);
        let host = host.trim_end_matches(['.', '-']);
        let (_, top) = host.rsplit_once('.').filter(|_| is_near)?;
        if top.len() < 2 || !top.bytes().all(|it| it.is_ascii_alphabetic()) {
            return None;
        }
        let end = host_start.saturating_add(host.len());
        let local = self.text(start, local_end);
        // Digits of the host are looked at on the next pass.
        Some((end, format!("{}@{host}", head(&local))))
    }

    /// A number that starts here: where it ends, and what to show.
    fn number(&self, start: usize) -> Option<(usize, String)> {
        if !self.is_digit(start) || self.before(start).is_some_and(|it| it.is_ascii_digit()) {
            return None;
        }
        let (digits, ends) = self.groups(start);
        let n_first = ends.first().map_or(0, |(n_digits, _)| *n_digits);
        let is_international = self.has_plus(start);
        // The longest first: a card is not half hidden because half of it is a phone.
        for (n_digits, end) in ends.iter().rev() {
            let digits = digits.get(..*n_digits)?;
            if let Some((end, mask)) = self.identity_with_x(digits, *end) {
                return Some((end, mask));
            }
            let candidate = Candidate { digits, n_first, is_international };
            match candidate.masked() {
                Some((Kind::Phone, mask)) => return Some(self.with_extension(*end, mask)),
                Some((Kind::Other, mask)) => return Some((*end, mask)),
                None => {}
            }
        }
        None
    }

    /// Digits from `start` on, across gaps, and after each group how many there are and where it
    /// ends.
    fn groups(&self, start: usize) -> (String, Vec<(usize, usize)>) {
        let (mut digits, mut ends) = (String::new(), Vec::new());
        let mut at = start;
        loop {
            let end = self.end_of(at, |it| it.is_ascii_digit());
            if DIGITS_MAX < digits.len().saturating_add(end.saturating_sub(at)) {
                return (digits, ends);
            }
            digits.push_str(&self.text(at, end));
            ends.push((digits.len(), end));
            let next = self.end_of(end, |it| matches!(it, ' ' | '-' | '(' | ')' | '.' | '·'));
            let n_gap = next.saturating_sub(end);
            let next_end = self.end_of(next, |it| it.is_ascii_digit());
            // Dots part the short groups of network addresses too.
            let is_wide = 4 <= end.saturating_sub(at).max(next_end.saturating_sub(next));
            let has_dot = self.text(end, next).contains('.');
            if !(1..=GAP_MAX).contains(&n_gap) || next_end == next || (has_dot && !is_wide) {
                return (digits, ends);
            }
            at = next;
        }
    }

    fn identity_with_x(&self, digits: &str, end: usize) -> Option<(usize, String)> {
        let at = self.end_of(end, |it| matches!(it, ' ' | '-'));
        let after = at.saturating_add(1);
        let is_x = matches!(self.at(at), Some('x' | 'X')) && at.saturating_sub(end) <= GAP_MAX;
        let is_last = !self.at(after).is_some_and(|it| it.is_ascii_alphanumeric());
        let mask = masked_identity_with_x(digits).filter(|_| is_x && is_last)?;
        Some((after, mask))
    }

    /// Hides the extension too, if the phone that ends here has one.
    fn with_extension(&self, end: usize, mask: String) -> (usize, String) {
        let sign = self.end_of(end, |it| it == ' ');
        let start = self.end_of(sign, |it| matches!(it, '-' | '#' | '转' | ' '));
        let extension = self.end_of(start, |it| it.is_ascii_digit());
        let has_sign = self.text(end, start).contains(['-', '#', '转']);
        let n_digits = extension.saturating_sub(start);
        if has_sign && (1..=EXTENSION_MAX).contains(&n_digits) {
            (extension, format!("{mask}-{REST}"))
        } else {
            (end, mask)
        }
    }
}
