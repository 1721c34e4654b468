//! What happened to an order: timeline, audit, notifications and statistics in one record.

use super::{Channel, Diversion, Satisfied, Solved};
use crate::ids::{FileId, OrderId, OrgId, ReporterId, WhistleId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// One change, as the rules produce it. Who did it for which organisation is added when it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The order that changed.
    pub order: OrderId,
    /// The order's version after the change.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What a change was, with its facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[allow(missing_docs)] // the fields are the words of the transition that makes them
pub enum What {
    /// A resident placed it.
    Placed { channel: Channel },
    /// It was sent to an organisation; `rule` names what matched.
    Routed { to: OrgId, rule: String },
    /// It is not for this platform.
    Diverted { reason: Diversion, note: String },
    /// It was joined with another.
    Merged { into: OrderId, number: String },
    /// Another was joined with it.
    Absorbed { from: OrderId, number: String },
    /// Somebody else has the same trouble.
    Joined { reporter: ReporterId },
    /// An organisation accepted it.
    Accepted { by: OrgId },
    /// An organisation returned it to the one above.
    Returned { from: OrgId, to: OrgId, reason: String },
    /// Nobody accepted in time; it went up by itself.
    Escalated { from: OrgId, to: OrgId },
    /// Nobody accepted in time and there is nobody above.
    Overdue { at_org: OrgId },
    /// The reporter was contacted.
    Contacted { note: String },
    /// A co-handler was called.
    Whistled { whistle: WhistleId, to: OrgId, ask: String },
    /// A co-handler reported.
    Reported { whistle: WhistleId, by: OrgId, text: String },
    /// The deadline was extended.
    Extended { reason: String, due: Timestamp },
    /// It cannot be solved for now.
    Deferred { reason: String, review_on: Date },
    /// Work goes on after a deferral.
    Resumed { note: String },
    /// The reporters were asked something.
    Asked { text: String },
    /// A reporter answered.
    Answered { text: String },
    /// A reporter or handler added a photo.
    Pictured { file: FileId },
    /// Another platform, where the order is known under a key of its own, added something; `status`
    /// is what it says there, `media` are addresses of pictures kept there.
    Noted { key: String, status: String, text: String, media: Vec<String>, files: Vec<FileId> },
    /// The handler says that it is done.
    Replied { text: String, files: Vec<FileId> },
    /// A reporter rated the result, or was called back.
    Rated { reporter: ReporterId, solved: Solved, satisfied: Option<Satisfied>, comment: String, called_back: bool },
    /// It ended.
    Closed { solved: Option<Solved> },
    /// It was not solved and goes on.
    Reopened { count: u8, to: OrgId, reason: String },
    /// It went to the superior, who supervises it from now on.
    Supervised { to: OrgId, reason: String },
    /// A reporter's contact data was erased, and what they wrote, if `words`.
    Erased { reporter: ReporterId, words: bool },
}

impl What {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Placed { .. } => "placed",
            Self::Routed { .. } => "routed",
            Self::Diverted { .. } => "diverted",
            Self::Merged { .. } => "merged",
            Self::Absorbed { .. } => "absorbed",
            Self::Joined { .. } => "joined",
            Self::Accepted { .. } => "accepted",
            Self::Returned { .. } => "returned",
            Self::Escalated { .. } => "escalated",
            Self::Overdue { .. } => "overdue",
            Self::Contacted { .. } => "contacted",
            Self::Whistled { .. } => "whistled",
            Self::Reported { .. } => "reported",
            Self::Extended { .. } => "extended",
            Self::Deferred { .. } => "deferred",
            Self::Resumed { .. } => "resumed",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Pictured { .. } => "pictured",
            Self::Noted { .. } => "noted",
            Self::Replied { .. } => "replied",
            Self::Rated { .. } => "rated",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
            Self::Supervised { .. } => "supervised",
            Self::Erased { .. } => "erased",
        }
    }

    /// Whether the public timeline shows the words that people wrote in it. The step itself is
    /// always shown; what a reporter answered or commented, and what was said on the phone, is not.
    pub fn words_public(&self) -> bool {
        !matches!(
            self,
            Self::Answered { .. }
                | Self::Asked { .. }
                | Self::Contacted { .. }
                | Self::Rated { .. }
                // Their reason is what the reporter commented.
                | Self::Reopened { .. }
                | Self::Supervised { .. }
        )
    }
}
