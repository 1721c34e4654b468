//! Working on an order: contact, whistle, ask, extend, defer, reply.

use super::{
    Changed, Hop, Order, Question, Refusal, Reply, State, Timetable, What, Whistle, WhistleReport, new::required,
};
use crate::ids::{FileId, OrgId, PersonId, WhistleId};
use jiff::{Timestamp, civil::Date};

/// A request to a co-handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The new whistle's identity.
    pub id: WhistleId,
    /// Who is called.
    pub to: OrgId,
    /// What is asked of them.
    pub ask: String,
}

/// A request for more time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extend {
    /// Why more time is needed.
    pub reason: String,
}

/// A deferral (挂账).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defer {
    /// Why it cannot be solved now.
    pub reason: String,
    /// When it is looked at again.
    pub review_on: Date,
    /// Who looks at it.
    pub owner: PersonId,
}

/// The text and evidence of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyText {
    /// What was done.
    pub text: String,
    /// Photos and documents that show it.
    pub files: Vec<FileId>,
}

impl Order {
    /// The reporter was contacted (or could not be); work begins.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is accepted; [`Refusal::Empty`] without a note of what
    /// was said.
    pub fn contact(mut self, note: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::Accepted { by, handle_due, .. } = self.state else { return Err(self.refuse("contact")) };
        let note = required("note", note, rules.max_text())?;
        self.state = State::InProgress { by, due: handle_due };
        Ok(self.changed(now, What::Contacted { note }))
    }

    /// The lead calls a co-handler, who must report (吹哨). The handling deadline keeps running.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless in progress; [`Refusal::AlreadyWhistled`] while the same
    /// co-handler has an open request; [`Refusal::UnknownOrg`] when the lead calls itself.
    pub fn whistle(mut self, ask: Ask, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::InProgress { by, .. } = self.state else { return Err(self.refuse("whistle")) };
        let text = required("ask", &ask.ask, rules.max_text())?;
        if ask.to == by {
            return Err(Refusal::UnknownOrg);
        }
        if self.whistled().contains(&ask.to) {
            return Err(Refusal::AlreadyWhistled);
        }
        let due = rules.due(Hop::Report, self.urgency, now).map(|(at, _)| at);
        self.whistles.push(Whistle { id: ask.id, to: ask.to, ask: text.clone(), at: now, due, report: None });
        Ok(self.changed(now, What::Whistled { whistle: ask.id, to: ask.to, ask: text }))
    }

    /// A co-handler reports to the lead.
    ///
    /// # Errors
    /// [`Refusal::NoWhistle`] when there is no such open request; [`Refusal::Empty`] without text.
    pub fn report(mut self, id: WhistleId, text: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        if self.state.ended() {
            return Err(self.refuse("report"));
        }
        let text = required("report", text, rules.max_text())?;
        let whistle = self.whistles.iter_mut().find(|whistle| whistle.id == id && whistle.report.is_none());
        let whistle = whistle.ok_or(Refusal::NoWhistle)?;
        whistle.report = Some(WhistleReport { text: text.clone(), at: now });
        let by = whistle.to;
        Ok(self.changed(now, What::Reported { whistle: id, by, text }))
    }

    /// More time, with a reason that the reporter is shown.
    ///
    /// # Errors
    /// [`Refusal::ExtendedAlready`] when the rules allow no further extension.
    pub fn extend(mut self, extend: &Extend, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::InProgress { by, due: Some(due) } = self.state else { return Err(self.refuse("extend")) };
        let reason = required("reason", &extend.reason, rules.max_text())?;
        if self.extensions >= rules.max_extensions() {
            return Err(Refusal::ExtendedAlready);
        }
        let (due, assumed) = rules.extended(self.urgency, due).ok_or(Refusal::ExtendedAlready)?;
        self.extensions += 1;
        self.due_assumed = assumed;
        self.state = State::InProgress { by, due: Some(due) };
        Ok(self.changed(now, What::Extended { reason, due }))
    }

    /// Puts the order on the list of what cannot be solved for now (挂账). The clock of handling
    /// stops; the review date is the new deadline.
    ///
    /// # Errors
    /// [`Refusal::ReviewDate`] unless the date lies after today and within what the rules allow.
    pub fn defer(mut self, defer: Defer, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::InProgress { by, .. } = self.state else { return Err(self.refuse("defer")) };
        let reason = required("reason", &defer.reason, rules.max_text())?;
        let today = rules.date(now);
        let review_on = defer.review_on;
        if review_on <= today || review_on > rules.latest_review(today) {
            return Err(Refusal::ReviewDate);
        }
        let due = Some(rules.end_of(review_on));
        self.state = State::Deferred { by, reason: reason.clone(), review_on, owner: defer.owner, due };
        Ok(self.changed(now, What::Deferred { reason, review_on }))
    }

    /// Work goes on after a deferral, with a fresh handling deadline.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is deferred.
    pub fn resume(mut self, note: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        let State::Deferred { by, .. } = self.state else { return Err(self.refuse("resume")) };
        let note = required("note", note, rules.max_text())?;
        let due = rules.due(Hop::Handle, self.urgency, now);
        self.due_assumed = due.is_some_and(|(_, assumed)| assumed);
        self.state = State::InProgress { by, due: due.map(|(at, _)| at) };
        Ok(self.changed(now, What::Resumed { note }))
    }

    /// Asks the reporters something.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless somebody is working on it.
    pub fn ask(mut self, text: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        if !matches!(self.state, State::Accepted { .. } | State::InProgress { .. }) {
            return Err(self.refuse("ask"));
        }
        let text = required("question", text, rules.max_text())?;
        self.questions.push(Question { text: text.clone(), at: now, answer: None });
        Ok(self.changed(now, What::Asked { text }))
    }

    /// A reporter answers the latest open question.
    ///
    /// # Errors
    /// [`Refusal::NoQuestion`] when none is open.
    pub fn answer(mut self, text: &str, rules: &impl Timetable, now: Timestamp) -> Changed {
        if self.state.ended() {
            return Err(self.refuse("answer"));
        }
        let text = required("answer", text, rules.max_text())?;
        let question = self.questions.iter_mut().rev().find(|question| question.answer.is_none());
        question.ok_or(Refusal::NoQuestion)?.answer = Some(text.clone());
        Ok(self.changed(now, What::Answered { text }))
    }

    /// Records a photo that was added.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it has ended.
    pub fn picture(self, file: FileId, now: Timestamp) -> Changed {
        if self.state.ended() {
            return Err(self.refuse("photo"));
        }
        Ok(self.changed(now, What::Pictured { file }))
    }

    /// The lead says what was done, with evidence. The reporters are asked whether it is solved.
    ///
    /// # Errors
    /// [`Refusal::WhistlesOpen`] while co-handlers have not reported; [`Refusal::Empty`] without
    /// text; [`Refusal::NoEvidence`] without a photo where the rules want one, unless the person
    /// only asked; [`Refusal::WrongState`] unless accepted (an enquiry is answered at once) or in progress.
    pub fn reply(mut self, reply: ReplyText, rules: &impl Timetable, now: Timestamp) -> Changed {
        let by = match self.state {
            State::InProgress { by, .. } => by,
            State::Accepted { by, .. } if self.kind == super::Kind::Enquiry => by,
            _ => return Err(self.refuse("reply")),
        };
        let open = self.whistled().len();
        if open > 0 {
            return Err(Refusal::WhistlesOpen { open });
        }
        let text = required("reply", &reply.text, rules.max_text())?;
        if reply.files.is_empty() && self.kind != super::Kind::Enquiry && rules.wants_evidence(&self.category) {
            return Err(Refusal::NoEvidence);
        }
        let due = rules.due(Hop::Rate, self.urgency, now).map(|(at, _)| at);
        let files = reply.files;
        self.state = State::Replied { by, reply: Reply { text: text.clone(), files: files.clone(), at: now }, due };
        Ok(self.changed(now, What::Replied { text, files }))
    }
}
