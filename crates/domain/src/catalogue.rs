//! The catalogue of what orders are about: dated data after GB/T 30428 and GB/T 47678, plus plain
//! entries in residents' words that point into it.

use crate::orders::{Kind, Urgency};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Stable code: `E` and five digits for an event (事项) of the standard, `L` and digits for the
    /// district's own.
    pub code: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Heading that it stands under, a code of [`Group`].
    pub group: String,
    /// How soon such orders must be handled.
    pub urgency: Urgency,
    /// What such orders usually are.
    pub kind: Kind,
    /// Other words for it, in both languages.
    #[serde(default)]
    pub words: Vec<String>,
    /// Shown on the first page of choices.
    #[serde(default)]
    pub plain: bool,
}

/// A heading of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Stable code; also the picture's name.
    pub code: String,
    /// Name in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
}

/// A catalogue in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where it comes from.
    pub source: String,
    /// Headings, in the order shown.
    pub group: Vec<Group>,
    /// Categories, in the order shown.
    pub category: Vec<Category>,
}

/// What is wrong with a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// It cannot be read; says where.
    #[error("{0}")]
    Syntax(String),
    /// A code stands twice.
    #[error("{0} stands twice")]
    Twice(String),
    /// A category's heading does not exist.
    #[error("{0} stands under an unknown heading")]
    NoGroup(String),
}

impl Catalogue {
    /// Reads a catalogue from TOML.
    ///
    /// # Errors
    /// [`CatalogueError`], naming the line or the code.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let catalogue: Self = toml::from_str(text).map_err(|error| CatalogueError::Syntax(error.to_string()))?;
        for (at, category) in catalogue.category.iter().enumerate() {
            if catalogue.category[..at].iter().any(|earlier| earlier.code == category.code) {
                return Err(CatalogueError::Twice(category.code.clone()));
            }
            if !catalogue.group.iter().any(|group| group.code == category.group) {
                return Err(CatalogueError::NoGroup(category.code.clone()));
            }
        }
        Ok(catalogue)
    }

    /// The category with a code.
    pub fn get(&self, code: &str) -> Option<&Category> {
        self.category.iter().find(|category| category.code == code)
    }

    /// Categories that fit what somebody typed, best first: the name itself, its beginning, a part
    /// of it, another word for it, letters in common. At most `most`.
    pub fn search(&self, typed: &str, most: usize) -> Vec<&Category> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u32, usize)> = self
            .category
            .iter()
            .enumerate()
            .filter_map(|(at, category)| {
                let names = [&category.zh, &category.en].into_iter().map(|name| fit(&name.to_lowercase(), &typed));
                let words = category.words.iter().map(|word| fit(&word.to_lowercase(), &typed).saturating_sub(5));
                let best = names.chain(words).max().unwrap_or(0) + u32::from(category.plain);
                (best > 20).then_some((best, at))
            })
            .collect();
        found.sort_by_key(|(best, at)| (std::cmp::Reverse(*best), *at));
        found.into_iter().take(most).map(|(_, at)| &self.category[at]).collect()
    }
}

/// How well a name fits what was typed, 0 to 100.
fn fit(name: &str, typed: &str) -> u32 {
    if name == typed {
        return 100;
    }
    if name.starts_with(typed) {
        return 90;
    }
    if name.contains(typed) {
        return 80;
    }
    if typed.contains(name) && name.chars().count() >= 2 {
        return 70;
    }
    // Pairs of letters in common, as a share of the pairs typed: "灯坏了不亮" still finds "路灯不亮".
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (wanted, have) = (pairs(typed), pairs(name));
    let common = wanted.iter().filter(|pair| have.contains(pair)).count();
    if wanted.is_empty() { 0 } else { u32::try_from(60 * common / wanted.len()).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Catalogue {
        Catalogue::parse(include_str!("../../../data/erqi/rulesets/catalogue-2026.toml")).unwrap()
    }

    #[test]
    fn plain_words_find_the_category() {
        let catalogue = shipped();
        for (typed, code) in [
            ("路灯", "E01037"),
            ("灯不亮了", "E01037"),
            ("井盖", "E01023"),
            ("manhole", "E01023"),
            ("streetlight", "E01037"),
            ("垃圾没人收", "E06010"),
            ("漏水", "L0101"),
            ("没暖气", "L0104"),
            ("noise", "E06028"),
            ("违建", "E06001"),
        ] {
            assert_eq!(
                catalogue.search(typed, 5).first().map(|category| category.code.as_str()),
                Some(code),
                "{typed}"
            );
        }
        assert!(catalogue.search("量子力学", 5).is_empty());
    }
}
