//! How near green has to be, as dated data: national standards, the promise of 300 and 500 metres,
//! and what other countries ask for. Several sets hold at the same time; each has versions.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{date, known, origin, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
};
use ::toml::{Spanned, value::Datetime};
use jiff::civil::Date;
use serde::Deserialize;

/// Which grounds count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ground {
    /// Parks and every other green.
    Green,
    /// Parks alone.
    Park,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 2] = [Self::Green, Self::Park];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Park => "park",
        }
    }

    /// The ground for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

/// How a distance is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// On the walking network, from door to entrance.
    Walking,
    /// In a straight line from the boundary: the service radius (服务半径) of the standards.
    Straight,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 2] = [Self::Walking, Self::Straight];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Walking => "walking",
            Self::Straight => "straight",
        }
    }

    /// The measure for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.code() == code)
    }
}

/// Grounds of a size, and how far they serve.
#[derive(Debug, Clone, PartialEq)]
pub struct Radius {
    /// Which goal it belongs to; see [`Goal`].
    pub goal: String,
    /// Which grounds.
    pub ground: Ground,
    /// From so many square metres on.
    pub from_m2: f64,
    /// Below so many square metres; none without an upper end.
    pub below_m2: Option<f64>,
    /// How far they serve, in metres.
    pub metres: u32,
    /// Only in historic quarters (历史文化街区), which have to be told.
    pub historic: bool,
    /// From where.
    pub provenance: Provenance,
}

impl Radius {
    /// Whether a ground of this kind and size counts.
    pub fn takes(&self, is_park: bool, square_metres: f64) -> bool {
        (is_park || self.ground == Ground::Green)
            && square_metres >= self.from_m2
            && self.below_m2.is_none_or(|most| square_metres < most)
    }
}

/// What is to be reached: covered is who is served by any of its radii.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Stable code within the set.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// How the set itself measures; the other measure is told beside it.
    pub measure: Measure,
    /// The share in per cent that is to be reached; none when the set names none.
    pub percent: Option<f64>,
    /// Whether the share itself is not enough, but has to be exceeded.
    pub strictly: bool,
    /// From where.
    pub provenance: Provenance,
}

/// So much ground for each resident.
#[derive(Debug, Clone, PartialEq)]
pub struct PerPerson {
    /// Stable code within the set.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Which grounds.
    pub ground: Ground,
    /// Square metres for each resident.
    pub m2: f64,
    /// Whether that itself is not enough.
    pub strictly: bool,
    /// From where.
    pub provenance: Provenance,
}

/// A part of a set that cannot be told from parks, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotComputed {
    /// Stable code within the set.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// From where.
    pub provenance: Provenance,
}

/// A set of radii in force from a date on.
#[derive(Debug, Clone, PartialEq)]
pub struct GreenRules {
    /// Its name, with the version.
    pub name: String,
    /// Which set it is a version of.
    pub set: String,
    /// The set's name in Chinese.
    pub zh: String,
    /// The set's name in English.
    pub en: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// Goals, as in the file; every one has a radius.
    pub goals: Vec<Goal>,
    /// Radii, as in the file.
    pub radii: Vec<Radius>,
    /// Ground for each resident.
    pub per_person: Vec<PerPerson>,
    /// What is not computed.
    pub not_computed: Vec<NotComputed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    set: String,
    zh: String,
    en: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    goal: Vec<Spanned<GoalEntry>>,
    radius: Vec<Spanned<RadiusEntry>>,
    #[serde(default)]
    per_person: Vec<Spanned<PerPersonEntry>>,
    #[serde(default)]
    not_computed: Vec<Spanned<NotComputedEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoalEntry {
    code: String,
    zh: String,
    en: String,
    measure: Spanned<String>,
    percent: Option<f64>,
    #[serde(default)]
    strictly: bool,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RadiusEntry {
    goal: String,
    ground: Spanned<String>,
    from_m2: f64,
    below_m2: Option<f64>,
    metres: u32,
    #[serde(default)]
    historic: bool,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PerPersonEntry {
    code: String,
    zh: String,
    en: String,
    ground: Spanned<String>,
    m2: f64,
    #[serde(default)]
    strictly: bool,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotComputedEntry {
    code: String,
    zh: String,
    en: String,
    status: Status,
    source: String,
}

/// Nothing serves farther than that: twice the farthest of the known sets.
const FARTHEST: u32 = 20_000;

impl GreenRules {
    /// Reads a set from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: unknown or repeated codes, a goal without a radius, sizes and
    /// distances that make no sense, a missing source.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let goals = goals(source, &file)?;
        let per_person = file.per_person.iter().map(|entry| {
            let (at, entry) = (entry.span().start, entry.get_ref());
            if !(entry.m2 > 0.0 && entry.m2 < 100_000.0) {
                return Err(number(source, at, "m2", entry.m2));
            }
            Ok(PerPerson {
                code: entry.code.clone(),
                zh: entry.zh.clone(),
                en: entry.en.clone(),
                ground: known(source, "ground", &entry.ground, Ground::parse)?,
                m2: entry.m2,
                strictly: entry.strictly,
                provenance: origin(source, at, entry.status, &entry.source)?,
            })
        });
        let not_computed = file.not_computed.iter().map(|entry| {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let provenance = origin(source, at, entry.status, &entry.source)?;
            Ok(NotComputed { code: entry.code.clone(), zh: entry.zh.clone(), en: entry.en.clone(), provenance })
        });
        let rules = Self {
            radii: radii(source, &file, &goals)?,
            goals,
            per_person: per_person.collect::<Result<_, _>>()?,
            not_computed: not_computed.collect::<Result<_, _>>()?,
            valid_from: date(source, &file.valid_from)?,
            provenance: origin(source, file.source.span().start, file.status, file.source.get_ref())?,
            name: file.name,
            set: file.set,
            zh: file.zh,
            en: file.en,
        };
        let bare = rules.goals.iter().find(|goal| rules.radii_of(&goal.code).next().is_none());
        match bare {
            Some(goal) => Err(source.whole(Problem::Missing { what: "radius", code: goal.code.clone() })),
            None => Ok(rules),
        }
    }

    /// The same set with one of its goals alone, so that nothing else need be measured.
    pub fn only(mut self, goal: &str) -> Self {
        self.goals.retain(|own| own.code == goal);
        self.radii.retain(|radius| radius.goal == goal);
        self
    }

    /// The radii of a goal.
    pub fn radii_of<'a>(&'a self, goal: &'a str) -> impl Iterator<Item = &'a Radius> + 'a {
        self.radii.iter().filter(move |radius| radius.goal == goal)
    }
}

fn number(source: Source<'_>, at: usize, what: &'static str, value: f64) -> Located<Problem> {
    #[allow(clippy::cast_possible_truncation)] // for a sentence; the cast saturates
    let value = value as i64;
    source.at(at, Problem::Number { what, value })
}

fn goals(source: Source<'_>, file: &File) -> Result<Vec<Goal>, Located<Problem>> {
    let mut goals: Vec<Goal> = Vec::new();
    for entry in &file.goal {
        let (at, entry) = (entry.span().start, entry.get_ref());
        if goals.iter().any(|goal| goal.code == entry.code) {
            return Err(source.at(at, Problem::RepeatedCode { what: "goal", code: entry.code.clone() }));
        }
        if let Some(percent) = entry.percent.filter(|percent| !(0.0..=100.0).contains(percent)) {
            return Err(number(source, at, "percent", percent));
        }
        goals.push(Goal {
            code: entry.code.clone(),
            zh: entry.zh.clone(),
            en: entry.en.clone(),
            measure: known(source, "measure", &entry.measure, Measure::parse)?,
            percent: entry.percent,
            strictly: entry.strictly,
            provenance: origin(source, at, entry.status, &entry.source)?,
        });
    }
    Ok(goals)
}

fn radii(source: Source<'_>, file: &File, goals: &[Goal]) -> Result<Vec<Radius>, Located<Problem>> {
    let mut radii = Vec::with_capacity(file.radius.len());
    for entry in &file.radius {
        let (at, entry) = (entry.span().start, entry.get_ref());
        if goals.iter().all(|goal| goal.code != entry.goal) {
            return Err(source.at(at, Problem::UnknownCode { what: "goal", code: entry.goal.clone() }));
        }
        if entry.metres == 0 || entry.metres > FARTHEST {
            return Err(number(source, at, "metres", f64::from(entry.metres)));
        }
        if !(entry.from_m2 >= 0.0 && entry.from_m2.is_finite()) {
            return Err(number(source, at, "from_m2", entry.from_m2));
        }
        if let Some(below) = entry.below_m2.filter(|below| !(*below > entry.from_m2 && below.is_finite())) {
            return Err(number(source, at, "below_m2", below));
        }
        radii.push(Radius {
            goal: entry.goal.clone(),
            ground: known(source, "ground", &entry.ground, Ground::parse)?,
            from_m2: entry.from_m2,
            below_m2: entry.below_m2,
            metres: entry.metres,
            historic: entry.historic,
            provenance: origin(source, at, entry.status, &entry.source)?,
        });
    }
    Ok(radii)
}

#[cfg(test)]
mod tests;
