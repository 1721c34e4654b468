//! One made order's way through the real rules, step by step, never past the present.

use super::pictures::Pictures;
use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::{
    actor::Actor,
    ids::{FileId, OrgId, PersonId, ReporterId},
    orders::{Changed, Event, Order, Rating, Refusal},
    roles::Grants,
};
use luyuan_store::{files::FileRow, orders::Index, reporters::Reporter};

/// An order of the demonstration, ready to be kept.
pub(super) struct Life {
    pub order: Order,
    pub events: Vec<(Actor, Event)>,
    pub index: Index,
    pub reporter: Reporter,
    /// How to reach them, sealed.
    pub contact: Option<luyuan_store::contacts::Closed>,
    pub files: Vec<FileRow>,
    /// When the last step was.
    pub at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// Who takes a step.
#[derive(Clone, Copy)]
pub(super) enum Who {
    /// The organisation that holds the order.
    Holder,
    /// Another organisation.
    Org(OrgId),
    /// The resident.
    Reporter,
}

/// The same moment, or the next morning when it falls into the night: made people sleep. Erqi keeps
/// Beijing time, eight hours ahead of Greenwich.
pub(super) fn daytime(at: Timestamp) -> Timestamp {
    let (day, zone) = (24 * 3600, 8 * 3600);
    let second = (at.as_second() + zone).rem_euclid(day);
    let (morning, evening) = (7 * 3600 + at.as_second() % 5400, 20 * 3600);
    let wait = match second {
        before if before < morning => morning - before,
        after if after > evening => day - after + morning,
        _ => 0,
    };
    at + SignedDuration::from_secs(wait)
}

/// A transition with its one event, as a step wants it.
pub(super) fn one(changed: Changed) -> Result<(Order, Vec<Event>), Refusal> {
    changed.map(|(order, event)| (order, vec![event]))
}

impl Life {
    /// Takes the next step some minutes later; false once the present is reached.
    pub fn step(
        &mut self,
        minutes: usize,
        who: Who,
        change: impl FnOnce(Order, Timestamp) -> Result<(Order, Vec<Event>), Refusal>,
    ) -> Result<bool, AppError> {
        let at = daytime(self.at + SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(0)));
        if at >= self.now {
            return Ok(false);
        }
        // Nobody of the demonstration is a real person: an organisation's own id stands for who acted.
        let staff = |org: OrgId| Actor::Staff { person: PersonId(org.0), org, grants: Grants::default() };
        let actor = match who {
            Who::Holder => self.order.state.holder().map_or(Actor::System, staff),
            Who::Org(org) => staff(org),
            Who::Reporter => Actor::Reporter { id: self.reporter.id },
        };
        let (order, events) = change(self.order.clone(), at)?;
        self.order = order;
        self.events.extend(events.into_iter().map(|event| (actor.clone(), event)));
        self.at = at;
        Ok(true)
    }

    /// The resident rates; the rating stands with them.
    pub fn rate(
        &mut self,
        minutes: usize,
        rating: Rating,
        rules: &impl luyuan_domain::orders::Timetable,
        app: &App,
    ) -> Result<bool, AppError> {
        let reporter: ReporterId = self.reporter.id;
        let round = self.order.reworks;
        let chain = self.order.state.holder().map(|org| app.directory().chain_from(org)).unwrap_or_default();
        let mut given = rating.clone();
        let done = self.step(minutes, Who::Reporter, |order, at| {
            given.at = at;
            order.rate(reporter, &Rating { at, ..rating }, &[], &chain, rules, at)
        })?;
        if done {
            self.reporter.about.rating = Some((round, given));
        }
        Ok(done)
    }

    /// Adds a picture of a scene; none when there is no such scene.
    pub fn show(&mut self, app: &App, pictures: &Pictures, scene: &str, after: bool) -> Option<FileId> {
        let mut file = pictures.row(scene, after)?;
        file.id = FileId(app.env.id());
        file.order = Some(self.order.id);
        file.added_at = self.at;
        let id = file.id;
        self.files.push(file);
        Some(id)
    }
}
