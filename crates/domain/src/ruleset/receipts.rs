//! What a program learns at once when it places an order for somebody, as dated data.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{Head, head, known, origin, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
};
use ::toml::{Spanned, value::Datetime};
use jiff::civil::Date;
use serde::Deserialize;

/// What a program gets for an order that it placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Receipt {
    /// The order's number.
    Number,
    /// A token, under which the number is told soon afterwards.
    Token,
    /// Neither; the order is taken all the same.
    Nothing,
}

impl Receipt {
    /// Every receipt.
    pub const ALL: [Self; 3] = [Self::Number, Self::Token, Self::Nothing];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Token => "token",
            Self::Nothing => "nothing",
        }
    }

    /// The receipt for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|receipt| receipt.code() == code)
    }
}

/// Which categories give which receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRule {
    /// Beginning of the category's code; an empty one fits all.
    pub category: String,
    /// What is given.
    pub gives: Receipt,
    /// From where.
    pub provenance: Provenance,
}

/// A list of receipts in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// The rules, as in the file.
    pub rules: Vec<ReceiptRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    receipt: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    category: String,
    gives: Spanned<String>,
    status: Status,
    source: String,
}

impl Receipts {
    /// Reads a list from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let mut rules: Vec<ReceiptRule> = Vec::new();
        for entry in &file.receipt {
            let (at, entry) = (entry.span().start, entry.get_ref());
            if rules.iter().any(|rule| rule.category == entry.category) {
                return Err(source.at(at, Problem::RepeatedCode { what: "receipt", code: entry.category.clone() }));
            }
            rules.push(ReceiptRule {
                category: entry.category.clone(),
                gives: known(source, "receipt", &entry.gives, Receipt::parse)?,
                provenance: origin(source, at, entry.status, &entry.source)?,
            });
        }
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self { name, valid_from, provenance, rules })
    }

    /// What orders of a category give: the longest fitting beginning decides; the number when
    /// nothing fits.
    pub fn of(&self, category: &str) -> Receipt {
        let fitting = self.rules.iter().filter(|rule| category.starts_with(&rule.category));
        fitting.max_by_key(|rule| rule.category.len()).map_or(Receipt::Number, |rule| rule.gives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/receipts-2020.toml");

    #[test]
    fn the_longest_beginning_decides_what_is_given() {
        let receipts = Receipts::parse("receipts-2020.toml", SHIPPED).unwrap();
        let given: Vec<_> = ["E01037", "L0104", "E08001", "E08002"].map(|code| receipts.of(code)).to_vec();
        assert_eq!(given, [Receipt::Number, Receipt::Token, Receipt::Nothing, Receipt::Number]);
        for receipt in Receipt::ALL {
            assert_eq!(Receipt::parse(receipt.code()), Some(receipt));
        }
    }

    #[test]
    fn a_wrong_list_is_refused_with_its_line() {
        let wrong = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            let wrong = Receipts::parse("x.toml", &text).unwrap_err();
            (wrong.problem.code(), wrong.line > 0)
        };
        assert_eq!(wrong("gives = \"token\"", "gives = \"maybe\""), ("ruleset_unknown_code", true));
        assert_eq!(wrong("category = \"L0104\"", "category = \"\""), ("ruleset_repeated_code", true));
        assert_eq!(wrong("valid_from = 2020-01-01", "valid_from = 0020-01-01"), ("ruleset_not_a_date", true));
    }
}
