//! The shipped rulesets, what a wrong one is refused for, and which holds when.

use super::*;
use crate::{calendar::Clock, orders::Timetable};
use jiff::{Timestamp, civil::date};
use std::sync::LazyLock;

const RULES: &str = include_str!("../../../../data/erqi/rulesets/orders-2020.toml");

/// Everything that ships, under the names that a new district gets.
const SHIPPED: [(&str, &str); 13] = [
    ("orders-2020.toml", RULES),
    ("receipts-2020.toml", include_str!("../../../../data/erqi/rulesets/receipts-2020.toml")),
    ("catalogue-2013.toml", include_str!("../../../../data/erqi/rulesets/catalogue-2013.toml")),
    ("catalogue-2026.toml", include_str!("../../../../data/erqi/rulesets/catalogue-2026.toml")),
    ("catalogue-gbt30428-2013.csv", include_str!("../../../../data/erqi/rulesets/catalogue-gbt30428-2013.csv")),
    ("catalogue-gbt47678-2026.csv", include_str!("../../../../data/erqi/rulesets/catalogue-gbt47678-2026.csv")),
    ("catalogue-local.csv", include_str!("../../../../data/erqi/rulesets/catalogue-local.csv")),
    ("catalogue-plain.toml", include_str!("../../../../data/erqi/rulesets/catalogue-plain.toml")),
    ("catalogue-attributes.toml", include_str!("../../../../data/erqi/rulesets/catalogue-attributes.toml")),
    ("catalogue-disorders.toml", include_str!("../../../../data/erqi/rulesets/catalogue-disorders.toml")),
    ("calendar/2024.toml", include_str!("../../../../data/erqi/calendar/2024.toml")),
    ("calendar/2025.toml", include_str!("../../../../data/erqi/calendar/2025.toml")),
    ("calendar/2026.toml", include_str!("../../../../data/erqi/calendar/2026.toml")),
];

static ERQI: LazyLock<Rulesets> = LazyLock::new(|| Rulesets::load(&SHIPPED).unwrap());

fn at(text: &str) -> Timestamp {
    format!("{text}+08:00").parse().unwrap()
}

#[test]
fn the_rules_of_the_day() {
    let catalogue = |day| ERQI.catalogue_on(day).map(|catalogue| catalogue.name.as_str());
    assert_eq!(catalogue(date(2019, 12, 31)), None);
    assert_eq!(catalogue(date(2026, 6, 30)), Some("catalogue-2013"));
    assert_eq!(catalogue(date(2026, 7, 1)), Some("catalogue-2026"));
    assert!(ERQI.on(date(2019, 12, 31)).is_none() && ERQI.on(date(2020, 1, 1)).is_some());
    // Midnight in Zhengzhou decides, not midnight in Greenwich.
    let edition = |at| ERQI.at(at).map(|(_, catalogue)| catalogue.edition.as_str());
    assert_eq!(edition(at("2026-06-30T23:59:59")), Some("GB/T 30428.2-2013"));
    assert_eq!(edition(at("2026-07-01T00:00:00")), Some("GB/T 47678.5-2026"));
    assert_eq!(edition(at("2011-07-01T12:00:00")), Some("GB/T 30428.2-2013"), "the oldest stands in");
    assert!(Rulesets::load(&[]).unwrap().at(at("2026-07-01T00:00:00")).is_none());
}

#[test]
fn a_later_ruleset_takes_over_on_its_day() {
    let later =
        RULES.replace("orders-2020", "orders-2027").replace("valid_from = 2020-01-01", "valid_from = 2027-01-01");
    let later = later.replacen("value = 2\n", "value = 3\n", 1);
    let mut files = SHIPPED.to_vec();
    files.insert(0, ("orders-2027.toml", &later));
    let rules = Rulesets::load(&files).unwrap();
    let reworks = |day| rules.on(day).map(|in_force| in_force.rules.max_reworks);
    assert_eq!((reworks(date(2026, 12, 31)), reworks(date(2027, 1, 1))), (Some(2), Some(3)));
    let wrong = |name: &'static str, text: &str| {
        let mut files = SHIPPED.to_vec();
        files.push((name, text));
        let wrong = Rulesets::load(&files).unwrap_err();
        (wrong.file, wrong.problem.code())
    };
    assert_eq!(wrong("again.toml", RULES), ("again.toml".into(), "ruleset_repeated_day"));
    let day = RULES.replace("valid_from = 2020-01-01", "valid_from = 2020-01-02");
    assert_eq!(wrong("again.toml", &day), ("again.toml".into(), "ruleset_repeated_code"));
    assert_eq!(wrong("calendar/2026b.toml", SHIPPED[11].1), ("calendar/".into(), "calendar_repeated_year"));
    assert_eq!(wrong("x.toml", "= 1"), ("x.toml".into(), "ruleset_syntax"));
}

#[test]
fn the_commonly_cited_limits() {
    let rules = &ERQI.rules()[0].rules;
    let handle = |urgency| rules.deadline(Hop::Handle, urgency).map(|limit| (limit.amount, limit.clock));
    assert_eq!(handle(Urgency::Urgent), Some((2, Clock::Hours)));
    assert_eq!(handle(Urgency::Utility), Some((24, Clock::Hours)));
    assert_eq!(handle(Urgency::General), Some((7, Clock::Days)));
    assert_eq!(handle(Urgency::Difficult), Some((15, Clock::Days)));
    let extension = |urgency| rules.deadline_for(Step::Extension, urgency).map(|deadline| deadline.limit.amount);
    assert_eq!((extension(Urgency::General), extension(Urgency::Utility)), (Some(5), Some(24)));
    assert!(rules.deadline.iter().all(|deadline| deadline.provenance.status != Status::Official));
    assert_eq!((rules.max_reworks, rules.max_text), (2, 4000));
    assert_eq!((rules.duplicate_metres, rules.duplicate_hours), (50.0, 24));
    assert!(Ruleset::BOUNDS.iter().all(|bound| rules.origin(bound).is_some()));
    assert_eq!(rules.origin("max_text").map(|origin| origin.status), Some(Status::Official));
    assert_eq!(rules.diversions.iter().map(|rule| rule.reason).collect::<Vec<_>>(), Diversion::ALL);
    assert_eq!(ERQI.receipt("L0104", date(2011, 1, 1)), Receipt::Token, "the oldest stands in");
    let satisfied: Vec<_> = Satisfied::ALL.into_iter().filter(|step| rules.counts_as_satisfied(*step)).collect();
    assert_eq!(satisfied, [Satisfied::Very, Satisfied::Yes, Satisfied::Basically]);
}

#[test]
fn the_longest_beginning_decides_where_an_order_goes() {
    let rules = &ERQI.rules()[0].rules;
    assert_eq!(rules.dispatch("E01037").map(|rule| &rule.to), Some(&Level::Lowest));
    assert_eq!(rules.dispatch("L9002").map(|rule| &rule.to), Some(&Level::District));
    let own = "[[dispatch]]\ncategory = \"L0104\"\nto = { org = \"D-HEAT\" }\nstatus = \"made\"\nsource = \"x\"\n";
    let rules = Ruleset::parse("x", &format!("{RULES}{own}")).unwrap();
    assert_eq!(rules.dispatch("L0104").map(|rule| &rule.to), Some(&Level::Org("D-HEAT".into())));
    assert_eq!(rules.dispatch("L0101").map(|rule| rule.category.as_str()), Some(""));
}

#[test]
fn orders_get_their_deadlines_from_rules_and_calendar() {
    let rules = &ERQI.rules()[0];
    // Placed on the evening before National Day 2025: one working day to accept.
    let due = rules.due(Hop::Accept, Urgency::General, at("2025-09-30T19:00:00"));
    assert_eq!(due, Some((at("2025-10-09T18:00:00"), false)));
    let due = rules.due(Hop::Handle, Urgency::Urgent, at("2025-10-01T02:00:00"));
    assert_eq!(due, Some((at("2025-10-01T04:00:00"), false)));
    let due = rules.due(Hop::Accept, Urgency::General, at("2027-02-01T09:00:00"));
    assert_eq!(due, Some((at("2027-02-02T09:00:00"), true)), "the notice for 2027 is not loaded");
    let due = rules.extended(Urgency::General, at("2026-09-18T17:00:00"));
    assert_eq!(due, Some((at("2026-09-24T17:00:00"), false)), "Sunday 20 September is worked");
    assert_eq!(rules.latest_review(date(2026, 1, 1)), date(2026, 6, 30));
    assert_eq!(
        rules.due_for(Step::Answer, Urgency::General, at("2026-03-02T08:00:00")).unwrap().0,
        at("2026-03-02T18:00:00")
    );
}

#[track_caller]
fn refused(from: &str, to: &str, needle: &str, code: &str) {
    assert!(RULES.contains(from), "{from}");
    let text = RULES.replacen(from, to, 1);
    let wrong = Ruleset::parse("x.toml", &text).unwrap_err();
    let line = text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    assert_eq!((wrong.line, wrong.problem.code()), (line, code), "{wrong}");
    assert!(RulesetProblem::CODES.contains(&code));
}

#[test]
fn a_wrong_ruleset_is_refused_with_line_and_code() {
    refused("step = \"rate\"", "step = \"rating\"", "rating\"", "ruleset_unknown_code");
    refused("clock = \"days\"", "clock = \"weeks\"", "weeks", "ruleset_unknown_code");
    refused("urgency = \"utility\"", "urgency = \"soon\"", "\"soon\"", "ruleset_unknown_code");
    refused("reason = \"secret\"", "reason = \"dull\"", "dull", "ruleset_unknown_code");
    refused("\"basically\"", "\"so-so\"", "so-so", "ruleset_unknown_code");
    refused("name = \"max_similar\"", "name = \"max_fun\"", "max_fun", "ruleset_unknown_code");
    refused("[30, 35, 35]", "[30, 35, 36]", "[rating]", "ruleset_number");
    refused("amount = 24", "amount = 0", "amount = 0", "ruleset_number");
    refused("value = 4_000", "value = 0", "value = 0", "ruleset_number");
    refused("valid_from = 2020-01-01", "valid_from = 1020-01-01", "1020", "ruleset_not_a_date");
    refused("to = \"lowest\"", "to = \"nowhere\"", "nowhere", "ruleset_syntax");
    refused("status = \"assumed\"", "status = \"true\"", "\"true\"", "ruleset_syntax");
    let name = "name = \"orders-2020\"";
    refused("step = \"rate\"", "step = \"rate\"\nurgency = \"urgent\"", name, "ruleset_missing");
    refused("category = \"\"", "category = \"E\"", name, "ruleset_missing");
    let twice = "reason = \"secret\"";
    let text = RULES.replacen("reason = \"unlawful\"", twice, 1);
    assert_eq!(Ruleset::parse("x", &text).unwrap_err().problem.code(), "ruleset_repeated_code");
    let bound = RULES.find("[[bound]]\nname = \"max_similar\"").unwrap();
    let cut = format!("{}{}", &RULES[..bound], &RULES[bound..].split_once("\n\n").unwrap().1);
    let wrong = Ruleset::parse("x", &cut).unwrap_err().problem;
    assert_eq!(wrong, RulesetProblem::Missing { what: "bound", code: "max_similar".into() });
    let quiet = RULES.replacen("source = \"what one can see in a street\"", "source = \" \"", 1);
    assert_eq!(Ruleset::parse("x", &quiet).unwrap_err().problem, RulesetProblem::NoSource);
}

#[test]
fn codes_and_steps_go_back_and_forth() {
    for step in Step::ALL {
        assert_eq!(Step::parse(step.code()), Some(step));
    }
    assert_eq!(Step::parse("lunch"), None);
}

#[test]
fn what_is_cleared_away_must_be_shown() {
    let (rules, _) = ERQI.at(at("2026-07-02T09:00:00")).unwrap();
    assert!(rules.wants_evidence("E06001") && rules.wants_evidence("E06045"));
    assert!(!rules.wants_evidence("E01037") && !rules.wants_evidence(""));
    let narrower =
        format!("{RULES}\n[[evidence]]\ncategory = \"E0600\"\nrequired = false\nstatus = \"made\"\nsource = \"x\"\n");
    let rules = Ruleset::parse("narrower.toml", &narrower).unwrap();
    assert!(rules.wants_evidence("E06001") && !rules.wants_evidence("E06002"), "the longest beginning decides");
    let twice =
        format!("{RULES}\n[[evidence]]\ncategory = \"E06001\"\nrequired = false\nstatus = \"made\"\nsource = \"x\"\n");
    assert!(Ruleset::parse("twice.toml", &twice).is_err());
}
