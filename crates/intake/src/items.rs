//! What was bought: the lines of orders.

use kernel::{OrderNo, Quantity, Sku};
use money::Money;

use crate::{
    complaint::FileError,
    dictionary::{Concept, Dictionary},
    reading::{Cells, Context, Keyed, Kind, Reading, read_rows},
    sheet::Sheet,
    words::OrderStatus,
};

/// A quantity of one sold thing within an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemRow {
    pub row: u32,
    pub order_no: OrderNo,
    /// The marketplace's own number of the line, if it has one.
    pub suborder_no: Option<Box<str>>,
    pub sku: Option<Sku>,
    pub title: Option<Box<str>>,
    pub attributes: Option<Box<str>>,
    pub unit_price: Option<Money>,
    pub quantity: Quantity,
    /// The line's part of the order's coupons, as the marketplace apportioned them.
    pub discount_share: Option<Money>,
    /// What was paid for the line's goods.
    pub paid_share: Option<Money>,
    pub status: Option<OrderStatus>,
    pub goods_class: Option<Box<str>>,
}

const KIND: Kind<ItemRow> = Kind {
    needs: &[
        &[Concept::OrderNo],
        &[Concept::Quantity],
        &[Concept::Sku, Concept::Title],
        &[Concept::UnitPrice, Concept::PaidShare],
    ],
    read: read_item,
};

/// Reads an export of order lines, or an export of orders that has one row for each line.
pub fn read_items(sheet: Sheet<'_>, context: &Context) -> Result<Reading<ItemRow>, FileError> {
    read_rows(sheet, context, &KIND)
}

fn read_item(cells: &mut Cells<'_>) -> Option<ItemRow> {
    let order_no = cells.identifier(Concept::OrderNo, OrderNo::new);
    let order_no = cells.require(Concept::OrderNo, order_no);
    let quantity = cells.quantity();
    let quantity = cells.require(Concept::Quantity, quantity);
    let find = |it: &Dictionary, word: &str| it.order_status.find(word).copied();
    cells.require_one(&[Concept::Sku, Concept::Title]);
    cells.require_one(&[Concept::UnitPrice, Concept::PaidShare]);
    let row = ItemRow {
        row: cells.row(),
        suborder_no: cells.text(Concept::SuborderNo),
        sku: cells.sku(),
        title: cells.text(Concept::Title),
        attributes: cells.text(Concept::Attributes),
        unit_price: cells.amount(Concept::UnitPrice),
        discount_share: cells.amount(Concept::DiscountShare),
        paid_share: cells.amount(Concept::PaidShare),
        status: cells.code(Concept::OrderStatus, find, OrderStatus::Unknown),
        goods_class: cells.text(Concept::GoodsClass),
        order_no: order_no?,
        quantity: quantity?,
    };
    Some(row)
}

impl Keyed for ItemRow {
    const CONCEPT: Concept = Concept::SuborderNo;

    /// Two lines of an order may be the same thing at the same price, so only a marketplace's own
    /// number tells whether a row came twice.
    fn key(&self) -> Option<&str> {
        self.suborder_no.as_deref()
    }

    fn row(&self) -> u32 {
        self.row
    }

    fn absorb(&mut self, _: Self) -> bool {
        false
    }

    fn agrees(&self, other: &Self) -> bool {
        *self == Self { row: self.row, ..other.clone() }
    }
}
