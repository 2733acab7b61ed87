//! Facts about the order and its parcels.

use kernel::{CaseNo, ParcelNo, Timestamp};
use money::Money;

use super::{
    Draft,
    compensation::{owe_postage, pay_promised},
    judging,
};
use crate::{
    case::Status,
    command::{Context, OrderFacts},
    event::Event,
    order::{Order, apportion},
    parcel::Scan,
    rejection::Rejection,
    words::{CouponOf, Deadline, Direction, ScanKind},
};

/// The order becomes known.
pub(crate) fn first(facts: &OrderFacts, context: Context<'_>) -> Result<Vec<Event>, Rejection> {
    let order = assemble(facts, context)?;
    Ok(vec![Event::OrderRecorded { order: Box::new(order) }])
}

/// Its source describes it again. What happened since is taken over, what was bought stands.
pub(crate) fn again(draft: &mut Draft<'_>, facts: &OrderFacts) -> Result<(), Rejection> {
    let told = assemble(facts, draft.context)?;
    let known = &draft.body.order;
    if told.lines != known.lines {
        return Err(Rejection::OrderContradicted { what: "the lines differ" });
    }
    if told.paid != known.paid {
        return Err(Rejection::OrderContradicted { what: "what was paid differs" });
    }
    if ![&known.coupons, &told.coupons].iter().any(|it| it.is_empty())
        && told.coupons != known.coupons
    {
        return Err(Rejection::OrderContradicted { what: "the coupons differ" });
    }
    let coupons = if told.coupons.is_empty() { known.coupons.clone() } else { told.coupons };
    // A file that leaves out what an earlier one said does not undo it.
    let newer = Order {
        ship_by: unless_extended(draft, Deadline::Shipping, (told.ship_by, known.ship_by)),
        shipped_at: told.shipped_at.or(known.shipped_at),
        confirmed_at: told.confirmed_at.or(known.confirmed_at),
        confirm_by: unless_extended(draft, Deadline::Receipt, (told.confirm_by, known.confirm_by)),
        packed: told.packed || known.packed,
        remote: told.remote || known.remote,
        coupons,
        ..known.clone()
    };
    if newer == *known {
        return Ok(());
    }
    draft.record(Event::OrderRecorded { order: Box::new(newer) })?;
    pay_promised(draft)?;
    judging::look_again_at_all(draft)
}

/// A source that still says the date from before it was put off does not undo that.
fn unless_extended(
    draft: &Draft<'_>,
    deadline: Deadline,
    (told, known): (Option<Timestamp>, Option<Timestamp>),
) -> Option<Timestamp> {
    let mut earlier = draft.body.extensions.iter().filter(|it| it.deadline == deadline);
    if earlier.any(|it| it.from == told) { known } else { told.or(known) }
}

fn assemble(facts: &OrderFacts, context: Context<'_>) -> Result<Order, Rejection> {
    if facts.lines.is_empty() {
        return Err(Rejection::OrderIncomplete { what: "at least one line" });
    }
    if facts.lines.iter().any(|it| it.quantity.is_zero()) {
        return Err(Rejection::OrderIncomplete { what: "at least one piece on every line" });
    }
    let amounts = facts.lines.iter().flat_map(|it| [Some(it.unit_price), it.paid]).flatten();
    if amounts.chain([facts.postage, facts.coupon]).any(Money::is_negative)
        || facts.paid.has_negative_part()
    {
        return Err(Rejection::OrderIncomplete { what: "amounts of nothing or more" });
    }
    check_coupons(facts)?;
    let apportioned = apportion(facts.lines.clone(), &facts.promotions, facts.coupon)?;
    Ok(Order {
        channel: facts.channel,
        buyer: facts.buyer.clone(),
        placed_at: facts.placed_at,
        paid_at: facts.paid_at,
        ship_by: facts.ship_by,
        shipped_at: facts.shipped_at,
        confirmed_at: facts.confirmed_at,
        confirm_by: facts.confirm_by,
        packed: facts.packed,
        presale: facts.presale,
        remote: facts.remote,
        lines: apportioned.lines,
        postage: facts.postage,
        paid: facts.paid.clone(),
        coupon: facts.coupon,
        coupons: facts.coupons.clone(),
        promotions: apportioned.promotions,
        pack: context.pack.id().clone(),
    })
}

/// CALC-01 to CALC-03, as far as one order shows it: one coupon of the shop, and none twice.
fn check_coupons(facts: &OrderFacts) -> Result<(), Rejection> {
    let mut of_shop = false;
    for (at, coupon) in facts.coupons.iter().enumerate() {
        let refused = |why| Rejection::CouponRefused { number: coupon.number.clone(), why };
        if facts.coupons.iter().take(at).any(|it| it.number == coupon.number) {
            return Err(refused("a coupon works once"));
        }
        if coupon.of == CouponOf::Shop {
            if of_shop {
                return Err(refused("an order takes one coupon of the shop"));
            }
            if coupon.off.is_negative() || coupon.off.exceeds(facts.coupon)? {
                return Err(refused("no more than it was taken off"));
            }
            of_shop = true;
        }
    }
    Ok(())
}

/// Which parcel the scans are of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Track<'a> {
    pub(crate) parcel: &'a ParcelNo,
    pub(crate) carrier: &'a str,
    pub(crate) direction: Direction,
    pub(crate) case: &'a Option<CaseNo>,
}

pub(crate) fn scans(
    draft: &mut Draft<'_>,
    track: Track<'_>,
    scans: &[Scan],
) -> Result<(), Rejection> {
    if let Some(case) = track.case {
        draft.case(case)?;
    }
    let news = match draft.body.parcels.get(track.parcel) {
        Some(known) => known.clone().add(scans),
        None => true,
    };
    if !news {
        return Ok(());
    }
    draft.record(Event::ParcelScanned {
        parcel: track.parcel.clone(),
        carrier: track.carrier.to_owned(),
        direction: track.direction,
        case: track.case.clone(),
        scans: scans.to_vec(),
    })?;
    arrivals(draft, track.parcel, scans)?;
    pay_promised(draft)?;
    judging::look_again_at_all(draft)
}

/// A returned parcel that is signed for is ours to inspect from that moment on (PATH4-04), and a
/// replacement that is delivered ends its case.
fn arrivals(draft: &mut Draft<'_>, parcel: &ParcelNo, scans: &[Scan]) -> Result<(), Rejection> {
    let Some(signed) = scans.iter().find(|it| it.kind == ScanKind::Signed) else { return Ok(()) };
    let returned: Vec<CaseNo> = draft
        .body
        .cases
        .iter()
        .filter(|it| it.returns.contains(parcel) && it.assessment.is_none())
        .filter(|it| matches!(it.status, Status::Returning | Status::AwaitingReturn { .. }))
        .map(|it| it.no.clone())
        .collect();
    for case in returned {
        draft.move_to(&case, Status::Inspecting { received_at: signed.at }, "")?;
        draft.tell(&case, "received")?;
        judging::look_again(draft, &case)?;
        owe_postage(draft, &case)?;
    }
    let replaced: Vec<CaseNo> = draft
        .body
        .cases
        .iter()
        .filter(|it| it.status == Status::SendingReplacement { parcel: Some(parcel.clone()) })
        .map(|it| it.no.clone())
        .collect();
    for case in replaced {
        draft.drop_tasks(&case, |it| !it.kind.outlives_payment())?;
        draft.done(&case, signed.at)?;
    }
    Ok(())
}
