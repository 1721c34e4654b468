//! What can be wrong with a calendar file.

use jiff::civil::Date;
use thiserror::Error;

/// A problem with a calendar file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarProblem {
    /// Not TOML, not CSV, a missing or misspelt key.
    #[error("{0}")]
    Syntax(String),
    /// The file does not say where its data comes from.
    #[error("the source is missing")]
    NoSource,
    /// A week without any working time: no deadline could ever be reached.
    #[error("a week without working time")]
    IdleWeek,
    /// The offset is not written like `+08:00`.
    #[error("{0:?} is not an offset like +08:00")]
    Offset(String),
    /// A period of a day is not written like `08:00-12:00`, or ends before it begins, or touches
    /// the one before.
    #[error("{0:?} is not a period like 08:00-12:00 after the one before")]
    Period(String),
    /// Not a date.
    #[error("{0:?} is not a date")]
    NotADate(String),
    /// Neither `off` nor `work`.
    #[error("{0:?} is neither off nor work")]
    Kind(String),
    /// A holiday ends before it begins, or is longer than a month.
    #[error("{from} to {to} is not a holiday")]
    Range {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// The date does not belong to the file's year (December of the year before is allowed,
    /// because the holiday of 1 January may begin there).
    #[error("{date} is not in {year}")]
    OtherYear {
        /// The date.
        date: Date,
        /// The file's year.
        year: i16,
    },
    /// The year was given by another file.
    #[error("{0} was given before")]
    RepeatedYear(i16),
    /// The date was given before.
    #[error("{0} was given before")]
    RepeatedDate(Date),
    /// A make-up workday on Monday to Friday: notices put them on weekends, so it is a slip.
    #[error("{0} is worked anyway")]
    WorkedAnyway(Date),
    /// Years outside 1949 to 2199 are slips of the pen.
    #[error("{0} is out of range")]
    Year(i16),
}

impl CalendarProblem {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "calendar_syntax",
            Self::NoSource => "calendar_no_source",
            Self::IdleWeek => "calendar_idle_week",
            Self::Offset(_) => "calendar_offset",
            Self::Period(_) => "calendar_period",
            Self::NotADate(_) => "calendar_not_a_date",
            Self::Kind(_) => "calendar_kind",
            Self::Range { .. } => "calendar_range",
            Self::OtherYear { .. } => "calendar_other_year",
            Self::RepeatedYear(_) => "calendar_repeated_year",
            Self::RepeatedDate(_) => "calendar_repeated_date",
            Self::WorkedAnyway(_) => "calendar_worked_anyway",
            Self::Year(_) => "calendar_year",
        }
    }

    /// All codes, so that a test can check that each has a sentence.
    pub const CODES: [&'static str; 13] = [
        "calendar_syntax",
        "calendar_no_source",
        "calendar_idle_week",
        "calendar_offset",
        "calendar_period",
        "calendar_not_a_date",
        "calendar_kind",
        "calendar_range",
        "calendar_other_year",
        "calendar_repeated_year",
        "calendar_repeated_date",
        "calendar_worked_anyway",
        "calendar_year",
    ];
}
