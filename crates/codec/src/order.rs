//! What was bought, as recorded and as described by its source.

use dossier::{
    command::OrderFacts,
    order::{Announced, Coupon, Extension, Line, Order, Promotion, SoldLine},
    words::{Channel, CouponOf, Deadline, GoodsClass},
};
use kernel::{ActorId, CaseNo, LineNo, PackId, Quantity, Sku, Timestamp};
use money::{Money, Tenders};

use crate::{packed::declare::state_struct, shape::declare::shape_struct};

state_struct! {
    Order {
        channel: Channel,
        placed_at: Timestamp,
        lines: Vec<Line>,
        paid: Tenders,
        pack: PackId,
    } or {
        buyer: String,
        paid_at: Option<Timestamp>,
        ship_by: Option<Timestamp>,
        shipped_at: Option<Timestamp>,
        confirmed_at: Option<Timestamp>,
        confirm_by: Option<Timestamp>,
        packed: bool,
        presale: bool,
        remote: bool,
        postage: Money,
        coupon: Money,
        coupons: Vec<Coupon>,
        promotions: Vec<Promotion>,
    }
}

state_struct! {
    Extension {
        deadline: Deadline,
        until: Timestamp,
        reason: String,
        at: Timestamp,
        by: ActorId,
    } or {
        from: Option<Timestamp>,
        case: Option<CaseNo>,
    }
}

state_struct! {
    Line {
        no: LineNo,
        sku: Sku,
        title: String,
        unit_price: Money,
        quantity: Quantity,
        paid: Money,
        class: GoodsClass,
    }
}

state_struct! { Coupon { number: String, of: CouponOf, off: Money } }

state_struct! {
    Promotion {
        threshold: Money,
        off: Money,
        shares: Vec<Money>,
    } or {
        repeats: bool,
    }
}

shape_struct! {
    OrderFacts {
        channel: Channel,
        placed_at: Timestamp,
        lines: Vec<SoldLine>,
        paid: Tenders,
    } or {
        buyer: String,
        paid_at: Option<Timestamp>,
        ship_by: Option<Timestamp>,
        shipped_at: Option<Timestamp>,
        confirmed_at: Option<Timestamp>,
        confirm_by: Option<Timestamp>,
        packed: bool,
        presale: bool,
        remote: bool,
        postage: Money,
        coupon: Money,
        coupons: Vec<Coupon>,
        promotions: Vec<Announced>,
    }
}

shape_struct! {
    SoldLine {
        sku: Sku,
        title: String,
        unit_price: Money,
        quantity: Quantity,
        class: GoodsClass,
    } or {
        paid: Option<Money>,
    }
}

shape_struct! {
    Announced {
        threshold: Money,
        off: Money,
    } or {
        repeats: bool,
        lines: Vec<usize>,
    }
}
