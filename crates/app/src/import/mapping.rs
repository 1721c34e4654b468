//! The mapping file: which column of a file of orders means what. Nothing is guessed: coordinate
//! system, time zone and time format are named, or the file is refused.

use crate::AppError;
use jiff::{Timestamp, fmt::strtime, tz::TimeZone};
use luyuan_domain::{geo::System, orders::Kind};
use serde::Deserialize;
use std::collections::HashMap;

/// One column, or several whose texts are put together.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    pub(super) fn list(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Many(names) => names.clone(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub key: String,
    pub placed: String,
    pub closed: Option<String>,
    pub description: Names,
    pub reply: Option<Names>,
    pub address: Option<Names>,
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub place: Option<String>,
    pub kind: Option<String>,
    pub private: Option<String>,
}

/// A column whose values stand for codes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coded {
    pub column: Option<String>,
    pub default: Option<String>,
    #[serde(default)]
    pub values: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    source: String,
    crs: Option<String>,
    zone: Option<String>,
    time: Option<String>,
    #[serde(default)]
    outside: Outside,
    delimiter: Option<char>,
    #[serde(default)]
    neutralised: bool,
    kind: Option<String>,
    columns: Columns,
    category: Coded,
    holder: Option<Coded>,
}

/// What becomes of a row whose point lies outside the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outside {
    #[default]
    Reject,
    Keep,
}

/// How times are written.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// With their offset (RFC 3339).
    Exact,
    /// By a pattern with the offset in it.
    Offset(String),
    /// By a pattern, in a zone.
    Local(String, TimeZone),
}

/// A mapping, read and checked.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Name of the source: with a row's key it is the row's identity.
    pub name: String,
    /// Where the data comes from and under which licence.
    pub source: String,
    pub(super) crs: Option<System>,
    pub(super) clock: Clock,
    pub(super) outside: Outside,
    pub(super) delimiter: u8,
    pub(super) neutralised: bool,
    pub(super) kind: Option<Kind>,
    pub(super) columns: Columns,
    pub(super) category: Coded,
    pub(super) holder: Option<Coded>,
}

impl Mapping {
    /// Reads a mapping; `file` is its name, for messages.
    ///
    /// # Errors
    /// [`AppError::Import`] with file, line, and what to write.
    pub fn parse(file: &str, text: &str) -> Result<Self, AppError> {
        let wrong = |why: String| AppError::Import(format!("{file}: {why}"));
        let read: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            AppError::Import(format!("{file}:{line}: {}", error.message()))
        })?;
        let name_fits = !read.name.is_empty()
            && read.name.len() <= 64
            && read.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        if !name_fits {
            return Err(wrong(format!(
                "name = {:?}: use small letters, digits, dots and hyphens, at most 64",
                read.name
            )));
        }
        let crs = match (&read.crs, read.columns.lon.is_some() || read.columns.lat.is_some()) {
            (Some(code), _) => Some(
                System::parse(code)
                    .ok_or_else(|| wrong(format!("crs = {code:?} is unknown; write wgs84, gcj02 or bd09")))?,
            ),
            (None, true) => {
                return Err(wrong(
                    "lon and lat are given, but not in which coordinate system; write crs = \"wgs84\", \"gcj02\" or \
                     \"bd09\" (it is never guessed: a wrong one shifts every point by hundreds of metres)"
                        .into(),
                ));
            }
            (None, false) => None,
        };
        if read.columns.lon.is_some() != read.columns.lat.is_some() {
            return Err(wrong("columns.lon and columns.lat belong together".into()));
        }
        if read.category.column.is_none() && read.category.default.is_none() {
            return Err(wrong("category needs a column, a default, or both".into()));
        }
        let delimiter = u8::try_from(read.delimiter.unwrap_or(','))
            .map_err(|_| wrong("delimiter must be one of the characters , ; | or a tab".into()))?;
        let kind = match &read.kind {
            Some(code) => Some(Kind::parse(code).ok_or_else(|| {
                let codes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
                wrong(format!("kind = {code:?} is unknown; one of {}", codes.join(", ")))
            })?),
            None => None,
        };
        Ok(Self {
            clock: clock(read.time, read.zone.as_deref()).map_err(wrong)?,
            name: read.name,
            source: read.source,
            crs,
            outside: read.outside,
            delimiter,
            neutralised: read.neutralised,
            kind,
            columns: read.columns,
            category: read.category,
            holder: read.holder,
        })
    }
}

fn clock(time: Option<String>, zone: Option<&str>) -> Result<Clock, String> {
    let pattern = time.ok_or("the mapping does not say how times are written; write time = \"rfc3339\" or a pattern as time = \"%Y-%m-%d %H:%M:%S\"")?;
    if pattern == "rfc3339" {
        return Ok(Clock::Exact);
    }
    if pattern.contains("%z") || pattern.contains("%:z") {
        return Ok(Clock::Offset(pattern));
    }
    let zone = zone.ok_or("times without an offset need their zone; write zone = \"Asia/Shanghai\"")?;
    let zone = TimeZone::get(zone).map_err(|_| format!("zone = {zone:?} is unknown; write one as Asia/Shanghai"))?;
    Ok(Clock::Local(pattern, zone))
}

impl Clock {
    /// The instant of a written time, in whole milliseconds. A local time that the end of summer
    /// time repeats is its first, one that its beginning skips is as much later.
    pub(super) fn read(&self, text: &str) -> Option<Timestamp> {
        let at = match self {
            Self::Exact => text.parse().ok()?,
            Self::Offset(pattern) => strtime::parse(pattern, text).ok()?.to_timestamp().ok()?,
            Self::Local(pattern, zone) => {
                let local = strtime::parse(pattern, text).ok()?.to_datetime().ok()?;
                zone.to_ambiguous_timestamp(local).compatible().ok()?
            }
        };
        Timestamp::from_millisecond(at.as_millisecond()).ok()
    }
}
