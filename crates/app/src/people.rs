//! Accounts.

use crate::{App, AppError, passwords::hashed};
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{OrgId, PersonId, RoleId},
    roles::{Grants, Held, Role},
};
use luyuan_store::{
    people::{self, Person},
    roles,
};

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub person: PersonId,
    /// What they type to log in.
    pub login: String,
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
    /// [`AppError::Wrong`] for a password that may not be used (see [`App::check_password`]), and a
    /// login that is taken or cannot be one.
    pub async fn add_person(
        &self,
        login: &str,
        name: &str,
        password: &str,
        org: OrgId,
        role: Role,
        demo: bool,
    ) -> Result<PersonId, AppError> {
        let login = login.trim();
        check_login(login)?;
        // The demonstration's password is public; no rule makes it better.
        if !demo {
            self.check_password(password, login, name)?;
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

/// Most characters of a login.
const MOST_LOGIN: usize = 64;

/// Refuses a login that could not be typed or told from another.
pub(crate) fn check_login(login: &str) -> Result<(), AppError> {
    let fits = |letter: char| letter.is_alphanumeric() || "._-@".contains(letter);
    match !login.is_empty() && login.chars().count() <= MOST_LOGIN && login.chars().all(fits) {
        true => Ok(()),
        false => Err(AppError::wrong("login", "login_bad", MOST_LOGIN.to_string())),
    }
}

/// Whether there is anything that they may do.
pub(crate) fn some(grants: Grants) -> bool {
    !grants.0.is_empty()
}
