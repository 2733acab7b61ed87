//! Instants, spans, and the only way to learn the current instant.

use std::fmt;

/// A point in time, in whole seconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_epoch_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    pub const fn epoch_seconds(self) -> i64 {
        self.0
    }

    /// `self + span`, held at the ends of the range.
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// `self - span`, held at the ends of the range.
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// The time from `earlier` to `self`; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time, in whole seconds. May be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(i64);

impl Span {
    pub const ZERO: Self = Self(0);

    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * Self::MINUTE;
    const DAY: i64 = 24 * Self::HOUR;

    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes.saturating_mul(Self::MINUTE))
    }

    pub const fn hours(hours: i64) -> Self {
        Self(hours.saturating_mul(Self::HOUR))
    }

    pub const fn days(days: i64) -> Self {
        Self(days.saturating_mul(Self::DAY))
    }

    pub const fn whole_seconds(self) -> i64 {
        self.0
    }

    /// Rounded towards zero.
    pub const fn whole_minutes(self) -> i64 {
        self.0 / Self::MINUTE
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// `3 d 4 h`, `25 min`, `-2 h`: the two largest units, exact only down to them.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            (Self::DAY.unsigned_abs(), "d"),
            (Self::HOUR.unsigned_abs(), "h"),
            (60, "min"),
            (1, "s"),
        ];
        let total = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let first = units.iter().position(|&(size, _)| size <= total).unwrap_or(3);
        let mut rest = total;
        for (nth, &(size, name)) in units.iter().skip(first).take(2).enumerate() {
            let (count, left) = (rest.div_euclid(size), rest.rem_euclid(size));
            if nth == 0 {
                write!(f, "{count} {name}")?;
            } else if 0 < count {
                write!(f, " {count} {name}")?;
            }
            rest = left;
        }
        Ok(())
    }
}

/// The current time, as a capability.
///
/// Code that is not handed a clock cannot know what time it is, so a test or a simulation that
/// hands out its own clock decides what every deadline sees.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_their_two_largest_units() {
        let shown = |seconds| Span::seconds(seconds).to_string();
        assert_eq!(shown(0), "0 s");
        assert_eq!(shown(59), "59 s");
        assert_eq!(shown(1800), "30 min");
        assert_eq!(shown(2 * 3600), "2 h");
        assert_eq!(shown(-(26 * 3600 + 1)), "-1 d 2 h");
        assert_eq!(shown(86_400 + 60), "1 d");
    }
}
