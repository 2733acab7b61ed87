use std::cmp::Ordering;

use crate::{Currency, MoneyError};

/// An amount, counted in the currency's hundredth: fen for yuan. Negative amounts are debts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// An amount in Chinese yuan, counted in fen.
    pub const fn fen(fen: i64) -> Self {
        Self::new(fen, Currency::Cny)
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    pub const fn is_positive(self) -> bool {
        0 < self.minor
    }

    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// `self - other`, but never below nothing.
    pub fn minus_down_to_zero(self, other: Self) -> Result<Self, MoneyError> {
        let left = self.minus(other)?;
        Ok(if left.is_negative() { Self::zero(self.currency) } else { left })
    }

    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(count)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// `basis_points` hundredths of a percent of the amount, rounded half away from zero.
    pub fn percent(self, basis_points: i64) -> Result<Self, MoneyError> {
        let exact = i128::from(self.minor).saturating_mul(i128::from(basis_points));
        let half = if exact < 0 { -5_000 } else { 5_000 };
        let rounded = exact.saturating_add(half) / 10_000;
        let minor = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    pub fn negated(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    pub fn smaller(self, other: Self) -> Result<Self, MoneyError> {
        Ok(if self.compare(other)?.is_le() { self } else { other })
    }

    pub fn larger(self, other: Self) -> Result<Self, MoneyError> {
        Ok(if self.compare(other)?.is_ge() { self } else { other })
    }

    pub fn exceeds(self, other: Self) -> Result<bool, MoneyError> {
        Ok(self.compare(other)?.is_gt())
    }

    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }
}
