use money::{Currency, Money, MoneyError};

use crate::{complaint::Expected, dictionary::Unit, value::number::without_spaces};

/// Ten million yuan: more than any order of ours, less than any slip of a column.
const AMOUNT_MAX: Money = Money::fen(1_000_000_000);

/// Reads an amount as back offices write it: `12.5`, `¥1,234.50`, `12.50元`, full-width digits.
pub(crate) fn amount(text: &str, unit: Unit) -> Result<Money, Expected> {
    let plain = without_spaces(text);
    let bare = plain.trim_start_matches(['¥', '+']);
    let bare = bare.strip_prefix("CNY").or_else(|| bare.strip_prefix("RMB")).unwrap_or(bare);
    let bare = bare.strip_suffix("CNY").or_else(|| bare.strip_suffix('元')).unwrap_or(bare);
    let read = match unit {
        Unit::Yuan => yuan(bare)?,
        Unit::Fen => Money::fen(bare.parse().map_err(|_| Expected::WholeFen)?),
    };
    if read.is_negative() {
        return Err(Expected::NotNegative);
    }
    if AMOUNT_MAX.minor() < read.minor() {
        return Err(Expected::AtMost(AMOUNT_MAX));
    }
    Ok(read)
}

fn yuan(text: &str) -> Result<Money, Expected> {
    let decimals = text.split_once('.').map_or("", |(_, it)| it);
    let is_number = !decimals.is_empty() && decimals.bytes().all(|it| it.is_ascii_digit());
    // `12.5000` says no more than `12.50`.
    let trimmed = match decimals.len().checked_sub(2) {
        Some(extra) if is_number && 0 < extra => {
            let kept = text.len().saturating_sub(extra);
            let (kept, dropped) = text.split_at_checked(kept).unwrap_or((text, ""));
            if dropped.bytes().any(|it| it != b'0') {
                return Err(Expected::TwoDecimals);
            }
            kept
        }
        Some(_) | None => text,
    };
    Money::parse_decimal(trimmed, Currency::Cny).map_err(|error| match error {
        MoneyError::Overflow => Expected::AtMost(AMOUNT_MAX),
        MoneyError::Malformed | MoneyError::CurrencyMismatch { .. } | MoneyError::NoWeights => {
            Expected::Amount
        }
    })
}
