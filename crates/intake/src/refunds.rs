//! What buyers ask for.

use kernel::{CaseNo, OrderNo, ParcelNo, Quantity, Sku, Timestamp};
use money::Money;

use crate::{
    complaint::FileError,
    dictionary::{Carrier, Concept, Dictionary},
    reading::{Cells, Context, Future, Keyed, Kind, Reading, read_rows},
    sheet::Sheet,
    words::{Extent, GoodsState, Reason, RefundKind, RefundStatus},
};

/// One request, as the marketplace shows it to the merchant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundRow {
    pub row: u32,
    pub order_no: OrderNo,
    pub refund_no: CaseNo,
    pub sku: Option<Sku>,
    pub title: Option<Box<str>>,
    pub quantity: Option<Quantity>,
    pub amount: Money,
    /// `None` if the file has no column for it.
    pub kind: Option<RefundKind>,
    pub applied_at: Timestamp,
    /// When the marketplace acts by itself.
    pub deadline: Option<Timestamp>,
    pub status: RefundStatus,
    /// The marketplace's word for the status.
    pub status_text: Option<Box<str>>,
    pub goods_state: GoodsState,
    pub return_parcel: Option<ParcelNo>,
    pub return_carrier: Option<Carrier>,
    pub outbound_parcel: Option<ParcelNo>,
    pub outbound_carrier: Option<Carrier>,
    /// Whether the marketplace's own people have stepped in.
    pub intervened: Option<bool>,
    pub reason: Reason,
    /// The reason in the marketplace's words.
    pub reason_text: Option<Box<str>>,
    /// What the buyer wrote.
    pub remark: Option<Box<str>>,
    pub freight_insurance: Option<bool>,
    pub instant_refund: Option<bool>,
    /// What was paid for the whole order.
    pub order_paid: Option<Money>,
    pub extent: Option<Extent>,
    pub finished_at: Option<Timestamp>,
}

const KIND: Kind<RefundRow> = Kind {
    needs: &[
        &[Concept::OrderNo],
        &[Concept::RefundNo],
        &[Concept::RefundAmount],
        &[Concept::AppliedAt],
    ],
    read: read_refund,
};

/// Reads an export of refund requests.
pub fn read_refunds(sheet: Sheet<'_>, context: &Context) -> Result<Reading<RefundRow>, FileError> {
    read_rows(sheet, context, &KIND)
}

fn read_refund(cells: &mut Cells<'_>) -> Option<RefundRow> {
    let order_no = cells.identifier(Concept::OrderNo, OrderNo::new);
    let order_no = cells.require(Concept::OrderNo, order_no);
    let refund_no = cells.identifier(Concept::RefundNo, CaseNo::new);
    let refund_no = cells.require(Concept::RefundNo, refund_no);
    let applied_at = cells.time(Concept::AppliedAt, Future::Impossible);
    let applied_at = cells.require(Concept::AppliedAt, applied_at);
    let find = |it: &Dictionary, word: &str| it.refund_kind.find(word).copied();
    let kind = cells.code(Concept::RefundKind, find, RefundKind::Other);
    let amount = amount(cells, kind);
    let (returned, return_carrier) = cells.parcels(Concept::ReturnParcel, Concept::ReturnCarrier);
    let (sent, outbound_carrier) = cells.parcels(Concept::OutboundParcel, Concept::OutboundCarrier);
    let (reason, status, goods_state) = (reason(cells), status(cells), goods_state(cells));
    let row = RefundRow {
        row: cells.row(),
        sku: cells.sku(),
        title: cells.text(Concept::Title),
        quantity: cells.quantity(),
        kind,
        deadline: cells.time(Concept::Deadline, Future::Fine),
        status,
        status_text: cells.text(Concept::RefundStatus),
        goods_state,
        return_parcel: returned.into_iter().next(),
        return_carrier,
        outbound_parcel: sent.into_iter().next(),
        outbound_carrier,
        intervened: cells.answer(Concept::Intervention, "intervention"),
        reason,
        reason_text: cells.text(Concept::Reason),
        remark: cells.text(Concept::Remark),
        freight_insurance: cells.answer(Concept::FreightInsurance, "yes-no"),
        instant_refund: cells.answer(Concept::InstantRefund, "yes-no"),
        order_paid: cells.amount(Concept::PaidTotal),
        extent: extent(cells),
        finished_at: cells.time(Concept::FinishedAt, Future::Doubtful),
        order_no: order_no?,
        refund_no: refund_no?,
        amount: amount?,
        applied_at: applied_at?,
    };
    Some(row)
}

/// An amount has to be there, except where goods are asked for instead of money. It may be nothing:
/// back offices do list requests for 0.00, and what becomes of those is for policy to say.
fn amount(cells: &mut Cells<'_>, kind: Option<RefundKind>) -> Option<Money> {
    use RefundKind::{
        Compensation, Exchange, Other, PriceDifference, RefundOnly, Repair, Reship, ReturnRefund,
    };
    let amount = cells.amount(Concept::RefundAmount);
    let wants_money = match kind {
        Some(Exchange | Reship | Repair) => false,
        Some(RefundOnly | ReturnRefund | Compensation | PriceDifference | Other) | None => true,
    };
    if !wants_money && cells.word(Concept::RefundAmount).is_none() {
        return Some(Money::fen(0));
    }
    cells.require(Concept::RefundAmount, amount)
}

fn status(cells: &mut Cells<'_>) -> RefundStatus {
    let find = |it: &Dictionary, word: &str| it.refund_status.find(word).copied();
    let status = cells.code(Concept::RefundStatus, find, RefundStatus::Other);
    status.unwrap_or(RefundStatus::Other)
}

fn goods_state(cells: &mut Cells<'_>) -> GoodsState {
    let find = |it: &Dictionary, word: &str| it.goods_state.find(word).copied();
    let state = cells.code(Concept::GoodsState, find, GoodsState::Unknown);
    state.unwrap_or(GoodsState::Unknown)
}

/// Marketplaces have hundreds of reasons and invent more. One nobody knows is `other`, with its
/// text kept, and nothing to complain of.
fn reason(cells: &Cells<'_>) -> Reason {
    let word = cells.word(Concept::Reason);
    let known = word.and_then(|it| cells.dictionary.reasons.find(&it).copied());
    known.unwrap_or(Reason::Other)
}

fn extent(cells: &Cells<'_>) -> Option<Extent> {
    cells.dictionary.extent.find(&cells.word(Concept::Extent)?).copied()
}

impl Keyed for RefundRow {
    const CONCEPT: Concept = Concept::RefundNo;

    fn key(&self) -> Option<&str> {
        Some(self.refund_no.as_str())
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
