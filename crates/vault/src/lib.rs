//! Personal data: sealed where it is kept, masked where it is shown.
//!
//! ```text
//! key ring ──wraps──▶ data key of a buyer ──seals──▶ name, phone, address, account of an order
//!    └─ index key ──▶ pseudonym of the account, marks the orders are found by
//! ```
//!
//! The order itself carries the [`Pseudonym`] only. What is personal lies in records of its own,
//! one per order, under a key that belongs to one buyer in one shop. To change a key of the ring
//! is to wrap the data keys anew; to erase a buyer is to destroy one data key.
//!
//! **Invariant:** nothing plain is written: no field, no mark, no id of a record. Not even a mask
//! is stored, for a mask still tells something.
//!
//! **Invariant:** every sealed text is bound to the shop, the order and the field it was sealed
//! for. Moved elsewhere it does not open.
//!
//! **Invariant:** what was erased stays erased. The same order kept again is refused, and a buyer
//! who comes back is sealed under a new key.
//!
//! Calls block, as those of the store do.

mod blind;
mod fold;
mod mask;
mod pending;
mod plain;
mod quota;
mod ring;
mod seal;
mod stored;
#[cfg(test)]
mod tests;
mod vault;

pub use crate::{
    blind::Pseudonym,
    mask::{
        mask_account, mask_address, mask_alipay, mask_card, mask_email, mask_identity, mask_name,
        mask_phone, mask_text,
    },
    plain::{Field, Personal, Plain},
    quota::{Quota, QuotaError},
    ring::{KeyRing, KeyRingError},
    seal::{NoRandomness, OpenError},
    vault::{
        EraseError, Erasure, KeepError, Masked, Query, ReadError, Reading, Rewrapped, Subject,
        Tombstone, Unkept, Vault,
    },
};
