//! Giving and ending roles, and asking whether somebody may do something that is not an order's.

use crate::{App, AppError, Wrong};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor, Subject, may},
    ids::{OrgId, PersonId, PlaceId, RoleId},
    orders::Refusal,
    roles::{Held, Role, RoleRefusal},
};
use luyuan_store::{people, roles};

/// A role to give.
#[derive(Debug, Clone)]
pub struct Giving {
    /// Login of the person.
    pub login: String,
    /// In which organisation.
    pub org: OrgId,
    /// Which role.
    pub role: Role,
    /// Over which place; none for everything that the organisation answers for.
    pub place: Option<PlaceId>,
    /// From when; now when nothing is said.
    pub since: Option<Timestamp>,
    /// Until when, itself excluded.
    pub until: Option<Timestamp>,
}

/// A role with the words that show it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The role.
    pub held: Held,
    /// Who holds it: login.
    pub login: String,
    /// Who holds it: name.
    pub name: String,
}

pub(crate) fn refused(why: RoleRefusal) -> AppError {
    let field = match why {
        RoleRefusal::EndsFirst => "until",
        RoleRefusal::OwnRole => "login",
        _ => "role",
    };
    AppError::Wrong(vec![Wrong { field: field.into(), code: why.code(), detail: String::new() }])
}

impl App {
    /// Whether an actor may do something to an organisation, or to the whole platform when none is
    /// named.
    pub fn allows(&self, actor: &Actor, action: Action, org: Option<OrgId>) -> bool {
        let directory = self.directory();
        let holder = org.or_else(|| directory.top().map(|org| org.id));
        let above = holder.map(|holder| directory.above(holder)).unwrap_or_default();
        let area = holder.and_then(|holder| directory.org(holder)).and_then(|org| org.place);
        let places = directory.around(area);
        may(actor, action, &Subject { holder, above: &above, places: &places, ..Subject::default() })
    }

    /// Refuses unless an actor may do something to an organisation, or to the whole platform.
    pub(crate) fn must_allow(&self, actor: &Actor, action: Action, org: Option<OrgId>) -> Result<(), AppError> {
        if self.allows(actor, action, org) { Ok(()) } else { Err(Refusal::NotPermitted.into()) }
    }

    /// Gives a role.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] unless the actor may give roles in that organisation;
    /// [`AppError::Wrong`] for an unknown login, and where the rules forbid it.
    pub async fn give_role(&self, actor: &Actor, giving: Giving) -> Result<RoleId, AppError> {
        self.must_allow(actor, Action::GiveRoles, Some(giving.org))?;
        let now = self.env.now();
        let rules = self.rulebook().roles(now)?;
        let id = RoleId(self.env.id());
        let about = giving.login.trim().to_owned();
        let org = self.directory().org_name(giving.org);
        let entry = self.entry(actor, "role_given", &about, &format!("{} · {org}", giving.role.code()));
        let (j, actor) = (self.jurisdiction.clone(), actor.clone());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let person = people::by_login(&mut conn, &j, &about).await?;
                    let person = person.ok_or_else(|| AppError::wrong("login", "login_unknown", about))?;
                    let held = roles::of_person(&mut conn, &j, person.id).await?;
                    let (since, until) = (giving.since.unwrap_or(now), giving.until);
                    let (org, role, place) = (giving.org, giving.role, giving.place);
                    let new = Held { id, person: person.id, org, role, place, since, until };
                    let own = matches!(actor, Actor::Staff { person: by, .. } if by == person.id);
                    rules.may_give(&new, &held, own).map_err(refused)?;
                    roles::give(&mut conn, &j, &new).await?;
                    luyuan_store::audit::add(&mut conn, &j, &entry).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(id)
    }

    /// Ends a role now; sessions that stand on it alone end with it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a role that is not there or has ended; [`Refusal::NotPermitted`]
    /// unless the actor may give roles in that organisation.
    pub async fn end_role(&self, actor: &Actor, id: RoleId) -> Result<(), AppError> {
        let (app, actor, now) = (self.clone(), actor.clone(), self.env.now());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let held = roles::get(&mut conn, &j, id).await?.ok_or(AppError::NotFound("role"))?;
                    app.must_allow(&actor, Action::GiveRoles, Some(held.org))?;
                    let person = people::get(&mut conn, &j, held.person).await?;
                    if !roles::end(&mut conn, &j, id, now).await? {
                        return Err(AppError::NotFound("role"));
                    }
                    let detail = format!("{} · {}", held.role.code(), app.directory().org_name(held.org));
                    let login = person.map(|person| person.login).unwrap_or_default();
                    luyuan_store::audit::add(&mut conn, &j, &app.entry(&actor, "role_ended", &login, &detail)).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// The roles that stand or will stand, in the organisations in which the actor may give them.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] when there is no such organisation.
    pub async fn standing_roles(&self, actor: &Actor) -> Result<Vec<Standing>, AppError> {
        let own = actor.org().or_else(|| self.directory().top().map(|org| org.id));
        self.must_allow(actor, Action::GiveRoles, own)?;
        let orgs = own.map(|own| self.directory().below(own)).unwrap_or_default();
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let found =
            self.db.read(move |mut conn| Box::pin(async move { roles::standing(&mut conn, &j, &orgs, now).await }));
        let found = found.await.map_err(AppError::Store)?.into_iter();
        let standing: Vec<_> = found.map(|(held, login, name)| Standing { held, login, name }).collect();
        Ok(standing.into_iter().filter(|one| self.allows(actor, Action::GiveRoles, Some(one.held.org))).collect())
    }

    /// All roles of a person, past ones too, oldest first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn roles_of(&self, person: PersonId) -> Result<Vec<Held>, AppError> {
        let j = self.jurisdiction.clone();
        let found =
            self.db.read(move |mut conn| Box::pin(async move { roles::of_person(&mut conn, &j, person).await }));
        found.await.map_err(AppError::Store)
    }
}
