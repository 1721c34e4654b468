//! What time tells: a deadline is near or has passed, and once a day a digest for those who want one.

use super::{ToTell, deliver::Span, words::Text};
use crate::{App, AppError};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use luyuan_domain::{
    ids::{OrgId, PersonId},
    orders::Order,
    telling::{Audience, Recipient, Sent, Way},
};
use luyuan_store::{
    StoreError,
    deliveries::Delivery,
    notices, orders,
    tell_settings::{self, OfPerson},
};
use std::collections::BTreeMap;

/// Most notices of one organisation in a digest.
pub(super) const MOST: i64 = 500;
/// Most orders that one round tells of.
const ROUND: i64 = 200;
/// Days from year 1 to 1970 do not matter: a digest's day only has to differ from the last one's.
const DAY: i64 = 86_400;

impl App {
    /// Tells holders of deadlines that are near or have passed, each once; how many.
    ///
    /// # Errors
    /// As the database says.
    pub async fn tell_deadlines(&self) -> Result<usize, AppError> {
        let now = self.env.now();
        let Some(telling) = self.telling(now) else { return Ok(0) };
        let hours = |hours: u16| SignedDuration::from_hours(hours.into());
        let spans =
            [("late", now - hours(telling.late_hours), now), ("late_soon", now, now + hours(telling.soon_hours))];
        let mut told = 0;
        for (event, from, to) in spans {
            let j = self.jurisdiction.clone();
            let read = self.db.read(move |mut conn| {
                Box::pin(async move { orders::untold_deadlines(&mut conn, &j, event, (from, to), now, ROUND).await })
            });
            let holders = telling.of(event).map(|rule| rule.audience).collect::<Vec<_>>();
            for order in read.await.map_err(AppError::Store)? {
                told += usize::from(self.tell_deadline(order, event, &holders, now).await?);
            }
        }
        Ok(told)
    }

    async fn tell_deadline(
        &self,
        order: Order,
        event: &'static str,
        audiences: &[Audience],
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let Some(due) = order.state.due() else { return Ok(false) };
        let orgs: Vec<OrgId> = audiences
            .iter()
            .filter_map(|audience| match audience {
                Audience::Holder => order.state.holder(),
                Audience::Lead => order.lead,
                _ => None,
            })
            .collect();
        let (app, seq) = (self.clone(), order.version);
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                // Two clocks may see the same deadline: one of them tells of it.
                if !notices::deadline_told(&mut conn, &app.jurisdiction, order.id, event, due).await? {
                    return Ok(false);
                }
                let told = ToTell { seq, event: event.to_owned(), orgs, reporters: false, only: None };
                app.told_of(&order, vec![told], false, now).keep(&mut conn, &app).await?;
                Ok::<_, StoreError>(true)
            })
        });
        kept.await.map_err(AppError::Store)
    }

    /// Queues today's digests, each once, when their time has come; how many.
    ///
    /// # Errors
    /// As the database says.
    pub async fn tell_digests(&self) -> Result<usize, AppError> {
        let now = self.env.now();
        let Some(telling) = self.telling(now) else { return Ok(0) };
        let local = TimeZone::fixed(self.offset(now)).to_datetime(now);
        if i32::from(local.hour()) * 60 + i32::from(local.minute()) < i32::from(telling.digest_at) {
            return Ok(0);
        }
        let today = (now.as_second() + i64::from(self.offset(now).seconds())).div_euclid(DAY);
        let j = self.jurisdiction.clone();
        let read = self
            .db
            .read(move |mut conn| Box::pin(async move { tell_settings::members(&mut conn, &j, None, now).await }));
        let mut people: BTreeMap<PersonId, (OfPerson, Vec<OrgId>)> = BTreeMap::new();
        for (person, org, wishes) in read.await.map_err(AppError::Store)? {
            if wishes.digest && !wishes.email.is_empty() && wishes.digest_day < today {
                people.entry(person).or_insert_with(|| (wishes, Vec::new())).1.push(org);
            }
        }
        let mut queued = 0;
        for (person, (_, orgs)) in people {
            queued += usize::from(self.queue_digest(person, orgs, today, now).await?);
        }
        Ok(queued)
    }

    async fn queue_digest(
        &self,
        person: PersonId,
        orgs: Vec<OrgId>,
        today: i64,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let app = self.clone();
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                let j = app.jurisdiction.clone();
                let mut wishes = tell_settings::of_person(&mut conn, &j, person).await?;
                if wishes.digest_day >= today {
                    return Ok(false);
                }
                let mut last = wishes.digest_until.clone();
                // What was placed a moment ago may not be committed yet, and has an earlier name.
                let settled = now - SignedDuration::from_mins(1);
                let mut most = None;
                for org in orgs {
                    let mut own = notices::after(&mut conn, &j, org, &wishes.digest_until, MOST).await?;
                    let full = i64::try_from(own.len()).is_ok_and(|count| count == MOST);
                    own.retain(|notice| notice.at <= settled);
                    let Some(newest) = own.last().map(|notice| notice.id.to_string()) else { continue };
                    // What does not fit comes with the next one.
                    if full && most.as_ref().is_none_or(|most| newest < *most) {
                        most = Some(newest.clone());
                    }
                    last = newest.max(last);
                }
                last = most.map_or(last.clone(), |most| most.min(last));
                let span = Span { after: wishes.digest_until.clone(), until: last.clone() };
                let any = span.after != span.until;
                (wishes.digest_day, wishes.digest_until) = (today, last);
                tell_settings::put_person(&mut conn, &j, person, &wishes).await?;
                if !any {
                    return Ok(false);
                }
                let fresh = Delivery {
                    id: app.env.id(),
                    order: None,
                    number: String::new(),
                    seq: today,
                    event: "digest".into(),
                    way: Way::Email,
                    to: Recipient::Person(person),
                    state: Sent::Queued,
                    attempts: 0,
                    created_at: now,
                    next_at: Some(now),
                    done_at: None,
                    reason: None,
                };
                let body = serde_json::to_string(&span).map_err(|error| StoreError::Sql(error.to_string()))?;
                app.queue(&mut conn, &j, fresh, body).await
            })
        });
        kept.await.map_err(AppError::Store)
    }

    /// A digest in words.
    pub(super) fn digest_text(&self, language: &str, told: &[(String, String)]) -> Result<Text, AppError> {
        let count = told.len().to_string();
        let mut lines = Vec::with_capacity(told.len());
        for (number, event) in told {
            lines.push(format!("{number}  {}", self.say(language, &format!("event-{event}"), &[])?));
        }
        Ok(Text {
            subject: self.say(language, "digest-subject", &[("n", &count)])?,
            sentence: self.say(language, "digest-lead", &[("n", &count)])?,
            quote: lines.join("\n"),
            link: format!("{}/work/notices", self.outside.settings().address),
        })
    }
}
