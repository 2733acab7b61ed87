//! What one file says of another.

use std::collections::BTreeSet;

use kernel::OrderNo;

use crate::{
    complaint::{Complaint, Expected, Severity, printable},
    items::ItemRow,
    orders::OrderRow,
    reading::Reading,
    refunds::RefundRow,
};

/// Complains of refunds and items whose order is not among `orders`.
///
/// A refund without its order cannot be judged: it is an error, and the caller leaves it out. Items
/// without their order do no harm: a warning, once per order.
pub fn check_references(
    orders: &[OrderRow],
    items: &Reading<ItemRow>,
    refunds: &Reading<RefundRow>,
) -> Vec<Complaint> {
    let known: BTreeSet<&OrderNo> = orders.iter().map(|it| &it.order_no).collect();
    let mut complaints = Vec::new();
    let mut said: BTreeSet<&OrderNo> = BTreeSet::new();
    for item in &items.rows {
        if !known.contains(&item.order_no) && said.insert(&item.order_no) {
            complaints.push(unknown(items, item.row, &item.order_no, Severity::Warning));
        }
    }
    for refund in refunds.rows.iter().filter(|it| !known.contains(&it.order_no)) {
        complaints.push(unknown(refunds, refund.row, &refund.order_no, Severity::Error));
    }
    complaints
}

fn unknown<R>(reading: &Reading<R>, row: u32, order: &OrderNo, severity: Severity) -> Complaint {
    let (file, found) = (reading.rejected.file.clone(), printable(order.as_str()));
    let column = reading.rejected.order_column.clone();
    let (row, expected) = (Some(row), Expected::KnownOrder);
    Complaint { file, row, column, found, expected, severity }
}
