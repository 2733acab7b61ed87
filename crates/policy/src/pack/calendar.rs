//! The `[calendar]` of a pack: when the shop's people work.

use kernel::{Calendar, Civil, Span, Workday, Zone};

use crate::{
    complaint::Report,
    pack::manifest::{Entries, quoted},
    spelling,
};

/// A calendar as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hours {
    version: String,
    offset: String,
    opens: String,
    closes: String,
    workdays: Vec<String>,
    holidays: Vec<String>,
    extra_workdays: Vec<String>,
}

const DAYS: [(&str, Workday); 7] = [
    ("monday", Workday::Monday),
    ("tuesday", Workday::Tuesday),
    ("wednesday", Workday::Wednesday),
    ("thursday", Workday::Thursday),
    ("friday", Workday::Friday),
    ("saturday", Workday::Saturday),
    ("sunday", Workday::Sunday),
];

impl Hours {
    pub(crate) fn read(entries: &Entries<'_>, report: &mut Report<'_>) -> Option<Self> {
        entries.only(
            &[
                "version",
                "utc-offset",
                "utc-offset-minutes",
                "workdays",
                "opens",
                "closes",
                "holidays",
                "extra-workdays",
            ],
            report,
        );
        let offset =
            if entries.has("utc-offset-minutes") { "utc-offset-minutes" } else { "utc-offset" };
        let read = Self {
            version: entries.text("version", report)?,
            offset: entries.text(offset, report)?,
            opens: entries.text("opens", report)?,
            closes: entries.text("closes", report)?,
            workdays: entries.texts("workdays", report),
            holidays: entries.texts("holidays", report),
            extra_workdays: entries.texts("extra-workdays", report),
        };
        match read.build() {
            Ok(_) => Some(read),
            Err(what) => {
                report.error(format!("calendar: {what}"));
                None
            }
        }
    }

    pub(crate) fn build(&self) -> Result<Calendar, String> {
        let minutes = read_offset(&self.offset)
            .ok_or_else(|| format!("`{}` is not an offset such as \"+08:00\"", self.offset))?;
        let zone = Zone::from_minutes(minutes).map_err(|it| it.to_string())?;
        let mut weekdays = Vec::new();
        for name in &self.workdays {
            let day = DAYS.iter().find(|(it, _)| it == name || it.get(..3) == Some(name));
            let hint = || spelling::hint(name, DAYS.iter().map(|&(it, _)| it));
            let (_, day) = day.ok_or_else(|| format!("`{name}` is not a day{}", hint()))?;
            weekdays.push(*day);
        }
        let hours = (read_time(&self.opens)?, read_time(&self.closes)?);
        let calendar = Calendar::new(self.version.clone(), zone, weekdays, hours)
            .map_err(|it| it.to_string())?;
        let days = self.holidays.iter().map(|it| (it, false));
        let days = days.chain(self.extra_workdays.iter().map(|it| (it, true)));
        days.into_iter().try_fold(calendar, |calendar, (text, worked)| {
            let date: Civil =
                text.parse().map_err(|_| format!("`{text}` is not a date like `2026-10-01`"))?;
            Ok(calendar.with_day(date, worked))
        })
    }

    pub(crate) fn write(&self) -> String {
        let list = |texts: &[String]| {
            let texts: Vec<String> = texts.iter().map(|it| quoted(it)).collect();
            format!("[{}]", texts.join(", "))
        };
        let lines = [
            ("version", quoted(&self.version)),
            ("utc-offset", quoted(&self.offset)),
            ("opens", quoted(&self.opens)),
            ("closes", quoted(&self.closes)),
            ("workdays", list(&self.workdays)),
            ("holidays", list(&self.holidays)),
            ("extra-workdays", list(&self.extra_workdays)),
        ];
        let lines = lines.map(|(key, value)| format!("{key} = {value}\n"));
        format!("\n[calendar]\n{}", lines.concat())
    }
}

/// `480` or `+08:00`, in minutes.
fn read_offset(text: &str) -> Option<i16> {
    let Some((hours, minutes)) = text.split_once(':') else { return text.parse().ok() };
    let (sign, hours) = match hours.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, hours.strip_prefix('+').unwrap_or(hours)),
    };
    let hours: i16 = hours.parse().ok().filter(|it| (0..24).contains(it))?;
    let minutes: i16 = minutes.parse().ok().filter(|it| (0..60).contains(it))?;
    hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(sign)
}

/// `09:00`, as time since midnight. `24:00` is the end of the day.
fn read_time(text: &str) -> Result<Span, String> {
    let read = || {
        let (hours, minutes) = text.split_once(':')?;
        let hours: i64 = hours.parse().ok().filter(|it| (0..=24).contains(it))?;
        let minutes: i64 = minutes.parse().ok().filter(|it| (0..60).contains(it))?;
        Some(Span::minutes(hours.checked_mul(60)?.checked_add(minutes)?))
    };
    read().ok_or_else(|| format!("`{text}` is not a time of day such as \"09:00\""))
}
