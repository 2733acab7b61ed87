//! The order itself.

use dossier::{Command, command::OrderFacts};
use money::{Currency, Money, Tender, Tenders};

use super::{OneOrder, lines::sold_lines};
use crate::{orders::OrderRow, words::OrderStatus};

impl OneOrder<'_, '_> {
    pub(super) fn record(&mut self) {
        let facts = self.facts();
        self.push("order", Command::RecordOrder(Box::new(facts)), None);
    }

    fn facts(&self) -> OrderFacts {
        let order = self.order;
        let zero = Money::zero(Currency::Cny);
        let postage = order.postage.unwrap_or(zero);
        let sold = sold_lines(order, self.join.items(&order.order_no));
        let placed_at = order.placed_at.or(order.paid_at).unwrap_or(self.setting.now);
        OrderFacts {
            channel: self.setting.channel,
            buyer: order.buyer.as_deref().unwrap_or_default().to_owned(),
            placed_at,
            paid_at: order.paid_at.or(Some(placed_at)),
            ship_by: order.ship_by,
            shipped_at: self.shipped_at(),
            confirmed_at: self.confirmed_at(),
            // No export of a marketplace that we know says it.
            confirm_by: None,
            packed: order.packed,
            presale: order.presale,
            remote: order.remote.unwrap_or(false) || self.is_remote_by_track(),
            lines: sold.lines,
            postage,
            paid: paid(order),
            coupon: sold.discount,
            coupons: Vec::new(),
            promotions: Vec::new(),
        }
    }

    /// A file that only says *that* the goods left: the courier's first scan says when, else the
    /// payment does, which is too early and so never hides a missed promise.
    fn shipped_at(&self) -> Option<kernel::Timestamp> {
        let order = self.order;
        let shipped = matches!(order.status, OrderStatus::Shipped | OrderStatus::Finished);
        order.shipped_at.or_else(|| {
            let scanned = || self.first_outbound_scan();
            shipped.then(|| {
                scanned().or(order.paid_at).or(order.placed_at).unwrap_or(self.setting.now)
            })
        })
    }

    fn confirmed_at(&self) -> Option<kernel::Timestamp> {
        let finished = self.order.status == OrderStatus::Finished;
        self.order
            .confirmed_at
            .or_else(|| finished.then(|| self.last_outbound_scan().unwrap_or(self.setting.now)))
    }
}

/// Cash and points. Points that exceed what was paid in all are a misread column.
fn paid(order: &OrderRow) -> Tenders {
    let total = order.paid_total;
    let points = order.points_paid.filter(|it| !it.is_negative());
    let points = points.unwrap_or(Money::zero(total.currency())).smaller(total).unwrap_or(total);
    let cash = total.minus(points).unwrap_or(total);
    Tenders::new(total.currency(), [(Tender::Cash, cash), (Tender::Points, points)])
        .unwrap_or(Tenders::cash(total))
}
