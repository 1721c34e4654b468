//! Working time by weekday, as a ruleset gives it.

use super::{CalendarProblem as Problem, Tally};
use crate::{
    dated::{Provenance, Status},
    located::{Located, Source},
};
use jiff::tz::Offset;
use serde::Deserialize;
use toml::Spanned;

type Wrong = Located<Problem>;

/// Zone and working hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingTime {
    /// Name of the time zone, for people and for programs that know it.
    pub zone: String,
    /// The zone's distance from UTC. It is fixed: China has had no summer time since 1991.
    pub offset: Offset,
    /// From where the hours are.
    pub provenance: Provenance,
    pub(super) week: Week,
}

impl WorkingTime {
    /// Working hours in minutes from midnight, by the codes that the files use: `monday` to
    /// `sunday`, and `makeup` for a make-up workday.
    pub fn hours(&self) -> [(&'static str, &[(i64, i64)]); 8] {
        let [mon, tue, wed, thu, fri, sat, sun] = &self.week.days;
        [
            ("monday", &mon.periods),
            ("tuesday", &tue.periods),
            ("wednesday", &wed.periods),
            ("thursday", &thu.periods),
            ("friday", &fri.periods),
            ("saturday", &sat.periods),
            ("sunday", &sun.periods),
            ("makeup", &self.week.makeup.periods),
        ]
    }
}

/// A day's working time: periods in minutes from midnight, in order, not touching.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct DayHours {
    pub periods: Vec<(i64, i64)>,
}

/// Working hours by weekday, Monday first, and for make-up workdays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Week {
    days: [DayHours; 7],
    pub makeup: DayHours,
    total: Tally,
}

/// The table `[working_time]` of a ruleset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkingTimeFile {
    zone: String,
    offset: Spanned<String>,
    status: Status,
    source: Spanned<String>,
    monday: Vec<Spanned<String>>,
    tuesday: Vec<Spanned<String>>,
    wednesday: Vec<Spanned<String>>,
    thursday: Vec<Spanned<String>>,
    friday: Vec<Spanned<String>>,
    saturday: Vec<Spanned<String>>,
    sunday: Vec<Spanned<String>>,
    makeup: Vec<Spanned<String>>,
}

impl WorkingTime {
    /// Checks a table.
    pub(crate) fn read(source: Source<'_>, file: &Spanned<WorkingTimeFile>) -> Result<Self, Wrong> {
        let at = file.span().start;
        let file = file.get_ref();
        let text = file.source.get_ref().trim();
        if text.is_empty() {
            return Err(source.at(file.source.span().start, Problem::NoSource));
        }
        let wrong = || source.at(file.offset.span().start, Problem::Offset(file.offset.get_ref().clone()));
        let offset = offset(file.offset.get_ref()).ok_or_else(wrong)?;
        let day = |periods: &[Spanned<String>]| hours(source, periods);
        let days = [
            day(&file.monday)?,
            day(&file.tuesday)?,
            day(&file.wednesday)?,
            day(&file.thursday)?,
            day(&file.friday)?,
            day(&file.saturday)?,
            day(&file.sunday)?,
        ];
        let makeup = day(&file.makeup)?;
        let total = days.iter().fold(Tally::default(), Tally::with);
        if total.minutes == 0 || makeup.is_closed() {
            return Err(source.at(at, Problem::IdleWeek));
        }
        let provenance = Provenance { status: file.status, source: text.to_owned() };
        Ok(Self { zone: file.zone.clone(), offset, provenance, week: Week { days, makeup, total } })
    }
}

impl Week {
    /// The hours of a day (days since 1970-01-01) by its weekday alone.
    pub fn on(&self, day: i64) -> &DayHours {
        // 1970-01-01 was a Thursday, the fourth day of the week.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        &self.days[weekday]
    }

    /// What is worked in a plain week.
    pub fn total(&self) -> Tally {
        self.total
    }
}

impl DayHours {
    /// Whether nobody works.
    pub fn is_closed(&self) -> bool {
        self.periods.is_empty()
    }
}

/// `+08:00`, `-05:30`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let minutes = i32::try_from(minute(rest)?).ok()?;
    Offset::from_seconds(sign * minutes * 60).ok()
}

/// `08:30` as minutes from midnight; `24:00` is the end of the day.
fn minute(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| {
        let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if plain { part.parse::<i64>().ok() } else { None }
    };
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

fn hours(source: Source<'_>, given: &[Spanned<String>]) -> Result<DayHours, Wrong> {
    let mut periods: Vec<(i64, i64)> = Vec::new();
    for text in given {
        let period = text.get_ref().split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        let after = periods.last().map_or(-1, |last| last.1);
        match period {
            Some((from, to)) if from < to && after < from => periods.push((from, to)),
            _ => return Err(source.at(text.span().start, Problem::Period(text.get_ref().clone()))),
        }
    }
    Ok(DayHours { periods })
}
