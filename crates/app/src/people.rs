//! Accounts, logging in, sessions.

use crate::{App, AppError, env::sha256};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::SignedDuration;
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{OrgId, PersonId, RoleId},
    roles::{Grants, Held, Role},
};
use luyuan_store::{
    people::{self, Person},
    roles,
};

/// How long a session lasts: one working day, so that a shared office computer is not left open.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// Fewest characters of a password.
const SHORTEST: usize = 8;

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub person: PersonId,
    /// Name as shown inside the organisation.
    pub name: String,
    /// For which organisation.
    pub org: OrgId,
    /// What their roles there let them do now.
    pub grants: Grants,
}

impl Staff {
    /// As an actor of the rules.
    pub fn actor(&self) -> Actor {
        Actor::Staff { person: self.person, org: self.org, grants: self.grants.clone() }
    }

    /// Whether their roles let them do something somewhere.
    pub fn may(&self, action: Action) -> bool {
        self.grants.anywhere(action)
    }
}

impl App {
    /// Adds an account that holds a role in an organisation.
    ///
    /// # Errors
    /// [`AppError::Wrong`] for a short password or a taken login.
    pub async fn add_person(
        &self,
        login: &str,
        name: &str,
        password: &str,
        org: OrgId,
        role: Role,
        demo: bool,
    ) -> Result<PersonId, AppError> {
        if password.chars().count() < SHORTEST {
            return Err(AppError::wrong("password", "password_short", SHORTEST.to_string()));
        }
        let hash = hashed(password.to_owned()).await?;
        let person = Person {
            id: PersonId(self.env.id()),
            login: login.to_owned(),
            name: name.to_owned(),
            password_hash: hash,
            demo,
        };
        let (j, id, taken) = (self.jurisdiction.clone(), person.id, login.to_owned());
        let held = self.new_role(id, org, role);
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if people::by_login(&mut conn, &j, &person.login).await?.is_some() {
                        return Err(AppError::wrong("login", "login_taken", taken));
                    }
                    people::put(&mut conn, &j, &person).await?;
                    roles::give(&mut conn, &j, &held).await?;
                    Ok(())
                })
            })
            .await?;
        Ok(id)
    }

    /// A role from now on, everywhere in an organisation.
    pub(crate) fn new_role(&self, person: PersonId, org: OrgId, role: Role) -> Held {
        Held { id: RoleId(self.env.id()), person, org, role, place: None, since: self.env.now(), until: None }
    }

    /// Logs in; the session's token, which is shown once and kept as a hash.
    ///
    /// # Errors
    /// [`AppError::Login`], the same whether the login or the password is wrong.
    pub async fn log_in(&self, login: &str, password: &str) -> Result<String, AppError> {
        let (j, login) = (self.jurisdiction.clone(), login.trim().to_owned());
        let found = self
            .db
            .read(move |mut conn| {
                Box::pin(async move {
                    let Some(person) = people::by_login(&mut conn, &j, &login).await? else { return Ok(None) };
                    let held = roles::of_person(&mut conn, &j, person.id).await?;
                    Ok::<_, AppError>(Some((person, held)))
                })
            })
            .await?;
        // The same work is done for an unknown login, so that the answer's time tells nothing.
        let (known, kept) = match &found {
            Some((person, _)) => (true, person.password_hash.clone()),
            None => (false, String::new()),
        };
        let password = password.to_owned();
        let fits = tokio::task::spawn_blocking(move || verify(&password, &kept)).await.unwrap_or(false);
        let Some((person, held)) = found.filter(|_| known && fits) else { return Err(AppError::Login) };
        // The oldest of the organisations for which they may do something today.
        let first = held.iter().map(|held| held.org).find(|org| self.grants(&held, *org).is_ok_and(some));
        self.open_session(person.id, first.ok_or(AppError::Login)?).await
    }

    async fn open_session(&self, person: PersonId, org: OrgId) -> Result<String, AppError> {
        let (token, j, now) = (self.env.secret()?, self.jurisdiction.clone(), self.env.now());
        let hash = sha256(&token);
        self.db
            .write(move |mut conn| {
                Box::pin(
                    async move { people::open_session(&mut conn, &j, &hash, person, org, now, now + SESSION).await },
                )
            })
            .await
            .map_err(AppError::Store)?;
        Ok(token)
    }

    /// Who a session's token belongs to.
    ///
    /// # Errors
    /// As the database says.
    pub async fn session(&self, token: &str) -> Result<Option<Staff>, AppError> {
        let (j, hash, now) = (self.jurisdiction.clone(), sha256(token), self.env.now());
        let found = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(session) = people::session(&mut conn, &j, &hash, now).await? else { return Ok(None) };
                let held = roles::of_person(&mut conn, &j, session.person).await?;
                Ok(Some((session, held)))
            })
        });
        let Some((session, held)) = found.await.map_err(AppError::Store)? else { return Ok(None) };
        let grants = self.grants(&held, session.org)?;
        // Who holds no role any more is not logged in any more.
        let staff = Staff { person: session.person, name: session.name, org: session.org, grants };
        Ok(Some(staff).filter(|staff| some(staff.grants.clone())))
    }

    /// As whom somebody acts who holds one role everywhere in an organisation: for commands and
    /// tests that have no account at hand.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there is no table of roles.
    pub fn acting(&self, person: PersonId, org: OrgId, role: Role) -> Result<Actor, AppError> {
        Ok(Actor::Staff { person, org, grants: self.grants(&[self.new_role(person, org, role)], org)? })
    }

    /// What roles let somebody do for an organisation now.
    ///
    /// # Errors
    /// [`AppError::Rules`] when there is no table of roles.
    pub fn grants(&self, held: &[Held], org: OrgId) -> Result<Grants, AppError> {
        let now = self.env.now();
        Ok(self.rulebook().roles(now)?.grants(held, org, now))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As the database says.
    pub async fn log_out(&self, token: &str) -> Result<(), AppError> {
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let ended =
            self.db.write(move |mut conn| Box::pin(async move { people::end_session(&mut conn, &j, &hash).await }));
        ended.await.map_err(AppError::Store)
    }

    /// Everybody with an account.
    ///
    /// # Errors
    /// As the database says.
    pub async fn people(&self) -> Result<Vec<Person>, AppError> {
        let j = self.jurisdiction.clone();
        self.db
            .read(move |mut conn| Box::pin(async move { people::all(&mut conn, &j).await }))
            .await
            .map_err(AppError::Store)
    }
}

fn some(grants: Grants) -> bool {
    !grants.0.is_empty()
}

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

fn verify(password: &str, kept: &str) -> bool {
    // Of a password that nobody has.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bHV5dWFubHV5dWFu$3b5cVZb0yJXBFvHMuAl1FdwwoRIFf1V1jZD6bE0u9QY";
    let kept = if kept.is_empty() { NOBODY } else { kept };
    argon2::PasswordHash::new(kept)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
