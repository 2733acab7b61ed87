//! An order as its source describes it.

use dossier::{
    command::OrderFacts,
    order::{Announced, Coupon, SoldLine},
};
use kernel::{Quantity, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Fen, Moment,
    codes::{ChannelCode, CouponOfCode, GoodsClassCode},
    order::TendersBody,
    parsed,
};
use crate::problem::Problem;

/// A sold line, as its source describes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SoldLineBody {
    #[schema(max_length = 96, example = "DRESS-M-NAVY")]
    sku: String,
    #[schema(max_length = 500)]
    title: String,
    unit_price: Fen,
    #[schema(minimum = 1, maximum = 100_000)]
    quantity: u32,
    /// Decides which rights the goods give.
    class: GoodsClassCode,
    /// What was paid for the line, if the source says so; else it is worked out.
    #[serde(default)]
    paid: Option<Fen>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CouponBody {
    pub(crate) number: String,
    pub(crate) of: CouponOfCode,
    pub(crate) off: Fen,
}

/// Spend so much, pay so much less.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromotionBody {
    threshold: Fen,
    off: Fen,
    /// Granted again for every full threshold.
    #[serde(default)]
    repeats: bool,
    /// Positions of the lines that take part, from 0; all if empty.
    #[serde(default)]
    lines: Vec<usize>,
}

/// An order as its source now describes it. What was bought and paid cannot change afterwards.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderBody {
    pub(crate) channel: ChannelCode,
    /// The buyer, sealed where it is kept and masked where it is shown.
    #[serde(default)]
    pub(crate) buyer: BuyerBody,
    pub(crate) placed_at: Moment,
    #[serde(default)]
    pub(crate) paid_at: Option<Moment>,
    /// By when the goods were promised to leave.
    #[serde(default)]
    pub(crate) ship_by: Option<Moment>,
    #[serde(default)]
    pub(crate) shipped_at: Option<Moment>,
    #[serde(default)]
    pub(crate) confirmed_at: Option<Moment>,
    /// When the marketplace confirms receipt by itself.
    #[serde(default)]
    pub(crate) confirm_by: Option<Moment>,
    /// Waybill printed or goods packed.
    #[serde(default)]
    pub(crate) packed: bool,
    #[serde(default)]
    pub(crate) presale: bool,
    /// A destination where couriers are allowed more time.
    #[serde(default)]
    pub(crate) remote: bool,
    #[schema(min_items = 1, max_items = 500)]
    pub(crate) lines: Vec<SoldLineBody>,
    #[serde(default)]
    pub(crate) postage: Option<Fen>,
    /// Everything the buyer paid, postage included.
    pub(crate) paid: TendersBody,
    /// Reductions of the whole order that are no promotions.
    #[serde(default)]
    pub(crate) coupon: Option<Fen>,
    #[serde(default)]
    pub(crate) coupons: Vec<CouponBody>,
    #[serde(default)]
    pub(crate) promotions: Vec<PromotionBody>,
    /// The pack a new order comes under; the shop's usual one if it is not given.
    #[serde(default)]
    pub(crate) pack: Option<String>,
}

/// Who bought. All of it is personal data.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BuyerBody {
    /// The marketplace's name for the buyer.
    #[schema(max_length = 200)]
    pub(crate) account: String,
    #[schema(max_length = 200)]
    pub(crate) name: String,
    #[schema(max_length = 50)]
    pub(crate) phone: String,
    #[schema(max_length = 500)]
    pub(crate) address: String,
}

/// Never to be seen in a log.
impl std::fmt::Debug for BuyerBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BuyerBody(..)")
    }
}

impl OrderBody {
    /// `buyer` is the name that stands for the buyer in the dossier.
    pub(crate) fn facts(self, buyer: String) -> Result<OrderFacts, Problem> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (nth, line) in self.lines.into_iter().enumerate() {
            lines.push(line.sold(&format!("lines[{nth}]"))?);
        }
        let coupon =
            |it: CouponBody| Coupon { number: it.number, of: it.of.0, off: it.off.money() };
        let promotion = |it: PromotionBody| Announced {
            threshold: it.threshold.money(),
            off: it.off.money(),
            repeats: it.repeats,
            lines: it.lines,
        };
        let fen = |it: Option<Fen>| it.unwrap_or(Fen(0)).money();
        let at = |it: Option<Moment>| it.map(|it| it.0);
        Ok(OrderFacts {
            channel: self.channel.0,
            buyer,
            placed_at: self.placed_at.0,
            paid_at: at(self.paid_at),
            ship_by: at(self.ship_by),
            shipped_at: at(self.shipped_at),
            confirmed_at: at(self.confirmed_at),
            confirm_by: at(self.confirm_by),
            packed: self.packed,
            presale: self.presale,
            remote: self.remote,
            lines,
            postage: fen(self.postage),
            paid: self.paid.tenders("paid")?,
            coupon: fen(self.coupon),
            coupons: self.coupons.into_iter().map(coupon).collect(),
            promotions: self.promotions.into_iter().map(promotion).collect(),
        })
    }
}

impl SoldLineBody {
    fn sold(self, at: &str) -> Result<SoldLine, Problem> {
        let sku: Sku = parsed(&format!("{at}.sku"), self.sku)?;
        if self.unit_price.0 < 0 {
            return Err(Problem::malformed(&format!("{at}.unit_price"), "a price is not negative"));
        }
        Ok(SoldLine {
            sku,
            title: self.title,
            unit_price: self.unit_price.money(),
            quantity: Quantity::new(self.quantity),
            class: self.class.0,
            paid: self.paid.map(Fen::money),
        })
    }
}
