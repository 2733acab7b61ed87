use std::collections::BTreeMap;

use crate::{Currency, Money, MoneyError};

kernel::choice! {
    /// A form in which an order is paid, and in which that part goes back (CALC-09).
    ///
    /// A coupon that lowers the price is not a tender: nothing was paid with it, and what becomes
    /// of it is decided apart from the money (CALC-04, CALC-05).
    pub enum Tender {
        /// Money on the original payment route.
        Cash = "cash",
        /// Mall points (商城积分, 集分宝), at their value.
        Points = "points",
        /// A prepaid card or balance of the shop.
        GiftCard = "gift-card",
    }
}

/// An amount split by tender. Parts that are nothing are not kept, so equal sums are equal values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tenders {
    currency: Currency,
    parts: BTreeMap<Tender, Money>,
}

impl Tenders {
    pub fn nothing(currency: Currency) -> Self {
        Self { currency, parts: BTreeMap::new() }
    }

    pub fn of(tender: Tender, amount: Money) -> Self {
        let mut this = Self::nothing(amount.currency());
        this.put(tender, amount);
        this
    }

    pub fn cash(amount: Money) -> Self {
        Self::of(Tender::Cash, amount)
    }

    /// Adds up the parts. Fails on a mixture of currencies.
    pub fn new(
        currency: Currency,
        parts: impl IntoIterator<Item = (Tender, Money)>,
    ) -> Result<Self, MoneyError> {
        parts.into_iter().try_fold(Self::nothing(currency), |sum, (tender, amount)| {
            sum.plus(&Self::of(tender, amount))
        })
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The part in one tender; nothing if there is none.
    pub fn part(&self, tender: Tender) -> Money {
        self.parts.get(&tender).copied().unwrap_or(Money::zero(self.currency))
    }

    /// The parts that are not nothing, cash first.
    pub fn parts(&self) -> impl Iterator<Item = (Tender, Money)> + '_ {
        self.parts.iter().map(|(&tender, &amount)| (tender, amount))
    }

    pub fn total(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.parts.values().copied())
    }

    pub fn is_nothing(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn has_negative_part(&self) -> bool {
        self.parts.values().any(|it| it.is_negative())
    }

    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        self.combined(other, Money::plus)
    }

    pub fn minus(&self, other: &Self) -> Result<Self, MoneyError> {
        self.combined(other, Money::minus)
    }

    /// Whether every part of `self` is at most the same part of `other`.
    pub fn fits_in(&self, other: &Self) -> Result<bool, MoneyError> {
        Ok(!other.minus(self)?.has_negative_part())
    }

    /// Takes `amount` out of `self`: points and cards first, cash for the rest, or as far as it
    /// goes. What a shop keeps back is thus kept in cash, never in points.
    pub fn take(&self, amount: Money) -> Result<Self, MoneyError> {
        let mut left = amount;
        let mut taken = Self::nothing(self.currency);
        for tender in [Tender::Points, Tender::GiftCard, Tender::Cash] {
            let part = self.part(tender).smaller(left)?;
            if part.is_positive() {
                taken.put(tender, part);
                left = left.minus(part)?;
            }
        }
        Ok(taken)
    }

    fn combined(
        &self,
        other: &Self,
        combine: fn(Money, Money) -> Result<Money, MoneyError>,
    ) -> Result<Self, MoneyError> {
        let mut result = self.clone();
        for (tender, amount) in other.parts() {
            result.put(tender, combine(self.part(tender), amount)?);
        }
        if !other.is_nothing() && self.currency != other.currency {
            let (left, right) = (self.currency, other.currency);
            return Err(MoneyError::CurrencyMismatch { left, right });
        }
        Ok(result)
    }

    fn put(&mut self, tender: Tender, amount: Money) {
        if amount.is_zero() {
            self.parts.remove(&tender);
        } else {
            self.parts.insert(tender, amount);
        }
    }
}
