//! Sessions: recognised, listed, ended.

use crate::{
    App, AppError,
    env::sha256,
    people::{Staff, some},
};
use jiff::SignedDuration;
use luyuan_domain::ids::{OrgId, PersonId};
use luyuan_store::{people, roles, sessions};

pub use luyuan_store::sessions::Session;

/// How exactly it is known when a session was last used: often enough to tell a forgotten one from
/// one in use, seldom enough to write next to nothing.
const SEEN: SignedDuration = SignedDuration::from_hours(12);

impl App {
    /// Who a session's token belongs to.
    ///
    /// # Errors
    /// As the database says.
    pub async fn session(&self, token: &str) -> Result<Option<Staff>, AppError> {
        let (j, hash, now) = (self.jurisdiction.clone(), sha256(token), self.env.now());
        let found = self.db.read(move |mut conn| {
            Box::pin(async move {
                let Some(session) = sessions::get(&mut conn, &j, &hash, now).await? else { return Ok(None) };
                let Some(person) = people::get(&mut conn, &j, session.person).await? else { return Ok(None) };
                let held = roles::of_person(&mut conn, &j, session.person).await?;
                Ok(Some((session, person, held)))
            })
        });
        let Some((session, person, held)) = found.await.map_err(AppError::Store)? else { return Ok(None) };
        let grants = self.grants(&held, session.org)?;
        if now - session.seen >= SEEN {
            let (j, hash) = (self.jurisdiction.clone(), session.hash.clone());
            let saw =
                self.db.write(move |mut conn| Box::pin(async move { sessions::saw(&mut conn, &j, &hash, now).await }));
            saw.await.map_err(AppError::Store)?;
        }
        // Who holds no role any more is not logged in any more.
        let staff = Staff { person: session.person, login: person.login, name: person.name, org: session.org, grants };
        Ok(Some(staff).filter(|staff| some(staff.grants.clone())))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// As the database says.
    pub async fn log_out(&self, token: &str) -> Result<(), AppError> {
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let ended = self.db.write(move |mut conn| Box::pin(async move { sessions::end(&mut conn, &j, &hash).await }));
        ended.await.map_err(AppError::Store)?;
        Ok(())
    }

    /// Somebody's sessions, the latest first; whether each is the one with this token.
    ///
    /// # Errors
    /// As the database says.
    pub async fn sessions(&self, who: PersonId, token: &str) -> Result<Vec<(Session, bool)>, AppError> {
        let (j, now, own) = (self.jurisdiction.clone(), self.env.now(), sha256(token));
        let found =
            self.db.read(move |mut conn| Box::pin(async move { sessions::of_person(&mut conn, &j, who, now).await }));
        let found = found.await.map_err(AppError::Store)?;
        Ok(found.into_iter().map(|session| (session.hash == own, session)).map(|(own, one)| (one, own)).collect())
    }

    /// Ends one of somebody's own sessions, named as lists name it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that is not there, or is somebody else's.
    pub async fn end_session(&self, who: PersonId, name: &str) -> Result<(), AppError> {
        let (j, now, name) = (self.jurisdiction.clone(), self.env.now(), name.to_owned());
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    let all = sessions::of_person(&mut conn, &j, who, now).await?;
                    let session = all.iter().find(|session| session.name() == name);
                    let hash = session.map(|session| session.hash.clone()).ok_or(AppError::NotFound("session"))?;
                    sessions::end(&mut conn, &j, &hash).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Ends all of somebody's own sessions but the one with this token; how many.
    ///
    /// # Errors
    /// As the database says.
    pub async fn end_sessions(&self, who: PersonId, but: &str) -> Result<u64, AppError> {
        let (j, but) = (self.jurisdiction.clone(), sha256(but));
        let ended =
            self.db.write(move |mut conn| Box::pin(async move { sessions::end_all(&mut conn, &j, who, &but).await }));
        ended.await.map_err(AppError::Store)
    }

    /// The organisations for which somebody may act today, oldest role first.
    ///
    /// # Errors
    /// As the database says.
    pub async fn orgs_of(&self, who: PersonId) -> Result<Vec<OrgId>, AppError> {
        let held = self.roles_of(who).await?;
        let mut orgs = Vec::new();
        for one in &held {
            if !orgs.contains(&one.org) && some(self.grants(&held, one.org)?) {
                orgs.push(one.org);
            }
        }
        Ok(orgs)
    }

    /// Acts for another of one's organisations from now on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an organisation in which one holds no role.
    pub async fn act_for(&self, who: PersonId, token: &str, org: OrgId) -> Result<(), AppError> {
        if !self.orgs_of(who).await?.contains(&org) {
            return Err(AppError::NotFound("org"));
        }
        let (j, hash) = (self.jurisdiction.clone(), sha256(token));
        let done =
            self.db.write(move |mut conn| Box::pin(async move { sessions::act_for(&mut conn, &j, &hash, org).await }));
        done.await.map_err(AppError::Store)
    }
}
