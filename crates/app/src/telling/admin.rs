//! What an administrator does about telling: programs and groups that are told, what became of
//! messages, and the self-test of each channel.

use crate::{
    App, AppError,
    outside::{Failed, mail::Mail, sms::Sms},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use luyuan_domain::{
    actor::Actor,
    contact::Reach,
    ids::{OrderId, PersonId},
    ruleset::ResidentBound,
    telling::{Recipient, Sent, Way},
};
use luyuan_store::{
    StoreError, audit,
    deliveries::{self, Delivery},
    hooks::{self, Hook},
    pushes, settings,
};
use serde_json::json;
use uuid::Uuid;

impl App {
    /// Programs and groups that are told, oldest first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn hooks(&self) -> Result<Vec<(Uuid, Hook)>, AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.read(move |mut conn| Box::pin(async move { hooks::all(&mut conn, &j).await }));
        let all = read.await.map_err(AppError::Store)?;
        all.into_iter().map(|(id, kept)| Ok((id, self.opened_hook(id, &kept)?))).collect()
    }

    /// Adds a program or group. A webhook without a secret gets one; the hook as it is kept.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `hook_way`, `hook_name`, `hook_url`, `hook_inside`, `hook_secret`,
    /// `hook_event` or `hook_org` for what is wrong.
    pub async fn add_hook(&self, by: &Actor, mut hook: Hook) -> Result<(Uuid, Hook), AppError> {
        if hook.way.personal() {
            return Err(AppError::wrong("kind", "hook_way", hook.way.code()));
        }
        if hook.name.trim().is_empty() {
            return Err(AppError::wrong("name", "hook_name", ""));
        }
        if let Err(failed) =
            self.outside.http().map_err(|_| AppError::File("the HTTP client".into()))?.check(&hook.url).await
            && failed.forever
        {
            let code = if failed.reason == "inside" { "hook_inside" } else { "hook_url" };
            return Err(AppError::wrong("url", code, ""));
        }
        if hook.way == Way::Webhook {
            if hook.secret.is_empty() {
                hook.secret = format!("whsec_{}", BASE64_STANDARD.encode(self.env.bytes::<32>()?));
            }
            if super::hook::secret(&hook.secret).is_none() {
                return Err(AppError::wrong("secret", "hook_secret", ""));
            }
        }
        let directory = self.directory();
        if let Some(unknown) = hook.orgs.iter().find(|code| directory.org_by_code(code).is_none()) {
            return Err(AppError::wrong("org", "hook_org", unknown));
        }
        if let Some(unknown) = hook.events.iter().find(|event| !luyuan_domain::ruleset::can_be_told(event)) {
            return Err(AppError::wrong("event", "hook_event", unknown));
        }
        let (j, id, now) = (self.jurisdiction.clone(), self.env.id(), self.env.now());
        let kept = self.closed_hook(id, &hook)?;
        // The kind and not the address, which may hold what a group is written to with.
        let entry = self.entry(by, "hook_added", &hook.name, hook.way.code());
        let written = self.db.write(move |mut conn| {
            Box::pin(async move {
                hooks::put(&mut conn, &j, id, &kept, now).await?;
                audit::add(&mut conn, &j, &entry).await?;
                settings::mark_changed(&mut conn, &j).await?;
                Ok::<_, StoreError>(())
            })
        });
        written.await.map_err(AppError::Store)?;
        self.reload().await?;
        Ok((id, hook))
    }

    /// Tells a program or group no more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn remove_hook(&self, by: &Actor, id: Uuid) -> Result<(), AppError> {
        let (app, j, by) = (self.clone(), self.jurisdiction.clone(), by.clone());
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                let all = hooks::all(&mut conn, &j).await?;
                let (_, hook) = all.into_iter().find(|(known, _)| *known == id).ok_or(AppError::NotFound("hook"))?;
                hooks::remove(&mut conn, &j, id).await?;
                let entry = app.entry(&by, "hook_removed", &hook.hook.name, hook.hook.way.code());
                audit::add(&mut conn, &j, &entry).await?;
                settings::mark_changed(&mut conn, &j).await?;
                Ok::<_, AppError>(())
            })
        });
        done.await?;
        self.reload().await
    }

    /// Messages that stand so, newest first, and how many stand how.
    ///
    /// # Errors
    /// As the database says.
    pub async fn deliveries(&self, state: Sent, limit: i64) -> Result<(Vec<Delivery>, Vec<(String, i64)>), AppError> {
        let j = self.jurisdiction.clone();
        let read = self.db.scan(move |mut conn| {
            Box::pin(async move {
                let rows = deliveries::list(&mut conn, &j, state, limit).await?;
                Ok::<_, StoreError>((rows, deliveries::count(&mut conn, &j).await?))
            })
        });
        read.await.map_err(AppError::Store)
    }

    /// What was told of an order over other channels.
    ///
    /// # Errors
    /// As the database says.
    pub async fn deliveries_of(&self, order: OrderId) -> Result<Vec<Delivery>, AppError> {
        let j = self.jurisdiction.clone();
        let read =
            self.db.read(move |mut conn| Box::pin(async move { deliveries::of_order(&mut conn, &j, order).await }));
        read.await.map_err(AppError::Store)
    }

    /// Sends a test mail; the outer result is of this program, the inner one of the channel.
    ///
    /// # Errors
    /// [`AppError::File`] when no sentences were given.
    pub async fn test_mail(&self, to: &str, language: &str) -> Result<Result<(), Failed>, AppError> {
        let mail = Mail {
            id: self.env.id().to_string(),
            to: to.to_owned(),
            subject: self.say(language, "test-subject", &[])?,
            text: self.say(language, "test-sentence", &[])?,
            language: language.to_owned(),
            unsubscribe: None,
            at: self.env.now(),
        };
        Ok(self.outside.mail(mail).await)
    }

    /// Sends a test message through the gateway for text messages, with a code that opens nothing.
    ///
    /// # Errors
    /// [`AppError::Wrong`] with `contact_bad` for what is no number; [`AppError::File`] when no sentences
    /// were given.
    pub async fn test_sms(&self, to: &str, language: &str) -> Result<Result<(), Failed>, AppError> {
        let country = self.rulebook().residents(self.env.now())?.get(ResidentBound::CountryCode);
        let to = Reach::phone(to, country).ok_or_else(|| AppError::wrong("to", "contact_bad", ""))?;
        let text = self.say(language, "test-sentence", &[])?;
        let sms = Sms { id: self.env.id().to_string(), to, country, code: "000000".into(), text };
        Ok(self.outside.sms(&sms).await)
    }

    /// Sends a test message to a program or group, found by its id or name.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn test_hook(&self, name: &str) -> Result<Result<(), Failed>, AppError> {
        let all = self.hooks().await?;
        let found = all.into_iter().find(|(id, hook)| hook.name == name || id.to_string() == name);
        let (_, hook) = found.ok_or(AppError::NotFound("hook"))?;
        let language = if hook.language.is_empty() { "zh-CN" } else { &hook.language };
        let words =
            format!("{}\n{}", self.say(language, "test-subject", &[])?, self.say(language, "test-sentence", &[])?);
        let now = self.env.now().to_string();
        let payload = json!({ "type": "test", "timestamp": now, "data": { "jurisdiction": self.jurisdiction.0 } });
        let id = format!("msg_{}", self.env.id().simple());
        Ok(self.post_hook(&hook, &id, &payload, &words).await)
    }

    /// Sends a test message to all browsers of somebody; how many took it.
    ///
    /// # Errors
    /// As the database says.
    pub async fn test_push(&self, person: PersonId, language: &str) -> Result<Result<usize, Failed>, AppError> {
        let (j, to) = (self.jurisdiction.clone(), Recipient::Person(person));
        let read = self.db.read(move |mut conn| Box::pin(async move { pushes::of(&mut conn, &j, to).await }));
        let browsers = read.await.map_err(AppError::Store)?;
        let browsers = browsers.into_iter().map(|kept| self.opened_push(to, kept)).collect::<Result<Vec<_>, _>>()?;
        let id = self.env.id();
        let message = json!({
            "title": self.say(language, "test-subject", &[])?,
            "body": self.say(language, "test-sentence", &[])?,
            "url": format!("{}/work/telling", self.outside.settings().address),
            "tag": id.to_string(),
        });
        Ok(self.push_all(&browsers, to, &message.to_string(), id, self.env.now()).await)
    }
}
