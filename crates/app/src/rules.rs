//! The rules of the day: ruleset, catalogue and working calendar, parsed once and kept in memory.

use crate::{App, AppError, directory::Directory};
use jiff::{Timestamp, civil::Date};
use luyuan_domain::{
    catalogue::{Catalogue, Category},
    orders::{Hop, Kind, Route, Timetable, Urgency},
    org::{Chain, OrgKind},
    ruleset::{
        AccountRules, GreenRules, InForce, Level, Privacy, ResidentRules, RoleRules, Rulesets, WalkRules,
    },
};
use std::sync::Arc;

/// All rulesets, catalogues and calendars of a district.
#[derive(Default)]
pub struct Rulebook(Rulesets);

impl Rulebook {
    /// Parses named texts; see [`Rulesets::load`].
    ///
    /// # Errors
    /// [`AppError::Rules`] naming the text and the line in it.
    pub fn parse(texts: &[(String, String)]) -> Result<Self, AppError> {
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Rulesets::load(&texts).map(Self).map_err(|wrong| AppError::Rules(wrong.to_string()))
    }

    /// The rules in force at an instant. Before the first day of all, the oldest stand in, so that
    /// orders of earlier years can be imported.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there is no ruleset or no catalogue at all.
    pub fn on(&self, at: Timestamp) -> Result<Day, AppError> {
        let found = self.0.at(at).map(|(rules, catalogue)| Day { rules: rules.clone(), catalogue: catalogue.clone() });
        found.ok_or_else(|| AppError::Rules(format!("no ruleset or no catalogue is in force on {at}")))
    }

    /// The table of roles in force at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there is none at all.
    pub fn roles(&self, at: Timestamp) -> Result<Arc<RoleRules>, AppError> {
        self.0.roles_at(at).cloned().ok_or_else(|| AppError::Rules("there is no table of roles".into()))
    }

    /// The periods and purposes of personal data in force at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there are none at all.
    pub fn privacy(&self, at: Timestamp) -> Result<Arc<Privacy>, AppError> {
        self.0.privacy_at(at).cloned().ok_or_else(|| AppError::Rules("there are no rules about personal data".into()))
    }

    /// The bounds of accounts in force at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there are none at all.
    pub fn accounts(&self, at: Timestamp) -> Result<Arc<AccountRules>, AppError> {
        self.0.accounts_at(at).cloned().ok_or_else(|| AppError::Rules("there are no bounds of accounts".into()))
    }

    /// The bounds of residents who prove who they are in force at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there are none at all.
    pub fn residents(&self, at: Timestamp) -> Result<Arc<ResidentRules>, AppError> {
        self.0.residents_at(at).cloned().ok_or_else(|| AppError::Rules("there are no bounds of residents".into()))
    }

    /// How maps are read for walkers at an instant.
    ///
    /// # Errors
    /// [`AppError::Rules`] when nothing says so at all.
    pub fn walking(&self, at: Timestamp) -> Result<Arc<WalkRules>, AppError> {
        let day = self.on(at)?.rules.calendar.date(at);
        let found = self.0.walking_on(day).cloned();
        found.ok_or_else(|| AppError::Rules("there are no rules about how maps are read for walkers".into()))
    }

    /// How near green has to be at an instant: the version in force of every set.
    ///
    /// # Errors
    /// [`AppError::Rules`] when no ruleset is in force.
    pub fn green(&self, at: Timestamp) -> Result<Vec<Arc<GreenRules>>, AppError> {
        let day = self.on(at)?.rules.calendar.date(at);
        Ok(self.0.green_on(day).into_iter().cloned().collect())
    }

    /// Everything that was parsed.
    pub fn all(&self) -> &Rulesets {
        &self.0
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
            Level::Community => of_kind(&[OrgKind::CommunityBranch, OrgKind::VillageBranch]),
            Level::Street => of_kind(&[OrgKind::StreetCommittee, OrgKind::TownCommittee]),
            Level::District => of_kind(&[OrgKind::DistrictCommittee]).or_else(|| directory.top().map(|org| org.id)),
            Level::Org(code) => directory.org_by_code(code).map(|org| org.id),
        }?;
        let rule =
            if rule.category.is_empty() { "dispatch:*".to_owned() } else { format!("dispatch:{}", rule.category) };
        Some(Route { to, rule })
    }
}

impl App {
    /// The first instant of a day in the district, by the calendar of the rules in force now.
    ///
    /// # Errors
    /// [`AppError::Rules`] when no ruleset is in force; [`AppError::Wrong`] for a day that has none.
    pub fn first_instant(&self, day: Date) -> Result<Timestamp, AppError> {
        let offset = self.rulebook().on(self.env.now())?.rules.calendar.offset();
        let midnight = offset.to_timestamp(day.at(0, 0, 0, 0));
        midnight.map_err(|_| AppError::wrong("until", "not_a_day", day.to_string()))
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
    fn wants_evidence(&self, category: &str) -> bool {
        self.rules.wants_evidence(category)
    }
}
