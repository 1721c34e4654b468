//! How a map of OpenStreetMap is read for walkers, as dated data: which tags carry walking, which
//! stop it, what is a park, who lives in a building.

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

/// What a tag means to a walker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// A way for walkers.
    Path,
    /// Stairs.
    Stairs,
    /// A walkers' way across a road.
    Crossing,
    /// A road along which one walks, and which one crosses anywhere.
    Street,
    /// A large road: nobody walks on it unless a sidewalk or permission is mapped on it.
    Main,
    /// Sidewalks are mapped as ways of their own: nobody walks on the road's line.
    Apart,
    /// A sidewalk belongs to the road's line.
    Beside,
    /// Walkers are let through, whatever else is said.
    Allowed,
    /// Walkers are not let through.
    Refused,
    /// Nobody is let through who is not allowed by name.
    Closed,
    /// A point that nobody passes on foot.
    Stop,
    /// A point through which one gets into a ground: gate or entrance.
    Gate,
    /// A door of a building.
    Door,
    /// A door that counts before others.
    MainDoor,
    /// A park.
    Park,
    /// A green that is no park.
    Green,
    /// Not open to everybody, whatever else it is.
    Private,
    /// Land on which people live.
    Residential,
    /// A building in which people live.
    Home,
    /// A building in which people live when nothing else is known of it.
    PerhapsHome,
    /// Something that makes it unlikely that people live in such a building.
    NoHome,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 21] = [
        Self::Path,
        Self::Stairs,
        Self::Crossing,
        Self::Street,
        Self::Main,
        Self::Apart,
        Self::Beside,
        Self::Allowed,
        Self::Refused,
        Self::Closed,
        Self::Stop,
        Self::Gate,
        Self::Door,
        Self::MainDoor,
        Self::Park,
        Self::Green,
        Self::Private,
        Self::Residential,
        Self::Home,
        Self::PerhapsHome,
        Self::NoHome,
    ];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Stairs => "stairs",
            Self::Crossing => "crossing",
            Self::Street => "street",
            Self::Main => "main",
            Self::Apart => "apart",
            Self::Beside => "beside",
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Stop => "stop",
            Self::Gate => "gate",
            Self::Door => "door",
            Self::MainDoor => "main_door",
            Self::Park => "park",
            Self::Green => "green",
            Self::Private => "private",
            Self::Residential => "residential",
            Self::Home => "home",
            Self::PerhapsHome => "perhaps_home",
            Self::NoHome => "no_home",
        }
    }

    /// The meaning for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.code() == code)
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a thing's tags mean together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meanings(u32);

impl Meanings {
    /// Whether a tag has this meaning.
    pub fn has(self, meaning: Meaning) -> bool {
        self.0 & meaning.bit() != 0
    }

    /// Whether no tag means anything.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Adds what another tag means.
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Tags of one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRule {
    /// What they mean.
    pub means: Meaning,
    /// Key and value; no value stands for every one.
    pub tags: Vec<(String, Option<String>)>,
    /// From where.
    pub provenance: Provenance,
}

/// How maps are read, in force from a date on.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkRules {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// Tags.
    pub tags: Vec<TagRule>,
    /// How far a door or an entrance may be from the network, in metres.
    pub link_metres: f64,
    /// How near the network has to pass the boundary of a ground whose entrances are not known.
    pub boundary_metres: f64,
    /// How far apart points are looked for on such a boundary, in metres.
    pub boundary_step: f64,
    /// A part of the network that is joined to nothing else and shorter than this is an island, to
    /// which no door is joined; in metres.
    pub island_metres: f64,
    /// Floor area of a person, in square metres.
    pub person_m2: f64,
    /// People of a flat, where flats are counted.
    pub flat_people: f64,
    /// Storeys of a building that tells none.
    pub levels: f64,
    /// How far apart residential land is sampled for the walking measure, in metres.
    pub land_step: f64,
    numbers: Vec<(&'static str, f64, Provenance)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    tag: Vec<Spanned<TagEntry>>,
    number: Vec<Spanned<NumberEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagEntry {
    means: Spanned<String>,
    tags: Vec<Spanned<String>>,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberEntry {
    name: Spanned<String>,
    value: f64,
    status: Status,
    source: String,
}

impl WalkRules {
    /// Names of the plain numbers, as the files and [`WalkRules::numbers`] use them.
    pub const NUMBERS: [&'static str; 8] = [
        "link_metres",
        "boundary_metres",
        "boundary_step",
        "island_metres",
        "person_m2",
        "flat_people",
        "levels",
        "land_step",
    ];

    /// Reads rules from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: unknown or repeated codes, a tag that is not `key=value`, a
    /// number that is missing or makes no sense, a missing source.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let mut tags: Vec<TagRule> = Vec::new();
        for entry in &file.tag {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let means = known(source, "meaning", &entry.means, Meaning::parse)?;
            let own = entry.tags.iter().map(|tag| {
                let wrong = || Problem::UnknownCode { what: "tag", code: tag.get_ref().clone() };
                let (key, value) = tag.get_ref().split_once('=').ok_or_else(|| source.at(tag.span().start, wrong()))?;
                Ok((key.to_owned(), (value != "*").then(|| value.to_owned())))
            });
            let own = own.collect::<Result<_, _>>()?;
            tags.push(TagRule { means, tags: own, provenance: origin(source, at, entry.status, &entry.source)? });
        }
        let mut numbers: Vec<(&'static str, f64, Provenance)> = Vec::new();
        for entry in &file.number {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let find = |code: &str| Self::NUMBERS.into_iter().find(|name| *name == code);
            let name = known(source, "number", &entry.name, find)?;
            if numbers.iter().any(|(other, ..)| *other == name) {
                return Err(source.at(at, Problem::RepeatedCode { what: "number", code: name.to_owned() }));
            }
            if !(entry.value > 0.0 && entry.value <= 100_000.0) {
                #[allow(clippy::cast_possible_truncation)] // for a sentence; the cast saturates
                let value = entry.value as i64;
                return Err(source.at(at, Problem::Number { what: name, value }));
            }
            numbers.push((name, entry.value, origin(source, at, entry.status, &entry.source)?));
        }
        let number = |name: &'static str| {
            let found = numbers.iter().find(|(other, ..)| *other == name).map(|(_, value, _)| *value);
            found.ok_or_else(|| source.whole(Problem::Missing { what: "number", code: name.to_owned() }))
        };
        Ok(Self {
            link_metres: number("link_metres")?,
            boundary_metres: number("boundary_metres")?,
            boundary_step: number("boundary_step")?,
            island_metres: number("island_metres")?,
            person_m2: number("person_m2")?,
            flat_people: number("flat_people")?,
            levels: number("levels")?,
            land_step: number("land_step")?,
            name: file.name,
            valid_from: date(source, &file.valid_from)?,
            provenance: origin(source, file.source.span().start, file.status, file.source.get_ref())?,
            tags,
            numbers,
        })
    }

    /// What a tag means.
    pub fn meaning(&self, key: &str, value: &str) -> Meanings {
        let mut found = Meanings::default();
        for rule in &self.tags {
            let fits = |(k, v): &(String, Option<String>)| k == key && v.as_deref().is_none_or(|v| v == value);
            if rule.tags.iter().any(fits) {
                found.add(Meanings(rule.means.bit()));
            }
        }
        found
    }

    /// The plain numbers with where they come from.
    pub fn numbers(&self) -> &[(&'static str, f64, Provenance)] {
        &self.numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/walking-2020.toml");

    #[test]
    fn the_shipped_rules_say_what_tags_mean() {
        let rules = WalkRules::parse("walking-2020.toml", SHIPPED).unwrap();
        let has = |key, value, meaning| rules.meaning(key, value).has(meaning);
        assert!(has("highway", "footway", Meaning::Path) && has("highway", "steps", Meaning::Stairs));
        assert!(has("highway", "motorway", Meaning::Main) && !has("highway", "motorway", Meaning::Street));
        assert!(has("entrance", "whatever", Meaning::Door), "a star stands for every value");
        assert!(rules.meaning("highway", "proposed").is_empty());
        assert!(Meaning::ALL.iter().all(|meaning| rules.tags.iter().any(|rule| rule.means == *meaning)));
        for meaning in Meaning::ALL {
            assert_eq!(Meaning::parse(meaning.code()), Some(meaning));
        }
        assert_eq!(rules.numbers().len(), WalkRules::NUMBERS.len());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |from: &str, to: &str| {
            assert!(SHIPPED.contains(from), "{from}");
            let wrong = WalkRules::parse("x.toml", &SHIPPED.replacen(from, to, 1)).unwrap_err();
            (wrong.problem.code(), wrong.line > 0)
        };
        assert_eq!(wrong("means = \"stairs\"", "means = \"ladder\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("\"highway=steps\"", "\"steps\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("name = \"levels\"", "name = \"person_m2\""), ("ruleset_repeated_code", true));
        assert_eq!(wrong("name = \"levels\"", "name = \"storeys\""), ("ruleset_unknown_code", true));
        let twice = SHIPPED.find("name = \"levels\"").unwrap();
        let (before, after) = SHIPPED.split_at(twice);
        let value = after.find("value = ").unwrap();
        let zero = format!("{before}{}value = -{}", &after[..value], &after[value + 8..]);
        assert_eq!(WalkRules::parse("x.toml", &zero).unwrap_err().problem.code(), "ruleset_number");
    }
}
