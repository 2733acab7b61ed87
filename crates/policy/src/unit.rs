//! Units: how a number in a cell becomes a whole number in the base unit, and back.
//!
//! **Invariant:** nothing is rounded. `0.005` yuan and `7.5` days are refused, and a number that
//! cannot be written exactly in a unit is not written in it.

use money::Money;
use thiserror::Error;

use crate::Kind;

/// What a number measures. Numbers of different measures are never compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    Amount,
    Span,
    Days,
    Percent,
    Count,
    Length,
    Weight,
}

/// The unit in which a column or a constant states its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Yuan,
    Fen,
    Seconds,
    Minutes,
    Hours,
    /// Spans of 24 hours.
    DaysOfTime,
    /// Days on the calendar.
    Days,
    Percent,
    Pieces,
    Millimeters,
    Centimeters,
    Grams,
    Kilograms,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum NumberError {
    #[error("`{0}` is not a number")]
    NotANumber(String),
    #[error("`{text}` cannot be counted exactly in {unit}")]
    Inexact { text: String, unit: &'static str },
    #[error("`{0}` is too large")]
    TooLarge(String),
    #[error("`{text}` is a number without a unit; write {expected}")]
    NoUnit { text: String, expected: String },
    #[error("`{text}` is in the wrong unit; write {expected}")]
    WrongUnit { text: String, expected: String },
}

impl Measure {
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Amount => Some(Self::Amount),
            Kind::Span => Some(Self::Span),
            Kind::Days => Some(Self::Days),
            Kind::Percent => Some(Self::Percent),
            Kind::Count => Some(Self::Count),
            Kind::Length => Some(Self::Length),
            Kind::Weight => Some(Self::Weight),
            Kind::Flag | Kind::Choice(_) | Kind::Choices(_) | Kind::Text => None,
        }
    }

    /// The word before `in` on a table's type line; the whole type if there is only one unit.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Span => "time",
            Self::Days => "days",
            Self::Percent => "percent",
            Self::Count => "pieces",
            Self::Length => "length",
            Self::Weight => "weight",
        }
    }

    /// The usual unit first.
    pub(crate) fn units(self) -> &'static [Unit] {
        match self {
            Self::Amount => &[Unit::Yuan, Unit::Fen],
            Self::Span => &[Unit::Hours, Unit::Minutes, Unit::DaysOfTime, Unit::Seconds],
            Self::Days => &[Unit::Days],
            Self::Percent => &[Unit::Percent],
            Self::Count => &[Unit::Pieces],
            Self::Length => &[Unit::Centimeters, Unit::Millimeters],
            Self::Weight => &[Unit::Grams, Unit::Kilograms],
        }
    }

    /// Pieces, lengths and weights are never below nothing; debts and lateness can be.
    pub(crate) fn smallest(self) -> i64 {
        match self {
            Self::Count | Self::Length | Self::Weight => 0,
            Self::Amount | Self::Span | Self::Days | Self::Percent => i64::MIN,
        }
    }

    /// Reads `20 yuan`, `2 hours`, `30 percent`: a number with its unit.
    pub fn read(self, text: &str) -> Result<i64, NumberError> {
        let text = text.trim();
        let end = text.rfind(|it: char| it.is_ascii_digit()).map_or(0, |it| it.saturating_add(1));
        let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
        let owned = text.to_owned();
        if unit.trim().is_empty() {
            return Err(NumberError::NoUnit { text: owned, expected: self.expected() });
        }
        match self.units().iter().find(|it| it.is_called(unit.trim())) {
            Some(unit) => unit.read(number),
            None => Err(NumberError::WrongUnit { text: owned, expected: self.expected() }),
        }
    }

    /// The one way to write a number with its unit. Days and pieces stand alone.
    pub fn show(self, number: i64) -> String {
        let with = |unit: Unit| match unit.show(number) {
            Some(decimal) => format!("{decimal} {}", unit.name()),
            None => number.to_string(),
        };
        match self {
            Self::Amount => format!("{} yuan", Money::fen(number).decimal()),
            Self::Span if number == 0 => with(Unit::Minutes),
            Self::Span => with(Unit::largest_whole(number)),
            Self::Days | Self::Count => number.to_string(),
            Self::Percent => with(Unit::Percent),
            Self::Length => with(Unit::Millimeters),
            Self::Weight => with(Unit::Grams),
        }
    }

    /// Reads what [`Measure::show`] writes.
    pub(crate) fn read_shown(self, text: &str) -> Result<i64, NumberError> {
        match self {
            Self::Days => Unit::Days.read(text),
            Self::Count => Unit::Pieces.read(text),
            Self::Amount | Self::Span | Self::Percent | Self::Length | Self::Weight => {
                self.read(text)
            }
        }
    }

    fn expected(self) -> String {
        let units: Vec<String> =
            self.units().iter().map(|it| format!("`7 {}`", it.name())).collect();
        units.join(" or ")
    }
}

impl Unit {
    pub fn measure(self) -> Measure {
        match self {
            Self::Yuan | Self::Fen => Measure::Amount,
            Self::Seconds | Self::Minutes | Self::Hours | Self::DaysOfTime => Measure::Span,
            Self::Days => Measure::Days,
            Self::Percent => Measure::Percent,
            Self::Pieces => Measure::Count,
            Self::Millimeters | Self::Centimeters => Measure::Length,
            Self::Grams | Self::Kilograms => Measure::Weight,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Yuan => "yuan",
            Self::Fen => "fen",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "hours",
            Self::DaysOfTime | Self::Days => "days",
            Self::Percent => "percent",
            Self::Pieces => "pieces",
            Self::Millimeters => "mm",
            Self::Centimeters => "cm",
            Self::Grams => "g",
            Self::Kilograms => "kg",
        }
    }

    /// How many base units make one of this.
    pub fn size(self) -> i64 {
        match self {
            Self::Fen
            | Self::Seconds
            | Self::Days
            | Self::Pieces
            | Self::Millimeters
            | Self::Grams => 1,
            Self::Centimeters => 10,
            Self::Minutes => 60,
            Self::Yuan | Self::Percent => 100,
            Self::Kilograms => 1000,
            Self::Hours => 3600,
            Self::DaysOfTime => 86_400,
        }
    }

    /// Accepts the singular too, as in `1 hour`.
    pub(crate) fn is_called(self, name: &str) -> bool {
        let other = match self {
            Self::Hours => "hour",
            Self::DaysOfTime | Self::Days => "day",
            Self::Pieces => "times",
            Self::Percent => "%",
            Self::Minutes => "minutes",
            Self::Seconds => "seconds",
            Self::Yuan
            | Self::Fen
            | Self::Millimeters
            | Self::Centimeters
            | Self::Grams
            | Self::Kilograms => self.name(),
        };
        name == self.name() || name == other || (self == Self::Pieces && name == "piece")
    }

    /// Reads `12`, `-3`, `7.5`, counted in this unit, into base units.
    pub fn read(self, text: &str) -> Result<i64, NumberError> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return Err(NumberError::NotANumber(text.to_owned()));
        }
        let too_large = || NumberError::TooLarge(text.to_owned());
        if 18 < fraction.len() || 20 < whole.len() {
            return Err(too_large());
        }
        let sign = if negative { "-" } else { "" };
        let joined: i128 = format!("{sign}{whole}{fraction}").parse().map_err(|_| too_large())?;
        let scale = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or_default());
        let scaled = joined.checked_mul(i128::from(self.size())).ok_or_else(too_large)?;
        if scaled.checked_rem(scale) != Some(0) {
            return Err(NumberError::Inexact { text: text.to_owned(), unit: self.name() });
        }
        let number = scaled.checked_div(scale).and_then(|it| i64::try_from(it).ok());
        number.ok_or_else(too_large)
    }

    /// `12.5`: base units as a decimal in this unit, or `None` if six decimals do not do.
    pub fn show(self, number: i64) -> Option<String> {
        let million = 1_000_000_u128;
        let size = u128::from(self.size().unsigned_abs());
        let scaled = u128::from(number.unsigned_abs()).checked_mul(million)?;
        if scaled.checked_rem(size) != Some(0) {
            return None;
        }
        let millionths = scaled.checked_div(size)?;
        let sign = if number < 0 { "-" } else { "" };
        let (whole, rest) = (millionths / million, millionths % million);
        let fraction = format!(".{rest:06}");
        Some(format!("{sign}{whole}{}", fraction.trim_end_matches('0').trim_end_matches('.')))
    }

    fn largest_whole(seconds: i64) -> Self {
        let sizes = [Self::DaysOfTime, Self::Hours, Self::Minutes];
        let whole = |it: &Self| seconds.checked_rem(it.size()) == Some(0);
        sizes.into_iter().find(whole).unwrap_or(Self::Seconds)
    }
}
