//! Why a file of rows cannot be used: a sentence for the terminal, a code for pages and programs.

use crate::{AppError, Wrong};
use luyuan_domain::{geo::System, ruleset::SiteKind};

/// A file, or a row of it, that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct BadRows {
    pub(super) file: String,
    /// Line of a CSV file, number of a GeoJSON feature; from 1.
    pub(super) row: Option<u64>,
    pub(super) why: Why,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Why {
    #[error("say in which coordinate system it is written: --crs wgs84, gcj02 or bd09")]
    NoSystem,
    /// A whole sentence, with the file's name in it.
    #[error("{0}")]
    Unread(String),
    #[error("the row cannot be read: {0}")]
    Columns(String),
    #[error("this is no JSON: {0}")]
    NoJson(String),
    #[error("this is no GeoJSON FeatureCollection")]
    NoCollection,
    #[error("there is no row in it")]
    Empty,
    #[error("{told}: is it --crs {}?", .system.code())]
    OtherSystem { system: System, told: String },
    #[error("{told}: longitude comes first")]
    Swapped { told: String },
    #[error("{told}: it belongs elsewhere, or to another coordinate system")]
    Elsewhere { told: String },
    #[error("shape is no geometry of GeoJSON: {0}")]
    Shape(String),
    #[error("{field} cannot be {text:?}")]
    Number { field: String, text: String },
    #[error("a position has no two numbers")]
    ShortPosition,
    #[error("{0}, {1} is no position in degrees; are longitude and latitude swapped, or metres?")]
    Position(f64, f64),
    #[error("a line is wanted (LineString)")]
    NoLine,
    #[error("an area has no ring")]
    NoRing,
    /// What layers other than candidates want.
    #[error("{0}")]
    Other(String),
    #[error("{0:?} stands twice in the file")]
    Twice(String),
    #[error("kind cannot be {code:?}: one of {}", SiteKind::ALL.map(SiteKind::code).join(", "))]
    Kind { code: String },
    #[error("a crossing is a line with two points, one on each side of the road")]
    Crossing,
    #[error("a point is wanted")]
    NoPoint,
    #[error("there is no park {0:?}")]
    NoPark(String),
    #[error("square_metres is no area")]
    Area,
    #[error("a point or an area is wanted")]
    NoPlace,
    #[error("yuan is no cost")]
    Cost,
}

impl Why {
    /// The code, and the value for its sentence.
    fn code(&self) -> (&'static str, String) {
        let (code, detail) = match self {
            Self::NoSystem => ("green_crs", ""),
            Self::Unread(_) => ("green_list_unread", ""),
            Self::Columns(_) => ("green_list_columns", ""),
            Self::NoJson(_) => ("green_list_no_json", ""),
            Self::NoCollection => ("green_list_no_collection", ""),
            Self::Empty => ("green_list_empty", ""),
            Self::OtherSystem { system, .. } => ("green_list_other_system", system.code()),
            Self::Swapped { .. } => ("green_list_swapped", ""),
            Self::Elsewhere { .. } => ("green_list_elsewhere", ""),
            Self::Shape(_) | Self::NoRing => ("green_list_shape", ""),
            Self::Number { field, text } => return ("green_list_number", format!("{field} = {text}")),
            Self::ShortPosition => ("green_list_position", "?"),
            Self::Position(x, y) => return ("green_list_position", format!("{x}, {y}")),
            Self::NoLine | Self::Crossing => ("green_list_crossing", ""),
            Self::Other(words) => ("green_list", words.as_str()),
            Self::Twice(id) => ("green_list_twice", id.as_str()),
            Self::Kind { code } => ("green_list_kind", code.as_str()),
            Self::NoPoint => ("green_list_point", ""),
            Self::NoPark(park) => ("green_list_park", park.as_str()),
            Self::Area => ("green_list_area", ""),
            Self::NoPlace => ("green_list_place", ""),
            Self::Cost => ("green_list_yuan", ""),
        };
        (code, detail.to_owned())
    }
}

impl std::fmt::Display for BadRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.why, self.row) {
            (Why::Unread(sentence), _) => f.write_str(sentence),
            (why, Some(row)) => write!(f, "{}, row {row}: {why}", self.file),
            (why, None) => write!(f, "{}: {why}", self.file),
        }
    }
}

impl BadRows {
    /// The same for who sent the file in a field: the file's name means nothing to them. A row stands
    /// behind the field, as `list.6`.
    pub fn sent(self, field: &str) -> AppError {
        let (code, detail) = self.why.code();
        let field = self.row.map_or_else(|| field.to_owned(), |row| format!("{field}.{row}"));
        AppError::Wrong(vec![Wrong { field, code, detail }])
    }
}

impl From<BadRows> for AppError {
    fn from(bad: BadRows) -> Self {
        Self::Import(bad.to_string())
    }
}
