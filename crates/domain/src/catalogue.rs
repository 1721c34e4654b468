//! The catalogue of what orders are about: dated data after GB/T 30428 and GB/T 47678, the
//! district's own categories, and names in residents' words that point into it.

mod attribute;
mod file;
mod search;

pub use attribute::{
    Attribute, AttributeError, AttributeProblem, AttributeValue, Choice, Datatype, validate_attributes,
};

use crate::{
    dated::{Provenance, Status},
    located::Located,
    orders::{Kind, Urgency},
    ruleset::RulesetProblem,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::HashMap;

/// One category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Stable code: `E` and the five digits of an event (事项) of the standard, of which `E01…` to
    /// `E05…` are faults (异常) of the components (部件) of the same number; `L` and digits for the
    /// district's own.
    pub code: String,
    /// Name in Chinese, in residents' words where there are some.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Name in the standard; the same as `zh` where residents have no other.
    pub standard: String,
    /// Heading that it stands under, a code of [`Group`].
    pub group: String,
    /// How soon such orders must be handled.
    pub urgency: Urgency,
    /// What such orders usually are.
    pub kind: Kind,
    /// Other words for it, in both languages.
    pub words: Vec<String>,
    /// Shown on the first page of choices.
    pub plain: bool,
    /// Its own questions, in their order.
    pub attributes: Vec<Attribute>,
}

impl Category {
    /// Whether it is the district's own rather than the standard's.
    pub fn is_local(&self) -> bool {
        self.code.starts_with('L')
    }

    /// Whether it is a fault of a component (部件异常).
    pub fn is_fault(&self) -> bool {
        matches!(self.code.get(..3), Some("E01" | "E02" | "E03" | "E04" | "E05"))
    }

    /// The event code (事项代码) of 11 digits in a region of six (GB/T 2260: Erqi is 410103); none
    /// for the district's own categories.
    pub fn official_code(&self, region: &str) -> Option<String> {
        let digits = self.code.strip_prefix('E')?;
        Some(format!("{region}{digits}"))
    }
}

/// A heading of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Stable code; also the picture's name.
    pub code: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
}

/// One of the ten disorders (十乱) of the negative list, with the categories that are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disorder {
    /// Stable code.
    pub code: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Codes of the categories.
    pub categories: Vec<String>,
    /// From where.
    pub provenance: Provenance,
}

/// A catalogue in force from a date on.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Its name.
    pub name: String,
    /// The standard that it follows.
    pub edition: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where it comes from.
    pub source: String,
    /// How far it can be trusted.
    pub status: Status,
    /// Headings, in the order shown.
    pub group: Vec<Group>,
    /// Categories: first those in residents' words, in the order shown, then the rest by code.
    pub category: Vec<Category>,
    /// The ten disorders.
    pub disorder: Vec<Disorder>,
    by_code: HashMap<String, usize>,
    phrases: Vec<Vec<search::Phrase>>,
}

impl Catalogue {
    /// Reads a catalogue from TOML. Its `items` name CSV texts with the categories, its `lists`
    /// TOML texts with headings, residents' words, questions and disorders; `part` finds them.
    ///
    /// # Errors
    /// The first problem with file and line.
    pub fn load<'a>(
        name: &str,
        text: &str,
        part: &dyn Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, Located<RulesetProblem>> {
        file::load(name, text, part)
    }

    /// The category with a code.
    pub fn get(&self, code: &str) -> Option<&Category> {
        self.by_code.get(code).map(|at| &self.category[*at])
    }

    /// The categories of a heading, in the order shown.
    pub fn in_group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Category> {
        self.category.iter().filter(move |category| category.group == group)
    }

    /// The disorder that a category is one of.
    pub fn disorder_of(&self, category: &str) -> Option<&Disorder> {
        self.disorder.iter().find(|disorder| disorder.categories.iter().any(|code| code == category))
    }

    /// Categories that fit what somebody typed, best first, at most `most`; see `search.rs` for
    /// the order.
    pub fn search(&self, typed: &str, most: usize) -> Vec<&Category> {
        search::search(self, typed, most)
    }
}

#[cfg(test)]
mod tests;
