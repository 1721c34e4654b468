//! Who acts, and the one pure function that says what they may do.

use crate::ids::{OrgId, PersonId, ReporterId};
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
    /// A person with an account, acting for one organisation.
    Staff {
        /// Who.
        person: PersonId,
        /// For which organisation.
        org: OrgId,
    },
    /// A program with an API key.
    Integrator {
        /// The key's public label.
        label: String,
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

    /// The stable code of the kind of actor.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Reporter { .. } => "reporter",
            Self::Staff { .. } => "staff",
            Self::Integrator { .. } => "integrator",
            Self::System => "system",
        }
    }
}

/// What somebody wants to do with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// What the action is about: the organisations that an order touches.
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
}

/// Whether `actor` may do `action` to `subject`. Roles inherit down the chain: who acts for an
/// organisation above the holder may do what the holder may, except accept in its name.
pub fn may(actor: &Actor, action: Action, subject: &Subject<'_>) -> bool {
    match actor {
        Actor::System => true,
        Actor::Anyone => action == Action::Place,
        Actor::Integrator { .. } => matches!(action, Action::Place | Action::TakeIn | Action::Note),
        Actor::Reporter { id } => match action {
            Action::Place => true,
            Action::Rate => subject.reporters.contains(id),
            _ => false,
        },
        Actor::Staff { org, .. } => {
            let holds = subject.holder == Some(*org);
            let above = subject.above.contains(org);
            match action {
                Action::Place | Action::TakeIn => true,
                Action::Rate | Action::Note => false,
                Action::Accept => holds,
                Action::Handle => holds,
                Action::Triage | Action::CallBack => above || (holds && subject.above.is_empty()),
                Action::Merge => holds || above,
                Action::Report => subject.whistled.contains(org),
                Action::ReadInternal => holds || above || subject.whistled.contains(org),
                Action::ReadContact => holds || above,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_the_holder_accepts_and_only_those_above_triage() {
        let (own, upper, other) = (OrgId(Uuid::from_u128(1)), OrgId(Uuid::from_u128(2)), OrgId(Uuid::from_u128(3)));
        let above = [upper];
        let subject = Subject { holder: Some(own), above: &above, ..Subject::default() };
        let staff = |org| Actor::Staff { person: PersonId(Uuid::from_u128(9)), org };
        for (org, accept, triage, read) in
            [(own, true, false, true), (upper, false, true, true), (other, false, false, false)]
        {
            assert_eq!(may(&staff(org), Action::Accept, &subject), accept);
            assert_eq!(may(&staff(org), Action::Triage, &subject), triage);
            assert_eq!(may(&staff(org), Action::ReadInternal, &subject), read);
        }
        assert!(!may(&Actor::Anyone, Action::ReadContact, &subject));
        let program = Actor::Integrator { label: "other city".into() };
        assert!(may(&program, Action::Note, &subject) && !may(&program, Action::Handle, &subject));
        assert!(!may(&staff(own), Action::Note, &subject), "staff act; only programs pass on");
    }
}
