//! Scenarios that are kept under a name: to be shared, laid side by side, printed.

use super::{Edit, Measured, points};
use crate::{App, AppError};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor, Subject, may},
    geo::Wgs84,
    ids::{OrgId, ScenarioId},
    orders::Refusal,
    roles::Scope,
};
use luyuan_store::{
    StoreError, audit,
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
        if !self.may_plan(actor, actor.org(), &keep.edits) {
            return Err(Refusal::NotPermitted.into());
        }
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

    /// Whether somebody may plan for an organisation where these edits are. Whoever is bound to a place
    /// may where all of them lie in it.
    fn may_plan(&self, actor: &Actor, holder: Option<OrgId>, edits: &[Edit]) -> bool {
        let (directory, city) = (self.directory(), self.city());
        let above = holder.map(|org| directory.above(org)).unwrap_or_default();
        let allowed = |at: Wgs84| {
            let places = directory.around(directory.locate(at).map(|place| place.id));
            may(actor, Action::Plan, &Subject { holder, above: &above, places: &places, ..Subject::default() })
        };
        let gate = |park: &String| {
            let parks = city.as_ref().map(|kept| kept.city.parks.as_slice()).unwrap_or_default();
            let known = parks.iter().find(|known| known.id == *park)?;
            known.entrances.first().map(|gate| gate.at.position())
        };
        // Without a point it is about the whole district: whoever is bound to a place may not.
        let anywhere = may(actor, Action::Plan, &Subject { holder, above: &above, ..Subject::default() });
        let here = |edit: &Edit| match edit {
            // A park that is not there any more lies nowhere.
            Edit::WithoutPark { park } => gate(park).is_some_and(allowed),
            other => points(other).into_iter().all(allowed),
        };
        anywhere || (!edits.is_empty() && edits.iter().all(here))
    }

    /// Whether somebody may remove a scenario: who might keep it for the organisation that did.
    pub fn may_remove_scenario(&self, actor: &Actor, kept: &Kept) -> bool {
        self.may_plan(actor, Some(kept.org), &kept.edits)
    }

    /// Removes a scenario; the audit trail says who did. It is never changed, so that whoever saw it
    /// removes what they saw; of two who remove it at once the second is told that it is gone.
    ///
    /// # Errors
    /// [`AppError::Scope`] for a key without that scope; [`AppError::NotFound`];
    /// [`Refusal::NotPermitted`] as [`App::may_remove_scenario`].
    pub async fn remove_scenario(&self, actor: &Actor, id: ScenarioId) -> Result<(), AppError> {
        self.within(actor, Scope::Plan)?;
        let kept = self.kept_scenario(id).await?;
        if !self.may_remove_scenario(actor, &kept) {
            return Err(Refusal::NotPermitted.into());
        }
        let entry = self.entry(actor, "scenario_removed", &kept.name, &id.to_string());
        let j = self.jurisdiction.clone();
        let removed = self.db.write(move |mut conn| {
            Box::pin(async move {
                if !scenarios::remove(&mut conn, &j, id).await? {
                    return Err(AppError::NotFound("scenario"));
                }
                audit::add(&mut conn, &j, &entry).await?;
                Ok::<_, AppError>(())
            })
        });
        removed.await
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
