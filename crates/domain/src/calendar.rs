//! The working calendar: how a deadline counts nights, weekends, statutory holidays and the
//! make-up workdays (调休) that go with them.
//!
//! Four clocks are in use (数字城管 practice): continuous hours (紧急工作时) and days (自然日) run
//! without a break; working hours (工作时) and working days (工作日) count only working time. A
//! working day is as many minutes as one day's working hours, so that one working day from Friday
//! 15:00 ends on Monday 15:00. What starts outside working time counts from the next opening; what
//! ends with a day's last minute is due at closing, not at the next opening.

use jiff::{
    Span, Timestamp,
    civil::{Date, Weekday},
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// 紧急工作时: hours without a break.
    Hours,
    /// 自然日: days of 24 hours without a break.
    Days,
    /// 工作时: hours of working time.
    WorkHours,
    /// 工作日: days of working time.
    WorkDays,
}

/// An amount of time on a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// How many hours or days.
    pub amount: u32,
    /// Of which clock.
    pub clock: Clock,
}

/// A deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// A year was touched whose holidays are not known: weekdays were counted instead.
    pub assumed: bool,
}

/// What is wrong with a calendar text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// It cannot be read.
    #[error("{0}")]
    Syntax(String),
    /// A date is named twice.
    #[error("{0} is named twice")]
    Twice(Date),
    /// A date lies outside the text's year.
    #[error("{0} is not in {1}")]
    OtherYear(Date, i16),
    /// Working hours are not in order within one day.
    #[error("working hours {0}")]
    Hours(String),
}

/// One year's holidays as published.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// The notice that sets them.
    pub source: String,
    /// Holidays.
    pub holiday: Vec<Holiday>,
}

/// A holiday with the days worked to make up for it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its name.
    pub name: String,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
    /// Weekend days that are worked instead.
    #[serde(default)]
    pub makeup: Vec<Date>,
}

impl Year {
    /// Reads a year from TOML.
    ///
    /// # Errors
    /// [`CalendarError`], naming the line or the date.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let year: Self = toml::from_str(text).map_err(|error| CalendarError::Syntax(error.to_string()))?;
        let mut seen = Vec::new();
        for (date, _) in year.days() {
            if date.year() != year.year {
                return Err(CalendarError::OtherYear(date, year.year));
            }
            if seen.contains(&date) {
                return Err(CalendarError::Twice(date));
            }
            seen.push(date);
        }
        Ok(year)
    }

    /// Every named day, and whether it is worked.
    fn days(&self) -> impl Iterator<Item = (Date, bool)> {
        self.holiday.iter().flat_map(|holiday| {
            let off = holiday
                .from
                .series(Span::new().days(1))
                .take_while(|date| *date <= holiday.to)
                .map(|date| (date, false));
            off.chain(holiday.makeup.iter().map(|date| (*date, true)))
        })
    }
}

const DAY_MS: i64 = 86_400_000;
/// Years for which sums are kept; a deadline never lies further away.
const FIRST: i16 = 2000;
const LAST: i16 = 2099;

/// The working calendar of a district.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    zone: Offset,
    /// Working time within a day: from, to, in ms after midnight.
    hours: Vec<(i64, i64)>,
    day_ms: i64,
    /// Midnight of the first day, ms since 1970, in the district's zone.
    origin: i64,
    /// Working ms before each day.
    before: Vec<i64>,
    names: BTreeMap<Date, String>,
    known: Vec<i16>,
}

impl WorkCalendar {
    /// A calendar from the zone's offset in hours, working hours (`08:00-12:00`), and known years.
    ///
    /// # Errors
    /// [`CalendarError::Hours`] for hours that are not in order.
    pub fn new(offset_hours: i8, hours: &[String], years: &[Year]) -> Result<Self, CalendarError> {
        let zone = Offset::from_hours(offset_hours).map_err(|error| CalendarError::Hours(error.to_string()))?;
        let hours: Vec<_> = hours.iter().map(|span| parse_hours(span)).collect::<Result<_, _>>()?;
        if hours.is_empty() || hours.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(CalendarError::Hours("are empty or overlap".into()));
        }
        let day_ms = hours.iter().map(|(from, to)| to - from).sum();
        let named: BTreeMap<Date, bool> = years.iter().flat_map(Year::days).collect();
        let names = years
            .iter()
            .flat_map(|year| &year.holiday)
            .flat_map(|holiday| {
                let days = holiday.from.series(Span::new().days(1)).take_while(|date| *date <= holiday.to);
                days.map(|date| (date, holiday.name.clone()))
            })
            .collect();
        let first = Date::constant(FIRST, 1, 1);
        let mut before = vec![0];
        let mut sum = 0;
        for date in first.series(Span::new().days(1)).take_while(|date| date.year() <= LAST) {
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            if named.get(&date).copied().unwrap_or(!weekend) {
                sum += day_ms;
            }
            before.push(sum);
        }
        let origin =
            zone.to_timestamp(first.at(0, 0, 0, 0)).map_err(|error| CalendarError::Hours(error.to_string()))?;
        let known = years.iter().map(|year| year.year).collect();
        Ok(Self { zone, hours, day_ms, origin: origin.as_millisecond(), before, names, known })
    }

    /// The civil date at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        TimeZone::fixed(self.zone).to_datetime(at).date()
    }

    /// The last instant of a day.
    pub fn end_of(&self, day: Date) -> Timestamp {
        self.zone.to_timestamp(day.at(23, 59, 59, 0)).unwrap_or(Timestamp::MAX)
    }

    /// The holiday's name on a date.
    pub fn holiday(&self, date: Date) -> Option<&str> {
        self.names.get(&date).map(String::as_str)
    }

    /// Whether a date is worked.
    pub fn is_workday(&self, date: Date) -> bool {
        let start = self.zone.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, Timestamp::as_millisecond);
        let at = self.index(start);
        self.before[at + 1] > self.before[at]
    }

    fn index(&self, ms: i64) -> usize {
        let most = self.before.len() - 2;
        usize::try_from((ms - self.origin).div_euclid(DAY_MS)).unwrap_or(0).min(most)
    }

    /// Working ms from the origin up to an instant.
    fn worked(&self, ms: i64) -> i64 {
        let day = self.index(ms);
        if self.before[day + 1] == self.before[day] {
            return self.before[day];
        }
        let time = ms - self.origin - i64::try_from(day).unwrap_or(0) * DAY_MS;
        let within: i64 = self.hours.iter().map(|(from, to)| (time.min(*to) - from).max(0)).sum();
        self.before[day] + within
    }

    /// The first instant at which `worked` reaches `target`.
    fn reach(&self, target: i64) -> i64 {
        // The last day before which less than the target was worked is the day that reaches it.
        let day = self.before.partition_point(|sum| *sum < target).saturating_sub(1);
        let mut left = target - self.before[day];
        let midnight = self.origin + i64::try_from(day).unwrap_or(0) * DAY_MS;
        for (from, to) in &self.hours {
            if left <= to - from {
                return midnight + from + left;
            }
            left -= to - from;
        }
        midnight + DAY_MS
    }

    /// When a limit that starts at `start` is due.
    pub fn add(&self, start: Timestamp, limit: Limit) -> Due {
        let from = start.as_millisecond();
        let amount = i64::from(limit.amount);
        let to = match limit.clock {
            Clock::Hours => from + amount * 3_600_000,
            Clock::Days => from + amount * DAY_MS,
            Clock::WorkHours => self.reach(self.worked(from) + amount * 3_600_000),
            Clock::WorkDays => self.reach(self.worked(from) + amount * self.day_ms),
        };
        let at = Timestamp::from_millisecond(to.max(from)).unwrap_or(Timestamp::MAX);
        let working = matches!(limit.clock, Clock::WorkHours | Clock::WorkDays);
        let years = self.date(start).year()..=self.date(at).year();
        let assumed = working && years.into_iter().any(|year| !self.known.contains(&year));
        Due { at, assumed }
    }

    /// Working time between two instants, in ms; zero when `to` is not after `from`.
    pub fn worked_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        (self.worked(to.as_millisecond()) - self.worked(from.as_millisecond())).max(0)
    }
}

fn parse_hours(span: &str) -> Result<(i64, i64), CalendarError> {
    let bad = || CalendarError::Hours(span.to_owned());
    let minute = |text: &str| -> Option<i64> {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        ((0..=24).contains(&hour) && (0..60).contains(&minute)).then_some((hour * 60 + minute) * 60_000)
    };
    let (from, to) = span.split_once('-').ok_or_else(bad)?;
    let (from, to) = (minute(from).ok_or_else(bad)?, minute(to).ok_or_else(bad)?);
    if from < to && to <= DAY_MS { Ok((from, to)) } else { Err(bad()) }
}

#[cfg(test)]
mod tests;
