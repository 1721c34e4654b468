//! Orders (诉求/工单): a resident places one, the responsible organisation accepts it, and the
//! resident says whether it is solved.
//!
//! The life of an order follows 北京市接诉即办工作条例 (2021-09-24) and the district's own way of
//! working (群众下单、党委接单): placed, triaged (diverted, merged or routed), accepted at the
//! lowest responsible organisation or returned upwards, contacted, in progress (whistled, extended,
//! deferred), replied, rated or called back, closed or reopened.

mod erase;
mod event;
mod handle;
mod import;
mod new;
mod note;
mod rate;
mod refusal;
mod route;
mod timetable;

pub use event::{Event, What};
pub use handle::{Ask, Defer, Extend, ReplyText};
pub use import::Ended;
pub use new::{Channel, Draft, Kind, Limits, Location, Urgency, clean};
pub use note::Note;
pub use rate::{Rating, Satisfied, Solved};
pub use refusal::Refusal;
pub use route::{Diversion, Route};
pub use timetable::{Hop, Timetable};

use crate::ids::{FileId, OrderId, OrgId, PersonId, WhistleId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// What a transition yields: the order after it, and the event that records it.
pub type Changed = Result<(Order, Event), Refusal>;

/// An order with its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Identity.
    pub id: OrderId,
    /// The number that people say and write: year and a running number (`2026-000123`).
    pub number: String,
    /// Counts changes, from 1. A change names the version that it saw; see [`Refusal::Stale`].
    pub version: i64,
    /// What the person wants: 咨询, 求助, 投诉, 举报, 建议.
    pub kind: Kind,
    /// Category code of the catalogue in force when it was placed.
    pub category: String,
    /// How soon it must be handled.
    pub urgency: Urgency,
    /// The person's own words.
    pub description: String,
    /// Where it is.
    pub location: Location,
    /// How it arrived.
    pub channel: Channel,
    /// Not shown to the public at all.
    pub private: bool,
    /// Answers to the category's own questions, by attribute code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, Vec<String>)>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// The organisation that accepted it first and answers for it to the end (首接负责).
    pub lead: Option<OrgId>,
    /// Requests to co-handlers (吹哨), in time order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whistles: Vec<Whistle>,
    /// Questions to the reporters, in time order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Extensions granted to the handling deadline.
    #[serde(default)]
    pub extensions: u8,
    /// How often it was reopened because it was not solved.
    #[serde(default)]
    pub reworks: u8,
    /// Under supervision by the superior (督办): reopened too often, or nobody accepted.
    #[serde(default)]
    pub supervised: bool,
    /// The deadline counted on a year whose holidays are not known yet.
    #[serde(default)]
    pub due_assumed: bool,
}

/// Where an order stands, with the facts of that state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum State {
    /// Waits for somebody to decide where it goes.
    Placed {
        /// Until when triage must decide.
        due: Option<Timestamp>,
    },
    /// Not for this platform; the person is told where to turn.
    Diverted {
        /// Which of the reasons.
        reason: Diversion,
        /// Explanation for the person.
        note: String,
    },
    /// Joined with another order, which carries on for all reporters.
    Merged {
        /// The order that carries on.
        into: OrderId,
        /// Its number, for people.
        number: String,
    },
    /// Waits to be accepted.
    Routed {
        /// By whom.
        to: OrgId,
        /// Until when; then it goes to the organisation above by itself.
        due: Option<Timestamp>,
    },
    /// Accepted; the reporter is to be contacted.
    Accepted {
        /// By whom.
        by: OrgId,
        /// Until when the reporter must be contacted.
        due: Option<Timestamp>,
        /// Until when it must be handled.
        handle_due: Option<Timestamp>,
    },
    /// Being worked on.
    InProgress {
        /// By whom.
        by: OrgId,
        /// Until when it must be handled.
        due: Option<Timestamp>,
    },
    /// Cannot be solved for now (挂账), with a reason, a review date and its owner.
    Deferred {
        /// Which organisation.
        by: OrgId,
        /// Why it cannot be solved now.
        reason: String,
        /// When it is looked at again.
        review_on: Date,
        /// Who looks at it.
        owner: PersonId,
        /// The instant at which the review is overdue.
        due: Option<Timestamp>,
    },
    /// Answered; the reporters are asked whether it is solved.
    Replied {
        /// By whom.
        by: OrgId,
        /// What was done.
        reply: Reply,
        /// Until when a rating is waited for.
        due: Option<Timestamp>,
    },
    /// Ended.
    Closed {
        /// Who handled it.
        by: OrgId,
        /// What was done.
        reply: Reply,
        /// When it ended.
        at: Timestamp,
        /// Whether the reporters said that it is solved; none when nobody could be reached.
        solved: Option<Solved>,
    },
}

/// An answer with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What was done, for the person to read.
    pub text: String,
    /// Photos and documents that show it.
    pub files: Vec<FileId>,
    /// When.
    pub at: Timestamp,
}

/// A request to a co-handler, who must report to the lead (街乡吹哨、部门报到).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whistle {
    /// Identity.
    pub id: WhistleId,
    /// Who is called.
    pub to: OrgId,
    /// What is asked of them.
    pub ask: String,
    /// When.
    pub at: Timestamp,
    /// Until when they must report.
    pub due: Option<Timestamp>,
    /// What they reported.
    pub report: Option<WhistleReport>,
}

/// A co-handler's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhistleReport {
    /// What they did.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A question to the reporters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// The answer.
    pub answer: Option<String>,
}

impl State {
    /// Stable code of the state.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Placed { .. } => "placed",
            Self::Diverted { .. } => "diverted",
            Self::Merged { .. } => "merged",
            Self::Routed { .. } => "routed",
            Self::Accepted { .. } => "accepted",
            Self::InProgress { .. } => "in_progress",
            Self::Deferred { .. } => "deferred",
            Self::Replied { .. } => "replied",
            Self::Closed { .. } => "closed",
        }
    }

    /// All codes, in the order of an order's life.
    pub const CODES: [&'static str; 9] =
        ["placed", "routed", "accepted", "in_progress", "deferred", "replied", "closed", "merged", "diverted"];

    /// The organisation that has to act or acted last.
    pub fn holder(&self) -> Option<OrgId> {
        match self {
            Self::Routed { to, .. } => Some(*to),
            Self::Accepted { by, .. }
            | Self::InProgress { by, .. }
            | Self::Deferred { by, .. }
            | Self::Replied { by, .. }
            | Self::Closed { by, .. } => Some(*by),
            Self::Placed { .. } | Self::Diverted { .. } | Self::Merged { .. } => None,
        }
    }

    /// The deadline of the present hop.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Placed { due }
            | Self::Routed { due, .. }
            | Self::Accepted { due, .. }
            | Self::InProgress { due, .. }
            | Self::Deferred { due, .. }
            | Self::Replied { due, .. } => *due,
            Self::Diverted { .. } | Self::Merged { .. } | Self::Closed { .. } => None,
        }
    }

    /// Whether nothing more will happen unless somebody reopens it.
    pub fn ended(&self) -> bool {
        matches!(self, Self::Diverted { .. } | Self::Merged { .. } | Self::Closed { .. })
    }
}

impl Order {
    /// Whether the public may not know of it: private, or diverted.
    pub fn hidden(&self) -> bool {
        self.private || matches!(self.state, State::Diverted { .. })
    }

    /// Co-handlers who were called and have not reported.
    pub fn whistled(&self) -> Vec<OrgId> {
        self.whistles.iter().filter(|whistle| whistle.report.is_none()).map(|whistle| whistle.to).collect()
    }

    /// Refuses when the caller saw another version than the present one.
    pub fn expect(&self, seen: i64) -> Result<(), Refusal> {
        if self.version == seen { Ok(()) } else { Err(Refusal::Stale { seen, now: self.version }) }
    }

    /// The order after a change at `now`, with the event that records it.
    fn changed(mut self, now: Timestamp, what: What) -> (Self, Event) {
        self.version += 1;
        self.updated_at = now;
        let event = Event { order: self.id, seq: self.version, at: now, what };
        (self, event)
    }

    fn refuse(&self, action: &'static str) -> Refusal {
        Refusal::WrongState { action, state: self.state.code() }
    }
}

#[cfg(test)]
mod tests;
