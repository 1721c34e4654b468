//! The audit trail of accounts, roles and keys.

use crate::{App, AppError};
use luyuan_domain::actor::{Action, Actor};
use luyuan_store::audit;

pub use luyuan_store::audit::Entry;

impl App {
    /// An entry of now, to be kept in the transaction of what it tells of.
    pub(crate) fn entry(&self, actor: &Actor, what: &str, about: &str, detail: &str) -> Entry {
        Entry {
            id: self.env.id().to_string(),
            at: self.env.now(),
            actor: actor.clone(),
            what: what.to_owned(),
            about: about.to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// Entries, newest first: those older than the one with this id, or the newest when it is empty.
    ///
    /// # Errors
    /// [`luyuan_domain::orders::Refusal::NotPermitted`] unless the actor may read the trail.
    pub async fn audit(&self, actor: &Actor, before: &str, most: i64) -> Result<Vec<Entry>, AppError> {
        self.must_allow(actor, Action::ReadAudit, None)?;
        let (j, before) = (self.jurisdiction.clone(), before.to_owned());
        let found =
            self.db.read(move |mut conn| Box::pin(async move { audit::before(&mut conn, &j, &before, most).await }));
        found.await.map_err(AppError::Store)
    }
}
