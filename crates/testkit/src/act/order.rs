//! Orders as their source tells them.

use dossier::{Command, command::OrderFacts, order::apportion, parcel::Scan, words::Direction};
use kernel::OrderNo;
use money::{Currency, Money, Tender, Tenders};

use crate::{
    scenario::{OrderNews, PlannedScan, Sale, Track},
    stage::{Broken, Stage},
};

impl Stage<'_> {
    /// What the source of an order first says of it.
    pub(crate) fn facts(&self, sale: &Sale) -> Result<OrderFacts, Broken> {
        Ok(OrderFacts {
            channel: sale.channel,
            buyer: sale.buyer.clone(),
            placed_at: self.instant(sale.placed_at),
            paid_at: Some(self.instant(sale.paid_at)),
            ship_by: sale.ship_by.map(|it| self.instant(it)),
            shipped_at: sale.shipped_at.map(|it| self.instant(it)),
            confirmed_at: sale.confirmed_at.map(|it| self.instant(it)),
            confirm_by: sale.confirm_by.map(|it| self.instant(it)),
            packed: sale.packed,
            presale: sale.presale,
            remote: sale.remote,
            lines: sale.lines.clone(),
            postage: sale.postage,
            paid: paid(sale)?,
            coupon: sale.coupon,
            coupons: sale.coupons.clone(),
            promotions: sale.promotions.clone(),
        })
    }

    /// The order with what is new about it.
    pub(crate) fn news_of(&self, order: &OrderNo, news: &OrderNews) -> Result<OrderFacts, Broken> {
        let unknown = || Broken::Said(format!("order {order} is not known"));
        let mut facts = self.orders.get(order).cloned().ok_or_else(unknown)?;
        facts.ship_by = news.ship_by.map(|it| self.instant(it)).or(facts.ship_by);
        facts.shipped_at = news.shipped_at.map(|it| self.instant(it)).or(facts.shipped_at);
        facts.confirmed_at = news.confirmed_at.map(|it| self.instant(it)).or(facts.confirmed_at);
        facts.confirm_by = news.confirm_by.map(|it| self.instant(it)).or(facts.confirm_by);
        facts.packed = news.packed || facts.packed;
        facts.remote = news.remote || facts.remote;
        if !news.coupons.is_empty() {
            facts.coupons.clone_from(&news.coupons);
        }
        facts.paid = news.paid.map_or(facts.paid, Tenders::cash);
        Ok(facts)
    }

    /// The order a parcel belongs to, if one knows it, or else the one spoken of.
    pub(crate) fn order_of_parcel(&self, about: OrderNo, track: &Track) -> Result<OrderNo, Broken> {
        if let Some(case) = &track.case {
            return self.order_of(case);
        }
        for order in self.orders.keys() {
            if let dossier::Dossier::Open(body) = self.dossier(order)?.1
                && body.parcels.contains_key(&track.parcel)
            {
                return Ok(order.clone());
            }
        }
        Ok(about)
    }

    /// The scans of a parcel, as a command. A parcel that a case names comes back; others go out.
    pub(crate) fn scans(&self, order: &OrderNo, track: &Track) -> Result<Command, Broken> {
        let known = match self.dossier(order)?.1 {
            dossier::Dossier::Open(body) => body.parcels.get(&track.parcel).cloned(),
            dossier::Dossier::Absent | dossier::Dossier::Stopped { .. } => None,
        };
        let usual = known.as_ref().map_or(Direction::Outbound, |it| it.direction);
        let scan =
            |it: &PlannedScan| Scan { at: self.instant(it.at), kind: it.kind, signer: it.signer };
        Ok(Command::RecordScans {
            parcel: track.parcel.clone(),
            carrier: known.as_ref().map_or(&track.carrier, |it| &it.carrier).clone(),
            direction: track.direction.unwrap_or(usual),
            case: track.case.clone().or(known.and_then(|it| it.case)),
            scans: track.scans.iter().map(scan).collect(),
        })
    }
}

/// What the buyer paid, worked out from the lines, and held against `paid` if it is given.
fn paid(sale: &Sale) -> Result<Tenders, Broken> {
    let apportioned = apportion(sale.lines.clone(), &sale.promotions, sale.coupon)?;
    let lines = apportioned.lines.iter().map(|it| it.paid);
    let total = Money::sum(Currency::Cny, lines)?.plus(sale.postage)?;
    if let Some(paid) = sale.paid.filter(|it| *it != total) {
        let (order, paid, total) = (&sale.order, paid.decimal(), total.decimal());
        let what = format!("order {order} says `paid: {paid}`, but its lines come to {total}");
        return Err(Broken::Said(what));
    }
    let other = sale.points.plus(sale.gift_card)?;
    if other.exceeds(total)? {
        let what = format!("order {} is paid with more points and cards than it costs", sale.order);
        return Err(Broken::Said(what));
    }
    let parts = [
        (Tender::Cash, total.minus(other)?),
        (Tender::Points, sale.points),
        (Tender::GiftCard, sale.gift_card),
    ];
    Ok(Tenders::new(Currency::Cny, parts)?)
}
