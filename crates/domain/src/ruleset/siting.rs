//! What new green costs, as dated data: a pocket park by the ground it takes, an entrance, a
//! crossing.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{Bound, date, known, numbers, origin, toml},
};
use crate::{
    dated::Status,
    located::{Located, Source},
};
use ::toml::{Spanned, value::Datetime};
use jiff::civil::Date;
use serde::Deserialize;

/// What is done at a candidate's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SiteKind {
    /// A park where illegal structures were cleared (拆违).
    Cleared,
    /// A park on a vacant lot.
    Vacant,
    /// A park on a part of a wide pavement.
    Pavement,
    /// A park at a place of which nothing else is known.
    Free,
    /// An entrance more in the boundary of a park.
    Entrance,
    /// A crossing more between two sides of a road.
    Crossing,
}

impl SiteKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Cleared, Self::Vacant, Self::Pavement, Self::Free, Self::Entrance, Self::Crossing];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Vacant => "vacant",
            Self::Pavement => "pavement",
            Self::Free => "free",
            Self::Entrance => "entrance",
            Self::Crossing => "crossing",
        }
    }

    /// The kind for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is a new park.
    pub fn is_park(self) -> bool {
        !matches!(self, Self::Entrance | Self::Crossing)
    }
}

/// What one kind costs.
#[derive(Debug, Clone, PartialEq)]
pub struct CostRule {
    /// Which kind.
    pub kind: SiteKind,
    /// Yuan for each piece.
    pub yuan: f64,
    /// Yuan for each square metre.
    pub yuan_m2: f64,
    /// Yuan for each metre of length.
    pub yuan_metre: f64,
    /// Square metres where a candidate tells none.
    pub usual_m2: f64,
    /// From where.
    pub provenance: Provenance,
}

impl CostRule {
    /// The cost in fen of so many square metres and metres.
    #[allow(clippy::cast_possible_truncation)] // the cast saturates, far above what exists
    pub fn fen(&self, square_metres: f64, metres: f64) -> i64 {
        ((self.yuan + self.yuan_m2 * square_metres + self.yuan_metre * metres) * 100.0).round() as i64
    }
}

/// By what entrances and crossings are proposed by themselves. All in metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proposing {
    /// A path comes at least so near to a park's boundary.
    EntrancePath,
    /// A proposed entrance lets people walk at least so much farther beyond it.
    EntranceGain,
    /// Where two ways come nearer than this and do not meet, the map has a hole.
    CrossingLeast,
    /// A crossing is at most so long.
    CrossingMost,
    /// A proposed crossing lets people walk at least so much farther beyond it.
    CrossingGain,
    /// Proposals of a kind lie so far apart where nothing else is said.
    Spacing,
}

impl Proposing {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::EntrancePath,
        Self::EntranceGain,
        Self::CrossingLeast,
        Self::CrossingMost,
        Self::CrossingGain,
        Self::Spacing,
    ];

    /// Stable code, as in the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::EntrancePath => "entrance_path_metres",
            Self::EntranceGain => "entrance_gain_metres",
            Self::CrossingLeast => "crossing_least_metres",
            Self::CrossingMost => "crossing_most_metres",
            Self::CrossingGain => "crossing_gain_metres",
            Self::Spacing => "spacing_metres",
        }
    }
}

/// The numbers by which entrances and crossings are proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposals {
    bounds: Vec<(Proposing, u32, Provenance)>,
}

impl Proposals {
    /// One of the numbers, in metres.
    pub fn metres(&self, which: Proposing) -> f64 {
        self.bounds.iter().find(|(bound, ..)| *bound == which).map_or(0.0, |(_, metres, _)| f64::from(*metres))
    }

    /// Every number with where it comes from.
    pub fn bounds(&self) -> &[(Proposing, u32, Provenance)] {
        &self.bounds
    }
}

/// Costs in force from a date on.
#[derive(Debug, Clone, PartialEq)]
pub struct SitingRules {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// One for each kind, in the order of [`SiteKind::ALL`].
    costs: Vec<CostRule>,
    /// By what entrances and crossings are proposed; none in texts from before that was possible.
    pub proposals: Option<Proposals>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    cost: Vec<Spanned<CostEntry>>,
    #[serde(default)]
    bound: Vec<Spanned<Bound>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CostEntry {
    kind: Spanned<String>,
    yuan: f64,
    yuan_m2: f64,
    #[serde(default)]
    yuan_metre: f64,
    #[serde(default)]
    usual_m2: f64,
    status: Status,
    source: String,
}

/// No cost or area of a rule is larger: a thousand million.
const LARGEST: f64 = 1.0e9;

impl SitingRules {
    /// Reads rules from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: an unknown, repeated or missing kind or bound, a number that
    /// makes no sense, a missing source. Either no bound stands in it or every one.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let mut found: Vec<CostRule> = Vec::new();
        for entry in &file.cost {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let kind = known(source, "kind", &entry.kind, SiteKind::parse)?;
            if found.iter().any(|other| other.kind == kind) {
                return Err(source.at(at, Problem::RepeatedCode { what: "kind", code: kind.code().to_owned() }));
            }
            let numbers = [
                ("yuan", entry.yuan),
                ("yuan_m2", entry.yuan_m2),
                ("yuan_metre", entry.yuan_metre),
                ("usual_m2", entry.usual_m2),
            ];
            if let Some((what, value)) = numbers.into_iter().find(|(_, value)| !(0.0..=LARGEST).contains(value)) {
                #[allow(clippy::cast_possible_truncation)] // for a sentence; the cast saturates
                let value = value as i64;
                return Err(source.at(at, Problem::Number { what, value }));
            }
            if kind.is_park() && entry.usual_m2 == 0.0 {
                return Err(source.at(at, Problem::Missing { what: "usual_m2", code: kind.code().to_owned() }));
            }
            found.push(CostRule {
                kind,
                yuan: entry.yuan,
                yuan_m2: entry.yuan_m2,
                yuan_metre: entry.yuan_metre,
                usual_m2: entry.usual_m2,
                provenance: origin(source, at, entry.status, &entry.source)?,
            });
        }
        let costs = SiteKind::ALL.into_iter().map(|kind| {
            let missing = || source.whole(Problem::Missing { what: "kind", code: kind.code().to_owned() });
            found.iter().find(|rule| rule.kind == kind).cloned().ok_or_else(missing)
        });
        let proposals = match file.bound.as_slice() {
            [] => None,
            given => {
                let bounds = numbers(source, given, &Proposing::ALL, Proposing::code, |_| false)?;
                Some(Proposals { bounds })
            }
        };
        Ok(Self {
            proposals,
            costs: costs.collect::<Result<_, _>>()?,
            valid_from: date(source, &file.valid_from)?,
            provenance: origin(source, file.source.span().start, file.status, file.source.get_ref())?,
            name: file.name,
        })
    }

    /// What a kind costs.
    pub fn cost(&self, kind: SiteKind) -> &CostRule {
        &self.costs[kind as usize]
    }

    /// Every cost.
    pub fn costs(&self) -> &[CostRule] {
        &self.costs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/erqi/rulesets/siting-2020.toml");

    #[test]
    fn the_shipped_rules_name_a_cost_for_every_kind_and_say_that_it_is_assumed() {
        let rules = SitingRules::parse("siting-2020.toml", SHIPPED).unwrap();
        for kind in SiteKind::ALL {
            assert_eq!(SiteKind::parse(kind.code()), Some(kind));
            assert_eq!(rules.cost(kind).kind, kind);
            assert_eq!(rules.cost(kind).provenance.status, Status::Assumed);
        }
        assert_eq!(rules.cost(SiteKind::Cleared).fen(600.0, 0.0), 24_000_000);
        assert_eq!(rules.cost(SiteKind::Crossing).fen(0.0, 30.0), 4_400_000);
        let proposals = rules.proposals.unwrap();
        assert_eq!(proposals.bounds().len(), Proposing::ALL.len());
        assert!(proposals.bounds().iter().all(|(.., from)| from.status == Status::Assumed));
        assert!(proposals.metres(Proposing::CrossingLeast) < proposals.metres(Proposing::CrossingMost));
    }

    #[test]
    fn a_text_from_before_proposals_still_holds_and_half_of_them_does_not() {
        let (costs, bounds) = SHIPPED.split_once("[[bound]]").unwrap();
        assert_eq!(SitingRules::parse("x.toml", costs).unwrap().proposals, None);
        let (first, _) = bounds.split_once("[[bound]]").unwrap();
        let half = format!("{costs}[[bound]]{first}");
        assert_eq!(SitingRules::parse("x.toml", &half).unwrap_err().problem.code(), "ruleset_missing");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |from: &str, to: &str| {
            assert!(SHIPPED.contains(from), "{from}");
            SitingRules::parse("x.toml", &SHIPPED.replacen(from, to, 1)).unwrap_err().problem.code()
        };
        assert_eq!(wrong("kind = \"vacant\"", "kind = \"empty\""), "ruleset_unknown_code");
        assert_eq!(wrong("kind = \"vacant\"", "kind = \"cleared\""), "ruleset_repeated_code");
        assert_eq!(wrong("yuan_m2 = 350", "yuan_m2 = -1"), "ruleset_number");
        assert_eq!(wrong("usual_m2 = 600", "usual_m2 = 0"), "ruleset_missing");
    }
}
