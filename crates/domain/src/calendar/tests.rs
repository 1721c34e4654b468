//! The shipped calendar against dates counted by hand, properties, and an oracle that steps
//! through time minute by minute.

use super::*;
use crate::ruleset::Ruleset;
use jiff::{SignedDuration, ToSpan, civil::date};
use proptest::prelude::*;
use std::sync::LazyLock;

const RULES: &str = include_str!("../../../../data/erqi/rulesets/orders-2020.toml");
const Y2024: &str = include_str!("../../../../data/erqi/calendar/2024.toml");
const Y2025: &str = include_str!("../../../../data/erqi/calendar/2025.toml");
const Y2026: &str = include_str!("../../../../data/erqi/calendar/2026.toml");

fn years(texts: &[&str]) -> Vec<Year> {
    texts.iter().map(|text| Year::parse("year.toml", text).unwrap()).collect()
}

fn working_time(rules: &str) -> WorkingTime {
    Ruleset::parse("rules.toml", rules).unwrap().working_time
}

static ERQI: LazyLock<WorkCalendar> =
    LazyLock::new(|| WorkCalendar::new(&working_time(RULES), &years(&[Y2026, Y2024, Y2025])).unwrap());

/// Days of unequal length, a night shift, and a gap in the loaded years.
static UNEVEN: LazyLock<WorkCalendar> = LazyLock::new(|| {
    let day = |name: &str, hours: &str, text: &str| {
        let (before, after) = text.split_once(&format!("{name} = ")).unwrap();
        format!("{before}{name} = {hours}\n{}", after.split_once('\n').unwrap().1)
    };
    let rules = day("monday", "[\"08:30-12:00\", \"13:30-17:00\"]", RULES);
    let rules = day("tuesday", "[\"00:00-06:00\", \"06:30-24:00\"]", &rules);
    let rules = day("wednesday", "[]", &rules);
    let rules = day("thursday", "[\"09:00-09:01\"]", &rules);
    let rules = day("friday", "[\"08:00-12:00\"]", &rules);
    let rules = day("saturday", "[\"10:00-16:00\"]", &rules);
    WorkCalendar::new(&working_time(&day("makeup", "[\"09:00-11:00\"]", &rules)), &years(&[Y2024, Y2026])).unwrap()
});

fn at(text: &str) -> Timestamp {
    format!("{text}+08:00").parse().unwrap()
}

fn limit(amount: u32, clock: Clock) -> Limit {
    Limit { amount, clock }
}

#[track_caller]
fn check(start: &str, amount: u32, clock: Clock, due: &str) {
    let found = ERQI.add(at(start), limit(amount, clock));
    assert_eq!(found, Due { at: at(due), assumed: false }, "{start} + {amount} {}", clock.code());
}

#[test]
fn national_day_and_mid_autumn_2025() {
    use Clock::{Days, Hours, WorkDays, WorkHours};
    // Sunday 28 September and Saturday 11 October are worked; 1 to 8 October are off.
    check("2025-09-26T17:00", 1, WorkDays, "2025-09-28T17:00");
    check("2025-09-28T10:00", 1, WorkDays, "2025-09-29T10:00");
    check("2025-09-30T15:00", 2, WorkHours, "2025-09-30T17:00");
    check("2025-09-30T15:00", 3, WorkHours, "2025-09-30T18:00");
    check("2025-09-30T15:00", 4, WorkHours, "2025-10-09T09:00");
    check("2025-09-30T15:00", 1, WorkDays, "2025-10-09T15:00");
    check("2025-10-03T03:00", 1, WorkDays, "2025-10-09T18:00");
    check("2025-10-03T03:00", 5, WorkHours, "2025-10-09T15:00");
    check("2025-10-10T09:00", 1, WorkDays, "2025-10-11T09:00");
    check("2025-10-10T09:00", 2, WorkDays, "2025-10-13T09:00");
    check("2025-09-30T15:00", 24, Hours, "2025-10-01T15:00");
    check("2025-09-30T15:00", 7, Days, "2025-10-07T15:00");
    assert_eq!(ERQI.workdays(date(2025, 9, 26), date(2025, 10, 14)), 8);
    assert_eq!(ERQI.holiday_name(date(2025, 10, 6)), Some("国庆节、中秋节"));
    assert_eq!(ERQI.holiday_name(date(2025, 10, 11)), None);
    assert_eq!(ERQI.special(date(2025, 10, 11)).map(|day| day.kind), Some(DayKind::Work));
}

#[test]
fn spring_festival_2026() {
    // 15 to 23 February are off; Saturdays 14 and 28 are worked.
    check("2026-02-13T16:00", 1, Clock::WorkDays, "2026-02-14T16:00");
    check("2026-02-14T16:00", 1, Clock::WorkDays, "2026-02-24T16:00");
    check("2026-02-14T17:30", 1, Clock::WorkHours, "2026-02-24T08:30");
    check("2026-02-24T16:00", 4, Clock::WorkDays, "2026-02-28T16:00");
    check("2026-02-24T16:00", 5, Clock::WorkDays, "2026-03-02T16:00");
    check("2026-02-14T20:00", 15, Clock::WorkDays, "2026-03-13T18:00");
    assert!(!ERQI.is_workday(date(2026, 2, 23)) && ERQI.is_workday(date(2026, 2, 28)));
}

#[test]
fn labour_day_2024_and_the_plain_day() {
    // 1 to 5 May are off; Sunday 28 April and Saturday 11 May are worked.
    check("2024-04-27T12:00", 1, Clock::WorkDays, "2024-04-28T18:00");
    check("2024-04-30T12:00", 1, Clock::WorkDays, "2024-05-06T12:00");
    check("2024-05-10T18:00", 1, Clock::WorkDays, "2024-05-11T18:00");
    // At an opening, at lunch, at the close.
    check("2024-03-05T08:00", 4, Clock::WorkHours, "2024-03-05T12:00");
    check("2024-03-05T12:00", 4, Clock::WorkHours, "2024-03-05T18:00");
    check("2024-03-05T13:00", 1, Clock::WorkDays, "2024-03-06T12:00");
    check("2024-03-05T08:00", 1, Clock::WorkDays, "2024-03-05T18:00");
    check("2024-03-05T18:00", 1, Clock::WorkHours, "2024-03-06T09:00");
    check("2024-03-05T23:59", 0, Clock::WorkDays, "2024-03-05T23:59");
    // Over New Year of two loaded years.
    check("2024-12-31T17:00", 2, Clock::WorkHours, "2025-01-02T09:00");
}

/// Days off and make-up days of each notice, as the notices count them.
#[test]
fn every_notice_is_complete() {
    let days = |wanted: i16, kind| {
        let named = ERQI.specials.values().filter(|day| day.date.year() == wanted);
        named.filter(|day| day.kind == kind).count()
    };
    assert_eq!((days(2024, DayKind::Off), days(2024, DayKind::Work)), (1 + 8 + 3 + 5 + 1 + 3 + 7, 8));
    assert_eq!((days(2025, DayKind::Off), days(2025, DayKind::Work)), (1 + 8 + 3 + 5 + 3 + 8, 5));
    assert_eq!((days(2026, DayKind::Off), days(2026, DayKind::Work)), (3 + 9 + 3 + 5 + 3 + 3 + 7, 6));
    // 366 or 365 days less weekends and holidays, plus make-up days: counted with the
    // public package chinesecalendar 1.11.
    let worked = |year| ERQI.workdays(date(year, 1, 1), date(year + 1, 1, 1));
    assert_eq!((worked(2024), worked(2025), worked(2026)), (251, 248, 248));
    let notices: Vec<_> = ERQI.notices().iter().map(|(year, status, _)| (*year, *status)).collect();
    assert_eq!(notices, [(2024, Status::Official), (2025, Status::Official), (2026, Status::Official)]);
    assert!(ERQI.notices().iter().all(|(_, _, source)| source.contains("国办发明电")));
}

#[test]
fn a_year_without_a_notice_is_counted_by_weekdays_and_says_so() {
    let due = ERQI.add(at("2026-12-31T17:00"), limit(2, Clock::WorkHours));
    assert_eq!(due, Due { at: at("2027-01-01T09:00"), assumed: true });
    assert!(!ERQI.add(at("2026-12-31T16:00"), limit(2, Clock::WorkHours)).assumed);
    assert!(!ERQI.add(at("2027-05-01T16:00"), limit(2, Clock::Hours)).assumed);
    assert!(ERQI.is_covered(date(2026, 12, 31)) && !ERQI.is_covered(date(2027, 1, 1)));
    let old = ERQI.add(at("2011-07-01T17:00"), limit(1, Clock::WorkDays));
    assert_eq!(old, Due { at: at("2011-07-04T17:00"), assumed: true });
    // 2025 is missing between two loaded years.
    assert!(!UNEVEN.is_covered(date(2025, 5, 1)));
    assert!(UNEVEN.add(at("2024-12-31T23:30"), limit(40, Clock::WorkHours)).assumed);
    assert!(UNEVEN.add(at("2024-12-30T10:00"), limit(300, Clock::WorkDays)).assumed, "from loaded to loaded, over it");
    // No notice at all.
    let bare = WorkCalendar::new(&working_time(RULES), &[]).unwrap();
    let due = bare.add(at("2025-10-03T03:00"), limit(9, Clock::WorkHours));
    assert_eq!(due, Due { at: at("2025-10-06T09:00"), assumed: true });
}

#[test]
fn days_of_unequal_length() {
    // Tuesday 1 April 2025, open 23.5 hours; the next workdays are Thursday (one minute), Friday.
    let due = |start, days| UNEVEN.add(at(start), limit(days, Clock::WorkDays)).at;
    assert_eq!(due("2025-04-01T20:00", 1), at("2025-04-03T09:01"), "never later than the close");
    assert_eq!(due("2025-04-01T01:00", 2), at("2025-04-04T09:00"), "one hour into the day");
    assert_eq!(due("2025-04-02T12:00", 2), at("2025-04-04T12:00"), "from an opening: whole days");
    assert_eq!(due("2025-04-01T00:00", 1), at("2025-04-02T00:00"), "24:00 is the day's end");
    // A make-up Saturday has its own, shorter hours.
    assert_eq!(due("2026-02-27T08:00", 2), at("2026-02-28T11:00"));
}

#[test]
fn a_day_ends_in_its_last_second() {
    assert_eq!(ERQI.end_of(date(2026, 3, 1)), at("2026-03-01T23:59:59"));
    assert_eq!(ERQI.date(at("2026-03-01T23:59:59")), date(2026, 3, 1));
    assert_eq!(ERQI.date("2026-02-28T16:00:00Z".parse().unwrap()), date(2026, 3, 1));
    assert_eq!((ERQI.working_time().zone.as_str(), ERQI.offset().seconds()), ("Asia/Shanghai", 8 * 3600));
}

#[test]
fn the_far_end_of_time_is_no_panic() {
    for clock in Clock::ALL {
        for start in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            assert!(ERQI.add(start, limit(u32::MAX, clock)).at >= start);
            assert_eq!(ERQI.elapsed(clock, start, start), 0);
        }
        assert_eq!(Clock::parse(clock.code()), Some(clock));
    }
}

fn calendar(uneven: bool) -> &'static WorkCalendar {
    if uneven { &UNEVEN } else { &ERQI }
}

/// Seconds between 2022 and 2029: before, inside and after the loaded years.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_640_966_400_i64..1_861_891_200).prop_map(|second| Timestamp::from_second(second).unwrap())
}

/// Counts working minutes one by one, by nothing but weekday, notice and hours.
fn oracle(start: Timestamp, minutes: i64) -> Timestamp {
    let mut now = start;
    let mut left = minutes;
    while left > 0 {
        let local = ERQI.offset().to_datetime(now);
        let worked = match ERQI.special(local.date()) {
            Some(day) => day.kind == DayKind::Work,
            None => local.weekday().to_monday_one_offset() <= 5,
        };
        if worked && [8, 9, 10, 11, 14, 15, 16, 17].contains(&local.hour()) {
            left -= 1;
        }
        now += SignedDuration::from_mins(1);
    }
    now
}

proptest! {
    #[test]
    fn it_agrees_with_counting_minute_by_minute(minute in 0_i64..1_578_240, hours in 1_u32..60) {
        // Any whole minute of 2024 to 2026.
        let start = at("2024-01-01T00:00") + minute.minutes();
        let due = ERQI.add(start, limit(hours, Clock::WorkHours)).at;
        prop_assert_eq!(due, oracle(start, i64::from(hours) * 60));
    }

    #[test]
    fn days_of_equal_length_are_their_hours(start in instants(), days in 1_u32..40) {
        let by_days = ERQI.add(start, limit(days, Clock::WorkDays));
        prop_assert_eq!(by_days, ERQI.add(start, limit(days * 8, Clock::WorkHours)));
    }

    #[test]
    fn what_was_added_has_elapsed(start in instants(), amount in 0_u32..400, uneven: bool) {
        let calendar = calendar(uneven);
        for (clock, unit) in [(Clock::Hours, 60), (Clock::Days, 1440), (Clock::WorkHours, 60)] {
            let due = calendar.add(start, limit(amount, clock)).at;
            prop_assert_eq!(calendar.elapsed(clock, start, due), i64::from(amount) * unit);
            prop_assert_eq!(calendar.elapsed(clock, due, start), i64::from(amount) * -unit);
        }
        let due = ERQI.add(start, limit(amount, Clock::WorkDays)).at;
        prop_assert_eq!(ERQI.elapsed(Clock::WorkDays, start, due), i64::from(amount) * 480);
    }

    #[test]
    fn later_starts_and_larger_amounts_are_never_due_earlier(
        a in instants(), b in instants(), amount in 0_u32..100, more in 0_u32..50, uneven: bool
    ) {
        let (first, second) = (a.min(b), a.max(b));
        for clock in Clock::ALL {
            let due = |start, amount| calendar(uneven).add(start, limit(amount, clock)).at;
            prop_assert!(due(first, amount) <= due(second, amount));
            prop_assert!(due(first, amount) <= due(first, amount + more));
            prop_assert!(first <= due(first, amount));
        }
    }

    #[test]
    fn working_clocks_end_in_working_time(start in instants(), amount in 1_u32..200, uneven: bool) {
        for clock in [Clock::WorkHours, Clock::WorkDays] {
            let due = calendar(uneven).add(start, limit(amount, clock)).at;
            prop_assert!(calendar(uneven).is_working(due));
            prop_assert!(calendar(uneven).is_workday(calendar(uneven).date(due - SignedDuration::from_millis(1))));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in "\\PC*") {
        let lines = text.lines().count() + 1;
        prop_assert!(Year::parse("x", &text).is_err_and(|wrong| wrong.line <= lines));
        let csv = format!("# source: x\ndate,kind,name\n2027-01-01,off,{text}\n");
        prop_assert!(Year::parse_csv("x", &csv).is_ok_and(|years| years.len() == 1) || text.contains([',', '"']));
    }
}

#[track_caller]
fn refused(text: &str, line: usize, code: &str) {
    let wrong = Year::parse("x.toml", text).unwrap_err();
    assert_eq!((wrong.file.as_str(), wrong.line, wrong.problem.code()), ("x.toml", line, code), "{wrong}");
    assert!(CalendarProblem::CODES.contains(&code));
}

#[test]
fn a_wrong_year_is_refused_with_line_and_code() {
    let wrong = |body: &str, line, code| {
        let head = "year = 2027\nstatus = \"official\"\nsource = \"n\"\n[[holiday]]\nname = \"x\"\n";
        refused(&format!("{head}{body}"), line, code);
    };
    wrong("from = 2027-02-30\nto = 2027-03-01", 6, "calendar_syntax");
    wrong("from = 2027-01-01T00:00:00\nto = 2027-03-01", 6, "calendar_not_a_date");
    wrong("from = 2027-01-02\nto = 2027-01-01", 6, "calendar_range");
    wrong("from = 2027-01-02\nto = 2027-03-01", 6, "calendar_range");
    wrong("from = 2028-01-01\nto = 2028-01-01", 6, "calendar_other_year");
    wrong("from = 2027-01-01\nto = 2027-01-01\nwork = [\n2027-01-01]", 9, "calendar_repeated_date");
    wrong("from = 2027-01-01\nto = 2027-01-01\nwork = [2027-01-04]", 8, "calendar_worked_anyway");
    let again = "from = 2027-01-01\nto = 2027-01-01\n[[holiday]]\nname = \"y\"\nfrom = 2026-12-31\nto = 2027-01-01";
    wrong(again, 10, "calendar_repeated_date");
    wrong("until = 2027-01-01", 6, "calendar_syntax");
    refused("year = 2027\nstatus = \"official\"\nsource = \" \"\nholiday = []", 3, "calendar_no_source");
    refused("year = 1812\nstatus = \"official\"\nsource = \"n\"\nholiday = []", 1, "calendar_year");
    refused("year = \n", 1, "calendar_syntax");
    let twice = WorkCalendar::new(&working_time(RULES), &years(&[Y2025, Y2024, Y2025]));
    assert_eq!(twice.unwrap_err(), CalendarProblem::RepeatedYear(2025));
    let eve = Y2026.replacen("from = 2026-01-01", "from = 2025-12-31", 1).replace("2026-01-04", "2025-12-28");
    let day = "[[holiday]]\nname = \"x\"\nfrom = 2025-12-31\nto = 2025-12-31\n";
    let twice = WorkCalendar::new(&working_time(RULES), &years(&[&format!("{Y2025}{day}"), &eve]));
    assert_eq!(twice.unwrap_err(), CalendarProblem::RepeatedDate(date(2025, 12, 31)));
}

#[test]
fn wrong_hours_are_refused() {
    let line = |needle: &str| RULES.lines().position(|line| line.starts_with(needle)).unwrap() + 1;
    let wrong = |from: &str, to: &str, at: &str, code| {
        let wrong = Ruleset::parse("rules.toml", &RULES.replacen(from, to, 1)).unwrap_err();
        assert_eq!((wrong.line, wrong.problem.code()), (line(at), code), "{wrong}");
    };
    wrong("+08:00", "8", "offset", "calendar_offset");
    for hours in ["11:00-18:00", "12:00-18:00", "14:00-24:01", "18:00-14:00", "14-18"] {
        wrong("\"14:00-18:00\"", &format!("\"{hours}\""), "monday", "calendar_period");
    }
    wrong("makeup = [\"08:00-12:00\", \"14:00-18:00\"]", "makeup = []", "[working_time]", "calendar_idle_week");
    let idle =
        RULES.replace("[\"08:00-12:00\", \"14:00-18:00\"]", "[]").replace("makeup = []", "makeup = [\"08:00-09:00\"]");
    assert_eq!(Ruleset::parse("rules.toml", &idle).unwrap_err().problem.code(), "calendar_idle_week");
}

#[test]
fn holidays_come_from_a_spreadsheet_too() {
    let csv = "\u{feff}# source: 通知\r\ndate,kind,name\r\n2027-01-01,off,\"元旦\"\r\n2027-01-03,work,元旦\r\n2028-01-01,off,元旦\r\n";
    let calendar = WorkCalendar::new(&working_time(RULES), &Year::parse_csv("2027.csv", csv).unwrap()).unwrap();
    assert_eq!(calendar.holiday_name(date(2027, 1, 1)), Some("元旦"));
    assert!(calendar.is_workday(date(2027, 1, 3)) && calendar.is_covered(date(2028, 6, 1)));
    assert_eq!(calendar.notices()[0], (2027, Status::Reported, "通知".to_owned()));
    let wrong =
        |csv: &str| Year::parse_csv("x.csv", csv).map_err(|wrong| (wrong.line, wrong.problem.code())).unwrap_err();
    assert_eq!(wrong("date,kind,name\n2027-01-01,off,元旦\n"), (0, "calendar_no_source"));
    assert_eq!(wrong("# source: x\ndate,kind,name\n2027-01-01,free,元旦\n"), (3, "calendar_kind"));
    assert_eq!(wrong("# source: x\ndate,kind,name\n2027-1-1,off,元旦\n"), (3, "calendar_not_a_date"));
    assert_eq!(
        wrong("# source: x\ndate,kind,name\n2027-01-01,off,a\n2027-01-01,work,a\n"),
        (4, "calendar_repeated_date")
    );
    assert_eq!(wrong("# source: x\ndate,kind\n"), (2, "calendar_syntax"));
}
