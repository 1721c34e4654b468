//! Counting on the four clocks.
//!
//! Working time is a running count over all days. Inside the table of loaded years the count is
//! looked up (binary search); outside it is a multiple of a plain week, so that any instant works.

use super::{Clock, DayHours, Due, Limit, Tally, WorkCalendar, epoch_day};
use jiff::{SignedDuration, Timestamp, civil::Date};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

impl WorkCalendar {
    /// When a limit that starts at `start` falls due.
    ///
    /// - [`Clock::Hours`], [`Clock::Days`]: hours, or days of 24 hours, later.
    /// - [`Clock::WorkHours`]: the earliest instant by which that much working time has passed.
    ///   What starts outside working time starts at the next opening; what is used up at the end
    ///   of a period is due at that end (12:00), not at the next opening (14:00).
    /// - [`Clock::WorkDays`]: what starts at an opening of the day is due at the close of the
    ///   last of its days; what starts later in the day is due at the same point of working time
    ///   on a workday as many workdays later, or at that day's close if it is shorter. With days
    ///   of equal length this is the same as counting their hours.
    ///
    /// An amount of 0 is due at once. Instants are kept to the millisecond on the working clocks.
    pub fn add(&self, start: Timestamp, limit: Limit) -> Due {
        let amount = i64::from(limit.amount);
        match limit.clock {
            Clock::Hours => Due { at: later(start, amount), assumed: false },
            Clock::Days => Due { at: later(start, amount * 24), assumed: false },
            _ if amount == 0 => Due { at: start, assumed: false },
            Clock::WorkHours => self.due(start, |begin| self.after_hours(begin, amount)),
            Clock::WorkDays => self.due(start, |begin| self.after_days(begin, amount)),
        }
    }

    /// Whole minutes on the clock between two instants; working minutes for both working clocks.
    /// Negative when `to` lies before `from`.
    pub fn elapsed(&self, clock: Clock, from: Timestamp, to: Timestamp) -> i64 {
        if to < from {
            return -self.elapsed(clock, to, from);
        }
        let (from, to) = (self.local(from), self.local(to));
        if clock.stops() { (self.worked(to) - self.worked(from)) / MINUTE } else { (to - from) / MINUTE }
    }

    /// Workdays from a date up to but without another; negative when `to` lies before `from`.
    pub fn workdays(&self, from: Date, to: Date) -> i64 {
        self.before(epoch_day(to)).workdays - self.before(epoch_day(from)).workdays
    }

    /// Whether an instant lies in working time; the end of a period belongs to it.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let local = self.local(at);
        let (day, moment) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let within = |day, moment| {
            let periods = &self.hours_of(day).periods;
            periods.iter().any(|(from, to)| from * MINUTE <= moment && moment <= to * MINUTE)
        };
        // Midnight may be the end of the day before.
        within(day, moment) || (moment == 0 && within(day - 1, DAY))
    }

    fn due(&self, start: Timestamp, count: impl Fn(i64) -> i64) -> Due {
        let begin = self.local(start);
        let end = count(begin);
        let assumed = !self.covers(begin.div_euclid(DAY), end.div_euclid(DAY));
        let utc = end - i64::from(self.offset().seconds()) * 1000;
        Due { at: Timestamp::from_millisecond(utc).unwrap_or(Timestamp::MAX), assumed }
    }

    fn after_hours(&self, begin: i64, hours: i64) -> i64 {
        let target = self.worked(begin) + hours * 60 * MINUTE;
        // The day on which the target is reached: the running count before it is still below.
        let day = self.reach(|tally| tally.minutes, (target + MINUTE - 1).div_euclid(MINUTE));
        let rest = target - self.before(day).minutes * MINUTE;
        day * DAY + self.hours_of(day).at(rest)
    }

    fn after_days(&self, begin: i64, days: i64) -> i64 {
        let day = begin.div_euclid(DAY);
        let hours = self.hours_of(day);
        let mut used = hours.worked(begin.rem_euclid(DAY));
        let mut number = self.before(day).workdays;
        if used >= hours.total() * MINUTE {
            number = self.before(day + 1).workdays;
            used = 0;
        }
        // A day is reached when the count of workdays up to and with it reaches its number.
        let number = if used == 0 { number + days } else { number + days + 1 };
        let target = self.reach(|tally| tally.workdays, number);
        let hours = self.hours_of(target);
        let close = hours.total() * MINUTE;
        target * DAY + hours.at(if used == 0 { close } else { used.min(close) })
    }

    /// Milliseconds since 1970-01-01 00:00 local time.
    fn local(&self, at: Timestamp) -> i64 {
        at.as_millisecond() + i64::from(self.offset().seconds()) * 1000
    }

    /// Working time before an instant, in milliseconds.
    fn worked(&self, local: i64) -> i64 {
        let day = local.div_euclid(DAY);
        self.before(day).minutes * MINUTE + self.hours_of(day).worked(local.rem_euclid(DAY))
    }

    /// The hours of a day, in or outside the table.
    pub(super) fn hours_of(&self, day: i64) -> &DayHours {
        match usize::try_from(day - self.first).ok().and_then(|index| self.hours.get(index)) {
            Some(hours) => hours,
            None => self.working_time.week.on(day),
        }
    }

    /// The edge of the table from which a day outside it is counted, and the count there.
    fn edge(&self, before: bool) -> (i64, Tally) {
        let end = self.tallies.len() - 1;
        if before { (self.first, Tally::default()) } else { (self.first + index(end), self.tallies[end]) }
    }

    /// What was worked before a day.
    fn before(&self, day: i64) -> Tally {
        if let Some(tally) = usize::try_from(day - self.first).ok().and_then(|index| self.tallies.get(index)) {
            return *tally;
        }
        let (edge, tally) = self.edge(day < self.first);
        let week = &self.working_time.week;
        let weeks = (day - edge).div_euclid(7);
        (edge + weeks * 7..day).fold(tally.plus(week.total(), weeks), |tally, day| tally.with(week.on(day)))
    }

    /// The day on which a running count reaches `target`: the last one before which it is smaller.
    fn reach(&self, count: impl Fn(&Tally) -> i64, target: i64) -> i64 {
        let end = self.tallies.len() - 1;
        if target > 0 && target <= count(&self.tallies[end]) {
            return self.first + index(self.tallies.partition_point(|tally| count(tally) < target)) - 1;
        }
        let (edge, tally) = self.edge(target <= 0);
        let week = &self.working_time.week;
        let weeks = (target - count(&tally) - 1).div_euclid(count(&week.total()));
        let mut reached = tally.plus(week.total(), weeks);
        let mut day = edge + weeks * 7;
        loop {
            reached = reached.with(week.on(day));
            if count(&reached) >= target {
                return day;
            }
            day += 1;
        }
    }
}

impl Tally {
    /// One day further.
    pub(super) fn with(self, hours: &DayHours) -> Self {
        let worked = i64::from(!hours.is_closed());
        Self { minutes: self.minutes + hours.total(), workdays: self.workdays + worked }
    }

    /// So many weeks further; negative goes back.
    fn plus(self, week: Self, weeks: i64) -> Self {
        Self { minutes: self.minutes + weeks * week.minutes, workdays: self.workdays + weeks * week.workdays }
    }
}

impl DayHours {
    /// Minutes worked on the day.
    pub(super) fn total(&self) -> i64 {
        self.periods.iter().map(|(from, to)| to - from).sum()
    }

    /// Milliseconds worked before a moment of the day.
    fn worked(&self, moment: i64) -> i64 {
        self.periods.iter().map(|(from, to)| (moment.min(to * MINUTE) - from * MINUTE).max(0)).sum()
    }

    /// The earliest moment of the day by which so many milliseconds were worked; the day's close
    /// when there are not so many.
    fn at(&self, worked: i64) -> i64 {
        let mut rest = worked;
        for (from, to) in &self.periods {
            let length = (to - from) * MINUTE;
            if rest <= length {
                return from * MINUTE + rest;
            }
            rest -= length;
        }
        self.periods.last().map_or(0, |(_, to)| to * MINUTE)
    }
}

fn later(start: Timestamp, hours: i64) -> Timestamp {
    start.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}

fn index(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
