//! Scenarios that are kept under a name: to be shared, laid side by side, printed.

use super::{Edit, Measured, points};
use crate::{App, AppError};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor, Subject, may},
    ids::{OrgId, ScenarioId},
    orders::Refusal,
};
use luyuan_store::{
    StoreError,
    scenarios::{self, ScenarioRow},
};
use serde::Serialize;

/// Most characters of a name.
const MOST_NAME: usize = 60;
/// So many of the newest are listed.
const LISTED: i64 = 200;

/// A scenario to be kept.
#[derive(Debug, Clone)]
pub struct Keep {
    /// What people call it.
    pub name: String,
    /// The ruleset it was looked at with.
    pub ruleset: String,
    /// What it changes.
    pub edits: Vec<Edit>,
}

/// A kept scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Identity, also in its address.
    pub id: ScenarioId,
    /// What people call it.
    pub name: String,
    /// The ruleset it was looked at with.
    pub ruleset: String,
    /// What it changes.
    pub edits: Vec<Edit>,
    /// The organisation for which it was kept.
    pub org: OrgId,
    /// When.
    pub made_at: Timestamp,
}

impl App {
    /// Keeps a scenario under a name. Whoever is bound to a place keeps scenarios of that place only.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`]; [`AppError::Wrong`] for a name that is none, for no edit, and as
    /// [`Measured::try_out`].
    pub async fn keep_scenario(&self, actor: &Actor, measured: &Measured, keep: Keep) -> Result<ScenarioId, AppError> {
        self.may_keep(actor, measured, &keep.edits)?;
        let name = keep.name.trim().to_owned();
        let letters = name.chars().count();
        if letters == 0 || letters > MOST_NAME || name.chars().any(char::is_control) {
            return Err(AppError::wrong("name", "green_name", MOST_NAME.to_string()));
        }
        if keep.edits.is_empty() {
            return Err(AppError::wrong("edits", "green_nothing", ""));
        }
        measured.try_out(&keep.edits, |_| ())?;
        let Actor::Staff { person, org, .. } = actor else { return Err(Refusal::NotPermitted.into()) };
        let row = ScenarioRow {
            id: ScenarioId(self.env.id()),
            name,
            ruleset: keep.ruleset,
            edits: serde_json::to_string(&keep.edits).map_err(|error| StoreError::Sql(error.to_string()))?,
            person: *person,
            org: *org,
            made_at: self.env.now(),
        };
        let (j, id) = (self.jurisdiction.clone(), row.id);
        let kept = self.db.write(move |mut conn| Box::pin(async move { scenarios::put(&mut conn, &j, &row).await }));
        kept.await.map_err(AppError::Store)?;
        Ok(id)
    }

    fn may_keep(&self, actor: &Actor, measured: &Measured, edits: &[Edit]) -> Result<(), AppError> {
        let holder = actor.org();
        let above = holder.map(|org| self.directory().above(org)).unwrap_or_default();
        let allowed = |at: luyuan_domain::geo::Wgs84| {
            let places = measured.directory.around(measured.directory.locate(at).map(|place| place.id));
            may(actor, Action::Plan, &Subject { holder, above: &above, places: &places, ..Subject::default() })
        };
        let mut places = edits.iter().flat_map(|edit| match edit {
            Edit::WithoutPark { park } => {
                let known = measured.parks().iter().find(|known| known.id == *park);
                known.and_then(|park| park.entrances.first()).map(|gate| gate.at.position()).into_iter().collect()
            }
            other => points(other),
        });
        // Without a point it is about the whole district: whoever is bound to a place may not.
        let anywhere = may(actor, Action::Plan, &Subject { holder, above: &above, ..Subject::default() });
        match anywhere || (!edits.is_empty() && places.all(allowed)) {
            true => Ok(()),
            false => Err(Refusal::NotPermitted.into()),
        }
    }

    /// The kept scenarios, newest first; at most 200.
    ///
    /// # Errors
    /// As the database says.
    pub async fn scenarios(&self) -> Result<Vec<Kept>, AppError> {
        let j = self.jurisdiction.clone();
        let rows =
            self.db.read(move |mut conn| Box::pin(async move { scenarios::newest(&mut conn, &j, LISTED).await }));
        rows.await.map_err(AppError::Store)?.into_iter().map(read).collect()
    }

    /// One scenario.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; as the database says.
    pub async fn kept_scenario(&self, id: ScenarioId) -> Result<Kept, AppError> {
        let j = self.jurisdiction.clone();
        let row = self.db.read(move |mut conn| Box::pin(async move { scenarios::one(&mut conn, &j, id).await }));
        row.await.map_err(AppError::Store)?.map_or(Err(AppError::NotFound("scenario")), read)
    }
}

fn read(row: ScenarioRow) -> Result<Kept, AppError> {
    let corrupt = |_| StoreError::Corrupt { table: "scenarios", column: "edits", id: row.id.to_string() };
    let edits = serde_json::from_str(&row.edits).map_err(corrupt)?;
    Ok(Kept { id: row.id, name: row.name, ruleset: row.ruleset, edits, org: row.org, made_at: row.made_at })
}
