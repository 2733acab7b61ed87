//! Cells into values: amounts, times, identifiers, quantities.

mod amount;
mod moment;
mod number;

pub(crate) use self::{
    amount::amount,
    moment::moment,
    number::{identifier, parcels, quantity, waybill},
};
