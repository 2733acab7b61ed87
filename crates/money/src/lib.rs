//! Exact money: amounts, the forms it is paid in, sharing it out, and double-entry postings.
//!
//! [`Money`] is an amount in one currency. [`Tenders`] is an amount split by the form it was paid
//! in. [`share_out`] and [`of_pieces`] divide an amount so that the parts add up to the whole. A
//! [`Posting`] is a movement in the ledger that cannot be made unless it balances.
//!
//! **Invariant:** amounts in different currencies never meet. Arithmetic across them is
//! [`MoneyError::CurrencyMismatch`]; converting is a business decision with a rate and a date, and
//! is not offered here.
//!
//! **Invariant:** arithmetic cannot wrap and cannot round in silence. There is no `impl Add`,
//! because `+` has nowhere to put the error, and there is no floating point anywhere.

mod amount;
mod currency;
mod ledger;
mod share;
mod tender;
mod text;

use thiserror::Error;

pub use crate::{
    amount::Money,
    currency::Currency,
    ledger::{Account, Entry, Posting, Unbalanced},
    share::{of_pieces, share_out},
    tender::{Tender, Tenders},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum MoneyError {
    #[error("{left} and {right} cannot be combined")]
    CurrencyMismatch { left: Currency, right: Currency },
    #[error("amount out of range")]
    Overflow,
    #[error("nothing to share the amount over")]
    NoWeights,
    #[error("not an amount; expected yuan with at most two decimals, such as `12.50`")]
    Malformed,
}

#[cfg(test)]
mod tests;
