//! What the tags of a thing mean, by the rules of the day.

use luyuan_domain::ruleset::{Meaning, Meanings, WalkRules};
use std::collections::HashMap;

/// What is kept of a thing's tags.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tagged {
    pub(super) meanings: Meanings,
    pub(super) name: String,
    pub(super) highway: bool,
    pub(super) building: bool,
    pub(super) barrier: bool,
    pub(super) levels: Option<f64>,
    pub(super) flats: Option<f64>,
}

/// The rules, with what was looked up kept: the same few hundred tags come again and again.
pub(super) struct Tags<'r> {
    rules: &'r WalkRules,
    keys: HashMap<&'r str, bool>,
    known: HashMap<(String, String), Meanings>,
}

impl<'r> Tags<'r> {
    pub(super) fn new(rules: &'r WalkRules) -> Self {
        let keys = rules.tags.iter().flat_map(|rule| rule.tags.iter().map(|(key, _)| (key.as_str(), true))).collect();
        Self { rules, keys, known: HashMap::new() }
    }

    pub(super) fn read<'t>(&mut self, tags: impl Iterator<Item = (&'t str, &'t str)>) -> Tagged {
        let mut read = Tagged::default();
        for (key, value) in tags {
            match key {
                // A district's language first: `name` is what the place's people call it.
                "name" => value.clone_into(&mut read.name),
                "building:levels" => read.levels = number(value, 200.0),
                "building:flats" => read.flats = number(value, 5_000.0),
                "highway" => read.highway = true,
                "barrier" => read.barrier = true,
                "building" => read.building = value != "no",
                _ => {}
            }
            if self.keys.contains_key(key) {
                let known = self.known.entry((key.to_owned(), value.to_owned()));
                read.meanings.add(*known.or_insert_with(|| self.rules.meaning(key, value)));
            }
        }
        read
    }
}

/// A number between 0 and what is out of all reason.
fn number(text: &str, most: f64) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| *value > 0.0 && *value <= most)
}

impl Tagged {
    fn has(&self, meaning: Meaning) -> bool {
        self.meanings.has(meaning)
    }

    /// Whether this is a park or a green that is open to everybody.
    pub(super) fn is_ground(&self) -> bool {
        (self.has(Meaning::Park) || self.has(Meaning::Green)) && !self.has(Meaning::Private) && !self.building
    }

    pub(super) fn is_park(&self) -> bool {
        self.has(Meaning::Park)
    }

    pub(super) fn is_residential(&self) -> bool {
        self.has(Meaning::Residential) && !self.building
    }

    /// Whether people live in this building.
    pub(super) fn is_home(&self) -> bool {
        self.has(Meaning::Home)
            || (self.has(Meaning::PerhapsHome) && (self.flats.is_some() || !self.has(Meaning::NoHome)))
    }

    /// Whether nobody passes this node on foot.
    pub(super) fn is_stop(&self) -> bool {
        let closed = self.has(Meaning::Refused) || self.has(Meaning::Closed);
        self.has(Meaning::Stop) || (self.barrier && closed && !self.has(Meaning::Allowed))
    }

    pub(super) fn is_gate(&self) -> bool {
        let closed = self.has(Meaning::Refused) || self.has(Meaning::Closed);
        self.has(Meaning::Gate) && !self.is_stop() && (!closed || self.has(Meaning::Allowed))
    }
}
