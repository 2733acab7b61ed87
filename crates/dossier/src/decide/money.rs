//! Money out: reserved once, sent under one key, and never believed gone or kept without proof.

use kernel::{CaseNo, PayoutKey, TimerId};
use money::{Money, Tenders};

use super::{
    Draft, deposit,
    draft::named,
    judging::{self, reserved_for},
};
use crate::{
    case::{Pieces, Status, Worth},
    command::PayoutOutcome,
    event::{Event, PayoutChange},
    payout::{Payout, PayoutStatus},
    rejection::Rejection,
    task::{Task, Timer, TimerPurpose},
    words::{Purpose, TaskKind},
};

/// Sets `amount` aside for the case. Every way for money to leave comes through here.
pub(crate) fn reserve(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    purpose: Purpose,
    amount: &Tenders,
) -> Result<PayoutKey, Rejection> {
    if purpose == Purpose::Refund {
        give_up_discount(draft, case)?;
    }
    check_room(draft, case, (purpose, amount))?;
    let pieces = draft.case(case)?.pieces().to_vec();
    set_aside(draft, case, (purpose, amount), pieces)
}

/// The one reservation of the order guards every way out.
fn check_room(
    draft: &Draft<'_>,
    case: &CaseNo,
    (purpose, amount): (Purpose, &Tenders),
) -> Result<(), Rejection> {
    let total = amount.total()?;
    if !total.is_positive() || amount.has_negative_part() {
        return Err(Rejection::NotPositive);
    }
    let room = match purpose {
        // What the buyer laid down, and nothing of what was paid for the order.
        Purpose::Deposit => Tenders::cash(draft.body.deposit_held(draft.case(case)?)?),
        // Laid out by the buyer, bounded by the pack, and repaid once.
        Purpose::Postage if draft.body.holding_of(case).any(|it| it.purpose == purpose) => {
            Tenders::nothing(amount.currency())
        }
        Purpose::Postage => return Ok(()),
        Purpose::Refund
        | Purpose::Compensation
        | Purpose::PriceDifference
        | Purpose::InstallationFee
        | Purpose::FreightWaiver
        | Purpose::RepairFee
        | Purpose::Discount => draft.body.room()?,
    };
    if !amount.fits_in(&room)? {
        return Err(Rejection::ExceedsRoom { asked: total, left: room.total()? });
    }
    Ok(())
}

fn set_aside(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    (purpose, amount): (Purpose, &Tenders),
    pieces: Vec<Pieces>,
) -> Result<PayoutKey, Rejection> {
    let total = amount.total()?;
    let known = draft.case(case)?;
    let worth = known.judgement.as_ref().map(|it| it.worth);
    let number = draft.body.payouts.iter().filter(|it| &it.case == case).count().saturating_add(1);
    let payout = Payout {
        key: named(format!("{case}-{number}"), PayoutKey::new)?,
        case: case.clone(),
        purpose,
        amount: amount.clone(),
        entitled: entitled(purpose, worth, total)?,
        postage: postage_within(purpose, worth, total)?,
        pieces,
        maker: draft.context.actor.id.clone(),
        reserved_at: draft.now(),
        status: PayoutStatus::Reserved,
    };
    let key = payout.key.clone();
    draft.record(Event::PayoutReserved { payout: Box::new(payout) })?;
    Ok(key)
}

/// What the pieces were worth before deductions: later requests reckon with it.
fn entitled(purpose: Purpose, worth: Option<Worth>, total: Money) -> Result<Money, Rejection> {
    let nothing = Money::zero(total.currency());
    if purpose != Purpose::Refund {
        return Ok(nothing);
    }
    worth.map_or(Ok(total), |it| Ok(it.goods()?))
}

/// The outward postage in an amount: what is given for a loss has none in it.
fn postage_within(
    purpose: Purpose,
    worth: Option<Worth>,
    total: Money,
) -> Result<Money, Rejection> {
    let nothing = Money::zero(total.currency());
    match purpose {
        Purpose::Refund => Ok(worth.map_or(nothing, |it| it.postage).smaller(total)?),
        Purpose::FreightWaiver => Ok(total),
        Purpose::Compensation
        | Purpose::PriceDifference
        | Purpose::Postage
        | Purpose::Deposit
        | Purpose::InstallationFee
        | Purpose::RepairFee
        | Purpose::Discount => Ok(nothing),
    }
}

/// Reserves and sends goods money in one decision, using what the case already holds.
pub(crate) fn pay_now(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    amount: &Tenders,
) -> Result<(), Rejection> {
    let pieces = draft.case(case)?.pieces().to_vec();
    pay_pieces_now(draft, case, amount, &pieces)
}

/// The same for pieces that are not those the inspection accepted.
pub(crate) fn pay_pieces_now(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    amount: &Tenders,
    pieces: &[Pieces],
) -> Result<(), Rejection> {
    give_up_discount(draft, case)?;
    let payout = match reserved_for(draft, case) {
        Some((held, holds)) if holds == *amount => held,
        held => {
            if let Some((held, _)) = held {
                release(draft, &held)?;
            }
            check_room(draft, case, (Purpose::Refund, amount))?;
            set_aside(draft, case, (Purpose::Refund, amount), pieces.to_vec())?
        }
    };
    send(draft, &payout)?;
    draft.drop_tasks(case, Task::ends_with_payment)?;
    draft.move_to(case, Status::Refunding { payout }, "")
}

/// Settles a case for which nothing is due, so that its pieces still count as gone back.
pub(crate) fn settle_nothing(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let nothing = Tenders::nothing(draft.body.order.currency());
    let pieces = draft.case(case)?.pieces().to_vec();
    let payout = set_aside(draft, case, (Purpose::Refund, &nothing), pieces)?;
    let reference = "nothing was due".to_owned();
    change(draft, &payout, PayoutChange::Settled { reference })?;
    draft.wind_up(case)?;
    let at = draft.now();
    draft.move_to(case, Status::Done { at }, "")?;
    judging::look_again_at_all(draft)
}

pub(crate) fn send(draft: &mut Draft<'_>, payout: &PayoutKey) -> Result<(), Rejection> {
    draft.start(payout)
}

pub(crate) fn release(draft: &mut Draft<'_>, payout: &PayoutKey) -> Result<(), Rejection> {
    change(draft, payout, PayoutChange::Released)
}

fn change(
    draft: &mut Draft<'_>,
    payout: &PayoutKey,
    change: PayoutChange,
) -> Result<(), Rejection> {
    let at = draft.now();
    draft.record(Event::PayoutChanged { payout: payout.clone(), at, change })
}

fn known<'a>(draft: &'a Draft<'_>, payout: &PayoutKey) -> Result<&'a Payout, Rejection> {
    let unknown = || Rejection::UnknownPayout { payout: payout.clone() };
    draft.body.payout(payout).ok_or_else(unknown)
}

pub(crate) fn record_payout(
    draft: &mut Draft<'_>,
    payout: &PayoutKey,
    outcome: &PayoutOutcome,
) -> Result<(), Rejection> {
    let status = &known(draft, payout)?.status;
    let same = match (status, outcome) {
        (PayoutStatus::Sending { .. } | PayoutStatus::Unknown { .. }, outcome) => {
            return learn(draft, payout, outcome);
        }
        (PayoutStatus::Reserved | PayoutStatus::Released { .. }, _) => false,
        (PayoutStatus::Settled { .. }, outcome) => {
            !matches!(outcome, PayoutOutcome::NotDone { .. })
        }
        (PayoutStatus::Failed { .. }, outcome) => !matches!(outcome, PayoutOutcome::Done { .. }),
    };
    if same { Ok(()) } else { Err(Rejection::OutcomeContradicted { payout: payout.clone() }) }
}

fn learn(
    draft: &mut Draft<'_>,
    payout: &PayoutKey,
    outcome: &PayoutOutcome,
) -> Result<(), Rejection> {
    let case = known(draft, payout)?.case.clone();
    match outcome {
        PayoutOutcome::Done { reference } => {
            change(draft, payout, PayoutChange::Settled { reference: reference.clone() })?;
            draft.clear_timer(&unknown_timer(payout)?)?;
            draft.drop_tasks(&case, |it| it.kind == TaskKind::ResolveUnknown)?;
            settled(draft, &case, payout)
        }
        PayoutOutcome::NotDone { why } => {
            change(draft, payout, PayoutChange::Failed { why: why.clone() })?;
            draft.clear_timer(&unknown_timer(payout)?)?;
            draft.drop_tasks(&case, |it| it.kind == TaskKind::ResolveUnknown)?;
            draft.open_task(&case, TaskKind::RefundFailed, false)
        }
        PayoutOutcome::Unknown => {
            if matches!(known(draft, payout)?.status, PayoutStatus::Unknown { .. }) {
                return Ok(());
            }
            change(draft, payout, PayoutChange::Unknown)?;
            let at = draft.now().plus(draft.context.pack.span("unknown-alert-after")?);
            let purpose = TimerPurpose::StillUnknown { payout: payout.clone() };
            draft.set_timer(Timer { id: unknown_timer(payout)?, at, purpose })
        }
    }
}

/// A case is done when the payout it waited for has arrived.
fn settled(draft: &mut Draft<'_>, case: &CaseNo, payout: &PayoutKey) -> Result<(), Rejection> {
    let awaited = Status::Refunding { payout: payout.clone() };
    if draft.case(case)?.status != awaited {
        return Ok(());
    }
    // Whoever was called for help is not needed any more; what recovers money still is.
    draft.drop_tasks(case, |it| !it.kind.outlives_payment())?;
    draft.tell(case, "refunded")?;
    draft.done(case, draft.now())?;
    // Other cases of the order may hope for less now.
    judging::look_again_at_all(draft)
}

/// The provider has been asked for a day and nobody knows: finance must find out (M14).
pub(crate) fn still_unknown(draft: &mut Draft<'_>, payout: &PayoutKey) -> Result<(), Rejection> {
    let payout = known(draft, payout)?;
    let case = payout.case.clone();
    match payout.status {
        PayoutStatus::Unknown { .. } => draft.open_task(&case, TaskKind::ResolveUnknown, false),
        PayoutStatus::Reserved
        | PayoutStatus::Sending { .. }
        | PayoutStatus::Settled { .. }
        | PayoutStatus::Failed { .. }
        | PayoutStatus::Released { .. } => Ok(()),
    }
}

pub(crate) fn retry(draft: &mut Draft<'_>, payout: &PayoutKey) -> Result<(), Rejection> {
    let it = known(draft, payout)?.clone();
    match it.status {
        PayoutStatus::Failed { .. } => {
            check_room(draft, &it.case, (it.purpose, &it.amount))?;
            send(draft, payout)?;
            draft.drop_tasks(&it.case, |task| task.kind == TaskKind::RefundFailed)
        }
        PayoutStatus::Sending { .. } => Ok(()),
        PayoutStatus::Reserved
        | PayoutStatus::Unknown { .. }
        | PayoutStatus::Settled { .. }
        | PayoutStatus::Released { .. } => {
            Err(Rejection::NotRetriable { payout: payout.clone(), status: it.status.code() })
        }
    }
}

/// Gives up a payout that was proven not made, or was only promised.
pub(crate) fn release_by_hand(draft: &mut Draft<'_>, payout: &PayoutKey) -> Result<(), Rejection> {
    let it = known(draft, payout)?.clone();
    match it.status {
        PayoutStatus::Reserved | PayoutStatus::Failed { .. } => {
            release(draft, payout)?;
            draft.drop_tasks(&it.case, |task| task.kind == TaskKind::RefundFailed)?;
            if draft.case(&it.case)?.status == (Status::Refunding { payout: payout.clone() }) {
                draft.move_to(&it.case, Status::UnderReview, "the payment was given up")?;
            }
            judging::look_again(draft, &it.case)
        }
        PayoutStatus::Released { .. } => Ok(()),
        PayoutStatus::Sending { .. } | PayoutStatus::Unknown { .. } => {
            Err(Rejection::PayoutPending { payout: payout.clone() })
        }
        PayoutStatus::Settled { .. } => {
            Err(Rejection::OutcomeContradicted { payout: payout.clone() })
        }
    }
}

/// Releases everything the case holds and has not sent; refuses if money is under way, or goods
/// of ours are out against goods that are not back. A deposit for which nothing left goes back,
/// and a discount that was granted stays promised: it was given for keeping the order.
pub(crate) fn let_go(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    deposit::check_old_goods(draft, case)?;
    let held: Vec<Payout> = draft.body.holding_of(case).cloned().collect();
    for payout in held {
        match payout.status {
            PayoutStatus::Reserved if is_promised_discount(draft, &payout) => (),
            PayoutStatus::Reserved => release(draft, &payout.key)?,
            PayoutStatus::Sending { .. } | PayoutStatus::Unknown { .. } => {
                return Err(Rejection::PayoutPending { payout: payout.key });
            }
            PayoutStatus::Settled { .. }
            | PayoutStatus::Failed { .. }
            | PayoutStatus::Released { .. } => (),
        }
    }
    if draft.body.replacement_of(case).is_none() {
        deposit::give_back(draft, case)?;
    }
    Ok(())
}

/// Whether a discount was granted and waits for the goods to be received (LATE-03).
pub(crate) fn is_promised_discount(draft: &Draft<'_>, payout: &Payout) -> bool {
    let asked_for = |status: &Status| {
        let Status::AwaitingApproval { payout: asked, .. } = status else { return false };
        *asked == payout.key
    };
    payout.purpose == Purpose::Discount
        && payout.status == PayoutStatus::Reserved
        && draft.body.case(&payout.case).is_some_and(|it| !asked_for(&it.status))
}

/// A discount was for keeping the goods: once they are refunded instead, nobody is owed it.
fn give_up_discount(draft: &mut Draft<'_>, case: &CaseNo) -> Result<(), Rejection> {
    let held = draft.body.holding_of(case).filter(|it| is_promised_discount(draft, it));
    let promised: Vec<PayoutKey> = held.map(|it| it.key.clone()).collect();
    promised.iter().try_for_each(|it| release(draft, it))
}

pub(crate) fn record_delivery(
    draft: &mut Draft<'_>,
    effect: &str,
    delivered: bool,
) -> Result<(), Rejection> {
    if !draft.body.pending.contains(effect) {
        return Ok(());
    }
    draft.record(Event::Delivered { effect: effect.to_owned(), delivered })
}

fn unknown_timer(payout: &PayoutKey) -> Result<TimerId, Rejection> {
    named(format!("unknown-{payout}"), TimerId::new)
}
