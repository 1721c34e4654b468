//! Deadlines as the state machine sees them: a hop, an urgency and a start give an instant.

use super::Urgency;
use jiff::{Timestamp, civil::Date};

/// A step of an order's life that has a deadline of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Decide where the order goes.
    Triage,
    /// Accept it or return it.
    Accept,
    /// Contact the reporter.
    Contact,
    /// Handle it.
    Handle,
    /// A co-handler reports.
    Report,
    /// Wait for the reporters' rating.
    Rate,
}

/// The ruleset of the day together with the working calendar.
pub trait Timetable {
    /// When `hop` is due for an order of this urgency when it starts at `from`, and whether the
    /// calendar had to assume something; none when the rules set no deadline.
    fn due(&self, hop: Hop, urgency: Urgency, from: Timestamp) -> Option<(Timestamp, bool)>;
    /// The deadline after an extension granted at `now`; none when the urgency allows none.
    fn extended(&self, urgency: Urgency, due: Timestamp) -> Option<(Timestamp, bool)>;
    /// How often a deadline may be extended.
    fn max_extensions(&self) -> u8;
    /// How often an unsolved order reopens before it goes to the superior.
    fn max_reworks(&self) -> u8;
    /// The last day that a deferral on `today` may name for its review.
    fn latest_review(&self, today: Date) -> Date;
    /// The civil date at an instant, in the district's zone.
    fn date(&self, at: Timestamp) -> Date;
    /// The instant at which a day ends.
    fn end_of(&self, day: Date) -> Timestamp;
    /// The most characters a description or a reply may have.
    fn max_text(&self) -> usize;
    /// Whether a reply to an order of this category needs a photo that shows the result.
    fn wants_evidence(&self, category: &str) -> bool;
}
