//! Passwords: what they must be, how they are kept, changed and reset.

use crate::{App, AppError, env::sha256};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use luyuan_domain::{
    actor::{Action, Actor},
    ids::PersonId,
    orders::Refusal,
    roles::Role,
    ruleset::AccountBound,
};
use luyuan_store::{
    challenges::{self, Challenge},
    people::{self, Person},
    roles, sessions,
};
use std::sync::atomic::{AtomicU64, Ordering};

/// The kind of challenge that lets somebody choose a new password.
const RESET: &str = "reset";

/// The hash of a password that nobody has, of the same work as every other.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bHV5dWFubHV5dWFu$3b5cVZb0yJXBFvHMuAl1FdwwoRIFf1V1jZD6bE0u9QY";

impl App {
    /// Refuses a password that is too short or too long, holds the login, or is soon guessed
    /// (NIST SP 800-63B 5.1.1.2: compared with what is commonly used or expected, no rules about
    /// which characters).
    ///
    /// # Errors
    /// [`AppError::Wrong`] with what is wrong and what would be right.
    pub fn check_password(&self, password: &str, login: &str, name: &str) -> Result<(), AppError> {
        let rules = self.rulebook().accounts(self.env.now())?;
        let bound = |bound| rules.get(bound);
        let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
        let wrong = |code, detail: String| Err(AppError::wrong("password", code, detail));
        if length < bound(AccountBound::PasswordMin) {
            return wrong("password_short", bound(AccountBound::PasswordMin).to_string());
        }
        if length > bound(AccountBound::PasswordMax) {
            return wrong("password_long", bound(AccountBound::PasswordMax).to_string());
        }
        let (lower, login) = (password.to_lowercase(), login.to_lowercase());
        if !login.is_empty() && lower.contains(&login) {
            return wrong("password_login", String::new());
        }
        let guesses = zxcvbn::zxcvbn(password, &[&login, name, "luyuan", "路院"]).guesses_log10();
        if guesses < f64::from(bound(AccountBound::PasswordGuessesLog10)) {
            return wrong("password_common", String::new());
        }
        Ok(())
    }

    /// Whether a password is the one that is kept; for nobody's password the same work is done.
    pub(crate) async fn fits(&self, password: &str, kept: Option<&str>) -> bool {
        let (password, known) = (password.to_owned(), kept.is_some());
        let kept = kept.unwrap_or(NOBODY).to_owned();
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let verified = tokio::task::spawn_blocking(move || {
            argon2::PasswordHash::new(&kept)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        verified.await.unwrap_or(false) && known
    }

    /// How often a password was compared with a hash: the work of logging in, which must be the same
    /// whether or not there is such an account.
    pub fn hash_work(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Changes one's own password; all other sessions end.
    ///
    /// # Errors
    /// [`AppError::Wrong`] when the present one does not fit (`password_old`) or the new one may not
    /// be used; [`AppError::Wait`] after too many attempts.
    pub async fn change_password(&self, person: PersonId, token: &str, old: &str, new: &str) -> Result<(), AppError> {
        let person = self.person(person).await?;
        let attempt = self.attempt(&person.login, None).await?;
        if !self.fits(old, Some(&person.password_hash)).await {
            return Err(AppError::wrong("old", "password_old", ""));
        }
        self.succeeded(attempt).await?;
        self.check_password(new, &person.login, &person.name)?;
        let by = self.session(token).await?.map_or(Actor::Anyone, |staff| staff.actor());
        self.keep_password(&by, &person, new, &sha256(token), "password_changed", None).await
    }

    /// Keeps a new password and ends the sessions but one; `taken` is a challenge that it uses up.
    async fn keep_password(
        &self,
        by: &Actor,
        person: &Person,
        new: &str,
        but: &str,
        what: &str,
        taken: Option<String>,
    ) -> Result<(), AppError> {
        let hash = hashed(new.to_owned()).await?;
        let (j, id, but) = (self.jurisdiction.clone(), person.id, but.to_owned());
        let (entry, login) = (self.entry(by, what, &person.login, ""), person.login.clone());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if let Some(taken) = taken
                        && !challenges::take(&mut conn, &j, &taken).await?
                    {
                        return Err(AppError::NotFound("link"));
                    }
                    people::set_password(&mut conn, &j, id, &hash).await?;
                    sessions::end_all(&mut conn, &j, id, &but).await?;
                    challenges::take_all(&mut conn, &j, RESET, &id.to_string()).await?;
                    luyuan_store::attempts::forget(&mut conn, &j, &crate::login::account(&login)).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Makes a link with which somebody chooses a new password, once; its token.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] unless the actor may give roles wherever that
    /// person holds one: who could take an account over could use all that it may do. Where the three
    /// administrators are separate, theirs are left to whoever runs the platform.
    pub async fn make_reset(&self, actor: &Actor, login: &str) -> Result<String, AppError> {
        let person = self.person_by_login(login).await?;
        for held in self.roles_of(person.id).await?.iter().filter(|held| held.holds(self.env.now())) {
            self.must_allow(actor, Action::GiveRoles, Some(held.org))?;
            let office = Role::SEPARATE.contains(&held.role) && self.rulebook().roles(self.env.now())?.separate.0;
            if office && *actor != Actor::System {
                return Err(Refusal::NotPermitted.into());
            }
        }
        let (now, token) = (self.env.now(), self.env.secret()?);
        let ends = now + self.rulebook().accounts(now)?.hours(AccountBound::ResetHours);
        let (token_hash, data) = (sha256(&token), person.id.to_string());
        let new = Challenge { token_hash, kind: RESET.into(), data, tries: 0, ends };
        let (j, entry) = (self.jurisdiction.clone(), self.entry(actor, "reset_made", &person.login, ""));
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    challenges::take_all(&mut conn, &j, RESET, &new.data).await?;
                    challenges::put(&mut conn, &j, &new, now).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(token)
    }

    /// Whose new password a link lets one choose.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a link that was never made, was used, or has ended.
    pub async fn reset_for(&self, token: &str) -> Result<Person, AppError> {
        let (j, hash, now) = (self.jurisdiction.clone(), sha256(token), self.env.now());
        let found = self
            .db
            .read(move |mut conn| Box::pin(async move { challenges::get(&mut conn, &j, &hash, RESET, now).await }));
        let found = found.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("link"))?;
        self.person(found.data.parse().map_err(|_| AppError::NotFound("link"))?).await
    }

    /// Chooses a new password by a link, once; all sessions end.
    ///
    /// # Errors
    /// As [`App::reset_for`] and [`App::check_password`]; then the link may be used again.
    pub async fn reset_password(&self, token: &str, new: &str) -> Result<(), AppError> {
        let person = self.reset_for(token).await?;
        self.check_password(new, &person.login, &person.name)?;
        let held = self.roles_of(person.id).await?;
        let org = held.last().map(|held| held.org);
        let by = org.map_or(Actor::Anyone, |org| Actor::Staff {
            person: person.id,
            org,
            grants: luyuan_domain::roles::Grants::default(),
        });
        self.keep_password(&by, &person, new, "", "password_reset", Some(sha256(token))).await
    }

    pub(crate) async fn person(&self, id: PersonId) -> Result<Person, AppError> {
        let j = self.jurisdiction.clone();
        let found = self.db.read(move |mut conn| Box::pin(async move { people::get(&mut conn, &j, id).await }));
        found.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("person"))
    }

    pub(crate) async fn person_by_login(&self, login: &str) -> Result<Person, AppError> {
        let (j, login) = (self.jurisdiction.clone(), login.trim().to_owned());
        let asked = login.clone();
        let found =
            self.db.read(move |mut conn| Box::pin(async move { people::by_login(&mut conn, &j, &login).await }));
        found.await.map_err(AppError::Store)?.ok_or_else(|| AppError::wrong("login", "login_unknown", asked))
    }

    /// A person with the roles that they hold or held.
    pub(crate) async fn known(
        &self,
        login: &str,
    ) -> Result<Option<(Person, Vec<luyuan_domain::roles::Held>)>, AppError> {
        let (j, login) = (self.jurisdiction.clone(), login.to_owned());
        let found = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(person) = people::by_login(&mut conn, &j, &login).await? else { return Ok(None) };
                let held = roles::of_person(&mut conn, &j, person.id).await?;
                Ok(Some((person, held)))
            })
        });
        found.await.map_err(AppError::Store)
    }
}

/// Counts comparisons of passwords; a fresh one for each program.
pub(crate) type Work = std::sync::Arc<AtomicU64>;

/// The hash of a password, made beside the threads that answer.
pub(crate) async fn hashed(password: String) -> Result<String, AppError> {
    let made = tokio::task::spawn_blocking(move || hash(&password)).await;
    made.map_err(|error| AppError::File(error.to_string()))?
}

fn hash(password: &str) -> Result<String, AppError> {
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|error| AppError::File(error.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_as_much_as_everybodys() {
        let work = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        let own = hash("a password of somebody").unwrap();
        assert_eq!(work(NOBODY), work(&own));
        let lengths = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths(NOBODY)[5], lengths(&own)[5], "the hash is as long");
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }
}
