//! What telling keeps and nobody may read from the database: addresses and secrets of programs and groups,
//! subscriptions of browsers, the site's own keys. Sealed with the key of contact data; what an older
//! program kept open is sealed at the next start.

use super::keys;
use crate::{App, AppError};
use luyuan_domain::telling::Recipient;
use luyuan_store::{
    StoreError,
    hooks::{self, Hook, Kept},
    pushes::{self, Push},
    settings,
};
use uuid::Uuid;

impl App {
    fn hook_of(&self, id: Uuid) -> String {
        format!("{}/hook/{id}", self.rules_of.0)
    }

    /// A program or group as it is kept.
    ///
    /// # Errors
    /// [`AppError::File`] when there is no key.
    pub(super) fn closed_hook(&self, id: Uuid, hook: &Hook) -> Result<Kept, AppError> {
        let secrets = serde_json::json!([hook.url, hook.secret]).to_string();
        let sealed = self.seal_for(&self.hook_of(id), secrets.as_bytes())?;
        Ok(Kept { hook: Hook { url: String::new(), secret: String::new(), ..hook.clone() }, sealed })
    }

    /// A program or group from what is kept.
    ///
    /// # Errors
    /// [`AppError::File`] when there are no keys; [`StoreError::Corrupt`] for what does not open.
    pub(super) fn opened_hook(&self, id: Uuid, kept: &Kept) -> Result<Hook, AppError> {
        if kept.sealed.is_empty() {
            return Ok(kept.hook.clone());
        }
        let text = self.open_for(&self.hook_of(id), &kept.sealed)?;
        let secrets: Option<(String, String)> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let (url, secret) = secrets.ok_or_else(|| StoreError::corrupt("hooks", "data", id))?;
        Ok(Hook { url, secret, ..kept.hook.clone() })
    }

    fn push_of(&self, to: Recipient, id: &str) -> String {
        format!("{}/push/{to}/{id}", self.rules_of.0)
    }

    /// A browser's subscription as it is kept.
    ///
    /// # Errors
    /// [`AppError::File`] when there is no key.
    pub(super) fn closed_push(&self, to: Recipient, push: &Push) -> Result<Push, AppError> {
        let text = serde_json::json!([push.endpoint, push.p256dh, push.auth]).to_string();
        let endpoint = self.seal_for(&self.push_of(to, &push.id), text.as_bytes())?;
        Ok(Push { id: push.id.clone(), endpoint, p256dh: String::new(), auth: String::new() })
    }

    /// A browser's subscription from what is kept.
    ///
    /// # Errors
    /// As [`App::opened_hook`].
    pub(super) fn opened_push(&self, to: Recipient, kept: Push) -> Result<Push, AppError> {
        if !kept.p256dh.is_empty() {
            return Ok(kept);
        }
        let text = self.open_for(&self.push_of(to, &kept.id), &kept.endpoint)?;
        let opened: Option<(String, String, String)> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let (endpoint, p256dh, auth) = opened.ok_or_else(|| StoreError::corrupt("pushes", "endpoint", &kept.id))?;
        Ok(Push { id: kept.id, endpoint, p256dh, auth })
    }

    fn keys_of(&self) -> String {
        format!("{}/{}", self.rules_of.0, keys::SETTING)
    }

    /// The site's own keys as they are kept.
    ///
    /// # Errors
    /// [`AppError::File`] when there is no key.
    pub(super) fn closed_keys(&self, text: &str) -> Result<String, AppError> {
        self.seal_for(&self.keys_of(), text.as_bytes())
    }

    /// The site's own keys from what is kept; none for what does not open.
    ///
    /// # Errors
    /// [`AppError::File`] when there are no keys.
    pub(super) fn opened_keys(&self, kept: &str) -> Result<Option<String>, AppError> {
        // As the first programs kept them: a JSON object.
        if kept.starts_with('{') {
            return Ok(Some(kept.to_owned()));
        }
        let text = self.open_for(&self.keys_of(), kept)?;
        Ok(text.and_then(|text| String::from_utf8(text).ok()))
    }

    /// Seals everything with the newest key: what stands open alone, or, when the key was renewed, all.
    ///
    /// # Errors
    /// As [`App::opened_hook`], and as the database says.
    pub(crate) async fn seal_telling(&self, all: bool) -> Result<(), AppError> {
        let (app, j) = (self.clone(), self.rules_of.clone());
        let asked = j.clone();
        // Looked at before anything is written: after the first start there is nothing to do.
        let read = self.db.read(move |mut conn| {
            Box::pin(async move {
                let hooks = hooks::all(&mut conn, &asked).await?;
                let pushes = pushes::all(&mut conn, &asked).await?;
                Ok((hooks, pushes, settings::get(&mut conn, &asked, keys::SETTING).await?))
            })
        });
        let (hooks, pushes, own) = read.await.map_err(AppError::Store)?;
        let hooks: Vec<_> = hooks.into_iter().filter(|(_, kept)| all || kept.sealed.is_empty()).collect();
        let pushes: Vec<_> = pushes.into_iter().filter(|(_, push)| all || !push.p256dh.is_empty()).collect();
        let own = own.filter(|text| all || text.starts_with('{'));
        if hooks.is_empty() && pushes.is_empty() && own.is_none() {
            return Ok(());
        }
        let now = self.env.now();
        let done = self.db.write(move |mut conn| {
            Box::pin(async move {
                for (id, kept) in &hooks {
                    let closed = app.closed_hook(*id, &app.opened_hook(*id, kept)?)?;
                    hooks::put(&mut conn, &j, *id, &closed, now).await?;
                }
                for (to, push) in pushes {
                    let closed = app.closed_push(to, &app.opened_push(to, push)?)?;
                    pushes::put(&mut conn, &j, to, &closed, now).await?;
                }
                if let Some(text) = own {
                    let open = app.opened_keys(&text)?;
                    let open = open.ok_or_else(|| StoreError::corrupt("settings", "value", keys::SETTING))?;
                    settings::set(&mut conn, &j, keys::SETTING, &app.closed_keys(&open)?).await?;
                }
                Ok::<_, AppError>(())
            })
        });
        done.await
    }
}
