//! A ruleset with its working calendar answers the order's questions about time.

use super::{Ruleset, Step};
use crate::{
    calendar::WorkCalendar,
    orders::{Hop, Timetable, Urgency},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::sync::Arc;

/// A ruleset with its calendar: what the state machine asks.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The ruleset.
    pub rules: Arc<Ruleset>,
    /// The calendar.
    pub calendar: Arc<WorkCalendar>,
}

impl InForce {
    /// When a step that begins at `from` is due, and whether the calendar had to assume something;
    /// none when the rules set no limit.
    pub fn due_for(&self, step: Step, urgency: Urgency, from: Timestamp) -> Option<(Timestamp, bool)> {
        let deadline = self.rules.deadline_for(step, urgency)?;
        let due = self.calendar.add(from, deadline.limit);
        Some((due.at, due.assumed))
    }
}

impl Timetable for InForce {
    fn due(&self, hop: Hop, urgency: Urgency, from: Timestamp) -> Option<(Timestamp, bool)> {
        self.due_for(Step::Hop(hop), urgency, from)
    }

    fn extended(&self, urgency: Urgency, due: Timestamp) -> Option<(Timestamp, bool)> {
        self.due_for(Step::Extension, urgency, due)
    }

    fn max_extensions(&self) -> u8 {
        self.rules.max_extensions
    }

    fn max_reworks(&self) -> u8 {
        self.rules.max_reworks
    }

    fn latest_review(&self, today: Date) -> Date {
        today.saturating_add(i32::from(self.rules.defer_days).days())
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

    fn wants_evidence(&self, category: &str) -> bool {
        self.rules.wants_evidence(category)
    }
}
