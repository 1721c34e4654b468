//! All rulesets, catalogues and calendars of one jurisdiction, by their first days.

use super::{
    AccountRules, GreenRules, InForce, Privacy, Receipt, Receipts, ResidentRules, RoleRules, Ruleset,
    RulesetProblem as Problem, SitingRules, Telling, WalkRules,
};
use crate::{
    calendar::{WorkCalendar, Year},
    catalogue::Catalogue,
    located::{Located, Source},
};
use jiff::{Timestamp, civil::Date};
use std::sync::Arc;

/// All rulesets and catalogues of one jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Rulesets {
    rules: Vec<InForce>,
    catalogues: Vec<Arc<Catalogue>>,
    receipts: Vec<Arc<Receipts>>,
    roles: Vec<Arc<RoleRules>>,
    privacy: Vec<Arc<Privacy>>,
    accounts: Vec<Arc<AccountRules>>,
    telling: Vec<Arc<Telling>>,
    residents: Vec<Arc<ResidentRules>>,
    green: Vec<Arc<GreenRules>>,
    walking: Vec<Arc<WalkRules>>,
    siting: Vec<Arc<SitingRules>>,
}

impl Rulesets {
    /// Reads everything from named texts. A TOML text with `deadline` is a ruleset, one with
    /// `items` a catalogue, one with `receipt` a list of receipts, one with `role` a table of roles,
    /// one with `keep` periods of personal data, one with `account` bounds of accounts, one with `tell` a
    /// list of who is told what, one with `resident` bounds of residents who prove who they are, one with
    /// `radius` a set of how near green has to be, one with `tag` how maps are read for walkers, one with
    /// `cost` what new green costs, one with `year` a year's holidays; CSV under `calendar/` holds holidays
    /// too. The rest are parts that catalogues name. No text at all is no ruleset at all.
    ///
    /// # Errors
    /// The first problem with file and line.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, Located<Problem>> {
        let (mut years, mut rules, mut catalogues) = (Vec::new(), Vec::new(), Vec::new());
        let (mut receipts, mut roles) = (Vec::new(), Vec::new());
        let (mut privacy, mut accounts) = (Vec::new(), Vec::new());
        let (mut telling, mut residents, mut walking) = (Vec::new(), Vec::new(), Vec::new());
        let mut green: Vec<Arc<GreenRules>> = Vec::new();
        let mut siting = Vec::new();
        let part = |wanted: &str| files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
        for (name, text) in files {
            if name.ends_with(".csv") {
                if name.starts_with("calendar/") {
                    years.extend(Year::parse_csv(name, text).map_err(calendar)?);
                }
                continue;
            }
            let source = Source::new(name, text);
            let table: toml::Table = super::read::toml(source)?;
            if table.contains_key("year") {
                years.push(Year::parse(name, text).map_err(calendar)?);
            } else if table.contains_key("items") {
                insert(source, &mut catalogues, Arc::new(Catalogue::load(name, text, &part)?))?;
            } else if table.contains_key("deadline") {
                insert(source, &mut rules, Arc::new(Ruleset::parse(name, text)?))?;
            } else if table.contains_key("receipt") {
                insert(source, &mut receipts, Arc::new(Receipts::parse(name, text)?))?;
            } else if table.contains_key("role") {
                insert(source, &mut roles, Arc::new(RoleRules::parse(name, text)?))?;
            } else if table.contains_key("keep") {
                insert(source, &mut privacy, Arc::new(Privacy::parse(name, text)?))?;
            } else if table.contains_key("account") {
                insert(source, &mut accounts, Arc::new(AccountRules::parse(name, text)?))?;
            } else if table.contains_key("tell") {
                insert(source, &mut telling, Arc::new(Telling::parse(name, text)?))?;
            } else if table.contains_key("resident") {
                insert(source, &mut residents, Arc::new(ResidentRules::parse(name, text)?))?;
            } else if table.contains_key("radius") {
                add_green(source, &mut green, GreenRules::parse(name, text)?)?;
            } else if table.contains_key("tag") {
                insert(source, &mut walking, Arc::new(WalkRules::parse(name, text)?))?;
            } else if table.contains_key("cost") {
                insert(source, &mut siting, Arc::new(SitingRules::parse(name, text)?))?;
            }
        }
        let in_force = |rules: Arc<Ruleset>| match WorkCalendar::new(&rules.working_time, &years) {
            Ok(calendar) => Ok(InForce { rules, calendar: Arc::new(calendar) }),
            Err(problem) => Err(Source::new("calendar/", "").whole(Problem::Calendar(problem))),
        };
        let rules = rules.into_iter().map(in_force).collect::<Result<_, _>>()?;
        Ok(Self { rules, catalogues, receipts, roles, privacy, accounts, telling, residents, green, walking, siting })
    }

    /// The ruleset that holds on a day; none before the first.
    pub fn on(&self, day: Date) -> Option<&InForce> {
        self.rules.iter().rev().find(|rules| rules.rules.valid_from <= day)
    }

    /// The catalogue that holds on a day; none before the first.
    pub fn catalogue_on(&self, day: Date) -> Option<&Arc<Catalogue>> {
        self.catalogues.iter().rev().find(|catalogue| catalogue.valid_from <= day)
    }

    /// Ruleset and catalogue at an instant. Before the first day of all, the oldest stand in, so
    /// that orders of earlier years can be imported; none only when there are none at all.
    pub fn at(&self, at: Timestamp) -> Option<(&InForce, &Arc<Catalogue>)> {
        let day = self.rules.last()?.calendar.date(at);
        let rules = self.on(day).or(self.rules.first())?;
        Some((rules, self.catalogue_on(day).or(self.catalogues.first())?))
    }

    /// The list of receipts that holds on a day; before the first, the oldest stands in.
    pub fn receipts_on(&self, day: Date) -> Option<&Arc<Receipts>> {
        self.receipts.iter().rev().find(|receipts| receipts.valid_from <= day).or(self.receipts.first())
    }

    /// Who is told what on a day; before the first list, the oldest stands in; none when there is none.
    pub fn telling_on(&self, day: Date) -> Option<&Arc<Telling>> {
        self.telling.iter().rev().find(|telling| telling.valid_from <= day).or(self.telling.first())
    }

    /// What orders of a category give a program on a day; the number where nothing is said.
    pub fn receipt(&self, category: &str, day: Date) -> Receipt {
        self.receipts_on(day).map_or(Receipt::Number, |receipts| receipts.of(category))
    }

    /// The table of roles that holds at an instant; before the first, the oldest stands in.
    pub fn roles_at(&self, at: Timestamp) -> Option<&Arc<RoleRules>> {
        let day = self.rules.last()?.calendar.date(at);
        self.roles.iter().rev().find(|roles| roles.valid_from <= day).or(self.roles.first())
    }

    /// The periods and purposes of personal data that hold at an instant; before the first, the oldest
    /// stand in.
    pub fn privacy_at(&self, at: Timestamp) -> Option<&Arc<Privacy>> {
        let day = self.rules.last()?.calendar.date(at);
        self.privacy.iter().rev().find(|privacy| privacy.valid_from <= day).or(self.privacy.first())
    }

    /// The bounds of accounts that hold at an instant; before the first, the oldest stand in.
    pub fn accounts_at(&self, at: Timestamp) -> Option<&Arc<AccountRules>> {
        let day = self.rules.last()?.calendar.date(at);
        self.accounts.iter().rev().find(|accounts| accounts.valid_from <= day).or(self.accounts.first())
    }

    /// The bounds of residents who prove who they are that hold at an instant; before the first, the
    /// oldest stand in.
    pub fn residents_at(&self, at: Timestamp) -> Option<&Arc<ResidentRules>> {
        let day = self.rules.last()?.calendar.date(at);
        self.residents.iter().rev().find(|rules| rules.valid_from <= day).or(self.residents.first())
    }

    /// How near green has to be on a day: of every set the version in force, by the set's code. A set
    /// that begins later is not there yet.
    pub fn green_on(&self, day: Date) -> Vec<&Arc<GreenRules>> {
        let mut found: Vec<&Arc<GreenRules>> = Vec::new();
        for rules in self.green.iter().filter(|rules| rules.valid_from <= day) {
            match found.iter_mut().find(|other| other.set == rules.set) {
                Some(older) => *older = rules,
                None => found.push(rules),
            }
        }
        found.sort_by(|a, b| a.set.cmp(&b.set));
        found
    }

    /// What new green costs on a day; before the first, the oldest stands in.
    pub fn siting_on(&self, day: Date) -> Option<&Arc<SitingRules>> {
        self.siting.iter().rev().find(|rules| rules.valid_from <= day).or(self.siting.first())
    }

    /// How maps are read for walkers on a day; before the first, the oldest stands in.
    pub fn walking_on(&self, day: Date) -> Option<&Arc<WalkRules>> {
        self.walking.iter().rev().find(|rules| rules.valid_from <= day).or(self.walking.first())
    }

    /// All rulesets, oldest first.
    pub fn rules(&self) -> &[InForce] {
        &self.rules
    }

    /// All catalogues, oldest first.
    pub fn catalogues(&self) -> &[Arc<Catalogue>] {
        &self.catalogues
    }
}

/// What begins on a day and has a name.
trait Dated {
    fn key(&self) -> (Date, &str);
}

impl Dated for Ruleset {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for Catalogue {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for Receipts {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for Privacy {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for RoleRules {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for AccountRules {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for ResidentRules {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for Telling {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for SitingRules {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

impl Dated for WalkRules {
    fn key(&self) -> (Date, &str) {
        (self.valid_from, &self.name)
    }
}

/// Puts a version of a green set into its place by its first day. Several sets may begin on one day,
/// versions of one set may not.
fn add_green(source: Source<'_>, all: &mut Vec<Arc<GreenRules>>, new: GreenRules) -> Result<(), Located<Problem>> {
    if all.iter().any(|other| other.set == new.set && other.valid_from == new.valid_from) {
        return Err(source.whole(Problem::RepeatedDay(new.valid_from)));
    }
    if all.iter().any(|other| other.name == new.name) {
        return Err(source.whole(Problem::RepeatedCode { what: "name", code: new.name }));
    }
    let at = all.partition_point(|other| other.valid_from <= new.valid_from);
    all.insert(at, Arc::new(new));
    Ok(())
}

/// Puts something into its place by its first day; names and days are unique.
fn insert<T: Dated>(source: Source<'_>, all: &mut Vec<Arc<T>>, new: Arc<T>) -> Result<(), Located<Problem>> {
    let (day, name) = new.key();
    if all.iter().any(|other| other.key().0 == day) {
        return Err(source.whole(Problem::RepeatedDay(day)));
    }
    if all.iter().any(|other| other.key().1 == name) {
        return Err(source.whole(Problem::RepeatedCode { what: "name", code: name.to_owned() }));
    }
    let at = all.partition_point(|other| other.key().0 < day);
    all.insert(at, new);
    Ok(())
}

fn calendar(wrong: Located<crate::calendar::CalendarProblem>) -> Located<Problem> {
    Located { file: wrong.file, line: wrong.line, problem: Problem::Calendar(wrong.problem) }
}
