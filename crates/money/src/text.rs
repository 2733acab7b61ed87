//! How amounts are written: `12.50` in files and tables, `12.50 CNY` where the currency matters.

use std::fmt;

use kernel::Choice;

use crate::{Currency, Money, MoneyError};

/// `12.50 CNY`
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency().code())
    }
}

impl Money {
    /// `12.50`, without the currency.
    pub fn decimal(self) -> String {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.minor().unsigned_abs();
        format!("{sign}{}.{:02}", digits.div_euclid(100), digits.rem_euclid(100))
    }

    /// Reads yuan as files write them: `12`, `12.5`, `12.50`, `-3.00`, `1,234.50`. A third decimal
    /// is refused, not rounded; so is anything that is not plainly a number.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (major, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let major = ungrouped(major).ok_or(MoneyError::Malformed)?;
        let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(&major) || !is_digits(fraction) || 2 < fraction.len() {
            return Err(MoneyError::Malformed);
        }
        let minor: i64 =
            format!("{major}{fraction:0<2}").parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(if negative { minor.saturating_neg() } else { minor }, currency))
    }
}

/// The digits of `1,234,567` if every group after the first has three; `1,23` is a typo.
fn ungrouped(major: &str) -> Option<String> {
    let mut groups = major.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || 3 < first.len() {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}
