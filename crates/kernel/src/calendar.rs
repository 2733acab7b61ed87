//! Business time: in which zone the shop lives, when its people work, which days count.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{
    civil,
    tz::{Offset, TimeZone},
};
use thiserror::Error;

use crate::{Span, Timestamp};

/// A shop's time zone as a fixed offset from UTC. Mainland China has had one offset and no
/// daylight-saving time since 1991, so an offset is all a shop there needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Zone {
    offset: Offset,
}

impl Zone {
    /// China Standard Time.
    pub const CHINA: Self = Self { offset: jiff::tz::offset(8) };

    /// Offsets from -25:59 to +25:59, in minutes.
    pub fn from_minutes(minutes: i16) -> Result<Self, CalendarError> {
        let seconds = i32::from(minutes).saturating_mul(60);
        let offset = Offset::from_seconds(seconds).map_err(|_| CalendarError::Zone)?;
        Ok(Self { offset })
    }

    pub fn minutes(self) -> i16 {
        i16::try_from(self.offset.seconds().div_euclid(60)).unwrap_or_default()
    }

    /// What the clock on the shop's wall shows.
    pub fn civil(self, at: Timestamp) -> Civil {
        let instant = jiff::Timestamp::from_second(at.epoch_seconds()).unwrap_or_else(|_| {
            if at.epoch_seconds() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX }
        });
        Civil(TimeZone::fixed(self.offset).to_datetime(instant))
    }

    /// The instant at which the shop's wall clock shows `civil`.
    pub fn instant(self, civil: Civil) -> Timestamp {
        let instant = self.offset.to_timestamp(civil.0).unwrap_or(jiff::Timestamp::MAX);
        Timestamp::from_epoch_seconds(instant.as_second())
    }

    /// How many midnights lie between two instants: 0 on the same day, negative if `to` is earlier.
    pub fn days_between(self, from: Timestamp, to: Timestamp) -> i64 {
        let (from, to) = (self.civil(from).0.date(), self.civil(to).0.date());
        to.duration_since(from).as_secs().div_euclid(Span::days(1).whole_seconds())
    }

    /// The last second of the day `days` after the one `at` falls on.
    pub fn end_of_day(self, at: Timestamp, days: i64) -> Timestamp {
        let midnight =
            self.instant(Civil(self.civil(at).0.date().to_datetime(civil::Time::midnight())));
        midnight.plus(Span::days(days.saturating_add(1))).minus(Span::seconds(1))
    }
}

/// A date and time of day without a zone, as back offices print them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Civil(civil::DateTime);

impl Civil {
    /// `None` if there is no such date or time.
    pub fn new(date: (i16, i8, i8), time: (i8, i8, i8)) -> Option<Self> {
        let date = civil::Date::new(date.0, date.1, date.2).ok()?;
        let time = civil::Time::new(time.0, time.1, time.2, 0).ok()?;
        Some(Self(date.to_datetime(time)))
    }

    /// `2026-11-12`
    pub fn date(self) -> String {
        self.0.date().to_string()
    }

    /// `11-12 08:00`, for narrow places.
    pub fn short(self) -> String {
        let it = self.0;
        format!("{:02}-{:02} {:02}:{:02}", it.month(), it.day(), it.hour(), it.minute())
    }
}

/// `2026-11-12 08:00:00`
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self.0;
        write!(f, "{} {:02}:{:02}:{:02}", it.date(), it.hour(), it.minute(), it.second())
    }
}

/// Reads `2026-11-12 08:00:00`, `2026-11-12T08:00` and `2026-11-12`.
impl FromStr for Civil {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let bad = |_| CalendarError::Civil;
        match text.parse::<civil::DateTime>() {
            Ok(read) => Ok(Self(read)),
            Err(_) => text
                .parse::<civil::Date>()
                .map(|it| Self(it.to_datetime(civil::Time::midnight())))
                .map_err(bad),
        }
    }
}

/// When a shop's people work: the working days of the week, the hours of a working day, public
/// holidays, and the weekend days worked in exchange for them.
///
/// Invariant: there is at least one working day a week and the working day is not empty, so that
/// counting working time always ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    version: String,
    zone: Zone,
    weekdays: BTreeSet<Workday>,
    opens: Span,
    closes: Span,
    holidays: BTreeSet<civil::Date>,
    extra_workdays: BTreeSet<civil::Date>,
}

/// A day of the week that people work on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Workday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum CalendarError {
    #[error("not a time zone; expected an offset from UTC in minutes, -1559 to 1559")]
    Zone,
    #[error("not a date; expected something like `2026-11-12 08:00:00`")]
    Civil,
    #[error("a calendar needs at least one working day a week")]
    NoWorkdays,
    #[error("the working day has to end after it begins, within 24 hours")]
    Hours,
}

impl Calendar {
    /// A calendar without holidays. `hours` is the working day, from midnight.
    pub fn new(
        version: impl Into<String>,
        zone: Zone,
        weekdays: impl IntoIterator<Item = Workday>,
        (opens, closes): (Span, Span),
    ) -> Result<Self, CalendarError> {
        let weekdays: BTreeSet<Workday> = weekdays.into_iter().collect();
        if weekdays.is_empty() {
            return Err(CalendarError::NoWorkdays);
        }
        if opens.is_negative() || closes <= opens || Span::days(1) < closes {
            return Err(CalendarError::Hours);
        }
        let (holidays, extra_workdays) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self {
            version: version.into(),
            zone,
            weekdays,
            opens,
            closes,
            holidays,
            extra_workdays,
        })
    }

    /// Marks the day `date` falls on as a day off, or as one worked in exchange for a day off.
    pub fn with_day(mut self, date: Civil, worked: bool) -> Self {
        let days = if worked { &mut self.extra_workdays } else { &mut self.holidays };
        days.insert(date.0.date());
        self
    }

    /// Stored with every timer computed from the calendar.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn zone(&self) -> Zone {
        self.zone
    }

    pub fn is_workday(&self, at: Timestamp) -> bool {
        self.works_on(self.zone.civil(at).0.date())
    }

    /// The instant at which `span` of working time has passed since `from`.
    pub fn after_working_time(&self, from: Timestamp, span: Span) -> Timestamp {
        let mut left = span;
        let mut date = self.zone.civil(from).0.date();
        let mut begin = from;
        // A year without a working day would need 366 holidays in a row: give up there.
        for _ in 0..20 * 366 {
            let (opens, closes) = self.hours_of(date);
            if self.works_on(date) && begin < closes {
                let start = begin.max(opens);
                let room = closes.since(start);
                if left <= room {
                    return start.plus(left);
                }
                left = Span::seconds(left.whole_seconds().saturating_sub(room.whole_seconds()));
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            begin = self.hours_of(date).0;
        }
        from.plus(span)
    }

    /// The end of the working day `days` working days after the day of `from`.
    pub fn after_working_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let mut date = self.zone.civil(from).0.date();
        let mut left = days;
        for _ in 0..20 * 366 {
            if left == 0 {
                break;
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            if self.works_on(date) {
                left = left.saturating_sub(1);
            }
        }
        self.hours_of(date).1
    }

    fn works_on(&self, date: civil::Date) -> bool {
        let weekday = match date.weekday() {
            civil::Weekday::Monday => Workday::Monday,
            civil::Weekday::Tuesday => Workday::Tuesday,
            civil::Weekday::Wednesday => Workday::Wednesday,
            civil::Weekday::Thursday => Workday::Thursday,
            civil::Weekday::Friday => Workday::Friday,
            civil::Weekday::Saturday => Workday::Saturday,
            civil::Weekday::Sunday => Workday::Sunday,
        };
        self.extra_workdays.contains(&date)
            || (self.weekdays.contains(&weekday) && !self.holidays.contains(&date))
    }

    fn hours_of(&self, date: civil::Date) -> (Timestamp, Timestamp) {
        let midnight = self.zone.instant(Civil(date.to_datetime(civil::Time::midnight())));
        (midnight.plus(self.opens), midnight.plus(self.closes))
    }
}

#[cfg(test)]
mod tests {
    use Workday::{Friday, Monday, Thursday, Tuesday, Wednesday};

    use super::*;

    fn at(text: &str) -> Timestamp {
        Zone::CHINA.instant(text.parse().unwrap())
    }

    fn office() -> Calendar {
        let hours = (Span::hours(9), Span::hours(18));
        let week = [Monday, Tuesday, Wednesday, Thursday, Friday];
        Calendar::new("2026", Zone::CHINA, week, hours).unwrap()
    }

    #[track_caller]
    fn check(actual: Timestamp, expected: &str) {
        assert_eq!(Zone::CHINA.civil(actual).to_string(), expected);
    }

    #[test]
    fn working_time_skips_nights_and_weekends() {
        check(
            office().after_working_time(at("2026-11-12 08:00:00"), Span::hours(2)),
            "2026-11-12 11:00:00",
        );
        check(
            office().after_working_time(at("2026-11-12 17:00:00"), Span::hours(2)),
            "2026-11-13 10:00:00",
        );
        check(
            office().after_working_time(at("2026-11-13 17:30:00"), Span::hours(1)),
            "2026-11-16 09:30:00",
        );
    }

    #[test]
    fn working_days_skip_holidays_and_count_exchanged_days() {
        let friday = at("2026-11-13 17:00:00");
        check(office().after_working_days(friday, 2), "2026-11-17 18:00:00");
        let monday_off = office().with_day("2026-11-16".parse().unwrap(), false);
        check(monday_off.after_working_days(friday, 2), "2026-11-18 18:00:00");
        let saturday_on = office().with_day("2026-11-14".parse().unwrap(), true);
        check(saturday_on.after_working_days(friday, 2), "2026-11-16 18:00:00");
    }

    #[test]
    fn days_are_counted_by_the_shops_midnights() {
        let days = |from, to| Zone::CHINA.days_between(at(from), at(to));
        assert_eq!(days("2026-11-03 23:59:59", "2026-11-10 00:00:00"), 7);
        assert_eq!(days("2026-11-03 00:00:00", "2026-11-03 23:59:59"), 0);
        assert_eq!(days("2026-11-03 00:00:00", "2026-11-02 23:59:59"), -1);
        check(Zone::CHINA.end_of_day(at("2026-11-03 12:00:00"), 7), "2026-11-10 23:59:59");
    }

    #[test]
    fn a_calendar_in_which_nobody_works_is_refused() {
        let day = (Span::hours(9), Span::hours(18));
        assert_eq!(Calendar::new("x", Zone::CHINA, [], day), Err(CalendarError::NoWorkdays));
        let night = (Span::hours(18), Span::hours(9));
        assert_eq!(Calendar::new("x", Zone::CHINA, [Monday], night), Err(CalendarError::Hours));
    }
}
