//! The working calendar: when a deadline falls due.
//!
//! Four clocks are in use (practice of 数字城管 and of hotline orders): 紧急工作时 and 自然日 run
//! on without a pause; 工作时 and 工作日 stop at night, on weekends and on statutory holidays, and
//! run on make-up workdays (调休上班). Working time is part of a ruleset, holidays are one notice a
//! year; both are data with a source. A year whose notice is not loaded is counted by weekdays
//! alone, and the result says so ([`Due::assumed`]). The notice of a year may also move days of
//! the December before it, so that the last days of a loaded year are certain only once the next
//! notice is loaded.

mod clock;
mod problem;
mod working_time;
mod year;

pub use problem::CalendarProblem;
pub use working_time::WorkingTime;
pub(crate) use working_time::WorkingTimeFile;
pub use year::Year;

use crate::dated::Status;
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use working_time::DayHours;

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// 紧急工作时: hours, day and night.
    Hours,
    /// 自然日: days of 24 hours, day and night.
    Days,
    /// 工作时: hours of working time.
    WorkHours,
    /// 工作日: whole days of working time.
    WorkDays,
}

impl Clock {
    /// Every clock.
    pub const ALL: [Self; 4] = [Self::Hours, Self::Days, Self::WorkHours, Self::WorkDays];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Days => "days",
            Self::WorkHours => "work_hours",
            Self::WorkDays => "work_days",
        }
    }

    /// The clock for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clock| clock.code() == code)
    }

    /// Whether it stops outside working time.
    pub fn stops(self) -> bool {
        matches!(self, Self::WorkHours | Self::WorkDays)
    }
}

/// An amount of time on a clock: "2 紧急工作时", "15 工作日".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// How many hours or days, by the clock's unit; 0 means at once.
    pub amount: u32,
    /// How they are counted.
    pub clock: Clock,
}

/// When something falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The instant; late is what happens after it.
    pub at: Timestamp,
    /// Days of a year without a holiday notice were counted by weekdays alone.
    pub assumed: bool,
}

/// Whether a special day is off or worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Part of a statutory holiday (放假).
    Off,
    /// Worked to make up for a holiday (调休上班).
    Work,
}

/// A day that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// Which day.
    pub date: Date,
    /// Off or worked.
    pub kind: DayKind,
    /// The holiday it belongs to, in the district's language.
    pub name: String,
    /// The same in English; empty when the file has none.
    pub name_en: String,
}

/// Working time before a day, counted from the table's first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tally {
    minutes: i64,
    workdays: i64,
}

/// Working time, holidays and make-up workdays, ready for counting.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    working_time: WorkingTime,
    specials: BTreeMap<Date, SpecialDay>,
    notices: Vec<(i16, Status, String)>,
    /// Runs of days (first, last; as days since 1970-01-01) whose notices are loaded.
    covered: Vec<(i64, i64)>,
    /// First day of the table of days that notices cover.
    first: i64,
    /// The hours of each day of the table.
    hours: Vec<DayHours>,
    /// What was worked before each day of the table; one longer than `hours`.
    tallies: Vec<Tally>,
}

impl WorkCalendar {
    /// The calendar of a ruleset's working time and the years' notices.
    ///
    /// # Errors
    /// [`CalendarProblem::RepeatedYear`] and [`CalendarProblem::RepeatedDate`] when two notices
    /// speak of the same year or day.
    pub fn new(working_time: &WorkingTime, years: &[Year]) -> Result<Self, CalendarProblem> {
        let mut years: Vec<&Year> = years.iter().collect();
        years.sort_by_key(|year| year.year);
        let mut specials = BTreeMap::new();
        let mut covered: Vec<(i64, i64)> = Vec::new();
        let mut notices: Vec<(i16, Status, String)> = Vec::new();
        for year in years {
            if notices.last().is_some_and(|last| last.0 == year.year) {
                return Err(CalendarProblem::RepeatedYear(year.year));
            }
            notices.push((year.year, year.status, year.source.clone()));
            let run = (epoch_day(Date::constant(year.year, 1, 1)), epoch_day(Date::constant(year.year, 12, 31)));
            match covered.last_mut() {
                Some(last) if last.1 + 1 == run.0 => last.1 = run.1,
                _ => covered.push(run),
            }
            for day in &year.days {
                if specials.insert(day.date, day.clone()).is_some() {
                    return Err(CalendarProblem::RepeatedDate(day.date));
                }
            }
        }
        let mut calendar = Self {
            working_time: working_time.clone(),
            specials,
            notices,
            covered,
            first: 0,
            hours: Vec::new(),
            tallies: vec![Tally::default()],
        };
        calendar.lay_out();
        Ok(calendar)
    }

    /// Fills the table from the first to the last day that a notice speaks of.
    fn lay_out(&mut self) {
        let specials: BTreeMap<i64, DayKind> =
            self.specials.iter().map(|(date, day)| (epoch_day(*date), day.kind)).collect();
        let first = self.covered.first().map(|run| run.0).into_iter().chain(specials.keys().next().copied()).min();
        let last = self.covered.last().map(|run| run.1);
        let (Some(first), Some(last)) = (first, last) else { return };
        let week = &self.working_time.week;
        let mut tally = Tally::default();
        for day in first..=last {
            let own = match specials.get(&day) {
                Some(DayKind::Off) => DayHours::default(),
                Some(DayKind::Work) => week.makeup.clone(),
                None => week.on(day).clone(),
            };
            tally = tally.with(&own);
            self.tallies.push(tally);
            self.hours.push(own);
        }
        self.first = first;
    }

    /// The working time that it was made from.
    pub fn working_time(&self) -> &WorkingTime {
        &self.working_time
    }

    /// The notices that it was made from: year, status, source.
    pub fn notices(&self) -> &[(i16, Status, String)] {
        &self.notices
    }

    /// The zone's distance from UTC.
    pub fn offset(&self) -> Offset {
        self.working_time.offset
    }

    /// The civil date at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        self.offset().to_datetime(at).date()
    }

    /// The last whole second of a day.
    pub fn end_of(&self, day: Date) -> Timestamp {
        self.offset().to_timestamp(day.to_datetime(Time::constant(23, 59, 59, 0))).unwrap_or(Timestamp::MAX)
    }

    /// Whether the notice for a day's year is loaded.
    pub fn is_covered(&self, date: Date) -> bool {
        let day = epoch_day(date);
        self.covers(day, day)
    }

    /// Whether anybody works on that day. In a year without a notice, weekdays alone decide.
    pub fn is_workday(&self, date: Date) -> bool {
        !self.hours_of(epoch_day(date)).is_closed()
    }

    /// The day as a notice names it: part of a holiday, or a make-up workday.
    pub fn special(&self, date: Date) -> Option<&SpecialDay> {
        self.specials.get(&date)
    }

    /// Every day that a notice names, by date.
    pub fn specials(&self) -> impl Iterator<Item = &SpecialDay> {
        self.specials.values()
    }

    /// Name of the holiday if the day is off for one.
    pub fn holiday_name(&self, date: Date) -> Option<&str> {
        self.special(date).filter(|day| day.kind == DayKind::Off).map(|day| day.name.as_str())
    }

    /// Days since 1970-01-01 from `first` to `last` all lie in loaded years.
    fn covers(&self, first: i64, last: i64) -> bool {
        self.covered.iter().any(|run| run.0 <= first && last <= run.1)
    }
}

/// Days since 1970-01-01.
fn epoch_day(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

#[cfg(test)]
mod tests;
