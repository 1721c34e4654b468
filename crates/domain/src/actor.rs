//! Who acts, and the one pure function that says what they may do.

use crate::{
    ids::{OrgId, PersonId, PlaceId, ReporterId},
    roles::{Grants, Scopes},
};
use serde::{Deserialize, Serialize};

/// Who performs an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Anybody; nothing is known about them.
    Anyone,
    /// Somebody who proved, by the secret link, to be one of an order's reporters.
    Reporter {
        /// Which report.
        id: ReporterId,
    },
    /// Somebody who proved that an e-mail address or a phone number is theirs, by a code that was sent
    /// there. Nothing of it is kept with what they did: to an order they act as its [`Self::Reporter`].
    Resident {
        /// The reports that were left with that address or number.
        #[serde(skip)]
        reports: Vec<ReporterId>,
    },
    /// A person with an account, acting for one organisation.
    Staff {
        /// Who.
        person: PersonId,
        /// For which organisation.
        org: OrgId,
        /// What their roles there let them do now. Not kept with what they did.
        #[serde(skip)]
        grants: Grants,
    },
    /// A program with an API key.
    Integrator {
        /// The key's public label.
        label: String,
        /// What the key may be used for now. Not kept with what was done.
        #[serde(skip)]
        scopes: Scopes,
    },
    /// The platform itself, when a deadline passes.
    System,
}

impl Actor {
    /// The organisation acted for, if any.
    pub fn org(&self) -> Option<OrgId> {
        match self {
            Self::Staff { org, .. } => Some(*org),
            _ => None,
        }
    }

    /// Whether it is known who this is: somebody who proved an address or a number, or has an account.
    /// The secret link of an order proves a report, not a person.
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Resident { .. } | Self::Staff { .. })
    }

    /// Whether a report is the actor's own.
    pub fn made(&self, report: ReporterId) -> bool {
        match self {
            Self::Reporter { id } => *id == report,
            Self::Resident { reports } => reports.contains(&report),
            _ => false,
        }
    }

    /// The stable code of the kind of actor.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Reporter { .. } => "reporter",
            Self::Resident { .. } => "resident",
            Self::Staff { .. } => "staff",
            Self::Integrator { .. } => "integrator",
            Self::System => "system",
        }
    }
}

/// What somebody wants to do with an order, or with the platform itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Place an order for oneself.
    Place,
    /// Enter an order for somebody who called or wrote.
    TakeIn,
    /// Read the parts that the public does not see, contact data excepted.
    ReadInternal,
    /// See a reporter's contact data.
    ReadContact,
    /// Decide where an order goes, or divert it.
    Triage,
    /// Join an order with another about the same trouble.
    Merge,
    /// Accept an order, or return it to the organisation above.
    Accept,
    /// Contact, whistle, extend, defer, ask, reply.
    Handle,
    /// Report to the lead after a whistle.
    Report,
    /// Record what a reporter said when called back.
    CallBack,
    /// Rate, answer a question, add to one's own report.
    Rate,
    /// Add what another platform knows of an order, without changing where it stands.
    Note,
    /// Read orders that the public does not see by the list.
    ReadBulk,
    /// Change rules and catalogues.
    Configure,
    /// Import places, organisations and members.
    Import,
    /// Give and end roles in an organisation, invite people to it, end their sessions.
    GiveRoles,
    /// Give and end keys of programs.
    GiveKeys,
    /// Read the audit trail.
    ReadAudit,
    /// Keep scenarios of what might be built, and remove them.
    Plan,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 19] = [
        Self::Place,
        Self::TakeIn,
        Self::ReadInternal,
        Self::ReadContact,
        Self::Triage,
        Self::Merge,
        Self::Accept,
        Self::Handle,
        Self::Report,
        Self::CallBack,
        Self::Rate,
        Self::Note,
        Self::ReadBulk,
        Self::Configure,
        Self::Import,
        Self::GiveRoles,
        Self::GiveKeys,
        Self::ReadAudit,
        Self::Plan,
    ];

    /// Stable code, as in the table of roles.
    pub fn code(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::TakeIn => "take_in",
            Self::ReadInternal => "read_internal",
            Self::ReadContact => "read_contact",
            Self::Triage => "triage",
            Self::Merge => "merge",
            Self::Accept => "accept",
            Self::Handle => "handle",
            Self::Report => "report",
            Self::CallBack => "call_back",
            Self::Rate => "rate",
            Self::Note => "note",
            Self::ReadBulk => "read_bulk",
            Self::Configure => "configure",
            Self::Import => "import",
            Self::GiveRoles => "give_roles",
            Self::GiveKeys => "give_keys",
            Self::ReadAudit => "read_audit",
            Self::Plan => "plan",
        }
    }

    /// The action for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// A set of actions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actions(u32);

impl Actions {
    /// The set of some actions.
    pub fn of(actions: &[Action]) -> Self {
        Self(actions.iter().fold(0, |set, action| set | 1 << (*action as u32)))
    }

    /// Whether an action is in it.
    pub fn contains(self, action: Action) -> bool {
        self.0 & 1 << (action as u32) != 0
    }

    /// The actions in it.
    pub fn each(self) -> impl Iterator<Item = Action> {
        Action::ALL.into_iter().filter(move |action| self.contains(*action))
    }
}

/// What the action is about: the organisations that an order touches, and where it is. What is done
/// to an organisation itself is about that organisation as its holder; what is done to the whole
/// platform, about the district committee.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The organisation that holds the order now.
    pub holder: Option<OrgId>,
    /// The organisations above the holder, up to the district committee.
    pub above: &'a [OrgId],
    /// Co-handlers who were whistled and have not reported.
    pub whistled: &'a [OrgId],
    /// The reporters behind the order.
    pub reporters: &'a [ReporterId],
    /// The place of the order and all places that contain it; empty when it is not known.
    pub places: &'a [PlaceId],
}

/// Whether `actor` may do `action` to `subject`: the one function that decides.
///
/// Staff need both: a role that lets them do it there (see [`crate::roles`]), and an organisation
/// that may do it to this order. Roles inherit down the chain: who acts for an organisation above the
/// holder may do what the holder may, except accept and handle in its name.
pub fn may(actor: &Actor, action: Action, subject: &Subject<'_>) -> bool {
    match actor {
        Actor::System => true,
        Actor::Anyone => action == Action::Place,
        Actor::Integrator { scopes, .. } => scopes.allow(action),
        Actor::Reporter { .. } | Actor::Resident { .. } => match action {
            Action::Place => true,
            Action::Rate => subject.reporters.iter().any(|report| actor.made(*report)),
            _ => false,
        },
        Actor::Staff { org, grants, .. } => match action {
            Action::Place => true,
            // Who answers the telephone takes orders in for any place.
            Action::TakeIn => grants.anywhere(action),
            _ => concerns(*org, action, subject) && grants.allow(action, subject.places),
        },
    }
}

/// Whether an action on a subject is an organisation's to do.
fn concerns(org: OrgId, action: Action, subject: &Subject<'_>) -> bool {
    let holds = subject.holder == Some(org);
    let above = subject.above.contains(&org);
    match action {
        Action::Place | Action::TakeIn => true,
        Action::Rate | Action::Note | Action::ReadBulk => false,
        Action::Accept | Action::Handle => holds,
        Action::Triage | Action::CallBack => above || (holds && subject.above.is_empty()),
        Action::Report => subject.whistled.contains(&org),
        Action::ReadInternal => holds || above || subject.whistled.contains(&org),
        Action::Merge
        | Action::ReadContact
        | Action::Configure
        | Action::Import
        | Action::GiveRoles
        | Action::GiveKeys
        | Action::ReadAudit
        | Action::Plan => holds || above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::{Grant, Scope};
    use uuid::Uuid;

    #[test]
    fn only_the_holder_accepts_and_only_those_above_triage() {
        let (own, upper, other) = (OrgId(Uuid::from_u128(1)), OrgId(Uuid::from_u128(2)), OrgId(Uuid::from_u128(3)));
        let above = [upper];
        let subject = Subject { holder: Some(own), above: &above, ..Subject::default() };
        let all = Grants(vec![Grant { actions: Actions::of(&Action::ALL), place: None }]);
        let staff = |org| Actor::Staff { person: PersonId(Uuid::from_u128(9)), org, grants: all.clone() };
        for (org, accept, triage, read) in
            [(own, true, false, true), (upper, false, true, true), (other, false, false, false)]
        {
            assert_eq!(may(&staff(org), Action::Accept, &subject), accept);
            assert_eq!(may(&staff(org), Action::Triage, &subject), triage);
            assert_eq!(may(&staff(org), Action::ReadInternal, &subject), read);
        }
        assert!(!may(&Actor::Anyone, Action::ReadContact, &subject));
        let program = Actor::Integrator { label: "other city".into(), scopes: Scopes::usual() };
        assert!(may(&program, Action::Note, &subject) && !may(&program, Action::Handle, &subject));
        assert!(!may(&staff(own), Action::Note, &subject), "staff act; only programs pass on");
    }

    #[test]
    fn without_a_role_staff_do_what_anybody_may() {
        let org = OrgId(Uuid::from_u128(1));
        let nobody = Actor::Staff { person: PersonId(Uuid::from_u128(9)), org, grants: Grants::default() };
        let subject = Subject { holder: Some(org), whistled: &[org], ..Subject::default() };
        let done: Vec<_> = Action::ALL.into_iter().filter(|action| may(&nobody, *action, &subject)).collect();
        assert_eq!(done, [Action::Place]);
    }

    #[test]
    fn a_resident_rates_what_they_reported_and_nothing_else() {
        let (own, other) = (ReporterId(Uuid::from_u128(1)), ReporterId(Uuid::from_u128(2)));
        let resident = Actor::Resident { reports: vec![own] };
        let done = |reporters: &[ReporterId]| {
            let subject = Subject { reporters, ..Subject::default() };
            Action::ALL.into_iter().filter(|action| may(&resident, *action, &subject)).collect::<Vec<_>>()
        };
        assert_eq!(done(&[other, own]), [Action::Place, Action::Rate]);
        assert_eq!(done(&[other]), [Action::Place]);
        assert!(resident.is_verified() && !Actor::Reporter { id: own }.is_verified() && !Actor::Anyone.is_verified());
        assert_eq!(serde_json::to_string(&resident).unwrap(), r#"{"kind":"resident"}"#, "which reports is not kept");
    }

    #[test]
    fn a_key_does_what_its_scopes_say() {
        let done = |scope| {
            let key = Actor::Integrator { label: "x".into(), scopes: Scopes(vec![scope]) };
            let may = |action: &Action| may(&key, *action, &Subject::default());
            Action::ALL.into_iter().filter(may).collect::<Vec<_>>()
        };
        assert_eq!(done(Scope::Place), [Action::Place, Action::TakeIn]);
        assert_eq!(done(Scope::UpdateStatus), [Action::Note]);
        assert_eq!(done(Scope::ReadInternal), [Action::ReadInternal]);
        assert_eq!(done(Scope::Bulk), [Action::ReadBulk]);
        assert_eq!(done(Scope::Plan), [Action::Plan]);
        assert_eq!(Scopes::parse("place, bulk"), Ok(Scopes(vec![Scope::Place, Scope::Bulk])));
        assert_eq!(Scopes::parse("place,fly"), Err("fly".into()));
        assert_eq!(Scopes::parse(&Scopes::usual().written()), Ok(Scopes::usual()));
    }

    #[test]
    fn codes_of_actions_are_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.code()), Some(action));
            assert_eq!(Actions::of(&[action]).each().collect::<Vec<_>>(), [action]);
        }
    }

    #[test]
    fn what_is_kept_of_an_actor_says_who_and_not_what_they_might() {
        let org = OrgId(Uuid::from_u128(1));
        let grants = Grants(vec![Grant { actions: Actions::of(&Action::ALL), place: None }]);
        let text = serde_json::to_string(&Actor::Staff { person: PersonId(Uuid::from_u128(9)), org, grants }).unwrap();
        assert!(!text.contains("grants"), "{text}");
        let read: Actor = serde_json::from_str(&text).unwrap();
        assert!(!may(&read, Action::TakeIn, &Subject::default()));
    }
}
