//! Rulesets: every deadline, bound, scale and list of a jurisdiction as dated, sourced data. A
//! later rule gets a ruleset of its own with a later first day; nothing is overwritten, so that an
//! old order is always explained by the rules of its day.

mod accounts;
mod book;
mod green;
mod in_force;
mod privacy;
mod problem;
pub(crate) mod read;
mod receipts;
mod residents;
mod roles;
mod siting;
mod telling;
mod waits;
mod walking;

pub use crate::dated::{Provenance, Status};
pub use accounts::{AccountBound, AccountRules};
pub use book::Rulesets;
pub use green::{Goal, GreenRules, Ground, Measure, NotComputed, PerPerson, Radius};
pub use in_force::InForce;
pub use privacy::{KeepRule, Kept, Privacy, Purpose};
pub use problem::RulesetProblem;
pub use receipts::{Receipt, ReceiptRule, Receipts};
pub use residents::{ResidentBound, ResidentRules};
pub use roles::{RoleRule, RoleRules};
pub use siting::{CostRule, Proposals, Proposing, SiteKind, SitingRules};
pub use telling::{DEADLINES, TellRule, Telling, can_be_told};
pub use waits::Waits;
pub use walking::{Meaning, Meanings, TagRule, WalkRules};

use crate::{
    calendar::{Limit, WorkingTime},
    located::Located,
    orders::{Diversion, Hop, Satisfied, Urgency},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a deadline is for: the hops of an order, and waits that are not hops of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A hop of the order's way.
    Hop(Hop),
    /// Answer an enquiry (咨询), which needs no work in the field.
    Answer,
    /// Call the reporter back after a reply (回访).
    CallBack,
    /// Reopen a closed order.
    Reopen,
    /// How much an extension adds to the handling deadline.
    Extension,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 10] = [
        Self::Hop(Hop::Triage),
        Self::Hop(Hop::Accept),
        Self::Hop(Hop::Contact),
        Self::Hop(Hop::Handle),
        Self::Hop(Hop::Report),
        Self::Hop(Hop::Rate),
        Self::Answer,
        Self::CallBack,
        Self::Reopen,
        Self::Extension,
    ];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hop(Hop::Triage) => "triage",
            Self::Hop(Hop::Accept) => "accept",
            Self::Hop(Hop::Contact) => "contact",
            Self::Hop(Hop::Handle) => "handle",
            Self::Hop(Hop::Report) => "report",
            Self::Hop(Hop::Rate) => "rate",
            Self::Answer => "answer",
            Self::CallBack => "call_back",
            Self::Reopen => "reopen",
            Self::Extension => "extension",
        }
    }

    /// The step for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }
}

/// How long a step may take, for one urgency or for all that have no limit of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Which step.
    pub step: Step,
    /// For which urgency; none means for all others.
    pub urgency: Option<Urgency>,
    /// How long.
    pub limit: Limit,
    /// From where.
    pub provenance: Provenance,
}

/// A level of the chain, or one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The lowest responsible organisation.
    Lowest,
    /// The community's or village's.
    Community,
    /// The street's or town's.
    Street,
    /// The district's.
    District,
    /// The organisation with this code, usually a department.
    Org(String),
}

/// Where orders of some categories go (派单目录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// Beginning of the category's code; an empty one fits all.
    pub category: String,
    /// To whom.
    pub to: Level,
    /// From where.
    pub provenance: Provenance,
}

/// Whether a reply to orders of some categories needs a photo that shows the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Beginning of the category's code; an empty one fits all.
    pub category: String,
    /// Whether it does.
    pub required: bool,
    /// From where.
    pub provenance: Provenance,
}

/// A reason to divert an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiversionRule {
    /// Which reason.
    pub reason: Diversion,
    /// Orders diverted for it are left out of the three rates (and shown as left out).
    pub excluded_from_rates: bool,
    /// From where.
    pub provenance: Provenance,
}

/// How ratings are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingScale {
    /// The steps that count as satisfied for the rate of satisfaction (满意率).
    pub satisfied: Vec<Satisfied>,
    /// Weights in per cent of response, solution and satisfaction in the score; they add to 100.
    pub weights: [u8; 3],
    /// From where.
    pub provenance: Provenance,
}

/// The rules in force from a date on.
#[derive(Debug, Clone)]
pub struct Ruleset {
    /// Its name, unique among the jurisdiction's rulesets.
    pub name: String,
    /// First day on which it holds; it holds until a later one begins.
    pub valid_from: Date,
    /// Where it comes from as a whole; its parts carry their own.
    pub source: String,
    /// How far it can be trusted as a whole.
    pub status: Status,
    /// Zone and working hours.
    pub working_time: WorkingTime,
    /// How often an unsolved order reopens before it goes to the superior.
    pub max_reworks: u8,
    /// How often a handling deadline may be extended.
    pub max_extensions: u8,
    /// The furthest review date of a deferral, in days.
    pub defer_days: u16,
    /// Most characters of a text (Open311: 4,000).
    pub max_text: usize,
    /// Most photos with one order at one time.
    pub max_photos: usize,
    /// Most bytes of one photo.
    pub max_photo_bytes: u64,
    /// Most pixels (width × height) of one photo.
    pub max_photo_pixels: u64,
    /// How near a border the resident is asked which side is meant, in metres.
    pub border_metres: f64,
    /// Two orders of one category this near, in metres…
    pub duplicate_metres: f64,
    /// …and within so many hours are taken for the same trouble.
    pub duplicate_hours: u32,
    /// How far similar open orders are looked for, in metres.
    pub similar_metres: f64,
    /// How far back, in days.
    pub similar_days: u16,
    /// How many are offered at most.
    pub max_similar: usize,
    /// Ratings.
    pub rating: RatingScale,
    /// The six reasons to divert, in the law's order.
    pub diversions: Vec<DiversionRule>,
    /// Deadlines.
    pub deadline: Vec<Deadline>,
    /// Which organisations handle what.
    pub dispatch: Vec<Dispatch>,
    /// What a reply must show; nothing where no entry fits.
    pub evidence: Vec<Evidence>,
    bounds: Vec<(&'static str, Provenance)>,
}

impl Ruleset {
    /// Names of the plain numbers, as the files and [`Ruleset::origin`] use them.
    pub const BOUNDS: [&'static str; 13] = [
        "max_reworks",
        "max_extensions",
        "defer_days",
        "max_text",
        "max_photos",
        "max_photo_bytes",
        "max_photo_pixels",
        "border_metres",
        "duplicate_metres",
        "duplicate_hours",
        "similar_metres",
        "similar_days",
        "max_similar",
    ];

    /// Reads a ruleset from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: unreadable text, unknown or repeated codes, numbers that
    /// make no sense, a missing source, a step or bound or diversion that every ruleset needs.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<RulesetProblem>> {
        read::parse(name, text)
    }

    /// How long a hop may take for an order of this urgency; none when the rules set no limit.
    pub fn deadline(&self, hop: Hop, urgency: Urgency) -> Option<Limit> {
        self.deadline_for(Step::Hop(hop), urgency).map(|deadline| deadline.limit)
    }

    /// The deadline of a step with its origin: the one for this urgency before the one for all.
    pub fn deadline_for(&self, step: Step, urgency: Urgency) -> Option<&Deadline> {
        let of = |wanted: Option<Urgency>| {
            self.deadline.iter().find(|deadline| deadline.step == step && deadline.urgency == wanted)
        };
        of(Some(urgency)).or_else(|| of(None))
    }

    /// Where orders of a category go: the longest fitting beginning decides.
    pub fn dispatch(&self, category: &str) -> Option<&Dispatch> {
        let fitting = self.dispatch.iter().filter(|rule| category.starts_with(&rule.category));
        fitting.max_by_key(|rule| rule.category.len())
    }

    /// Whether a reply to an order of a category needs a photo: the longest fitting beginning decides.
    pub fn wants_evidence(&self, category: &str) -> bool {
        let fitting = self.evidence.iter().filter(|rule| category.starts_with(&rule.category));
        fitting.max_by_key(|rule| rule.category.len()).is_some_and(|rule| rule.required)
    }

    /// Whether a rating counts as satisfied.
    pub fn counts_as_satisfied(&self, rating: Satisfied) -> bool {
        self.rating.satisfied.contains(&rating)
    }

    /// A plain number by its name; see [`Ruleset::BOUNDS`].
    pub fn bound(&self, name: &str) -> Option<f64> {
        // Every bound is read from a whole number of 32 bits, which a double holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let large = |value: u64| value as f64;
        let count = |value: usize| u32::try_from(value).map(f64::from).ok();
        match name {
            "max_reworks" => Some(self.max_reworks.into()),
            "max_extensions" => Some(self.max_extensions.into()),
            "defer_days" => Some(self.defer_days.into()),
            "max_text" => count(self.max_text),
            "max_photos" => count(self.max_photos),
            "max_photo_bytes" => Some(large(self.max_photo_bytes)),
            "max_photo_pixels" => Some(large(self.max_photo_pixels)),
            "border_metres" => Some(self.border_metres),
            "duplicate_metres" => Some(self.duplicate_metres),
            "duplicate_hours" => Some(self.duplicate_hours.into()),
            "similar_metres" => Some(self.similar_metres),
            "similar_days" => Some(self.similar_days.into()),
            "max_similar" => count(self.max_similar),
            _ => None,
        }
    }

    /// Where a plain number comes from; see [`Ruleset::BOUNDS`].
    pub fn origin(&self, bound: &str) -> Option<&Provenance> {
        self.bounds.iter().find(|(name, _)| *name == bound).map(|(_, provenance)| provenance)
    }
}

#[cfg(test)]
mod tests;
