//! Roles: what a person may do in an organisation over a place, from a day to a day; and the scopes
//! of programs' keys.

use crate::{
    actor::{Action, Actions},
    ids::{OrgId, PersonId, PlaceId, RoleId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What somebody is in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 办事: handles what the organisation holds.
    Worker,
    /// 负责人: also decides where orders below go, and calls reporters back.
    Lead,
    /// 接线: enters orders for those who call or write.
    Intake,
    /// 管理员: one person for all three offices, where they need not be separate.
    Administrator,
    /// 系统管理员: configures and imports.
    SystemAdministrator,
    /// 安全管理员: gives and ends roles and keys.
    SecurityAdministrator,
    /// 审计管理员: reads the audit trail, and nothing else.
    AuditAdministrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Worker,
        Self::Lead,
        Self::Intake,
        Self::Administrator,
        Self::SystemAdministrator,
        Self::SecurityAdministrator,
        Self::AuditAdministrator,
    ];

    /// The three offices that are to be separate (三员分立).
    pub const SEPARATE: [Self; 3] = [Self::SystemAdministrator, Self::SecurityAdministrator, Self::AuditAdministrator];

    /// Stable code, as in files and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Lead => "lead",
            Self::Intake => "intake",
            Self::Administrator => "administrator",
            Self::SystemAdministrator => "system_administrator",
            Self::SecurityAdministrator => "security_administrator",
            Self::AuditAdministrator => "audit_administrator",
        }
    }

    /// The role for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A role that somebody holds, held, or will hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Identity.
    pub id: RoleId,
    /// Who.
    pub person: PersonId,
    /// In which organisation; it covers the chain below it.
    pub org: OrgId,
    /// Which role.
    pub role: Role,
    /// Over which place and all inside it; none for everything that the organisation answers for.
    pub place: Option<PlaceId>,
    /// From when.
    pub since: Timestamp,
    /// Until when, itself excluded; none for no end.
    pub until: Option<Timestamp>,
}

impl Held {
    /// Whether it holds at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether it holds at some time together with another.
    pub fn overlaps(&self, other: &Self) -> bool {
        let ends = |held: &Self| held.until.unwrap_or(Timestamp::MAX);
        self.since < ends(other) && other.since < ends(self)
    }
}

/// What one role lets its holder do, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What.
    pub actions: Actions,
    /// In which place and all inside it; none for everywhere.
    pub place: Option<PlaceId>,
}

/// What somebody may do for the organisation that they act for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(pub Vec<Grant>);

impl Grants {
    /// Whether they may do it somewhere.
    pub fn anywhere(&self, action: Action) -> bool {
        self.0.iter().any(|grant| grant.actions.contains(action))
    }

    /// Whether they may do it to something in these places: the lowest and all that contain it.
    pub fn allow(&self, action: Action, places: &[PlaceId]) -> bool {
        let here = |grant: &Grant| grant.place.is_none_or(|place| places.contains(&place));
        self.0.iter().any(|grant| grant.actions.contains(action) && here(grant))
    }

    /// The places to which they are bound for an action; none when they are bound to no place.
    pub fn bound_to(&self, action: Action) -> Option<Vec<PlaceId>> {
        let granted = self.0.iter().filter(|grant| grant.actions.contains(action));
        granted.map(|grant| grant.place).collect()
    }
}

/// What a program's key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Place orders, join them, send photos for them.
    Place,
    /// Add what another platform knows of an order.
    UpdateStatus,
    /// Read orders that the public does not see, contact data excepted.
    ReadInternal,
    /// Read such orders by the list, not only one at a time.
    Bulk,
    /// Remove scenarios of what might be built.
    Plan,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Place, Self::UpdateStatus, Self::ReadInternal, Self::Bulk, Self::Plan];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::UpdateStatus => "update-status",
            Self::ReadInternal => "read-internal",
            Self::Bulk => "bulk",
            Self::Plan => "plan",
        }
    }

    /// The scope for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// What it allows.
    pub fn actions(self) -> Actions {
        match self {
            Self::Place => Actions::of(&[Action::Place, Action::TakeIn]),
            Self::UpdateStatus => Actions::of(&[Action::Note]),
            Self::ReadInternal => Actions::of(&[Action::ReadInternal]),
            Self::Bulk => Actions::of(&[Action::ReadBulk]),
            Self::Plan => Actions::of(&[Action::Plan]),
        }
    }
}

/// The scopes of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(pub Vec<Scope>);

impl Scopes {
    /// What every key could do before there were scopes, and what a new one can when nothing is said.
    pub fn usual() -> Self {
        Self(vec![Scope::Place, Scope::UpdateStatus])
    }

    /// Whether an action is within them.
    pub fn allow(&self, action: Action) -> bool {
        self.0.iter().any(|scope| scope.actions().contains(action))
    }

    /// As one text: codes with spaces between them.
    pub fn written(&self) -> String {
        self.0.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")
    }

    /// Reads codes with spaces or commas between them.
    ///
    /// # Errors
    /// The first code that is not known; the text itself when it names none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let codes = text.split([' ', ',']).filter(|code| !code.is_empty());
        let mut scopes =
            codes.map(|code| Scope::parse(code).ok_or_else(|| code.to_owned())).collect::<Result<Vec<_>, _>>()?;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() { Err(text.to_owned()) } else { Ok(Self(scopes)) }
    }
}

/// Why a role cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefusal {
    /// The three offices are separate: one person may hold only one of them.
    #[error("nobody may hold two of the three administrators' roles")]
    TwoOffices,
    /// The three offices are separate: there is no administrator for all of them.
    #[error("the three administrators are separate; there is none for all")]
    Separate,
    /// Nobody gives or ends a role of their own while the three offices are separate.
    #[error("nobody may give a role to themselves")]
    OwnRole,
    /// It would end before it begins.
    #[error("the role would end before it begins")]
    EndsFirst,
    /// The same role is held already.
    #[error("the role is held already")]
    AlreadyHeld,
}

impl RoleRefusal {
    /// Every refusal's code, so that a test can check that each has a sentence.
    pub const CODES: [&'static str; 5] = ["two_offices", "separate", "own_role", "ends_first", "already_held"];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TwoOffices => "two_offices",
            Self::Separate => "separate",
            Self::OwnRole => "own_role",
            Self::EndsFirst => "ends_first",
            Self::AlreadyHeld => "already_held",
        }
    }
}
