//! What couriers are to make good.
//!
//! **Invariant:** a claim is filed once, for no more than the case cost us, and answered once, for
//! no more than was claimed.

use kernel::CaseNo;
use money::Money;

use super::{Draft, compensation::at_most, draft::not_possible};
use crate::{
    amount::price_of, case::Case, event::CaseChange, rejection::Rejection, words::TaskKind,
};

/// LOST-09, CLAIM-06: against a courier by name, once the buyer has money or new goods.
pub(crate) fn file(
    draft: &mut Draft<'_>,
    case: &CaseNo,
    carrier: &str,
    amount: Money,
) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    if let Some(claim) = &known.claim {
        let same = claim.carrier == carrier && claim.amount == amount;
        return if same { Ok(()) } else { Err(not_possible(known)) };
    }
    if carrier.trim().is_empty() {
        return Err(Rejection::ProofMissing { what: "the name of the courier" });
    }
    if !amount.is_positive() {
        return Err(Rejection::NotPositive);
    }
    let most = cost(draft, known)?;
    if most.is_zero() {
        return Err(Rejection::Locked { until: "the buyer has the money or new goods" });
    }
    at_most(amount, most)?;
    let (carrier, at) = (carrier.to_owned(), draft.now());
    draft.change(case, CaseChange::ClaimFiled { carrier, amount, at })?;
    draft.drop_tasks(case, |it| it.kind == TaskKind::RegisterClaim)
}

/// The courier has paid, in whole or in part, or declines.
pub(crate) fn answer(draft: &mut Draft<'_>, case: &CaseNo, paid: Money) -> Result<(), Rejection> {
    let known = draft.case(case)?;
    let Some(claim) = &known.claim else { return Err(not_possible(known)) };
    match claim.paid {
        Some(before) if before == paid => return Ok(()),
        Some(_) => return Err(not_possible(known)),
        None => (),
    }
    if paid.is_negative() {
        return Err(Rejection::NotPositive);
    }
    at_most(paid, claim.amount)?;
    let declined = claim.amount.minus(paid)?;
    draft.change(case, CaseChange::ClaimAnswered { paid, declined })
}

/// What the buyer was given for the case, or the price of the goods that were sent again.
fn cost(draft: &Draft<'_>, case: &Case) -> Result<Money, Rejection> {
    let given = draft.body.holding_of(&case.no).filter(|it| it.purpose.is_out_of_the_price());
    let given: Vec<Money> = given.map(|it| it.amount.total()).collect::<Result<_, _>>()?;
    let given = Money::sum(draft.body.order.currency(), given)?;
    match draft.body.replacement_of(&case.no) {
        Some(_) => Ok(price_of(&draft.body, case)?.larger(given)?),
        None => Ok(given),
    }
}
