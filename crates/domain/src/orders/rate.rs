//! The reporters' word: rated, closed, or reopened; after too many reworks, supervised.

use super::{Changed, Event, Order, Refusal, State, Timetable, What};
use crate::{
    ids::{OrgId, ReporterId},
    org::Chain,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether the reporter says that it is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solved {
    /// Solved.
    Yes,
    /// Solved in part.
    Partly,
    /// Not solved.
    No,
}

/// How satisfied the reporter is, in five steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfied {
    /// 非常满意.
    Very,
    /// 满意.
    Yes,
    /// 基本满意.
    Basically,
    /// 不满意.
    No,
    /// 非常不满意.
    NotAtAll,
}

impl Solved {
    /// Every answer.
    pub const ALL: [Self; 3] = [Self::Yes, Self::Partly, Self::No];
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
    /// The answer for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|solved| solved.code() == code)
    }
}

impl Satisfied {
    /// Every step, best first.
    pub const ALL: [Self; 5] = [Self::Very, Self::Yes, Self::Basically, Self::No, Self::NotAtAll];
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Very => "very",
            Self::Yes => "yes",
            Self::Basically => "basically",
            Self::No => "no",
            Self::NotAtAll => "not_at_all",
        }
    }
    /// The step for a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|satisfied| satisfied.code() == code)
    }
}

/// One reporter's word on the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Solved?
    pub solved: Solved,
    /// Satisfied?
    pub satisfied: Option<Satisfied>,
    /// In the reporter's own words; never public.
    pub comment: String,
    /// The reporter wants work to go on although part is done.
    pub go_on: bool,
    /// Taken down by staff who called back (回访).
    pub called_back: bool,
    /// When.
    pub at: Timestamp,
}

impl Rating {
    /// Whether this rating reopens the order.
    pub fn reopens(&self) -> bool {
        self.solved == Solved::No || (self.solved == Solved::Partly && self.go_on)
    }
}

/// What a rating led to.
type Rated = Result<(Order, Vec<Event>), Refusal>;

impl Order {
    /// A reporter rates. `others` are the ratings that the order's other reporters gave to this
    /// same reply, `None` for each who has not rated. An unsolved order reopens; when every
    /// reporter has rated and none reopens it, it closes.
    ///
    /// An order reopens at most as often as the rules allow; then it goes to the superior as a
    /// supervised order (督办). A reporter may also reopen a closed order while the rating window
    /// of its reply is open.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is replied to or just closed, [`Refusal::TooLate`] when
    /// the window is over, [`Refusal::TooLong`] for the comment.
    pub fn rate(
        self,
        reporter: ReporterId,
        rating: &Rating,
        others: &[Option<Rating>],
        chain: &Chain,
        rules: &impl Timetable,
        now: Timestamp,
    ) -> Rated {
        let length = rating.comment.chars().count();
        if length > rules.max_text() {
            return Err(Refusal::TooLong { field: "comment", length, most: rules.max_text() });
        }
        let due = match &self.state {
            State::Replied { due, .. } => *due,
            State::Closed { reply, .. } => rules.due(super::Hop::Rate, self.urgency, reply.at).map(|(at, _)| at),
            _ => return Err(self.refuse("rate")),
        };
        if due.is_some_and(|due| now > due) {
            return Err(Refusal::TooLate);
        }
        let what = What::Rated {
            reporter,
            solved: rating.solved,
            satisfied: rating.satisfied,
            comment: rating.comment.clone(),
            called_back: rating.called_back,
        };
        let (order, rated) = self.changed(now, what);
        if rating.reopens() {
            let (order, reopened) = order.reopen(&rating.comment, chain, rules, now)?;
            return Ok((order, vec![rated, reopened]));
        }
        let all_rated = others.iter().all(Option::is_some);
        if all_rated && matches!(order.state, State::Replied { .. }) {
            let solved = worst(others.iter().flatten().map(|other| other.solved).chain([rating.solved]));
            let (order, closed) = order.close(solved, now)?;
            return Ok((order, vec![rated, closed]));
        }
        Ok((order, vec![rated]))
    }

    /// The rating window is over: the order closes with the ratings that came.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless it is replied to and the window has passed.
    pub fn lapse(self, ratings: &[Rating], now: Timestamp) -> Changed {
        match self.state {
            State::Replied { due: Some(due), .. } if now >= due => {}
            _ => return Err(self.refuse("lapse")),
        }
        let solved = worst(ratings.iter().map(|rating| rating.solved));
        self.close(solved, now)
    }

    fn close(mut self, solved: Option<Solved>, now: Timestamp) -> Changed {
        let State::Replied { by, reply, .. } = self.state else { return Err(self.refuse("close")) };
        self.state = State::Closed { by, reply, at: now, solved };
        Ok(self.changed(now, What::Closed { solved }))
    }

    fn reopen(mut self, reason: &str, chain: &Chain, rules: &impl Timetable, now: Timestamp) -> Changed {
        let by: OrgId = self.state.holder().ok_or_else(|| self.refuse("reopen"))?;
        let reason = reason.to_owned();
        self.reworks = self.reworks.saturating_add(1);
        self.extensions = 0;
        if self.reworks <= rules.max_reworks() {
            self.wait_for(by, rules, now);
            let count = self.reworks;
            return Ok(self.changed(now, What::Reopened { count, to: by, reason }));
        }
        // At the top of the chain there is nobody above: the district itself supervises.
        let to = chain.above(by).unwrap_or(by);
        self.supervised = true;
        self.lead = None;
        self.wait_for(to, rules, now);
        Ok(self.changed(now, What::Supervised { to, reason }))
    }
}

/// The worst answer stands for the order: one reporter's "no" is not outvoted.
fn worst(answers: impl Iterator<Item = Solved>) -> Option<Solved> {
    answers.max_by_key(|solved| match solved {
        Solved::Yes => 0,
        Solved::Partly => 1,
        Solved::No => 2,
    })
}
