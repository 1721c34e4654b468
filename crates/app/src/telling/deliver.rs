//! One message to one recipient: read what it is about, send it, keep what came of it.

use super::words::Text;
use crate::{
    App, AppError,
    jobs::Undone,
    outside::{
        Failed,
        mail::Mail,
        push::{Fresh, Pushed},
    },
};
use jiff::Timestamp;
use luyuan_domain::{
    actor::Actor,
    ids::JurisdictionId,
    orders::{Order, What},
    telling::{Quiet, Recipient, Sent, Way},
};
use luyuan_store::{
    Conn, StoreError, contacts,
    deliveries::{self, Delivery, Outcome},
    events, hooks,
    jobs::{self, Job},
    notices, orders,
    pushes::{self, Push},
    reporters, tell_settings,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Kind of the job that sends one message.
pub(crate) const DELIVER: &str = "deliver";

/// A message with all that it needs. Contact data is read here, at the last moment, and goes nowhere
/// but into the message.
pub(super) struct Case {
    pub delivery: Delivery,
    pub order: Option<Order>,
    pub what: Option<What>,
    pub actor: Option<Actor>,
    pub at: Timestamp,
    pub language: String,
    email: String,
    /// A reporter's contact data, sealed; opened only where the mail is written.
    contact: Option<String>,
    quiet: Option<Quiet>,
    pushes: Vec<Push>,
    /// As it is kept; opened only where it is told.
    hook: Option<hooks::Kept>,
    /// The recipient wants it no more.
    unwanted: bool,
    /// For a digest: number and event's code.
    digest: Vec<(String, String)>,
}

/// The body of a digest's job: after which notice, up to which.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Span {
    pub after: String,
    pub until: String,
}

/// What came of sending, when it did not fail.
enum Sending {
    Done,
    /// There is nobody any more who wants it.
    Withdrawn(&'static str),
    /// Not before then.
    NotYet(Timestamp),
}

/// A message that was given up or is tried again, beside its job.
pub(crate) async fn failed(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    id: Uuid,
    reason: String,
    again: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = if again.is_some() { Sent::Failed } else { Sent::Dead };
    deliveries::record(conn, j, id, &Outcome { state, next_at: again, reason: Some(reason) }, now).await
}

/// A message whose job an operator took away.
pub(crate) async fn withdraw(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    id: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    let outcome = Outcome { state: Sent::Withdrawn, next_at: None, reason: Some("dropped".into()) };
    deliveries::record(conn, j, id, &outcome, now).await
}

impl App {
    /// Sends the message of a job.
    pub(crate) async fn deliver(&self, job: &Job) -> Result<(), Undone> {
        let span: Span = serde_json::from_str(&job.body).unwrap_or_default();
        let sending = match self.case(job.id, span).await? {
            Some(case) => self.send(&case).await.map(|sending| (sending, case.delivery.way.done())),
            None => Ok((Sending::Withdrawn("gone"), Sent::Withdrawn)),
        };
        let (sending, done) = sending.map_err(|failed| match failed.forever {
            true => Undone::Never(failed.reason),
            false => Undone::Later(failed.reason),
        })?;
        let (j, now, id, attempt) = (self.jurisdiction.clone(), self.env.now(), job.id, job.attempt);
        let kept = self.db.write(move |mut conn| {
            Box::pin(async move {
                let (state, reason) = match sending {
                    Sending::NotYet(at) => {
                        if jobs::put_off(&mut conn, &j, (id, attempt), at).await? {
                            deliveries::wait(&mut conn, &j, id, at).await?;
                        }
                        return Ok(());
                    }
                    Sending::Done => (done, None),
                    Sending::Withdrawn(why) => (Sent::Withdrawn, Some(why.to_owned())),
                };
                if jobs::finish(&mut conn, &j, id, attempt).await? {
                    let outcome = Outcome { state, next_at: None, reason };
                    deliveries::record(&mut conn, &j, id, &outcome, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        // What was sent and could not be written down comes again under the same id.
        kept.await.map_err(|error| Undone::from(AppError::Store(error)))
    }

    /// All that a message needs; none when it is gone.
    async fn case(&self, id: Uuid, span: Span) -> Result<Option<Case>, AppError> {
        let (j, app) = (self.jurisdiction.clone(), self.clone());
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(delivery) = deliveries::get(&mut conn, &j, id).await? else { return Ok(None) };
                let mut case = Case::new(delivery);
                if let Some(order) = case.delivery.order {
                    case.order = orders::get(&mut conn, &j, order).await?;
                    let story = events::of_order(&mut conn, &j, order).await?;
                    let (seq, event) = (case.delivery.seq, case.delivery.event.as_str());
                    let found = story.into_iter().find(|known| known.seq == seq && known.what.code() == event);
                    if let Some(found) = found {
                        (case.what, case.actor, case.at) = (Some(found.what), Some(found.actor), found.at);
                    }
                }
                case.recipient(&mut conn, &j, span, &app).await?;
                Ok::<_, StoreError>(Some(case))
            })
        });
        read.await.map_err(AppError::Store)
    }

    async fn send(&self, case: &Case) -> Result<Sending, Failed> {
        if case.unwanted {
            return Ok(Sending::Withdrawn("unwanted"));
        }
        let now = self.env.now();
        if case.delivery.way.personal()
            && let Some(telling) = self.telling(now)
            && !telling.of(&case.delivery.event).any(|rule| rule.at_once)
            && case.delivery.event != "digest"
        {
            // A message that failed in the evening does not ring at night.
            let at = case.quiet.unwrap_or(telling.quiet).release(now, self.offset(now));
            if at > now {
                return Ok(Sending::NotYet(at));
            }
        }
        let inside = |error: AppError| Failed::for_now(error.code());
        let keys = self.telling_keys().await.map_err(inside)?;
        let key = match case.delivery.to {
            Recipient::Reporter(id) => keys.follow(id),
            _ => String::new(),
        };
        let text = match (&case.order, case.digest.is_empty()) {
            (Some(order), _) => self.text(case, order, &key).map_err(inside)?,
            (None, false) => self.digest_text(&case.language, &case.digest).map_err(inside)?,
            (None, true) => return Ok(Sending::Withdrawn("gone")),
        };
        match case.delivery.way {
            Way::Email => self.mail_case(case, &text, now).await,
            Way::Push => self.push_case(case, &text, now).await,
            _ => match &case.hook {
                Some(kept) => {
                    let Recipient::Hook(id) = case.delivery.to else { return Ok(Sending::Withdrawn("gone")) };
                    let hook = self.opened_hook(id, kept).map_err(|_| Failed::for_now("contact_key"))?;
                    self.tell_hook(case, &hook, &text).await.map(|()| Sending::Done)
                }
                None => Ok(Sending::Withdrawn("gone")),
            },
        }
    }

    async fn mail_case(&self, case: &Case, text: &Text, now: Timestamp) -> Result<Sending, Failed> {
        let email = match (case.delivery.to, &case.contact) {
            (Recipient::Reporter(id), Some(sealed)) => {
                let opened = self.opened(id, sealed);
                opened.map_err(|_| Failed::for_now("contact_key"))?.email
            }
            _ => case.email.clone(),
        };
        if email.is_empty() {
            return Ok(Sending::Withdrawn("unwanted"));
        }
        let inside = |error: AppError| Failed::for_now(error.code());
        let address = &self.outside.settings().address;
        let keys = self.telling_keys().await.map_err(inside)?;
        let (unsubscribe, foot) = match case.delivery.to {
            Recipient::Reporter(id) => {
                let link = format!("{address}/unsubscribe/{}", keys.unsubscribe(id));
                (Some(link.clone()), self.say(&case.language, "mail-foot", &[("link", &link)]))
            }
            _ => {
                let link = format!("{address}/work/telling");
                (None, self.say(&case.language, "mail-foot-staff", &[("link", &link)]))
            }
        };
        let more = self.say(&case.language, "mail-link", &[("link", &text.link)]).map_err(inside)?;
        let parts = [text.sentence.clone(), text.quote.clone(), more, foot.map_err(inside)?];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let mail = Mail {
            id: case.delivery.id.to_string(),
            to: email,
            subject: text.subject.clone(),
            text: parts.join("\n\n"),
            language: case.language.clone(),
            unsubscribe,
            at: now,
        };
        self.outside.mail(mail).await.map(|()| Sending::Done)
    }

    async fn push_case(&self, case: &Case, text: &Text, now: Timestamp) -> Result<Sending, Failed> {
        let message = json!({
            "title": text.subject,
            "body": text.sentence,
            "url": text.link,
            "tag": case.delivery.id.to_string(),
        });
        let to = case.delivery.to;
        let opened = case.pushes.iter().map(|kept| self.opened_push(to, kept.clone())).collect::<Result<Vec<_>, _>>();
        let browsers = opened.map_err(|_| Failed::for_now("contact_key"))?;
        let taken = self.push_all(&browsers, to, &message.to_string(), case.delivery.id, now).await?;
        Ok(if taken == 0 { Sending::Withdrawn("gone") } else { Sending::Done })
    }

    /// Tells all browsers of somebody; those that are gone are forgotten. How many took it.
    ///
    /// # Errors
    /// [`Failed`] when none took it and one may later.
    pub(super) async fn push_all(
        &self,
        browsers: &[Push],
        to: Recipient,
        message: &str,
        id: Uuid,
        now: Timestamp,
    ) -> Result<usize, Failed> {
        let inside = |error: AppError| Failed::for_now(error.code());
        let (keys, http) = (self.telling_keys().await.map_err(inside)?, self.outside.http()?);
        let contact = &self.outside.settings().address;
        // 32 letters at most (RFC 8030, 5.4).
        let topic = id.simple().to_string();
        let (mut taken, mut last) = (0, None);
        for push in browsers {
            let fresh = Fresh {
                salt: self.env.bytes().map_err(inside)?,
                key: p256::SecretKey::from_slice(&self.env.bytes::<32>().map_err(inside)?)
                    .map_err(|_| Failed::for_now("keys"))?,
            };
            match http.push(push, message.as_bytes(), &topic, (&keys.vapid, contact), &fresh, now).await {
                Ok(Pushed::Taken) => taken += 1,
                Ok(Pushed::Gone) => self.forget_push(to, push.id.clone()).await.map_err(inside)?,
                Err(failed) => last = Some(failed),
            }
        }
        match last {
            Some(failed) if taken == 0 => Err(failed),
            _ => Ok(taken),
        }
    }
}

impl Case {
    fn new(delivery: Delivery) -> Self {
        Self {
            at: delivery.created_at,
            delivery,
            order: None,
            what: None,
            actor: None,
            language: String::new(),
            email: String::new(),
            contact: None,
            quiet: None,
            pushes: Vec::new(),
            hook: None,
            unwanted: false,
            digest: Vec::new(),
        }
    }

    /// Reads how the recipient is reached, and whether they still want it.
    async fn recipient(
        &mut self,
        conn: &mut Conn<'_>,
        j: &JurisdictionId,
        span: Span,
        app: &App,
    ) -> Result<(), StoreError> {
        let to = self.delivery.to;
        match to {
            Recipient::Reporter(id) => {
                let order = self.order.as_ref().map(|order| order.id);
                let mut found = None;
                // Who was moved to the order that carries on is told there.
                let mut next = order;
                while let (None, Some(order)) = (&found, next) {
                    found = reporters::of_order(conn, j, order).await?.into_iter().find(|held| held.id == id);
                    next = orders::get(conn, j, order).await?.and_then(|order| match order.state {
                        luyuan_domain::orders::State::Merged { into, .. } => Some(into),
                        _ => None,
                    });
                }
                let wishes = tell_settings::of_reporter(conn, j, id).await?;
                self.unwanted = found.is_none() || (self.delivery.way == Way::Email && wishes.no_email);
                self.quiet = wishes.quiet;
                if let Some(found) = found {
                    self.language = found.about.language;
                    self.contact = contacts::of_reporter(conn, j, id).await?;
                }
            }
            Recipient::Person(id) => {
                let wishes = tell_settings::of_person(conn, j, id).await?;
                self.quiet = wishes.quiet;
                (self.email, self.language) = (wishes.email, wishes.language);
                if self.delivery.event == "digest" {
                    let now = app.env.now();
                    for org in tell_settings::orgs_of(conn, j, id, now).await? {
                        let own = notices::after(conn, j, org, &span.after, super::digest::MOST).await?;
                        let own = own.into_iter().filter(|notice| notice.id.to_string() <= span.until);
                        self.digest.extend(own.map(|notice| (notice.number, notice.event)));
                    }
                    self.unwanted = self.digest.is_empty();
                }
            }
            Recipient::Hook(id) => {
                self.hook =
                    hooks::all(conn, j).await?.into_iter().find(|(known, _)| *known == id).map(|(_, hook)| hook);
                self.language = self.hook.as_ref().map(|hook| hook.hook.language.clone()).unwrap_or_default();
            }
        }
        if self.language.is_empty() {
            self.language = "zh-CN".into();
        }
        if self.delivery.way == Way::Push {
            self.pushes = pushes::of(conn, j, to).await?;
        }
        Ok(())
    }
}
