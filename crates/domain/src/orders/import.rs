//! An order that another system handled before: taken over with its own times.

use super::{Changed, Draft, Event, Hop, Order, Refusal, Reply, State, Timetable, What, new::required};
use crate::ids::{OrderId, OrgId};
use jiff::Timestamp;

/// How the other system ended an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Who handled it.
    pub by: OrgId,
    /// What was done; empty when the other system does not say.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

impl Order {
    /// Takes over an order that another system got at `placed` and, if it did, `ended`. Its events
    /// have the times at which they happened there, and only what is known happened: an ended order
    /// was placed, answered and closed. One that is still open waits for triage, and its deadline
    /// counts from `now`, when it came here.
    ///
    /// # Errors
    /// As [`Order::place`]; [`Refusal::TooLong`] for the answer; [`Refusal::Time`] when it was placed
    /// after `now`, or ended before it was placed or after `now`.
    pub fn import(
        draft: Draft,
        id: OrderId,
        placed: Timestamp,
        ended: Option<Ended>,
        rules: &impl Timetable,
        now: Timestamp,
    ) -> Result<(Self, Vec<Event>), Refusal> {
        if placed > now {
            return Err(Refusal::Time { field: "placed" });
        }
        let (mut order, first) = Self::place(draft, id, String::new(), rules, placed)?;
        let mut events = vec![first];
        let Some(ended) = ended else {
            let due = rules.due(Hop::Triage, order.urgency, now);
            order.due_assumed = due.is_some_and(|(_, assumed)| assumed);
            order.state = State::Placed { due: due.map(|(at, _)| at) };
            return Ok((order, events));
        };
        if ended.at < placed || ended.at > now {
            return Err(Refusal::Time { field: "closed" });
        }
        order.due_assumed = false;
        order.lead = Some(ended.by);
        if !ended.text.trim().is_empty() {
            let (replied, event) = order.answered(&ended, rules)?;
            order = replied;
            events.push(event);
        }
        let Ended { by, at, .. } = ended;
        let reply = match order.state {
            State::Replied { reply, .. } => reply,
            _ => Reply { text: String::new(), files: Vec::new(), at },
        };
        order.state = State::Closed { by, reply, at, solved: None };
        let (order, closed) = order.changed(at, What::Closed { solved: None });
        events.push(closed);
        Ok((order, events))
    }

    fn answered(mut self, ended: &Ended, rules: &impl Timetable) -> Changed {
        let text = required("reply", &ended.text, rules.max_text())?;
        let reply = Reply { text: text.clone(), files: Vec::new(), at: ended.at };
        self.state = State::Replied { by: ended.by, reply, due: None };
        Ok(self.changed(ended.at, What::Replied { text, files: Vec::new() }))
    }
}
