//! Who is told of a change over other channels: each message becomes a row and a job of its own.

use super::{DELIVER, TellBody, ToTell};
use crate::{App, AppError, jobs::Undone};
use jiff::{Timestamp, tz::Offset};
use luyuan_domain::{
    ids::{JurisdictionId, OrgId, ReporterId},
    ruleset::{TellRule, Telling},
    telling::{Audience, Quiet, Recipient, Sent, Way},
};
use luyuan_store::{
    Conn, StoreError, contacts,
    deliveries::{self, Delivery},
    hooks::{self, Hook},
    jobs::{self, Job, New},
    orders, pushes, reporters, tell_settings,
};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// What is known while messages are queued.
struct Fan<'a> {
    app: &'a App,
    telling: Arc<Telling>,
    offset: Offset,
    now: Timestamp,
    body: &'a TellBody,
}

impl App {
    /// The district's distance from Greenwich time.
    pub(crate) fn offset(&self, now: Timestamp) -> Offset {
        self.rulebook().on(now).map_or(Offset::UTC, |day| day.rules.calendar.offset())
    }

    /// Queues a message for everybody who is to be told; all of them or none, and the job is done.
    pub(crate) async fn fan_out(&self, job: &Job) -> Result<(), Undone> {
        let body: TellBody =
            serde_json::from_str(&job.body).map_err(|error| Undone::Never(format!("unreadable: {error}")))?;
        let (app, now, id, attempt) = (self.clone(), self.env.now(), job.id, job.attempt);
        let telling = self.telling(now);
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                let j = app.jurisdiction.clone();
                if !jobs::finish(&mut conn, &j, id, attempt).await? {
                    return Ok(());
                }
                let Some(telling) = telling else { return Ok(()) };
                let fan = Fan { app: &app, telling, offset: app.offset(now), now, body: &body };
                fan.out(&mut conn, &j).await
            })
        });
        done.await.map_err(|error: StoreError| Undone::from(AppError::Store(error)))
    }

    /// A message of `fresh` with its job; false when it was queued before.
    pub(super) async fn queue(
        &self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        fresh: Delivery,
        body: String,
    ) -> Result<bool, StoreError> {
        let run_at = fresh.next_at.unwrap_or(fresh.created_at);
        if !deliveries::queue(conn, j, &fresh).await? {
            return Ok(false);
        }
        jobs::enqueue(conn, j, &New { id: fresh.id, kind: DELIVER, body, run_at }).await?;
        Ok(true)
    }
}

/// Whether a program or group wants to hear of an event of these organisations' orders.
fn wants(hook: &Hook, event: &str, orgs: &[String]) -> bool {
    let of_event = hook.events.is_empty() || hook.events.iter().any(|wanted| wanted == event);
    let of_org = hook.orgs.is_empty() || hook.orgs.iter().any(|wanted| orgs.contains(wanted));
    of_event && of_org
}

impl Fan<'_> {
    async fn out(&self, conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<(), StoreError> {
        let (mut reporters, mut mailed) = (Vec::new(), HashSet::new());
        if self.body.events.iter().any(|event| event.reporters) {
            reporters = reporters::of_order(conn, j, self.body.order).await?;
            for (id, sealed) in contacts::of_order(conn, j, self.body.order).await? {
                // What cannot be opened now is tried when it is sent, where a failure is seen.
                if self.app.opened(id, &sealed).map_or(true, |contact| !contact.email.is_empty()) {
                    mailed.insert(id);
                }
            }
        }
        let hooks: Vec<(Uuid, Hook)> =
            hooks::all(conn, j).await?.into_iter().map(|(id, kept)| (id, kept.hook)).collect();
        // Whose order it is: those who hold and lead it, and everybody above them.
        let mut near = Vec::new();
        if !hooks.is_empty()
            && let Some(order) = orders::get(conn, j, self.body.order).await?
        {
            near.extend(order.state.holder().into_iter().chain(order.lead));
        }
        for event in &self.body.events {
            let rules: Vec<TellRule> = self.telling.of(&event.event).cloned().collect();
            for rule in &rules {
                match rule.audience {
                    Audience::Reporters => {
                        for reporter in &reporters {
                            self.reporter(conn, j, event, rule, (reporter.id, mailed.contains(&reporter.id))).await?;
                        }
                    }
                    _ => {
                        for org in &event.orgs {
                            self.members(conn, j, event, rule, *org).await?;
                        }
                    }
                }
            }
            self.hooks(conn, j, event, &hooks, &near).await?;
        }
        Ok(())
    }

    /// When a message that disturbs may go out.
    fn release(&self, quiet: Option<Quiet>, at_once: bool) -> Timestamp {
        let quiet = quiet.unwrap_or(self.telling.quiet);
        if at_once { self.now } else { quiet.release(self.now, self.offset) }
    }

    async fn reporter(
        &self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        event: &ToTell,
        rule: &TellRule,
        (reporter, mailed): (ReporterId, bool),
    ) -> Result<(), StoreError> {
        if event.only.is_some_and(|only| only != reporter) {
            return Ok(());
        }
        let to = Recipient::Reporter(reporter);
        let wishes = tell_settings::of_reporter(conn, j, reporter).await?;
        let at = self.release(wishes.quiet, rule.at_once);
        if rule.channels.contains(&Way::Email) && mailed && !wishes.no_email {
            self.queue(conn, j, event, Way::Email, to, at).await?;
        }
        if rule.channels.contains(&Way::Push) && !pushes::of(conn, j, to).await?.is_empty() {
            self.queue(conn, j, event, Way::Push, to, at).await?;
        }
        Ok(())
    }

    async fn members(
        &self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        event: &ToTell,
        rule: &TellRule,
        org: OrgId,
    ) -> Result<(), StoreError> {
        for (person, _, wishes) in tell_settings::members(conn, j, Some(org), self.now).await? {
            let to = Recipient::Person(person);
            let at = self.release(wishes.quiet, rule.at_once);
            if rule.channels.contains(&Way::Email) && !wishes.email.is_empty() && !wishes.digest {
                self.queue(conn, j, event, Way::Email, to, at).await?;
            }
            if rule.channels.contains(&Way::Push) && !pushes::of(conn, j, to).await?.is_empty() {
                self.queue(conn, j, event, Way::Push, to, at).await?;
            }
        }
        Ok(())
    }

    async fn hooks(
        &self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        event: &ToTell,
        hooks: &[(Uuid, Hook)],
        near: &[OrgId],
    ) -> Result<(), StoreError> {
        let directory = self.app.directory();
        let of = event.orgs.iter().chain(near).flat_map(|org| std::iter::once(*org).chain(directory.above(*org)));
        let orgs: Vec<String> = of.filter_map(|org| directory.org(org)).map(|org| org.code.clone()).collect();
        for (id, hook) in hooks.iter().filter(|(_, hook)| wants(hook, &event.event, &orgs)) {
            // A robot rings in somebody's pocket; a program does not sleep.
            let at = if hook.way == Way::Webhook { self.now } else { self.release(None, false) };
            self.queue(conn, j, event, hook.way, Recipient::Hook(*id), at).await?;
        }
        Ok(())
    }

    async fn queue(
        &self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        event: &ToTell,
        way: Way,
        to: Recipient,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let fresh = Delivery {
            id: self.app.env.id(),
            order: Some(self.body.order),
            number: self.body.number.clone(),
            seq: event.seq,
            event: event.event.clone(),
            way,
            to,
            state: Sent::Queued,
            attempts: 0,
            created_at: self.now,
            next_at: Some(at),
            done_at: None,
            reason: None,
        };
        self.app.queue(conn, j, fresh, "{}".into()).await.map(|_| ())
    }
}
