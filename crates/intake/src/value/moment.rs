use kernel::{Civil, Span, Timestamp, Zone};

use crate::{complaint::Expected, fold::halved};

/// Reads a time as back offices and spreadsheets write it, in the shop's zone unless it says
/// another.
///
/// Taken: `2026-11-12 08:00:00`, `2026/11/12 8:00`, `2026.11.12`, `2026年11月12日 8时5分`,
/// `2026-11-12T08:00:00.000+08:00`, `20261112`, `20261112080000`, the serial numbers of
/// spreadsheets (`46338.33`), Unix seconds and milliseconds. Refused: `11/12/2026`, which is two
/// different days on two continents.
pub(crate) fn moment(text: &str, zone: Zone) -> Result<Timestamp, Expected> {
    let text = halved(text);
    let text = text.trim();
    let is_number = text.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        && text.bytes().filter(|it| *it == b'.').count() < 2;
    let read = if is_number {
        numeric(text, zone)
    } else {
        plain(text, zone).or_else(|| written(text, zone))
    };
    let at = read.ok_or(Expected::Time)?;
    let local = at.plus(Span::minutes(zone.minutes().into())).epoch_seconds();
    let in_range = (YEAR_2000..YEAR_2101).contains(&local);
    if in_range { Ok(at) } else { Err(Expected::TimeInRange) }
}

/// Midnight of the first of January, if the zone were UTC.
const YEAR_2000: i64 = 946_684_800;
const YEAR_2101: i64 = 4_133_980_800;

/// `2026-11-12 08:00:00`, which nearly every cell is, without the pains of the rest.
fn plain(text: &str, zone: Zone) -> Option<Timestamp> {
    let marks = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    let is_there = |&(at, mark): &(usize, u8)| text.as_bytes().get(at) == Some(&mark);
    if text.len() != 19 || !marks.iter().all(is_there) {
        return None;
    }
    let two = |from: usize| text.get(from..from.saturating_add(2));
    civil(&[text.get(..4)?, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?], zone)
}

/// A time that is one number.
fn numeric(text: &str, zone: Zone) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    match (whole.len(), fraction.is_empty()) {
        (8, true) => civil(&[whole.get(..4)?, whole.get(4..6)?, whole.get(6..8)?], zone),
        (12 | 14, true) => {
            let part = |from: usize| whole.get(from..from.saturating_add(2));
            let date = [whole.get(..4)?, part(4)?, part(6)?];
            let time = [part(8)?, part(10)?, part(12).unwrap_or("0")];
            civil(&[date, time].concat(), zone)
        }
        (10, true) => whole.parse().ok().map(Timestamp::from_epoch_seconds),
        (13, true) => {
            let millis: i64 = whole.parse().ok()?;
            Some(Timestamp::from_epoch_seconds(millis.div_euclid(1000)))
        }
        (5, _) => serial(whole, fraction, zone),
        _ => None,
    }
}

/// Days since the end of 1899, the way spreadsheets count, and the part of the day that has passed.
fn serial(whole: &str, fraction: &str, zone: Zone) -> Option<Timestamp> {
    let days: i64 = whole.parse().ok()?;
    // Nine digits are a tenth of a millisecond.
    let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let parts: i64 = fraction.parse().ok()?;
    let seconds = parts.checked_mul(86_400)?.checked_add(500_000_000)?.div_euclid(1_000_000_000);
    let start = zone.instant(Civil::new((1899, 12, 30), (0, 0, 0))?);
    Some(start.plus(Span::days(days)).plus(Span::seconds(seconds)))
}

/// A time with words or marks between its numbers.
fn written(text: &str, zone: Zone) -> Option<Timestamp> {
    let (text, zone) = with_offset(text, zone)?;
    let mut numbers: Vec<&str> = Vec::new();
    let mut marks: Vec<String> = vec![String::new()];
    for part in text.split_inclusive(|it: char| !it.is_ascii_digit()) {
        let digits = part.trim_end_matches(|it: char| !it.is_ascii_digit());
        if !digits.is_empty() {
            numbers.push(digits);
            marks.push(String::new());
        }
        if let Some(mark) = marks.last_mut() {
            mark.push_str(part.get(digits.len()..)?.trim());
        }
    }
    let expected: [&[&str]; 7] = [
        &[""],
        &["-", "/", ".", "年"],
        &["-", "/", ".", "月"],
        &["", "日", "号", "T", "t"],
        &[":", "时", "点"],
        &[":", "分", ""],
        &["", "秒", "."],
    ];
    let count = numbers.len();
    let has_fraction = count == 7 && marks.get(6)? == "." && marks.get(7)?.is_empty();
    let times_ok = matches!(count, 3 | 5 | 6) || has_fraction;
    let (afternoon, marks) = noon(marks);
    let marks_ok = marks.iter().zip(expected).take(count.saturating_add(1)).enumerate().all(
        |(nth, (mark, allowed))| {
            // The last mark of the text may only be one that closes.
            allowed.contains(&mark.as_str())
                && (nth < count || !matches!(mark.as_str(), "-" | "/" | ":"))
        },
    );
    if !times_ok || !marks_ok || numbers.first()?.len() != 4 {
        return None;
    }
    // A fraction of a second is dropped.
    numbers.truncate(6);
    let at = civil(&numbers, zone)?;
    let hour: u8 = numbers.get(3).and_then(|it| it.parse().ok()).unwrap_or(0);
    Some(if afternoon && hour < 12 { at.plus(Span::hours(12)) } else { at })
}

/// Takes `下午` out of the mark between day and hour.
fn noon(mut marks: Vec<String>) -> (bool, Vec<String>) {
    let mut afternoon = false;
    if let Some(mark) = marks.get_mut(3) {
        for (word, is_afternoon) in [("上午", false), ("下午", true), ("晚上", true)] {
            if let Some(rest) = mark.strip_suffix(word) {
                afternoon = is_afternoon;
                *mark = rest.to_owned();
            }
        }
    }
    (afternoon, marks)
}

/// Takes `Z` or `+08:00` off the end.
fn with_offset(text: &str, zone: Zone) -> Option<(&str, Zone)> {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some((rest, Zone::from_minutes(0).ok()?));
    }
    let Some(at) = text.rfind(['+', '-']).filter(|&at| 16 <= at) else {
        return Some((text, zone));
    };
    let (rest, offset) = text.split_at_checked(at)?;
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (digits.get(..2)?, digits.get(2..4).unwrap_or("0"));
    let minutes = hours.parse::<i16>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
    let minutes = if offset.starts_with('-') { minutes.checked_neg()? } else { minutes };
    Some((rest, Zone::from_minutes(minutes).ok()?))
}

/// `[year, month, day]` or `[year, month, day, hour, minute, second]`; missing parts are zero.
fn civil(numbers: &[&str], zone: Zone) -> Option<Timestamp> {
    let part = |nth: usize| numbers.get(nth).map_or(Some(0), |it| it.parse::<i8>().ok());
    let year: i16 = numbers.first()?.parse().ok()?;
    let civil = Civil::new((year, part(1)?, part(2)?), (part(3)?, part(4)?, part(5)?))?;
    Some(zone.instant(civil))
}
