//! Keys of programs: made, ended, and recognised.

use crate::{App, AppError, env::sha256};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor},
    roles::{Scope, Scopes},
};
use luyuan_store::keys;

pub use luyuan_store::keys::Key;

/// Most characters of a key's label: it stands in timelines.
const MOST_LABEL: usize = 60;

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What the timeline calls the program.
    pub label: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Until when, itself excluded.
    pub until: Option<Timestamp>,
}

/// What a key that a program shows is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// It was never given.
    Unknown,
    /// It ended at this instant.
    Ended(Timestamp),
    /// It is this program's.
    Program(Actor),
}

impl App {
    /// Makes a key; it is returned once and kept as a hash.
    ///
    /// # Errors
    /// [`luyuan_domain::orders::Refusal::NotPermitted`] unless the actor may give keys;
    /// [`AppError::Wrong`] for an empty or long label, and for an end that has passed.
    pub async fn make_key(&self, actor: &Actor, new: NewKey) -> Result<String, AppError> {
        self.must_allow(actor, Action::GiveKeys, None)?;
        let (label, now) = (new.label.trim().to_owned(), self.env.now());
        if label.is_empty() {
            return Err(AppError::wrong("label", "label_missing", ""));
        }
        if label.chars().count() > MOST_LABEL {
            return Err(AppError::wrong("label", "label_long", MOST_LABEL.to_string()));
        }
        if new.scopes.0.is_empty() {
            return Err(AppError::wrong("scope", "scope_missing", ""));
        }
        if new.until.is_some_and(|until| until <= now) {
            return Err(AppError::wrong("until", "ends_first", ""));
        }
        let secret = self.env.secret()?;
        let key = Key { hash: sha256(&secret), label, scopes: new.scopes, since: now, until: new.until };
        let entry = self.entry(actor, "key_made", key.name(), &format!("{} · {}", key.label, key.scopes.written()));
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    keys::add(&mut conn, &j, &key).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(secret)
    }

    /// Ends a key now, named as lists name it.
    ///
    /// # Errors
    /// [`luyuan_domain::orders::Refusal::NotPermitted`] unless the actor may give keys;
    /// [`AppError::NotFound`] for one that is not there or has ended.
    pub async fn end_key(&self, actor: &Actor, name: &str) -> Result<(), AppError> {
        self.must_allow(actor, Action::GiveKeys, None)?;
        let (j, now, name) = (self.jurisdiction.clone(), self.env.now(), name.to_owned());
        let entry = self.entry(actor, "key_ended", &name, "");
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let all = keys::all(&mut conn, &j).await?;
                    let key = all.iter().find(|key| key.name() == name).ok_or(AppError::NotFound("key"))?;
                    if !keys::end(&mut conn, &j, &key.hash, now).await? {
                        return Err(AppError::NotFound("key"));
                    }
                    let entry = luyuan_store::audit::Entry { detail: key.label.clone(), ..entry };
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// All keys, ended ones too, newest first.
    ///
    /// # Errors
    /// [`luyuan_domain::orders::Refusal::NotPermitted`] unless the actor may give keys.
    pub async fn keys(&self, actor: &Actor) -> Result<Vec<Key>, AppError> {
        self.must_allow(actor, Action::GiveKeys, None)?;
        let j = self.jurisdiction.clone();
        let found = self.db.read(move |mut conn| Box::pin(async move { keys::all(&mut conn, &j).await }));
        found.await.map_err(AppError::Store)
    }

    /// What a key is that a program shows.
    ///
    /// # Errors
    /// As the database says.
    pub async fn integrator(&self, key: &str) -> Result<Shown, AppError> {
        let (j, hash, now) = (self.rules_of.clone(), sha256(key), self.env.now());
        let found = self.db.read(move |mut conn| Box::pin(async move { keys::get(&mut conn, &j, &hash).await }));
        Ok(match found.await.map_err(AppError::Store)? {
            None => Shown::Unknown,
            Some(key) if key.holds(now) => Shown::Program(Actor::Integrator { label: key.label, scopes: key.scopes }),
            Some(key) => Shown::Ended(key.until.unwrap_or(now)),
        })
    }

    /// Refuses a program whose key is not for this.
    ///
    /// # Errors
    /// [`AppError::Scope`] naming the scope that is needed.
    pub fn within(&self, actor: &Actor, scope: Scope) -> Result<(), AppError> {
        match actor {
            Actor::Integrator { scopes, .. } if !scopes.0.contains(&scope) => Err(AppError::Scope(scope)),
            _ => Ok(()),
        }
    }
}
