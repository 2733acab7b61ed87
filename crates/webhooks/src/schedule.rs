//! When to try again, by the Standard Webhooks schedule, and when to give up.

use kernel::{Span, Timestamp};

use crate::id;

/// Waits before the second and every further attempt.
const WAITS: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

/// How long nothing but failures may go on before an endpoint is disabled.
pub(crate) const PATIENCE: Span = Span::days(5);

/// The longest a receiver may ask us to wait.
const LONGEST_ASKED: Span = Span::hours(24);

/// The wait after `tries` attempts, spread by a tenth either way so that what failed together is
/// not sent again together. `None` after the last attempt.
///
/// The spread follows from the delivery's name: a run can be repeated.
pub(crate) fn wait_after(tries: u32, delivery: &str) -> Option<Span> {
    let index = usize::try_from(tries).ok()?.checked_sub(1)?;
    let seconds = WAITS.get(index)?.whole_seconds();
    let [first, second, ..] = id::digest("jitter", &[delivery, &tries.to_string()]);
    let drawn = i64::from(u16::from_be_bytes([first, second]));
    let permille = drawn.rem_euclid(201).saturating_add(900);
    Some(Span::seconds(seconds.saturating_mul(permille).div_euclid(1_000)))
}

/// How long an endpoint is left alone, whatever waits for it, after this many failures in a row.
///
/// Shorter than any wait of the schedule that comes with as many failures, so that a delivery that
/// fails alone keeps to the schedule.
pub(crate) fn rest_after(failures: u32) -> Span {
    match failures {
        0 | 1 => Span::ZERO,
        2 => Span::seconds(5),
        3 => Span::seconds(30),
        _ => Span::minutes(4),
    }
}

/// Reads a `Retry-After` header: seconds, or a date. At most a day; `None` if it says nothing.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Span> {
    let header = header.trim();
    let is_number = !header.is_empty() && header.bytes().all(|it| it.is_ascii_digit());
    let asked = if is_number {
        // More digits than a number holds are a long time.
        Span::seconds(header.parse().unwrap_or(i64::MAX))
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
        Timestamp::from_epoch_seconds(date.as_second()).since(now)
    };
    Some(asked.clamp(Span::ZERO, LONGEST_ASKED))
}
