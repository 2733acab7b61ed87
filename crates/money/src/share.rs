//! Sharing an amount out without losing or making a fen.

use std::cmp::Reverse;

use crate::{Money, MoneyError};

/// Splits `amount` in proportion to `weights`, to the last fen (CALC-06, and the reading of C-24).
///
/// The parts always add up to `amount`. Fen left over by rounding down go to the largest
/// remainders, then to the earliest parts, so the answer is the same on every machine and every
/// replay. Weights of zero get nothing.
pub fn share_out(amount: Money, weights: &[u64]) -> Result<Vec<Money>, MoneyError> {
    let total: i128 = weights.iter().copied().map(i128::from).sum();
    if total == 0 {
        return Err(MoneyError::NoWeights);
    }

    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left_over = i128::from(amount.minor());
    for (index, &weight) in weights.iter().enumerate() {
        // i64 × u64 always fits in i128, and `total` is not zero.
        let exact = i128::from(amount.minor()).saturating_mul(i128::from(weight));
        let part = exact.div_euclid(total);
        left_over = left_over.saturating_sub(part);
        parts.push(part);
        remainders.push((Reverse(exact.rem_euclid(total)), index));
    }

    remainders.sort_unstable();
    let extra = usize::try_from(left_over).map_err(|_| MoneyError::Overflow)?;
    for &(_, index) in remainders.iter().take(extra) {
        if let Some(part) = parts.get_mut(index) {
            *part = part.saturating_add(1);
        }
    }

    let to_money = |part| i64::try_from(part).map(|minor| Money::new(minor, amount.currency()));
    parts.into_iter().map(to_money).collect::<Result<_, _>>().map_err(|_| MoneyError::Overflow)
}

/// The share of `count` of `pieces` equal pieces of `amount`, when `before` pieces were taken
/// earlier.
///
/// The same as [`share_out`] over `pieces` equal weights and adding up the parts `before` to
/// `before + count`, without making the list: the first pieces carry the odd fen. So taking the
/// pieces in any portions gives back exactly `amount`. Pieces beyond the last are worth nothing.
pub fn of_pieces(amount: Money, pieces: u32, before: u32, count: u32) -> Result<Money, MoneyError> {
    let up_to = before.saturating_add(count).min(pieces);
    first_pieces(amount, pieces, up_to)?.minus(first_pieces(amount, pieces, before.min(pieces))?)
}

fn first_pieces(amount: Money, pieces: u32, count: u32) -> Result<Money, MoneyError> {
    if pieces == 0 {
        return Err(MoneyError::NoWeights);
    }
    let pieces = i64::from(pieces);
    let (each, odd) = (amount.minor().div_euclid(pieces), amount.minor().rem_euclid(pieces));
    let count = i64::from(count);
    // Cannot overflow: the result lies between nothing and `amount`.
    let minor = each.saturating_mul(count).saturating_add(odd.min(count));
    Ok(Money::new(minor, amount.currency()))
}
