//! Logging in: attempts that wait longer the more fail, and the session that follows.

use crate::{App, AppError, env::sha256, people::some};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::{
    ids::{OrgId, PersonId},
    roles::Held,
    ruleset::{AccountBound, Waits},
};
use luyuan_store::{
    attempts,
    sessions::{self, Session},
};
use serde::{Deserialize, Serialize};

/// How often counting an attempt is tried again when others count at the same moment.
const TRIES: usize = 5;

/// Where a login comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network address, when it is known.
    pub address: Option<String>,
    /// The device, in a few words.
    pub device: String,
}

/// What comes of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// The session's token, which is shown once and kept as a hash.
    Session(String),
    /// The password was right; a second factor is awaited under this token.
    Second(String),
}

impl Entered {
    /// The session's token, unless a second factor is awaited.
    pub fn session(self) -> Option<String> {
        match self {
            Self::Session(token) => Some(token),
            Self::Second(_) => None,
        }
    }
}

/// An attempt that was counted as failed until it succeeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    account: String,
    address: Option<String>,
}

/// The name under which the failures of an account are counted. Logins that nobody has are counted
/// too, so that a wait tells nothing.
pub(crate) fn account(login: &str) -> String {
    // Hashed, because anything may be typed, a password by mistake too.
    format!("account:{}", sha256(login.to_lowercase()))
}

impl App {
    /// Counts an attempt before it is made.
    ///
    /// # Errors
    /// [`AppError::Wait`] when it comes too soon after others that failed.
    pub(crate) async fn attempt(&self, login: &str, address: Option<&str>) -> Result<Attempt, AppError> {
        let now = self.env.now();
        let attempt = Attempt { account: account(login), address: address.map(|address| format!("address:{address}")) };
        let rules = self.rulebook().accounts(now)?;
        self.count_attempt(&attempt.account, rules.waits(AccountBound::FreeTries), now).await?;
        if let Some(address) = &attempt.address {
            self.count_attempt(address, rules.waits(AccountBound::FreeTriesAddress), now).await?;
        }
        Ok(attempt)
    }

    /// Counts an attempt under a name.
    ///
    /// # Errors
    /// [`AppError::Wait`] when it comes too soon after others.
    pub(crate) async fn count_attempt(&self, name: &str, waits: Waits, now: Timestamp) -> Result<(), AppError> {
        let (j, name) = (self.jurisdiction.clone(), name.to_owned());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for _ in 0..TRIES {
                        let seen = attempts::get(&mut conn, &j, &name).await?;
                        let forgotten = now - waits.forget;
                        let before = seen.filter(|(_, last)| *last > forgotten).map_or(0, |(fails, _)| fails);
                        let until = seen.and_then(|(_, last)| waits.until(before, last));
                        if let Some(until) = until.filter(|until| now < *until) {
                            return Err(AppError::Wait(until));
                        }
                        let (seen, fails) = (seen.map(|(fails, _)| fails), before.saturating_add(1));
                        if attempts::count(&mut conn, &j, &name, seen, fails, now).await? {
                            return Ok(());
                        }
                    }
                    // So many at one moment are no person.
                    Err(AppError::Wait(now + SignedDuration::from_secs(1)))
                })
            })
            .await
    }

    /// Takes an attempt back that succeeded: the account's failures are forgotten, the address is
    /// left with those of others.
    pub(crate) async fn succeeded(&self, attempt: Attempt) -> Result<(), AppError> {
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    attempts::forget(&mut conn, &j, &attempt.account).await?;
                    if let Some(address) = &attempt.address {
                        attempts::take_back(&mut conn, &j, address).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Logs in.
    ///
    /// # Errors
    /// [`AppError::Login`], the same whether the login or the password is wrong, after the same
    /// work; [`AppError::Wait`] after too many attempts that failed, without any.
    pub async fn log_in(&self, login: &str, password: &str, from: &Origin) -> Result<Entered, AppError> {
        let login = login.trim();
        let attempt = self.attempt(login, from.address.as_deref()).await?;
        let found = self.known(login).await?;
        let fits = self.fits(password, found.as_ref().map(|(person, _)| person.password_hash.as_str())).await;
        let Some((person, held)) = found.filter(|_| fits) else { return Err(AppError::Login) };
        let org = self.first_org(&held).ok_or(AppError::Login)?;
        // With a second factor the attempt has not succeeded yet.
        if let Some(step) = self.await_second(person.id, org, from, &attempt).await? {
            return Ok(Entered::Second(step));
        }
        self.succeeded(attempt).await?;
        self.open_session(person.id, org, from).await.map(Entered::Session)
    }

    /// The oldest of the organisations for which somebody may do something today.
    pub(crate) fn first_org(&self, held: &[Held]) -> Option<OrgId> {
        held.iter().map(|held| held.org).find(|org| self.grants(held, *org).is_ok_and(some))
    }

    /// Opens a session; its token.
    pub(crate) async fn open_session(&self, person: PersonId, org: OrgId, from: &Origin) -> Result<String, AppError> {
        let (token, j, now) = (self.env.secret()?, self.jurisdiction.clone(), self.env.now());
        let ends = now + self.rulebook().accounts(now)?.hours(AccountBound::SessionHours);
        let device = from.device.clone();
        let new = Session { hash: sha256(&token), person, org, device, opened: now, seen: now, ends };
        let opened = self.db.write(move |mut conn| Box::pin(async move { sessions::open(&mut conn, &j, &new).await }));
        opened.await.map_err(AppError::Store)?;
        Ok(token)
    }
}
