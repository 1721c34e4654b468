//! What each role may do, as dated data.

use super::{
    Provenance, RulesetProblem as Problem,
    read::{Head, head, known, origin, toml},
};
use crate::{
    actor::{Action, Actions},
    dated::Status,
    located::{Located, Source},
    roles::{Grant, Grants, Held, Role, RoleRefusal},
};
use ::toml::{Spanned, value::Datetime};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

/// What a role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// Which role.
    pub role: Role,
    /// What it may do.
    pub may: Actions,
    /// From where.
    pub provenance: Provenance,
}

/// A table of roles in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRules {
    /// Its name.
    pub name: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// From where, as a whole.
    pub provenance: Provenance,
    /// The three administrators are separate (三员分立), and from where that is.
    pub separate: (bool, Provenance),
    /// The roles, as in the file.
    pub rules: Vec<RoleRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    valid_from: Spanned<Datetime>,
    status: Status,
    source: Spanned<String>,
    separate_administrators: Spanned<Separate>,
    role: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Separate {
    required: bool,
    status: Status,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    role: Spanned<String>,
    may: Vec<Spanned<String>>,
    status: Status,
    source: String,
}

impl RoleRules {
    /// Reads a table from TOML; `name` is the file's, for errors.
    ///
    /// # Errors
    /// The first problem with its line: an unknown or repeated code, a role that is missing.
    pub fn parse(name: &str, text: &str) -> Result<Self, Located<Problem>> {
        let source = Source::new(name, text);
        let file: File = toml(source)?;
        let mut rules: Vec<RoleRule> = Vec::new();
        for entry in &file.role {
            let (at, entry) = (entry.span().start, entry.get_ref());
            let role = known(source, "role", &entry.role, Role::parse)?;
            if rules.iter().any(|rule| rule.role == role) {
                return Err(source.at(at, Problem::RepeatedCode { what: "role", code: role.code().into() }));
            }
            let may = entry
                .may
                .iter()
                .map(|code| known(source, "action", code, Action::parse))
                .collect::<Result<Vec<_>, _>>()?;
            let provenance = origin(source, at, entry.status, &entry.source)?;
            rules.push(RoleRule { role, may: Actions::of(&may), provenance });
        }
        if let Some(role) = Role::ALL.into_iter().find(|role| !rules.iter().any(|rule| rule.role == *role)) {
            return Err(source.whole(Problem::Missing { what: "role", code: role.code().into() }));
        }
        let (at, separate) = (file.separate_administrators.span().start, file.separate_administrators.get_ref());
        let Head { name, valid_from, provenance } =
            head(source, file.name, &file.valid_from, (file.status, &file.source))?;
        Ok(Self {
            name,
            valid_from,
            provenance,
            separate: (separate.required, origin(source, at, separate.status, &separate.source)?),
            rules,
        })
    }

    /// What a role may do; nothing where the three are separate and it is the one for all.
    pub fn may(&self, role: Role) -> Actions {
        if self.separate.0 && role == Role::Administrator {
            return Actions::default();
        }
        self.rules.iter().find(|rule| rule.role == role).map(|rule| rule.may).unwrap_or_default()
    }

    /// What somebody may do for an organisation by the roles that they hold at an instant. Where the
    /// three administrators are separate, two of them in one hand count for nothing: such roles may
    /// have been given before the rule was.
    pub fn grants(&self, held: &[Held], org: crate::ids::OrgId, at: Timestamp) -> Grants {
        let now = held.iter().filter(|held| held.holds(at));
        let offices: std::collections::BTreeSet<Role> =
            now.clone().map(|held| held.role).filter(|role| Role::SEPARATE.contains(role)).collect();
        let void = |role: Role| self.separate.0 && offices.len() > 1 && offices.contains(&role);
        let here = now.filter(|held| held.org == org && !void(held.role));
        let grants = here.map(|held| Grant { actions: self.may(held.role), place: held.place });
        Grants(grants.filter(|grant| grant.actions != Actions::default()).collect())
    }

    /// Whether a role may be given to somebody who holds `held`; `own` when they would give it to
    /// themselves.
    ///
    /// # Errors
    /// The reason against it.
    pub fn may_give(&self, new: &Held, held: &[Held], own: bool) -> Result<(), RoleRefusal> {
        if new.until.is_some_and(|until| until <= new.since) {
            return Err(RoleRefusal::EndsFirst);
        }
        let mut together = held.iter().filter(|other| other.person == new.person && other.overlaps(new));
        let same = |other: &Held| (other.org, other.role, other.place) == (new.org, new.role, new.place);
        if together.clone().any(same) {
            return Err(RoleRefusal::AlreadyHeld);
        }
        if !self.separate.0 {
            return Ok(());
        }
        if own {
            return Err(RoleRefusal::OwnRole);
        }
        if new.role == Role::Administrator {
            return Err(RoleRefusal::Separate);
        }
        let office = |role: Role| Role::SEPARATE.contains(&role);
        match office(new.role) && together.any(|other| office(other.role) && other.role != new.role) {
            true => Err(RoleRefusal::TwoOffices),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
