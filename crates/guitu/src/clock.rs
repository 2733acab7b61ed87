//! The only place that reads the wall clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use kernel::{Timestamp, Zone};

/// Now, by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "this is where the clock comes from")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_seconds(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// For measuring how long something takes.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// Reads an instant as people type it: a time in the shop's zone, or one that names its own offset
/// at the end, such as `2026-11-12T08:00:00+08:00` or `2026-11-12 08:00:00 +08:00`.
pub(crate) fn parse(text: &str, zone: Zone) -> Result<Timestamp> {
    let text = text.trim();
    let wrong =
        || format!("`{text}` is not a time; write 2026-11-12 08:00, or with an offset at the end");
    let (civil, offset) = split_offset(text);
    let zone = match offset {
        Some(minutes) => Zone::from_minutes(minutes).with_context(wrong)?,
        None => zone,
    };
    Ok(zone.instant(civil.trim().parse().with_context(wrong)?))
}

/// The text before the offset, and the offset in minutes.
fn split_offset(text: &str) -> (&str, Option<i16>) {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return (rest, Some(0));
    }
    // A date has dashes too, so only a sign after the time of day begins an offset.
    let Some(colon) = text.find(':') else { return (text, None) };
    let (head, tail) = text.split_at(colon);
    let Some(sign) = tail.find(['+', '-']) else { return (text, None) };
    let (time, offset) = tail.split_at(sign);
    let (civil, _) = text.split_at(head.len().saturating_add(time.len()));
    let negative = offset.starts_with('-');
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let number: i16 = match digits.parse() {
        Ok(number) => number,
        Err(_) => return (text, None),
    };
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number, 0),
        4 => (number.div_euclid(100), number.rem_euclid(100)),
        _ => return (text, None),
    };
    let total = hours.saturating_mul(60).saturating_add(minutes);
    (civil, Some(if negative { total.saturating_neg() } else { total }))
}

/// `2026-11-12T08:00:00+08:00`
pub(crate) fn rfc3339(at: Timestamp, zone: Zone) -> String {
    let minutes = zone.minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) =
        (minutes.unsigned_abs().div_euclid(60), minutes.unsigned_abs().rem_euclid(60));
    let civil = zone.civil(at).to_string().replace(' ', "T");
    format!("{civil}{sign}{hours:02}:{rest:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_shops_zone_or_their_own() {
        let read = |text| rfc3339(parse(text, Zone::CHINA).unwrap(), Zone::CHINA);
        assert_eq!(read("2026-11-12 08:00:00"), "2026-11-12T08:00:00+08:00");
        assert_eq!(read("2026-11-12T08:00"), "2026-11-12T08:00:00+08:00");
        assert_eq!(read("2026-11-12 08:00:00 +08:00"), "2026-11-12T08:00:00+08:00");
        assert_eq!(read("2026-11-12T00:00:00Z"), "2026-11-12T08:00:00+08:00");
        assert_eq!(read("2026-11-11T19:00:00-0500"), "2026-11-12T08:00:00+08:00");
        assert_eq!(read("2026-11-12"), "2026-11-12T00:00:00+08:00");
        assert!(parse("tomorrow", Zone::CHINA).is_err());
        assert!(parse("2026-13-12 08:00", Zone::CHINA).is_err());
    }
}
