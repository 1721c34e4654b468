//! What every piece of dated data carries: where it comes from and how far it can be trusted.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

/// How far a piece of data can be trusted; pages show it beside the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read in the law, standard or notice itself.
    Official,
    /// Read in a secondary source.
    Reported,
    /// Set by this project where no source was found; to be replaced by the district.
    Assumed,
    /// Made up for demonstration.
    Made,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Official, Self::Reported, Self::Assumed, Self::Made];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
            Self::Made => "made",
        }
    }
}

/// Where a piece of data comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// How far it can be trusted.
    pub status: Status,
    /// Law, standard, notice, report, or the reason for an assumption.
    pub source: String,
}

/// A plain date in a TOML file; none for a time or a date with a time, or outside 1949 to 2199,
/// which are slips of the pen.
pub(crate) fn plain_date(given: &Datetime) -> Option<Date> {
    let date: Date = given.to_string().parse().ok().filter(|_| given.time.is_none())?;
    (1949..=2199).contains(&date.year()).then_some(date)
}
