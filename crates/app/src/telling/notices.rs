//! What a change tells: notices, kept in the transaction of the event, and one job when another
//! channel may have to repeat them.

use super::Reach;
use crate::{App, AppError};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{OrderId, OrgId, PersonId, ReporterId},
    orders::{Event, Order, Timetable, What},
    ruleset::Telling,
    telling::Audience,
};
use luyuan_store::{
    Conn, StoreError,
    jobs::{self, New},
    notices::{self, Notice},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Kind of the job that finds out who is to be told over other channels.
pub(crate) const TELL: &str = "tell";
/// Receipts: who did it sees the order's page at once, which is the notice.
const RECEIPTS: [&str; 2] = ["placed", "joined"];

/// One event that is to be told over other channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToTell {
    /// The order's version after it.
    pub seq: i64,
    /// Its code.
    pub event: String,
    /// Organisations that have a notice of it.
    pub orgs: Vec<OrgId>,
    /// Reporters are told too.
    pub reporters: bool,
    /// Only this one of them.
    pub only: Option<ReporterId>,
}

/// The body of a job of kind [`TELL`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TellBody {
    pub order: OrderId,
    pub number: String,
    pub events: Vec<ToTell>,
}

/// What a change tells.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub notices: Vec<Notice>,
    pub job: Option<New>,
}

impl Told {
    /// Keeps it, in the transaction of the change.
    pub async fn keep(&self, conn: &mut Conn<'_>, app: &App) -> Result<(), StoreError> {
        notices::insert(conn, &app.jurisdiction, &self.notices).await?;
        match &self.job {
            Some(job) => jobs::enqueue(conn, &app.jurisdiction, job).await,
            None => Ok(()),
        }
    }
}

impl App {
    /// Who is told what today; none when the district has no such list, or in its trial.
    pub(crate) fn telling(&self, now: Timestamp) -> Option<Arc<Telling>> {
        if self.jurisdiction != self.rules_of {
            return None;
        }
        let book = self.rulebook();
        let day = book.on(now).ok()?.date(now);
        book.all().telling_on(day).cloned()
    }

    /// Who is told what today.
    pub fn telling_today(&self) -> Option<Arc<Telling>> {
        self.telling(self.env.now())
    }

    /// The district's quiet hours of today.
    pub fn quiet_hours(&self) -> Option<luyuan_domain::telling::Quiet> {
        self.telling(self.env.now()).map(|telling| telling.quiet)
    }

    /// What events of an order tell; `order` is as after them. `reachable` says whether any reporter
    /// may have another channel.
    pub(crate) fn told(&self, order: &Order, events: &[Event], reachable: bool) -> Told {
        let Some(telling) = events.first().and_then(|first| self.telling(first.at)) else { return Told::default() };
        let each = events.iter().map(|event| {
            let code = event.what.code();
            let rules: Vec<_> = telling.of(code).collect();
            let mut orgs: Vec<OrgId> = rules.iter().filter_map(|rule| rule.audience.org(&event.what, order)).collect();
            orgs.dedup();
            let reporters = rules.iter().any(|rule| rule.audience == Audience::Reporters);
            let only = match event.what {
                What::Joined { reporter } => Some(reporter),
                _ => None,
            };
            ToTell { seq: event.seq, event: code.to_owned(), orgs, reporters, only }
        });
        self.told_of(order, each.collect(), reachable, events[events.len() - 1].at)
    }

    /// Notices and job for what is to be told.
    pub(super) fn told_of(&self, order: &Order, events: Vec<ToTell>, reachable: bool, now: Timestamp) -> Told {
        let notice = |org: Option<OrgId>, told: &ToTell| Notice {
            id: self.env.id(),
            org,
            order: order.id,
            number: order.number.clone(),
            seq: told.seq,
            event: told.event.clone(),
            at: now,
        };
        let mut kept = Vec::new();
        for told in &events {
            kept.extend(told.orgs.iter().map(|org| notice(Some(*org), told)));
            if told.reporters && !RECEIPTS.contains(&told.event.as_str()) {
                kept.push(notice(None, told));
            }
        }
        let reach = self.reach();
        let wanted = |told: &ToTell| {
            !reach.hooks.is_empty()
                || (reachable && told.reporters)
                || told.orgs.iter().any(|org| reach.listening.contains(org))
        };
        let events: Vec<ToTell> = events.into_iter().filter(wanted).collect();
        let body = TellBody { order: order.id, number: order.number.clone(), events };
        // A structure of texts and numbers is always written.
        let job = serde_json::to_string(&body).ok().filter(|_| !body.events.is_empty());
        Told { notices: kept, job: job.map(|body| New { id: self.env.id(), kind: TELL, body, run_at: now }) }
    }

    /// Who can be reached over other channels, as of the last load.
    pub(crate) fn reach(&self) -> Arc<Reach> {
        self.reach.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// A page of an organisation's notices: each with whether it is unread.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The notices, newest first.
    pub notices: Vec<(Notice, bool)>,
    /// Where the next page begins, if there is one.
    pub next: Option<Uuid>,
}

impl App {
    /// Notices of an organisation before one of them, as a person sees them.
    ///
    /// # Errors
    /// As the database says.
    pub async fn notices(
        &self,
        org: OrgId,
        person: PersonId,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Inbox, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| {
            Box::pin(async move { notices::of_org(&mut conn, &j, org, person, before, limit + 1).await })
        });
        let mut found = read.await.map_err(AppError::Store)?;
        let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
        if more {
            found.pop();
        }
        let next = found.last().filter(|_| more).map(|(notice, _)| notice.id);
        Ok(Inbox { notices: found, next })
    }

    /// How many notices of an organisation a person has not read; at most `most`.
    ///
    /// # Errors
    /// As the database says.
    pub async fn unread(&self, org: OrgId, person: PersonId, most: i64) -> Result<i64, AppError> {
        let j = self.jurisdiction.clone();
        let counted = self
            .db
            .read(move |mut conn| Box::pin(async move { notices::unread(&mut conn, &j, org, person, most).await }));
        counted.await.map_err(AppError::Store)
    }

    /// A person read a notice; the number of its order.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the organisation has no such notice.
    pub async fn read_notice(&self, org: OrgId, person: PersonId, id: Uuid) -> Result<String, AppError> {
        let j = self.jurisdiction.clone();
        let read = self
            .db
            .write(move |mut conn| Box::pin(async move { notices::read_one(&mut conn, &j, org, person, id).await }));
        read.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("notice"))
    }

    /// A person read everything up to a notice.
    ///
    /// # Errors
    /// As the database says.
    pub async fn read_notices(&self, person: PersonId, until: Uuid) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        let read = self
            .db
            .write(move |mut conn| Box::pin(async move { notices::read_until(&mut conn, &j, person, until).await }));
        read.await.map_err(AppError::Store)
    }

    /// What the reporters of an order were told.
    ///
    /// # Errors
    /// As the database says.
    pub async fn notices_of_reporters(&self, order: OrderId) -> Result<Vec<Notice>, AppError> {
        let j = self.jurisdiction.clone();
        let read =
            self.db.read(move |mut conn| Box::pin(async move { notices::of_reporters(&mut conn, &j, order).await }));
        read.await.map_err(AppError::Store)
    }
}
