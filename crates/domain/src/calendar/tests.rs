//! Golden deadlines around real holidays, and a minute-by-minute oracle.

use super::*;
use proptest::prelude::*;

/// The shipped calendar, built once.
static SHIPPED: std::sync::LazyLock<WorkCalendar> = std::sync::LazyLock::new(build);

fn calendar() -> &'static WorkCalendar {
    &SHIPPED
}

fn build() -> WorkCalendar {
    let years: Vec<Year> = [
        include_str!("../../../../data/erqi/calendar/2024.toml"),
        include_str!("../../../../data/erqi/calendar/2025.toml"),
        include_str!("../../../../data/erqi/calendar/2026.toml"),
    ]
    .iter()
    .map(|text| Year::parse(text).unwrap())
    .collect();
    WorkCalendar::new(8, &["08:00-12:00".into(), "14:00-18:00".into()], &years).unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().unwrap()
}

#[test]
fn golden_deadlines() {
    let calendar = calendar();
    let cases = [
        // Friday before the 2025 National Day week: Sunday 28 September is worked.
        ("2025-09-26T15:00", 1, Clock::WorkDays, "2025-09-28T15:00"),
        // Across 1–8 October 2025, with Saturday 11 October worked.
        ("2025-09-30T17:00", 1, Clock::WorkDays, "2025-10-09T17:00"),
        ("2025-10-10T17:00", 2, Clock::WorkHours, "2025-10-11T09:00"),
        // Spring Festival 2026: 15–23 February off, Saturdays 14 and 28 February worked.
        ("2026-02-13T16:00", 2, Clock::WorkDays, "2026-02-24T16:00"),
        ("2026-02-27T16:00", 1, Clock::WorkDays, "2026-02-28T16:00"),
        // Labour Day 2024: 1–5 May off, Saturday 11 May worked.
        ("2024-04-30T17:00", 2, Clock::WorkHours, "2024-05-06T09:00"),
        ("2024-05-10T17:30", 1, Clock::WorkHours, "2024-05-11T08:30"),
        // At night and over noon.
        ("2025-03-03T23:10", 1, Clock::WorkHours, "2025-03-04T09:00"),
        ("2025-03-03T11:30", 1, Clock::WorkHours, "2025-03-03T14:30"),
        // Due at closing, not at the next opening.
        ("2025-03-03T14:00", 4, Clock::WorkHours, "2025-03-03T18:00"),
        // Continuous clocks do not stop.
        ("2025-09-30T23:00", 2, Clock::Hours, "2025-10-01T01:00"),
        ("2025-09-30T23:00", 7, Clock::Days, "2025-10-07T23:00"),
    ];
    for (start, amount, clock, due) in cases {
        assert_eq!(
            calendar.add(at(start), Limit { amount, clock }),
            Due { at: at(due), assumed: false },
            "{start} {amount} {clock:?}"
        );
    }
    assert_eq!(calendar.holiday("2026-02-17".parse().unwrap()), Some("春节"));
}

#[test]
fn an_unknown_year_is_said() {
    let due = calendar().add(at("2026-12-31T17:00"), Limit { amount: 1, clock: Clock::WorkDays });
    assert_eq!(due, Due { at: at("2027-01-01T17:00"), assumed: true });
}

#[test]
fn a_wrong_text_is_located() {
    let twice = "year = 2025\nsource = 's'\n[[holiday]]\nname = 'a'\nfrom = '2025-01-01'\nto = '2025-01-02'\nmakeup = ['2025-01-02']";
    assert_eq!(Year::parse(twice), Err(CalendarError::Twice("2025-01-02".parse().unwrap())));
    assert!(Year::parse("year = 2025").is_err());
    assert!(WorkCalendar::new(8, &["14:00-18:00".into(), "08:00-12:00".into()], &[]).is_err());
}

proptest! {
    #[test]
    fn as_counted_minute_by_minute(start in 0i64..60 * 24 * 400, amount in 1u32..40, days in any::<bool>()) {
        let calendar = calendar();
        let origin = at("2025-01-01T00:00").as_millisecond();
        let from = Timestamp::from_millisecond(origin + start * 60_000).unwrap();
        let clock = if days { Clock::WorkDays } else { Clock::WorkHours };
        let minutes = i64::from(amount) * if days { 480 } else { 60 };
        let due = calendar.add(from, Limit { amount, clock }).at;
        // The oracle walks the minutes and counts those that are worked.
        let (mut left, mut now) = (minutes, from);
        while left > 0 {
            let local = TimeZone::fixed(Offset::constant(8)).to_datetime(now);
            let worked = calendar.is_workday(local.date()) && matches!(local.hour(), 8..12 | 14..18);
            left -= i64::from(worked);
            now = Timestamp::from_millisecond(now.as_millisecond() + 60_000).unwrap();
        }
        prop_assert_eq!(due, now);
        prop_assert_eq!(calendar.worked_between(from, due), minutes * 60_000);
    }
}
