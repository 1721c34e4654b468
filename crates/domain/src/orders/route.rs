//! Triage and the way along the chain: divert, merge, route, accept, return, escalate.

use super::{Changed, Hop, Order, Refusal, State, Timetable, What, new::required};
use crate::{
    ids::{OrderId, OrgId, ReporterId},
    org::Chain,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why an order is not for this platform: the six diversions of 北京市接诉即办工作条例, art. 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Diversion {
    /// For 110, 119, 120 or 122.
    Emergency,
    /// For a court, arbitration, review, discipline inspection or petition office.
    LegalChannel,
    /// The same as before, with no new fact; progress or result is told.
    Duplicate,
    /// Touches state or trade secrets or privacy.
    Secret,
    /// Outside the duty of government; for the market or society.
    OutsideDuty,
    /// Against law or public order.
    Unlawful,
}

impl Diversion {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Emergency, Self::LegalChannel, Self::Duplicate, Self::Secret, Self::OutsideDuty, Self::Unlawful];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::LegalChannel => "legal_channel",
            Self::Duplicate => "duplicate",
            Self::Secret => "secret",
            Self::OutsideDuty => "outside_duty",
            Self::Unlawful => "unlawful",
        }
    }

    /// The reason for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Where an order is sent, and which rule said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The organisation that is to accept it.
    pub to: OrgId,
    /// What decided: a rule's name, or the reason that a person gave.
    pub rule: String,
}

impl Order {
    /// Sends the order to an organisation to be accepted, from triage or again by a superior.
    /// A superior's new route starts the way anew; the first acceptor stays responsible for what
    /// happened until then, as the events show.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it is replied to or ended.
    pub fn route(mut self, route: Route, rules: &impl Timetable, now: Timestamp) -> Changed {
        match self.state {
            State::Placed { .. }
            | State::Routed { .. }
            | State::Accepted { .. }
            | State::InProgress { .. }
            | State::Deferred { .. } => {}
            _ => return Err(self.refuse("route")),
        }
        self.lead = None;
        let Route { to, rule } = route;
        self.wait_for(to, rules, now);
        Ok(self.changed(now, What::Routed { to, rule }))
    }

    /// Says that the order is not for this platform.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it is accepted; [`Refusal::Empty`] without an explanation.
    pub fn divert(mut self, reason: Diversion, note: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        if !matches!(self.state, State::Placed { .. } | State::Routed { .. }) {
            return Err(self.refuse("divert"));
        }
        let note = required("note", note, rules.max_text())?;
        self.state = State::Diverted { reason, note: note.clone() };
        Ok(self.changed(now, What::Diverted { reason, note }))
    }

    /// Joins this order with `target`, which carries on for the reporters of both. The caller moves
    /// the reporters and lets `target` [absorb](Order::absorb) this one in the same transaction.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it is replied to or ended; [`Refusal::MergeTarget`] when the
    /// target is the same order or has ended.
    pub fn merge(mut self, target: &Order, now: Timestamp) -> Changed {
        if self.state.ended() || matches!(self.state, State::Replied { .. }) {
            return Err(self.refuse("merge"));
        }
        if target.id == self.id || target.state.ended() {
            return Err(Refusal::MergeTarget);
        }
        let (into, number) = (target.id, target.number.clone());
        self.state = State::Merged { into, number: number.clone() };
        Ok(self.changed(now, What::Merged { into, number }))
    }

    /// Records that another order was joined with this one.
    ///
    /// # Errors
    /// [`Refusal::MergeTarget`] when this one has ended.
    pub fn absorb(self, from: OrderId, number: String, now: Timestamp) -> Changed {
        if self.state.ended() {
            return Err(Refusal::MergeTarget);
        }
        Ok(self.changed(now, What::Absorbed { from, number }))
    }

    /// Records that one more person has the same trouble.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it has ended.
    pub fn join(self, reporter: ReporterId, now: Timestamp) -> Changed {
        if self.state.ended() {
            return Err(self.refuse("join"));
        }
        Ok(self.changed(now, What::Joined { reporter }))
    }

    /// The waited-for organisation accepts the order and answers for it from now on (首接负责).
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is routed.
    pub fn accept(mut self, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::Routed { to: by, .. } = self.state else { return Err(self.refuse("accept")) };
        let handle = rules.due(Hop::Handle, self.urgency, now);
        let contact = rules.due(Hop::Contact, self.urgency, now);
        self.lead = Some(by);
        self.due_assumed = handle.is_some_and(|(_, assumed)| assumed);
        self.state = State::Accepted { by, due: contact.map(|(at, _)| at), handle_due: handle.map(|(at, _)| at) };
        Ok(self.changed(now, What::Accepted { by }))
    }

    /// The waited-for organisation returns the order, with a reason, to the one above.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is routed; [`Refusal::NobodyAbove`] at the top of the
    /// chain; [`Refusal::Empty`] without a reason.
    pub fn give_back(mut self, reason: &str, above: Option<OrgId>, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::Routed { to: from, .. } = self.state else { return Err(self.refuse("return")) };
        let reason = required("reason", reason, rules.max_text())?;
        let to = above.ok_or(Refusal::NobodyAbove)?;
        self.wait_for(to, rules, now);
        Ok(self.changed(now, What::Returned { from, to, reason }))
    }

    /// Nobody accepted in time: the order goes to the organisation above by itself; at the top it
    /// stays, under supervision, and has no further deadline of its own.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is routed and its deadline has passed.
    pub fn escalate(mut self, above: Option<OrgId>, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::Routed { to: from, due: Some(due) } = self.state else { return Err(self.refuse("escalate")) };
        if now < due {
            return Err(self.refuse("escalate"));
        }
        self.supervised = true;
        match above {
            Some(to) => {
                self.wait_for(to, rules, now);
                Ok(self.changed(now, What::Escalated { from, to }))
            }
            None => {
                self.state = State::Routed { to: from, due: None };
                Ok(self.changed(now, What::Overdue { at_org: from }))
            }
        }
    }

    /// Nobody decided in time where the order goes: it stays with the district committee, under
    /// supervision, and has no further deadline of its own.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it waits for triage and that deadline has passed.
    pub fn triage_overdue(mut self, top: OrgId, now: Timestamp) -> Changed {
        match self.state {
            State::Placed { due: Some(due) } if now >= due => {}
            _ => return Err(self.refuse("escalate")),
        }
        self.supervised = true;
        self.state = State::Placed { due: None };
        Ok(self.changed(now, What::Overdue { at_org: top }))
    }

    /// The organisation above the present holder.
    pub fn above(&self, chain: &Chain) -> Option<OrgId> {
        self.state.holder().and_then(|holder| chain.above(holder))
    }

    /// Puts the order before `to`, with the deadline for accepting it.
    pub(super) fn wait_for(&mut self, to: OrgId, rules: &impl Timetable, now: Timestamp) {
        let due = rules.due(Hop::Accept, self.urgency, now);
        self.due_assumed = due.is_some_and(|(_, assumed)| assumed);
        self.state = State::Routed { to, due: due.map(|(at, _)| at) };
    }
}
