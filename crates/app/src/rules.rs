//! The rules of the day: ruleset, catalogue and working calendar, parsed once and kept in memory.

use crate::{AppError, directory::Directory};
use jiff::{Timestamp, civil::Date};
use luyuan_domain::{
    calendar::{WorkCalendar, Year},
    catalogue::{Catalogue, Category},
    orders::{Hop, Kind, Route, Timetable, Urgency},
    org::{Chain, OrgKind},
    ruleset::{InForce, Level, Ruleset},
};
use std::sync::Arc;

/// All rulesets, catalogues and calendars of a district.
#[derive(Default)]
pub struct Rulebook {
    /// Rulesets with their calendars, earliest first.
    rulesets: Vec<InForce>,
    /// Catalogues, earliest first.
    catalogues: Vec<Arc<Catalogue>>,
}

impl Rulebook {
    /// Parses named texts: `calendar/…` are years, `catalogue-…` catalogues, the rest rulesets.
    ///
    /// # Errors
    /// [`AppError::Rules`] naming the text and the place in it.
    pub fn parse(texts: &[(String, String)]) -> Result<Self, AppError> {
        let bad = |name: &str, error: &dyn std::fmt::Display| AppError::Rules(format!("{name}: {error}"));
        let (mut years, mut rulesets, mut catalogues) = (Vec::new(), Vec::new(), Vec::new());
        for (name, text) in texts {
            if name.starts_with("calendar/") {
                years.push(Year::parse(text).map_err(|error| bad(name, &error))?);
            } else if name.starts_with("catalogue") {
                catalogues.push(Arc::new(Catalogue::parse(text).map_err(|error| bad(name, &error))?));
            } else {
                rulesets.push(Arc::new(Ruleset::parse(text).map_err(|error| bad(name, &error))?));
            }
        }
        rulesets.sort_by_key(|rules| rules.valid_from);
        catalogues.sort_by_key(|catalogue| catalogue.valid_from);
        let rulesets = rulesets
            .into_iter()
            .map(|rules| {
                let calendar =
                    WorkCalendar::new(rules.zone, &rules.hours, &years).map_err(|error| bad(&rules.name, &error))?;
                Ok(InForce { rules, calendar: Arc::new(calendar) })
            })
            .collect::<Result<_, AppError>>()?;
        Ok(Self { rulesets, catalogues })
    }

    /// The rules in force at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when no ruleset or no catalogue is in force then.
    pub fn on(&self, at: Timestamp) -> Result<Day, AppError> {
        let none = |what: &str| AppError::Rules(format!("no {what} is in force on {at}"));
        let in_force = |rules: &&InForce| rules.rules.valid_from <= rules.date(at);
        let rules = self.rulesets.iter().rev().find(in_force).ok_or_else(|| none("ruleset"))?.clone();
        let date = rules.date(at);
        let catalogue = self.catalogues.iter().rev().find(|catalogue| catalogue.valid_from <= date);
        Ok(Day { rules, catalogue: catalogue.ok_or_else(|| none("catalogue"))?.clone() })
    }
}

/// The rules of one day.
#[derive(Clone)]
pub struct Day {
    /// Ruleset and calendar.
    pub rules: InForce,
    /// Catalogue.
    pub catalogue: Arc<Catalogue>,
}

impl Day {
    /// The category with a code.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.catalogue.get(code)
    }

    /// The urgency of a category.
    pub fn urgency(&self, category: &str) -> Option<Urgency> {
        self.category(category).map(|category| category.urgency)
    }

    /// What orders of a category usually are.
    pub fn kind(&self, category: &str) -> Option<Kind> {
        self.category(category).map(|category| category.kind)
    }

    /// Where the dispatch list sends an order of a category at a place with this chain; none when
    /// somebody has to decide.
    pub fn route(&self, category: &str, chain: &Chain, directory: &Directory) -> Option<Route> {
        let rule = self.rules.rules.dispatch(category)?;
        let of_kind = |kinds: &[OrgKind]| {
            let fitting =
                |id: &&luyuan_domain::ids::OrgId| directory.org(**id).is_some_and(|org| kinds.contains(&org.kind));
            chain.0.iter().find(fitting).copied()
        };
        let to = match &rule.to {
            Level::Lowest => chain.lowest(),
            Level::Street => of_kind(&[OrgKind::StreetCommittee, OrgKind::TownCommittee]),
            Level::District => of_kind(&[OrgKind::DistrictCommittee]).or_else(|| directory.top().map(|org| org.id)),
            Level::Org(code) => directory.org_by_code(code).map(|org| org.id),
        }?;
        let rule =
            if rule.category.is_empty() { "dispatch:*".to_owned() } else { format!("dispatch:{}", rule.category) };
        Some(Route { to, rule })
    }
}

impl Timetable for Day {
    fn due(&self, hop: Hop, urgency: Urgency, from: Timestamp) -> Option<(Timestamp, bool)> {
        self.rules.due(hop, urgency, from)
    }
    fn extended(&self, urgency: Urgency, due: Timestamp) -> Option<(Timestamp, bool)> {
        self.rules.extended(urgency, due)
    }
    fn max_extensions(&self) -> u8 {
        self.rules.max_extensions()
    }
    fn max_reworks(&self) -> u8 {
        self.rules.max_reworks()
    }
    fn latest_review(&self, today: Date) -> Date {
        self.rules.latest_review(today)
    }
    fn date(&self, at: Timestamp) -> Date {
        self.rules.date(at)
    }
    fn end_of(&self, day: Date) -> Timestamp {
        self.rules.end_of(day)
    }
    fn max_text(&self) -> usize {
        self.rules.max_text()
    }
}
