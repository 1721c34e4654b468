//! Invitations: a link, used once, with which somebody makes an account that holds a role.

use crate::{App, AppError, env::sha256, passwords::hashed, people::check_login, roles::refused};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{OrgId, PersonId, PlaceId, RoleId},
    roles::{Grants, Held, Role},
    ruleset::AccountBound,
};
use luyuan_store::{
    identities, invitations,
    people::{self, Person},
    roles,
};

pub use luyuan_store::invitations::Invitation;

/// Most characters of a name.
const MOST_NAME: usize = 60;

/// An invitation to make.
#[derive(Debug, Clone)]
pub struct Inviting {
    /// To which organisation.
    pub org: OrgId,
    /// As what.
    pub role: Role,
    /// Over which place.
    pub place: Option<PlaceId>,
    /// Until when the role holds.
    pub until: Option<Timestamp>,
    /// How the provider for logins names them, where the account is to be linked from the beginning.
    pub subject: Option<String>,
}

impl App {
    /// Makes an invitation; the token of its link, which is shown once and kept as a hash.
    ///
    /// # Errors
    /// [`luyuan_domain::orders::Refusal::NotPermitted`] unless the actor may give roles in that
    /// organisation; [`AppError::Wrong`] where the rules forbid the role.
    pub async fn invite(&self, actor: &Actor, inviting: Inviting) -> Result<String, AppError> {
        self.must_allow(actor, Action::GiveRoles, Some(inviting.org))?;
        let (now, token) = (self.env.now(), self.env.secret()?);
        let Inviting { org, role, place, until, subject } = inviting;
        let ends = now + self.rulebook().accounts(now)?.hours(AccountBound::InvitationHours);
        let identity = match subject {
            Some(subject) => Some(self.invited_identity(role, subject).await?),
            None => None,
        };
        let invitation =
            Invitation { hash: sha256(&token), org, role, place, until, by: actor.clone(), made: now, ends, identity };
        // Nobody knows yet who they will be: what holds for everybody is checked now.
        self.rulebook().roles(now)?.may_give(&self.held_by(&invitation, now), &[], false).map_err(refused)?;
        let detail = format!("{} · {}", role.code(), self.directory().org_name(org));
        let entry = self.entry(actor, "invited", invitation.name(), &detail);
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    invitations::put(&mut conn, &j, &invitation).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(token)
    }

    fn held_by(&self, invitation: &Invitation, since: Timestamp) -> Held {
        let (id, person) = (RoleId(self.env.id()), PersonId(self.env.id()));
        let &Invitation { org, role, place, until, .. } = invitation;
        Held { id, person, org, role, place, since, until }
    }

    /// The invitations that can still be used, in the organisations in which the actor may give roles.
    ///
    /// # Errors
    /// As the database says.
    pub async fn invitations(&self, actor: &Actor) -> Result<Vec<Invitation>, AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let open = self.db.read(move |mut conn| Box::pin(async move { invitations::open(&mut conn, &j, now).await }));
        let open = open.await.map_err(AppError::Store)?.into_iter();
        Ok(open.filter(|one| self.allows(actor, Action::GiveRoles, Some(one.org))).collect())
    }

    /// Takes an invitation back, named as lists name it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that cannot be used any more, or is not the actor's to see.
    pub async fn withdraw(&self, actor: &Actor, name: &str) -> Result<(), AppError> {
        let all = self.invitations(actor).await?;
        let hash = all.iter().find(|one| one.name() == name).map(|one| one.hash.clone());
        let hash = hash.ok_or(AppError::NotFound("invitation"))?;
        let (j, now, entry) = (self.jurisdiction.clone(), self.env.now(), self.entry(actor, "withdrawn", name, ""));
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if !invitations::use_up(&mut conn, &j, &hash, now).await? {
                        return Err(AppError::NotFound("invitation"));
                    }
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// What a link invites to.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a link that was never made, was used, or has ended.
    pub async fn invitation(&self, token: &str) -> Result<Invitation, AppError> {
        let (j, hash, now) = (self.jurisdiction.clone(), sha256(token), self.env.now());
        let found =
            self.db.read(move |mut conn| Box::pin(async move { invitations::get(&mut conn, &j, &hash, now).await }));
        found.await.map_err(AppError::Store)?.ok_or(AppError::NotFound("link"))
    }

    /// Makes an account by an invitation, which is used up by it.
    ///
    /// # Errors
    /// As [`App::invitation`]; [`AppError::Wrong`] for what cannot be a login, a name or a password.
    /// Then nothing is kept and the link may be used again.
    pub async fn join_by(&self, token: &str, login: &str, name: &str, password: &str) -> Result<PersonId, AppError> {
        let invitation = self.invitation(token).await?;
        let (login, name, now) = (login.trim().to_owned(), name.trim().to_owned(), self.env.now());
        check_login(&login)?;
        if name.is_empty() || name.chars().count() > MOST_NAME {
            return Err(AppError::wrong("name", "name_bad", MOST_NAME.to_string()));
        }
        self.check_password(password, &login, &name)?;
        let held = self.held_by(&invitation, now);
        // The role may have been forbidden since.
        self.rulebook().roles(now)?.may_give(&held, &[], false).map_err(refused)?;
        let password_hash = hashed(password.to_owned()).await?;
        let person = Person { id: held.person, login, name, password_hash, demo: false };
        let by = Actor::Staff { person: person.id, org: held.org, grants: Grants::default() };
        let entry = self.entry(&by, "joined", &person.login, invitation.name());
        let identity = invitation.identity.clone();
        let linked = identity.as_ref().map(|(_, subject)| self.entry(&by, "identity_linked", &person.login, subject));
        let (j, id, hash) = (self.jurisdiction.clone(), person.id, invitation.hash);
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    if people::by_login(&mut conn, &j, &person.login).await?.is_some() {
                        return Err(AppError::wrong("login", "login_taken", person.login));
                    }
                    if !invitations::use_up(&mut conn, &j, &hash, now).await? {
                        return Err(AppError::NotFound("link"));
                    }
                    people::put(&mut conn, &j, &person).await?;
                    roles::give(&mut conn, &j, &held).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    if let (Some((issuer, subject)), Some(entry)) = (identity, linked) {
                        if identities::get(&mut conn, &j, &issuer, &subject).await?.is_some() {
                            return Err(AppError::wrong("subject", "subject_linked", subject));
                        }
                        let new = identities::Identity { issuer, subject, person: person.id, linked: now };
                        identities::link(&mut conn, &j, &new).await?;
                        luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(id)
    }
}
