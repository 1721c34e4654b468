//! Rulesets: deadlines, bounds and the dispatch list of a district as dated data with a source.

use crate::{
    calendar::{Due, Limit, WorkCalendar},
    orders::{Hop, Timetable, Urgency},
};
use jiff::{Span, Timestamp, civil::Date};
use serde::Deserialize;
use std::sync::Arc;
use thiserror::Error;

/// Whether a rule is what somebody decreed, or what we took for want of better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In force by the source named.
    Decreed,
    /// Assumed; the district is asked to set its own.
    Assumed,
}

/// The rules in force from a date on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruleset {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where it comes from.
    pub source: String,
    /// Decreed or assumed.
    pub status: Status,
    /// The zone's offset in hours.
    pub zone: i8,
    /// Working hours of a day (`08:00-12:00`).
    pub hours: Vec<String>,
    /// How often an unsolved order reopens before it goes to the superior.
    pub max_reworks: u8,
    /// How often a handling deadline may be extended.
    pub max_extensions: u8,
    /// The furthest review date of a deferral, in days.
    pub defer_days: u16,
    /// Most characters of a text (Open311: 4,000).
    pub max_text: usize,
    /// Most photos with one order.
    pub max_photos: usize,
    /// How near a border the resident is asked which side is meant, in metres.
    pub border_metres: f64,
    /// How far similar orders are looked for, in metres.
    pub similar_metres: f64,
    /// How far back, in days.
    pub similar_days: u16,
    /// Deadlines.
    pub deadline: Vec<Deadline>,
    /// Which organisations handle what (派单目录).
    #[serde(default)]
    pub dispatch: Vec<Dispatch>,
}

/// A deadline of one hop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// `triage`, `accept`, `contact`, `handle`, `report`, `rate` or `extension`.
    pub hop: String,
    /// For which urgency; for all when it is missing.
    pub urgency: Option<Urgency>,
    /// How long.
    #[serde(flatten)]
    pub limit: Limit,
    /// Where it comes from.
    pub source: String,
    /// Decreed or assumed.
    pub status: Status,
}

/// Where orders of some categories go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// Beginning of the category's code; an empty one fits all.
    pub category: String,
    /// To whom.
    pub to: Level,
}

/// A level of the chain, or one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The lowest responsible organisation.
    Lowest,
    /// The street's or town's.
    Street,
    /// The district's.
    District,
    /// The organisation with this code.
    Org(String),
}

/// What is wrong with a ruleset.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RulesetError {
    /// It cannot be read; says where.
    #[error("{0}")]
    Syntax(String),
    /// A hop's name is unknown.
    #[error("unknown hop {0}")]
    Hop(String),
    /// A hop has no deadline for some urgency.
    #[error("no deadline for {0} {1}")]
    Missing(&'static str, &'static str),
}

const HOPS: [&str; 7] = ["triage", "accept", "contact", "handle", "report", "rate", "extension"];

fn hop_name(hop: Hop) -> &'static str {
    match hop {
        Hop::Triage => "triage",
        Hop::Accept => "accept",
        Hop::Contact => "contact",
        Hop::Handle => "handle",
        Hop::Report => "report",
        Hop::Rate => "rate",
    }
}

impl Ruleset {
    /// Reads a ruleset from TOML and checks that every hop has a deadline.
    ///
    /// # Errors
    /// [`RulesetError`], naming the line or the hop.
    pub fn parse(text: &str) -> Result<Self, RulesetError> {
        let rules: Self = toml::from_str(text).map_err(|error| RulesetError::Syntax(error.to_string()))?;
        if let Some(odd) = rules.deadline.iter().find(|deadline| !HOPS.contains(&deadline.hop.as_str())) {
            return Err(RulesetError::Hop(odd.hop.clone()));
        }
        for hop in HOPS {
            for urgency in Urgency::ALL {
                if rules.limit(hop, *urgency).is_none() {
                    return Err(RulesetError::Missing(hop, urgency.code()));
                }
            }
        }
        Ok(rules)
    }

    /// The limit of a hop: the one for this urgency, or the one for all.
    pub fn limit(&self, hop: &str, urgency: Urgency) -> Option<Limit> {
        let of = |wanted| self.deadline.iter().find(|deadline| deadline.hop == hop && deadline.urgency == wanted);
        of(Some(urgency)).or_else(|| of(None)).map(|deadline| deadline.limit)
    }

    /// Where orders of a category go: the longest fitting beginning decides.
    pub fn dispatch(&self, category: &str) -> Option<&Dispatch> {
        let fitting = self.dispatch.iter().filter(|rule| category.starts_with(&rule.category));
        fitting.max_by_key(|rule| rule.category.len())
    }
}

/// A ruleset with its calendar: what the state machine asks.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The ruleset.
    pub rules: Arc<Ruleset>,
    /// The calendar.
    pub calendar: Arc<WorkCalendar>,
}

fn told(due: Due) -> (Timestamp, bool) {
    (due.at, due.assumed)
}

impl Timetable for InForce {
    fn due(&self, hop: Hop, urgency: Urgency, from: Timestamp) -> Option<(Timestamp, bool)> {
        self.rules.limit(hop_name(hop), urgency).map(|limit| told(self.calendar.add(from, limit)))
    }
    fn extended(&self, urgency: Urgency, due: Timestamp) -> Option<(Timestamp, bool)> {
        self.rules.limit("extension", urgency).map(|limit| told(self.calendar.add(due, limit)))
    }
    fn max_extensions(&self) -> u8 {
        self.rules.max_extensions
    }
    fn max_reworks(&self) -> u8 {
        self.rules.max_reworks
    }
    fn latest_review(&self, today: Date) -> Date {
        today.saturating_add(Span::new().days(i64::from(self.rules.defer_days)))
    }
    fn date(&self, at: Timestamp) -> Date {
        self.calendar.date(at)
    }
    fn end_of(&self, day: Date) -> Timestamp {
        self.calendar.end_of(day)
    }
    fn max_text(&self) -> usize {
        self.rules.max_text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Clock;

    const SHIPPED: &str = include_str!("../../../data/erqi/rulesets/orders-2020.toml");

    #[test]
    fn the_shipped_ruleset_says_what_its_sources_say() {
        let rules = Ruleset::parse(SHIPPED).unwrap();
        let handle = |urgency| rules.limit("handle", urgency).unwrap();
        assert_eq!(handle(Urgency::Urgent), Limit { amount: 2, clock: Clock::Hours });
        assert_eq!(handle(Urgency::Utility), Limit { amount: 24, clock: Clock::Hours });
        assert_eq!(handle(Urgency::General), Limit { amount: 7, clock: Clock::Days });
        assert_eq!(handle(Urgency::Difficult), Limit { amount: 15, clock: Clock::Days });
        assert_eq!((rules.max_reworks, rules.max_text), (2, 4000));
    }

    #[test]
    fn a_missing_deadline_is_named() {
        let cut = SHIPPED.replace("hop = \"rate\"", "hop = \"contact\"\nurgency = \"urgent\"");
        assert_eq!(Ruleset::parse(&cut).unwrap_err(), RulesetError::Missing("rate", "urgent"));
        let odd = SHIPPED.replace("hop = \"rate\"", "hop = \"rating\"");
        assert_eq!(Ruleset::parse(&odd).unwrap_err(), RulesetError::Hop("rating".into()));
    }
}
