//! What buyers ask for.

use dossier::{
    Command,
    case::{Market, Pieces, Request},
    command::Application,
    facts::Fact,
    words::{CaseKind, GoodsClaim, Reason, Standing},
};
use kernel::{LineNo, Quantity};
use money::Money;

use super::{
    OneOrder,
    lines::{Found, line_of, pieces_of},
    same_code,
};
use crate::{
    complaint::{Complaint, Expected},
    items::ItemRow,
    refunds::RefundRow,
    words::{RefundKind, RefundStatus},
};

impl OneOrder<'_, '_> {
    /// Files a request. A request that names no line we know is about the whole order; one for more
    /// pieces than are left is about those that are.
    pub(super) fn apply(&mut self, refund: &RefundRow) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        let asked = self.pieces(refund, &mut complaints);
        let request = Request {
            kind: kind(refund),
            reason: same_code(refund.reason).unwrap_or(Reason::Other),
            reason_text: refund.reason_text.as_deref().unwrap_or_default().to_owned(),
            pieces: asked.pieces,
            asked: Some(refund.amount),
            goods: same_code(refund.goods_state).unwrap_or(GoodsClaim::Unknown),
            note: refund.remark.as_deref().unwrap_or_default().to_owned(),
        };
        let named = refund.return_parcel.clone();
        let carrier = refund.return_carrier.as_ref().map(|it| it.name.to_string());
        let application = Application {
            case: refund.refund_no.clone(),
            request,
            filed_at: refund.applied_at,
            follows: None,
            market: self.market(refund),
            findings: [
                (Fact::LineUnknown, asked.line_unknown),
                (Fact::QuantityAboveBought, asked.above_bought),
            ]
            .into_iter()
            .filter_map(|(fact, found)| Some((fact, fact.read(if found { "yes" } else { "no" })?)))
            .collect(),
            return_parcel: named.map(|it| (it, carrier.unwrap_or_default())),
        };
        self.push("request", Command::Apply(Box::new(application)), Some(refund.row));
        complaints
    }

    fn market(&self, refund: &RefundRow) -> Market {
        let shared = |it| self.join.shared.contains(it);
        Market {
            standing: standing(refund.status),
            deadline: refund.deadline,
            intervened: refund.intervened.unwrap_or(false),
            instant: refund.instant_refund.unwrap_or(false),
            insured: refund.freight_insurance.unwrap_or(false),
            shared_number: refund.return_parcel.as_ref().is_some_and(shared),
        }
    }

    fn pieces(&self, refund: &RefundRow, complaints: &mut Vec<Complaint>) -> Asked {
        let items = self.join.items(&self.order.order_no);
        let taken = self.taken_before(refund);
        let left_of = |at: usize, bought: u32| {
            Quantity::new(bought.saturating_sub(taken.get(at).copied().unwrap_or_default()))
        };
        match line_of(refund, items, &taken) {
            Found::Line(line, bought) => {
                let at = usize::from(line.0).saturating_sub(1);
                let left = left_of(at, bought.pieces());
                let asked = refund.quantity.unwrap_or(left.max(Quantity::ONE));
                // Of what is over already nothing is asked any more.
                let above_bought = left < asked && is_open(refund.status);
                if above_bought {
                    complaints.push(self.warn(refund.row, asked.to_string(), at_most(left)));
                }
                let pieces = vec![Pieces { line, quantity: asked.min(left) }];
                Asked { pieces, line_unknown: false, above_bought }
            }
            Found::None if items.is_empty() => {
                // How many of the order's fen are left is for the order to say. A request for goods
                // takes none of them.
                let wants_money = kind(refund).pays_goods_money();
                let quantity = if wants_money { pieces_of(refund.amount) } else { Quantity::ZERO };
                let pieces = vec![Pieces { line: LineNo(1), quantity }];
                Asked { pieces, line_unknown: false, above_bought: false }
            }
            Found::None => {
                let sku = refund.sku.as_ref().map(ToString::to_string);
                complaints.push(self.warn(refund.row, sku.unwrap_or_default(), known_line()));
                let lines = items.iter().enumerate().zip(1..);
                let mut pieces: Vec<Pieces> = lines
                    .map(|((at, item), no)| Pieces {
                        line: LineNo(no),
                        quantity: left_of(at, item.quantity.pieces()),
                    })
                    .collect();
                let above_bought = pieces.iter().all(|it| it.quantity.is_zero());
                pieces.retain(|it| above_bought || !it.quantity.is_zero());
                Asked { pieces, line_unknown: true, above_bought }
            }
        }
    }

    /// Pieces of each line that earlier requests of the same files ask for.
    fn taken_before(&self, refund: &RefundRow) -> Vec<u32> {
        let items = self.join.items(&self.order.order_no);
        let mut taken = vec![0_u32; items.len()];
        for earlier in self.join.refunds(&self.order.order_no) {
            if earlier.refund_no == refund.refund_no {
                break;
            }
            let is_refunded = earlier.status == RefundStatus::Refunded;
            if !is_open(earlier.status) && !is_refunded {
                continue;
            }
            if let Found::Line(line, bought) = line_of(earlier, items, &taken) {
                if is_refunded && is_part(earlier, items, line) {
                    continue;
                }
                let at = usize::from(line.0).saturating_sub(1);
                if let Some(taken) = taken.get_mut(at) {
                    let left = bought.pieces().saturating_sub(*taken);
                    let asked = earlier.quantity.map_or(left, Quantity::pieces).min(left);
                    *taken = taken.saturating_add(asked);
                }
            }
        }
        taken
    }
}

/// What a row asks for, and how it fits the order.
struct Asked {
    pieces: Vec<Pieces>,
    /// The row names something, and no line of the order is that.
    line_unknown: bool,
    /// More pieces than earlier requests have left.
    above_bought: bool,
}

fn at_most(left: Quantity) -> Expected {
    Expected::Entry {
        english: format!("only {left} of those pieces are left; decided for {left}"),
        chinese: format!("该商品只剩 {left} 件可申请，按 {left} 件处理"),
    }
}

fn known_line() -> Expected {
    Expected::Entry {
        english: "a line of the order; taken as a request about the whole order".to_owned(),
        chinese: "订单中的商品行；已按整单申请处理".to_owned(),
    }
}

/// Files of channels without a kind still say where the goods are.
fn kind(refund: &RefundRow) -> CaseKind {
    match refund.kind {
        Some(RefundKind::Other) | None => {
            if refund.return_parcel.is_some() {
                CaseKind::ReturnRefund
            } else {
                CaseKind::RefundOnly
            }
        }
        Some(kind) => same_code(kind).unwrap_or(CaseKind::RefundOnly),
    }
}

/// Whether money was refunded for goods that stayed with the buyer, and less than they cost.
fn is_part(refund: &RefundRow, items: &[&ItemRow], line: LineNo) -> bool {
    let at = usize::from(line.0).saturating_sub(1);
    let Some(item) = items.get(at) else { return false };
    let pieces = i64::from(refund.quantity.unwrap_or(item.quantity).pieces());
    let bought = i64::from(item.quantity.pieces());
    let list = || item.unit_price?.times(item.quantity.pieces()).ok();
    let cost = item.paid_share.or_else(list).map_or(0, Money::minor);
    let asked = refund.amount.minor().saturating_mul(bought);
    kind(refund) == CaseKind::RefundOnly && asked < cost.saturating_mul(pieces)
}

fn is_open(status: RefundStatus) -> bool {
    match status {
        RefundStatus::Requested
        | RefundStatus::ApprovedAwaitingReturn
        | RefundStatus::ReturnedAwaitingReceipt
        | RefundStatus::Refunding
        | RefundStatus::Other => true,
        RefundStatus::Refunded | RefundStatus::Declined | RefundStatus::Closed => false,
    }
}

fn standing(status: RefundStatus) -> Standing {
    match status {
        RefundStatus::Requested | RefundStatus::Other | RefundStatus::Refunding => {
            Standing::Requested
        }
        RefundStatus::ApprovedAwaitingReturn => Standing::AwaitingReturn,
        RefundStatus::ReturnedAwaitingReceipt => Standing::Returning,
        RefundStatus::Refunded => Standing::Refunded,
        RefundStatus::Declined => Standing::Declined,
        RefundStatus::Closed => Standing::Closed,
    }
}
