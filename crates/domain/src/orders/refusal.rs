//! Why a change to an order is refused.

use thiserror::Error;

/// A refusal. Each has a stable [`code`](Refusal::code), under which the sentence for people stands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The order changed since the caller looked.
    #[error("the order is at version {now}, not {seen}")]
    Stale {
        /// The version that the caller saw.
        seen: i64,
        /// The present version.
        now: i64,
    },
    /// The action does not fit the present state.
    #[error("{action} is not possible while the order is {state}")]
    WrongState {
        /// What was tried.
        action: &'static str,
        /// The state's code.
        state: &'static str,
    },
    /// The actor may not do it.
    #[error("not permitted")]
    NotPermitted,
    /// A text that must be there is empty.
    #[error("{field} is empty")]
    Empty {
        /// Which field.
        field: &'static str,
    },
    /// A text is longer than allowed.
    #[error("{field} has {length} characters, {most} are allowed")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Characters given.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// Neither a point nor an address nor a place was given.
    #[error("no location")]
    NoLocation,
    /// No such category, or not in force on the day.
    #[error("unknown category {code}")]
    UnknownCategory {
        /// The code given.
        code: String,
    },
    /// There is no organisation above to return the order to.
    #[error("nobody above")]
    NobodyAbove,
    /// The organisation is not known or not the right one.
    #[error("unknown organisation")]
    UnknownOrg,
    /// Co-handlers have not reported yet.
    #[error("{open} co-handlers have not reported")]
    WhistlesOpen {
        /// How many.
        open: usize,
    },
    /// No such open request to a co-handler.
    #[error("no such whistle")]
    NoWhistle,
    /// The co-handler was called already and has not reported.
    #[error("already whistled")]
    AlreadyWhistled,
    /// The deadline was extended as often as the rules allow.
    #[error("extended already")]
    ExtendedAlready,
    /// The review date lies outside what the rules allow.
    #[error("review date out of range")]
    ReviewDate,
    /// An order cannot be merged into itself or into one that has ended.
    #[error("merge target")]
    MergeTarget,
    /// The question has been answered or there is none.
    #[error("no open question")]
    NoQuestion,
    /// The rating window is over.
    #[error("too late to rate")]
    TooLate,
    /// The reply needs at least one photo or document (evidence).
    #[error("evidence is missing")]
    NoEvidence,
    /// An imported order has a time that cannot be: in the future, or ended before it was placed.
    #[error("the time of {field} lies in the future or before the order was placed")]
    Time {
        /// Which time: `placed` or `closed`.
        field: &'static str,
    },
    /// Several things are wrong with what was sent; nothing was saved.
    #[error("{} things are wrong", .0.len())]
    Several(Vec<Refusal>),
}

impl Refusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stale { .. } => "stale",
            Self::WrongState { .. } => "wrong_state",
            Self::NotPermitted => "not_permitted",
            Self::Empty { .. } => "empty",
            Self::TooLong { .. } => "too_long",
            Self::NoLocation => "no_location",
            Self::UnknownCategory { .. } => "unknown_category",
            Self::NobodyAbove => "nobody_above",
            Self::UnknownOrg => "unknown_org",
            Self::WhistlesOpen { .. } => "whistles_open",
            Self::NoWhistle => "no_whistle",
            Self::AlreadyWhistled => "already_whistled",
            Self::ExtendedAlready => "extended_already",
            Self::ReviewDate => "review_date",
            Self::MergeTarget => "merge_target",
            Self::NoQuestion => "no_question",
            Self::TooLate => "too_late",
            Self::NoEvidence => "no_evidence",
            Self::Time { .. } => "time",
            Self::Several(_) => "several",
        }
    }

    /// All codes, so that a test can check that each has a sentence.
    pub const CODES: [&'static str; 20] = [
        "stale",
        "wrong_state",
        "not_permitted",
        "empty",
        "too_long",
        "no_location",
        "unknown_category",
        "nobody_above",
        "unknown_org",
        "whistles_open",
        "no_whistle",
        "already_whistled",
        "extended_already",
        "review_date",
        "merge_target",
        "no_question",
        "too_late",
        "no_evidence",
        "time",
        "several",
    ];
}
