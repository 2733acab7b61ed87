//! What a back office knows of an order.

use kernel::{OrderNo, ParcelNo, Timestamp};
use money::Money;

use crate::{
    complaint::FileError,
    dictionary::{Carrier, Concept},
    reading::{Cells, Context, Future, Keyed, Kind, Reading, read_rows},
    sheet::Sheet,
    words::OrderStatus,
};

/// One order. Amounts the file has no column for are `None`, never zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderRow {
    /// The row's number in the file.
    pub row: u32,
    pub order_no: OrderNo,
    pub shop: Option<Box<str>>,
    pub buyer: Option<Box<str>>,
    pub phone: Option<Box<str>>,
    pub name: Option<Box<str>>,
    pub address: Option<Box<str>>,
    pub status: OrderStatus,
    /// Goods after coupons, without postage.
    pub goods_payable: Option<Money>,
    pub postage: Option<Money>,
    /// What was paid in points, at their value; part of `paid_total`.
    pub points_paid: Option<Money>,
    pub coupon: Option<Money>,
    /// Everything the buyer paid: cash and points, goods and postage.
    pub paid_total: Money,
    pub placed_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub shipped_at: Option<Timestamp>,
    pub ship_by: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub carrier: Option<Carrier>,
    pub parcels: Vec<ParcelNo>,
    /// What the buyer wrote when ordering.
    pub buyer_note: Option<Box<str>>,
    pub note: Option<Box<str>>,
    pub seller_memo: Option<Box<str>>,
    /// Whether the warehouse has printed or packed it, as far as a note or a flag says so.
    pub packed: bool,
    pub presale: bool,
    /// Whether the address is in a remote region; `None` if there is no address to tell by.
    pub remote: Option<bool>,
    /// The lines added up, when the file has one row for each line of an order: number, what was
    /// paid, status.
    lines: Vec<(Box<str>, Money, OrderStatus)>,
}

const KIND: Kind<OrderRow> =
    Kind { needs: &[&[Concept::OrderNo], &[Concept::PaidTotal]], read: read_order };

impl OrderRow {
    /// An order that is known from elsewhere, for what other files say of it. Of itself it says
    /// nothing but its number: a command that records it must not be given.
    pub fn of_known(order_no: OrderNo, paid_total: Money) -> Self {
        Self {
            row: 0,
            order_no,
            shop: None,
            buyer: None,
            phone: None,
            name: None,
            address: None,
            status: OrderStatus::Unknown,
            goods_payable: None,
            postage: None,
            points_paid: None,
            coupon: None,
            paid_total,
            placed_at: None,
            paid_at: None,
            shipped_at: None,
            ship_by: None,
            confirmed_at: None,
            carrier: None,
            parcels: Vec::new(),
            buyer_note: None,
            note: None,
            seller_memo: None,
            packed: false,
            presale: false,
            remote: None,
            lines: Vec::new(),
        }
    }
}

/// Reads an export of orders. Rows that say the same of one order are one order; rows that
/// contradict the first are rejected, unless the file has one row per line of an order, in which
/// case their amounts are added up.
pub fn read_orders(sheet: Sheet<'_>, context: &Context) -> Result<Reading<OrderRow>, FileError> {
    read_rows(sheet, context, &KIND)
}

fn read_order(cells: &mut Cells<'_>) -> Option<OrderRow> {
    let order_no = cells.identifier(Concept::OrderNo, OrderNo::new);
    let order_no = cells.require(Concept::OrderNo, order_no);
    let find = |it: &crate::Dictionary, word: &str| it.order_status.find(word).copied();
    let status = cells.code(Concept::OrderStatus, find, OrderStatus::Unknown);
    let status = status.unwrap_or(OrderStatus::Unknown);
    let paid_total = paid_total(cells, status);
    let line = cells.text(Concept::SuborderNo).zip(paid_total);
    let line = line.map(|(number, paid)| (number, paid, status));
    let (parcels, carrier) = cells.parcels(Concept::Parcel, Concept::Carrier);
    let address = address(cells);
    let row = OrderRow {
        row: cells.row(),
        shop: cells.text(Concept::Shop),
        buyer: cells.text(Concept::Buyer),
        phone: cells.text(Concept::Phone),
        name: cells.text(Concept::Name),
        status,
        goods_payable: cells.amount(Concept::GoodsPayable),
        postage: cells.amount(Concept::Postage),
        points_paid: points(cells),
        coupon: cells.amount(Concept::Coupon),
        placed_at: cells.time(Concept::PlacedAt, Future::Doubtful),
        paid_at: cells.time(Concept::PaidAt, Future::Doubtful),
        shipped_at: cells.time(Concept::ShippedAt, Future::Doubtful),
        ship_by: cells.time(Concept::ShipBy, Future::Fine),
        confirmed_at: cells.time(Concept::ConfirmedAt, Future::Doubtful),
        carrier,
        parcels,
        buyer_note: cells.text(Concept::BuyerNote),
        note: cells.text(Concept::Note),
        seller_memo: cells.text(Concept::SellerMemo),
        packed: is_packed(cells),
        presale: is_presale(cells),
        remote: is_remote(cells, address.as_deref()),
        address,
        lines: line.into_iter().collect(),
        order_no: order_no?,
        paid_total: paid_total?,
    };
    Some(row)
}

/// An order nobody paid has nothing in the cell for what was paid.
fn paid_total(cells: &mut Cells<'_>, status: OrderStatus) -> Option<Money> {
    let paid = cells.amount(Concept::PaidTotal);
    let unpaid = matches!(status, OrderStatus::Unpaid | OrderStatus::Closed);
    if unpaid && paid.is_none() && cells.word(Concept::PaidTotal).is_none() {
        return Some(Money::fen(0));
    }
    cells.require(Concept::PaidTotal, paid)
}

/// The value of the points, or their count: on the marketplaces that count them, one is worth a
/// fen.
fn points(cells: &mut Cells<'_>) -> Option<Money> {
    if cells.has_column(Concept::PointsPaid) {
        return cells.amount(Concept::PointsPaid);
    }
    let count = cells.amount(Concept::PointsCount)?;
    Some(Money::fen(count.minor().div_euclid(100)))
}

fn address(cells: &Cells<'_>) -> Option<Box<str>> {
    let whole = cells.word(Concept::Address);
    let parts = [Concept::Province, Concept::City, Concept::District, Concept::Street];
    let mut parts: Vec<_> = parts.iter().filter_map(|it| cells.word(*it)).collect();
    // Some files have the region apart from the street, some repeat it.
    if let Some(whole) = whole {
        parts.retain(|part| !whole.contains(&**part));
        parts.push(whole);
    }
    if parts.is_empty() { None } else { Some(parts.join(" ").into()) }
}

fn is_packed(cells: &mut Cells<'_>) -> bool {
    if let Some(flag) = cells.word(Concept::Packed)
        && let Some(answer) = cells.dictionary.answer("packed", &flag)
    {
        return answer;
    }
    [Concept::Note, Concept::SellerMemo].iter().any(|it| {
        let note = cells.word(*it);
        note.and_then(|it| cells.dictionary.answer("packed", &it)).unwrap_or(false)
    })
}

fn is_presale(cells: &Cells<'_>) -> bool {
    let word = cells.word(Concept::Presale);
    word.and_then(|it| {
        let general = || cells.dictionary.answer("yes-no", &it);
        cells.dictionary.answer("presale", &it).or_else(general)
    })
    .unwrap_or(false)
}

fn is_remote(cells: &Cells<'_>, address: Option<&str>) -> Option<bool> {
    if let Some(flag) = cells.word(Concept::Remote) {
        return cells.dictionary.answer("yes-no", &flag);
    }
    address.map(|it| cells.is_remote(it))
}

impl Keyed for OrderRow {
    const CONCEPT: Concept = Concept::OrderNo;

    fn key(&self) -> Option<&str> {
        Some(self.order_no.as_str())
    }

    fn row(&self) -> u32 {
        self.row
    }

    /// Adds up the lines of an order, if rows are lines.
    fn absorb(&mut self, later: Self) -> bool {
        let is_known =
            |it: &&(Box<str>, Money, OrderStatus)| self.lines.iter().any(|mine| mine.0 == it.0);
        let are_lines = !self.lines.is_empty() && !later.lines.is_empty();
        if !are_lines || later.lines.iter().any(|it| is_known(&it)) || self.buyer != later.buyer {
            return false;
        }
        let sum = |left: Option<Money>, right: Option<Money>| match (left, right) {
            (Some(left), Some(right)) => left.plus(right).ok(),
            (left, right) => left.or(right),
        };
        let Ok(paid_total) = self.paid_total.plus(later.paid_total) else { return false };
        self.paid_total = paid_total;
        self.goods_payable = sum(self.goods_payable, later.goods_payable);
        self.postage = sum(self.postage, later.postage);
        self.points_paid = sum(self.points_paid, later.points_paid);
        self.coupon = sum(self.coupon, later.coupon);
        for parcel in later.parcels {
            if !self.parcels.contains(&parcel) {
                self.parcels.push(parcel);
            }
        }
        // Of lines that have come to different points, the order has come to the least.
        self.status = self.status.min(later.status);
        self.lines.extend(later.lines);
        true
    }

    fn agrees(&self, other: &Self) -> bool {
        if !other.lines.is_empty() {
            return other.lines.iter().all(|it| self.lines.contains(it));
        }
        *self == Self { row: self.row, ..other.clone() }
    }
}
