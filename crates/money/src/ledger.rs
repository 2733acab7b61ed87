//! Double entry.

use thiserror::Error;

use crate::{Money, MoneyError, Tender, Tenders};

kernel::choice! {
    /// What the shop has, owes, earns and spends around an order.
    pub enum Account {
        /// Money and points the marketplace holds for the shop. An asset.
        Takings = "takings",
        /// Goods sold, at what was paid for them. Revenue.
        Sales = "sales",
        /// Postage the buyer paid with the order. Revenue.
        PostageIncome = "postage-income",
        /// Goods money promised back. Takes from revenue.
        SalesReturned = "sales-returned",
        /// Goodwill and imposed compensation. An expense.
        Compensation = "compensation",
        /// Price differences promised back. An expense.
        PriceDifference = "price-difference",
        /// Return postage the buyer laid out and installation fees. An expense.
        ServiceCost = "service-cost",
        /// Promised to the buyer and not known to have arrived. A liability: while a refund's
        /// outcome is unknown, the money stays here.
        OwedToBuyer = "owed-to-buyer",
        /// Deposits held against goods that are to come back. A liability.
        DepositsHeld = "deposits-held",
        /// Claimed from couriers and not answered. An asset.
        CourierClaims = "courier-claims",
        /// Paid by couriers on claims, apart from the marketplace's takings. An asset.
        ClaimsPaid = "claims-paid",
        /// Goods value couriers have to make good. Income against the loss.
        ClaimIncome = "claim-income",
    }
}

/// One line of a posting. Debits are positive, credits negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub account: Account,
    pub tender: Tender,
    pub amount: Money,
}

/// A balanced movement in the ledger.
///
/// Invariant: the entries of each tender add up to nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Posting {
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Unbalanced {
    #[error("the {tender} entries of the posting add up to {sum}, not to nothing")]
    Tender { tender: Tender, sum: Money },
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Posting {
    pub fn new(entries: Vec<Entry>) -> Result<Self, Unbalanced> {
        let mut sums: Option<Tenders> = None;
        for entry in &entries {
            let line = Tenders::of(entry.tender, entry.amount);
            sums = Some(match sums {
                Some(sum) => sum.plus(&line)?,
                None => line,
            });
        }
        match sums.and_then(|it| it.parts().next()) {
            Some((tender, sum)) => Err(Unbalanced::Tender { tender, sum }),
            None => Ok(Self { entries }),
        }
    }

    /// Moves `amount` from the credit side of `credit` to the debit side of `debit`.
    pub fn movement(debit: Account, credit: Account, amount: &Tenders) -> Result<Self, MoneyError> {
        let mut entries = Vec::new();
        for (tender, part) in amount.parts() {
            entries.push(Entry { account: debit, tender, amount: part });
            entries.push(Entry { account: credit, tender, amount: part.negated()? });
        }
        Ok(Self { entries })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Both movements as one.
    pub fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }
}
