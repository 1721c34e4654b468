//! How long personal data is kept and for which purposes it is shown, as dated data.

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

/// What is kept for a while only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// How to reach a reporter; counted from the day on which the order ended.
    Contact,
    /// What was answered to a request that a program may send again; counted from the request.
    Answers,
}

impl Kept {
    /// Everything.
    pub const ALL: [Self; 2] = [Self::Contact, Self::Answers];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Answers => "answers",
        }
    }

    /// What a code means.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.code() == code)
    }
}

/// How long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRule {
    /// What.
    pub what: Kept,
    /// For so many days.
    pub days: u32,
    /// From where.
    pub provenance: Provenance,
}

/// A purpose for which somebody's contact data may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Stable code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// From where.
    pub provenance: Provenance,
}

/// Periods and purposes in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// How long what is kept.
    pub keep: Vec<KeepRule>,
    /// For what contact data may be shown.
    pub purposes: Vec<Purpose>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    keep: Vec<Spanned<Entry>>,
    purpose: Vec<Spanned<Words>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: Spanned<String>,
    days: u32,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    code: String,
    zh: String,
    en: String,
    status: Status,
    source: String,
}

impl Privacy {
    /// Reads periods and purposes from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let (mut keep, mut purposes) = (Vec::<KeepRule>::new(), Vec::<Purpose>::new());
        for entry in &file.keep {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let what = known(source, "keep", &entry.what, Kept::parse)?;
            if keep.iter().any(|rule| rule.what == what) {
                return Err(source.at(at, Problem::RepeatedCode { what: "keep", code: what.code().to_owned() }));
            }
            let provenance = origin(source, at, entry.status, &entry.source)?;
            keep.push(KeepRule { what, days: entry.days, provenance });
        }
        for entry in &file.purpose {
            let (at, entry) = (entry.span().start, entry.get_ref());
            if purposes.iter().any(|purpose| purpose.code == entry.code) {
                return Err(source.at(at, Problem::RepeatedCode { what: "purpose", code: entry.code.clone() }));
            }
            let provenance = origin(source, at, entry.status, &entry.source)?;
            let (code, zh, en) = (entry.code.clone(), entry.zh.clone(), entry.en.clone());
            purposes.push(Purpose { code, zh, en, provenance });
        }
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self { name, valid_from, provenance, keep, purposes })
    }

    /// For how many days something is kept; none when it is kept without an end.
    pub fn days(&self, what: Kept) -> Option<u32> {
        self.keep.iter().find(|rule| rule.what == what).map(|rule| rule.days)
    }

    /// The purpose with a code.
    pub fn purpose(&self, code: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/privacy-2021.toml");

    #[test]
    fn the_shipped_periods_are_read() {
        let privacy = Privacy::parse("privacy-2021.toml", SHIPPED).unwrap();
        assert_eq!(privacy.valid_from, jiff::civil::date(2021, 11, 1));
        assert!(Kept::ALL.iter().all(|what| privacy.days(*what).is_some_and(|days| days > 0)));
        assert!(privacy.purpose("call_back").is_some() && privacy.purpose("curiosity").is_none());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let twice = SHIPPED.replace("what = \"answers\"", "what = \"contact\"");
        assert!(matches!(
            Privacy::parse("x.toml", &twice).unwrap_err().problem,
            Problem::RepeatedCode { what: "keep", .. }
        ));
        let unknown = SHIPPED.replace("what = \"answers\"", "what = \"gossip\"");
        assert!(Privacy::parse("x.toml", &unknown).unwrap_err().to_string().contains("gossip"));
    }
}
