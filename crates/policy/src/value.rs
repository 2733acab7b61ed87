//! Facts, as they are handed to a table.

use kernel::{Choice, Quantity, Span};
use money::{Currency, Money};

/// One fact: the value of one input of a question. Small and `Copy`, because a dossier asks often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// Not known, or there is no such thing.
    Missing,
    Flag(bool),
    /// Position in the codes of the field's kind.
    Choice(u16),
    /// In the base unit of the field's kind.
    Number(i64),
    /// Known, but nothing a table can weigh: an amount in another currency, say. Every table that
    /// looks at it answers that a person must look.
    Unreadable,
}

impl Value {
    pub const fn flag(flag: bool) -> Self {
        Self::Flag(flag)
    }

    /// The field must be declared with the codes of the same choice.
    pub fn choice(choice: impl Choice) -> Self {
        Self::Choice(choice.index())
    }

    /// Tables speak of yuan; an amount in another currency is unreadable to them.
    pub fn amount(amount: Money) -> Self {
        match amount.currency() {
            Currency::Cny => Self::Number(amount.minor()),
            Currency::Hkd | Currency::Usd | Currency::Eur => Self::Unreadable,
        }
    }

    pub const fn span(span: Span) -> Self {
        Self::Number(span.whole_seconds())
    }

    pub const fn days(days: i64) -> Self {
        Self::Number(days)
    }

    pub const fn percent(basis_points: i64) -> Self {
        Self::Number(basis_points)
    }

    pub fn count(count: impl Countable) -> Self {
        Self::Number(i64::from(count.pieces()))
    }

    pub const fn length(millimeters: i64) -> Self {
        Self::Number(millimeters)
    }

    pub const fn weight(grams: i64) -> Self {
        Self::Number(grams)
    }

    pub const fn maybe(value: Option<Self>) -> Self {
        match value {
            Some(value) => value,
            None => Self::Missing,
        }
    }
}

/// What [`Value::count`] takes.
pub trait Countable {
    fn pieces(self) -> u32;
}

impl Countable for u32 {
    fn pieces(self) -> u32 {
        self
    }
}

impl Countable for Quantity {
    fn pieces(self) -> u32 {
        Self::pieces(self)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::flag(flag)
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Self {
        Self::amount(amount)
    }
}

impl From<Span> for Value {
    fn from(span: Span) -> Self {
        Self::span(span)
    }
}

impl From<Quantity> for Value {
    fn from(count: Quantity) -> Self {
        Self::count(count)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        Self::maybe(value.map(Into::into))
    }
}
