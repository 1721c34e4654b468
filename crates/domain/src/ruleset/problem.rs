//! What can be wrong with the files of rulesets and catalogues.

use crate::calendar::CalendarProblem;
use jiff::civil::Date;
use thiserror::Error;

/// A problem with a ruleset, a catalogue or one of their parts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RulesetProblem {
    /// Not TOML, not CSV, a missing or misspelt key.
    #[error("{0}")]
    Syntax(String),
    /// A source is empty.
    #[error("the source is missing")]
    NoSource,
    /// Not a date.
    #[error("{0:?} is not a date")]
    NotADate(String),
    /// Two rulesets, or two catalogues, begin on one day.
    #[error("a second one begins on {0}")]
    RepeatedDay(Date),
    /// A code that is not known (step, clock, urgency, reason, kind, group, type, category).
    #[error("{code:?} is not a known {what}")]
    UnknownCode {
        /// Which kind of code.
        what: &'static str,
        /// The code given.
        code: String,
    },
    /// A code is given twice where it may stand once.
    #[error("{what} {code:?} is given twice")]
    RepeatedCode {
        /// Which kind of code.
        what: &'static str,
        /// The code given.
        code: String,
    },
    /// Something that is needed is missing.
    #[error("{what} {code:?} is missing")]
    Missing {
        /// Which kind of thing.
        what: &'static str,
        /// Which one.
        code: String,
    },
    /// A number that makes no sense.
    #[error("{what} cannot be {value}")]
    Number {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: i64,
    },
    /// Working time or holidays.
    #[error(transparent)]
    Calendar(CalendarProblem),
}

impl RulesetProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "ruleset_syntax",
            Self::NoSource => "ruleset_no_source",
            Self::NotADate(_) => "ruleset_not_a_date",
            Self::RepeatedDay(_) => "ruleset_repeated_day",
            Self::UnknownCode { .. } => "ruleset_unknown_code",
            Self::RepeatedCode { .. } => "ruleset_repeated_code",
            Self::Missing { .. } => "ruleset_missing",
            Self::Number { .. } => "ruleset_number",
            Self::Calendar(problem) => problem.code(),
        }
    }

    /// All codes but those of [`CalendarProblem`], so that a test can check that each has a
    /// sentence.
    pub const CODES: [&'static str; 8] = [
        "ruleset_syntax",
        "ruleset_no_source",
        "ruleset_not_a_date",
        "ruleset_repeated_day",
        "ruleset_unknown_code",
        "ruleset_repeated_code",
        "ruleset_missing",
        "ruleset_number",
    ];
}
