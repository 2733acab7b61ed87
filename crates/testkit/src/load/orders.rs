//! Orders and parcels.

use dossier::{
    order::{Announced, Coupon, SoldLine},
    words::{GoodsClass, ScanKind, Signer},
};
use kernel::{OrderNo, ParcelNo, Quantity, Sku, Span};
use money::{Currency, Money};

use crate::{
    keys,
    node::{Content, Node},
    problem::Problem,
    read::{Map, When, amount, code, count, flag, id, list, text, when, word},
    scenario::{PlannedScan, Sale, Track},
};

/// One order, or a list of them. Those without a number are called `A1`, `A2`, …
pub(crate) fn several(node: &Node) -> Result<Vec<Sale>, Problem> {
    match &node.content {
        Content::List(items) => {
            items.iter().zip(1_usize..).map(|(it, number)| sale(it, number)).collect()
        }
        Content::Map(_) | Content::Nothing | Content::Text(_) => Ok(vec![sale(node, 1)?]),
    }
}

fn sale(node: &Node, number: usize) -> Result<Sale, Problem> {
    let map = Map::of(node, &keys::ORDER)?;
    let nothing = Money::zero(Currency::Cny);
    let usual = OrderNo::lossy(&format!("A{number}"));
    let order: OrderNo = map.read("order", id)?.unwrap_or(usual);
    let paid_at = map.read("paid-at", when)?.unwrap_or(When::In(Span::days(-4)));
    let signed_at = map.read("signed-at", when)?;
    let mut parcels = map.read("parcels", |it| list(it, parcel))?.unwrap_or_default();
    if let Some(signed_at) = signed_at {
        parcels.push(delivered(&order, signed_at));
    }
    let shipped_at = match map.read("shipped-at", when)? {
        Some(it) => Some(it),
        None => signed_at.map(|it| earlier(it, Span::days(2))),
    };
    Ok(Sale {
        line: node.line,
        channel: map.read("channel", code)?.unwrap_or(dossier::words::Channel::Tmall),
        buyer: map.read("buyer", text)?.unwrap_or_else(|| "buyer".to_owned()),
        placed_at: map.read("placed-at", when)?.unwrap_or(paid_at),
        paid_at,
        ship_by: map.read("ship-by", when)?,
        shipped_at,
        confirmed_at: map.read("confirmed-at", when)?,
        confirm_by: map.read("confirm-by", when)?,
        packed: map.read("packed", flag)?.unwrap_or(false),
        presale: map.read("presale", flag)?.unwrap_or(false),
        remote: map.read("remote", flag)?.unwrap_or(false),
        lines: map.need("lines", lines)?,
        postage: map.read("postage", amount)?.unwrap_or(nothing),
        coupon: map.read("coupon", amount)?.unwrap_or(nothing),
        coupons: map.read("coupons", |it| list(it, coupon))?.unwrap_or_default(),
        promotions: map.read("promotions", |it| list(it, promotion))?.unwrap_or_default(),
        points: map.read("points", amount)?.unwrap_or(nothing),
        gift_card: map.read("gift-card", amount)?.unwrap_or(nothing),
        paid: map.read("paid", amount)?,
        parcels,
        order,
    })
}

pub(crate) fn coupon(node: &Node) -> Result<Coupon, Problem> {
    let map = Map::of(node, &keys::COUPON)?;
    Ok(Coupon {
        number: map.need("number", text)?,
        of: map.read("of", code)?.unwrap_or(dossier::words::CouponOf::Shop),
        off: map.need("off", amount)?,
    })
}

/// `signed-at` alone stands for a parcel that the buyer took in.
fn delivered(order: &OrderNo, signed_at: When) -> Track {
    let scan = |at, kind, signer| PlannedScan { at, kind, signer };
    Track {
        parcel: ParcelNo::lossy(&format!("P-{order}")),
        carrier: "中通快递".to_owned(),
        direction: None,
        case: None,
        scans: vec![
            scan(earlier(signed_at, Span::days(2)), ScanKind::Collected, None),
            scan(signed_at, ScanKind::Signed, Some(Signer::Buyer)),
        ],
    }
}

/// Moments on the wall clock cannot be counted back from without a zone; the start of the way is
/// then a little before, which no rule asks about.
fn earlier(at: When, span: Span) -> When {
    match at {
        When::At(civil) => When::Before(civil, span),
        When::Before(civil, more) => {
            let span = span.whole_seconds().saturating_add(more.whole_seconds());
            When::Before(civil, Span::seconds(span))
        }
        When::In(from_now) => {
            When::In(Span::seconds(from_now.whole_seconds().saturating_sub(span.whole_seconds())))
        }
    }
}

fn lines(node: &Node) -> Result<Vec<SoldLine>, Problem> {
    match &node.content {
        Content::List(items) => items.iter().zip(1_usize..).map(|(it, no)| line(it, no)).collect(),
        Content::Map(_) | Content::Nothing | Content::Text(_) => Ok(vec![line(node, 1)?]),
    }
}

/// `100`, `100 x 2`, or all of it by key.
fn line(node: &Node, number: usize) -> Result<SoldLine, Problem> {
    let usual = Sku::lossy(&format!("SKU{number}"));
    if !node.is_map() {
        let (price, pieces) = priced(node)?;
        return Ok(SoldLine {
            title: usual.to_string(),
            sku: usual,
            unit_price: price,
            quantity: pieces,
            class: GoodsClass::Standard,
            paid: None,
        });
    }
    let map = Map::of(node, &keys::LINE)?;
    let sku: Sku = map.read("sku", id)?.unwrap_or(usual);
    Ok(SoldLine {
        title: map.read("title", text)?.unwrap_or_else(|| sku.to_string()),
        sku,
        unit_price: map.need("price", amount)?,
        quantity: map.read("pieces", count)?.map_or(Quantity::ONE, Quantity::new),
        class: map.read("class", code)?.unwrap_or(GoodsClass::Standard),
        paid: map.read("paid", amount)?,
    })
}

fn priced(node: &Node) -> Result<(Money, Quantity), Problem> {
    let written = word(node)?;
    let (price, pieces) = written.split_once(['x', '×']).unwrap_or((written, "1"));
    let pieces = pieces.trim().parse().map(Quantity::new);
    let bad = |what| node.problem(format!("`{written}`: {what}; write `100` or `100 x 2`"));
    Ok((
        Money::parse_decimal(price.trim(), Currency::Cny).map_err(|it| bad(it.to_string()))?,
        pieces.map_err(|_| bad("not a number of pieces".to_owned()))?,
    ))
}

fn promotion(node: &Node) -> Result<Announced, Problem> {
    let map = Map::of(node, &keys::PROMOTION)?;
    Ok(Announced {
        threshold: map.need("over", amount)?,
        off: map.need("off", amount)?,
        repeats: map.read("repeats", flag)?.unwrap_or(false),
        lines: map.read("lines", |it| list(it, position))?.unwrap_or_default(),
    })
}

/// The first line is 1 for people and 0 for the domain.
fn position(node: &Node) -> Result<usize, Problem> {
    let number = usize::try_from(count(node)?).ok().and_then(|it| it.checked_sub(1));
    number.ok_or_else(|| node.problem("lines are counted from 1"))
}

fn parcel(node: &Node) -> Result<Track, Problem> {
    let map = Map::of(node, &keys::PARCEL)?;
    Ok(Track {
        parcel: map.need("parcel", id)?,
        carrier: map.read("carrier", text)?.unwrap_or_else(|| "中通快递".to_owned()),
        direction: None,
        case: None,
        scans: map.read("scans", |it| list(it, scan))?.unwrap_or_default(),
    })
}

/// `signed`, which is now, or `{at: 3 hours ago, is: signed, by: buyer}`.
pub(crate) fn scan(node: &Node) -> Result<PlannedScan, Problem> {
    if !node.is_map() {
        return Ok(PlannedScan { at: When::In(Span::ZERO), kind: code(node)?, signer: None });
    }
    let map = Map::of(node, &keys::SCAN)?;
    Ok(PlannedScan {
        at: map.read("at", when)?.unwrap_or(When::In(Span::ZERO)),
        kind: map.need("is", code)?,
        signer: map.read("by", code)?,
    })
}
