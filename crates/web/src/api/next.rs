//! Where next, for programs: a plan of parks, entrances and crossings with what is proven about it.

use super::{
    Problem,
    green::{EditItem, measured},
    problem::Body,
};
use crate::{
    Site,
    pages::green::next::{EVERY, GRID, SITES, YUAN},
};
use axum::{Json, extract::State};
use luyuan_app::{
    AppError,
    green::{List, Most, Sources, Step},
};
use luyuan_domain::geo::System;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NextAsked {
    /// Name of a ruleset in force; without it the promise of 300 and 500 metres.
    #[schema(max_length = 100)]
    ruleset: Option<String>,
    /// The goal's code; without it the last of the ruleset.
    #[schema(max_length = 100)]
    goal: Option<String>,
    /// Build at most so many; either this or `yuan`.
    #[schema(minimum = 1, maximum = 60)]
    sites: Option<u32>,
    /// Build for at most so many yuan together; either this or `sites`.
    #[schema(minimum = 1, maximum = 10000000000_i64)]
    yuan: Option<f64>,
    /// Candidates on a grid so many metres apart, outside parks.
    #[schema(minimum = 100, maximum = 2000)]
    grid_metres: Option<f64>,
    /// Entrances where a path passes a park's boundary but the way in is far, so many metres apart at
    /// least.
    #[schema(minimum = 20, maximum = 2000)]
    entrances_every_metres: Option<f64>,
    /// Crossings where two ways lie side by side but the way round is long, so many metres apart at
    /// least.
    #[schema(minimum = 20, maximum = 2000)]
    crossings_every_metres: Option<f64>,
    /// Candidates of one's own: a GeoJSON FeatureCollection in WGS-84 with the fields of
    /// docs/siting.md.
    #[schema(value_type = Option<Object>)]
    candidates: Option<serde_json::Map<String, serde_json::Value>>,
}

/// One step of a plan.
#[derive(Serialize, ToSchema)]
pub(super) struct StepItem {
    /// The candidate's key.
    id: String,
    /// What is done.
    change: EditItem,
    /// Its cost.
    yuan: f64,
    /// The cost came with the candidate; otherwise it follows the rules, which are assumed.
    own_cost: bool,
    /// Residents who come within reach with it, beside the steps before it.
    residents_gained: u64,
    /// Residents gained for each yuan; null for what costs nothing.
    residents_gained_per_yuan: Option<f64>,
    /// Residents within reach after it.
    residents_covered_after: u64,
}

impl From<Step> for StepItem {
    fn from(step: Step) -> Self {
        Self {
            id: step.id,
            change: step.edit.into(),
            yuan: yuan(step.fen),
            own_cost: step.own_cost,
            residents_gained: step.residents,
            residents_gained_per_yuan: step.per_yuan,
            residents_covered_after: step.covered,
        }
    }
}

/// A plan with what is proven about it.
#[derive(Serialize, ToSchema)]
pub(super) struct NextAnswer {
    /// The ruleset by which it was measured.
    ruleset: String,
    /// The goal that was planned for.
    goal: String,
    /// The steps; their changes open as a scenario of what-if.
    steps: Vec<StepItem>,
    /// Candidates that there are.
    candidates: usize,
    /// Candidates that were measured and planned with: all, unless the time was over before.
    candidates_measured: usize,
    /// Candidates that cannot be built: no path is near, or they count for nothing.
    candidates_refused: usize,
    /// Residents whom the plan brings within reach.
    residents_gained: u64,
    /// No plan from the measured candidates brings more than so many, but for what a crossing opens to
    /// a new park.
    residents_gained_at_most: u64,
    /// What the best one after the other (greedy) would bring.
    greedy_gained: u64,
    /// Proven: no choice of the measured candidates is better.
    optimal: bool,
    /// What everything costs.
    yuan: f64,
    /// Whom to name as the source of the city's data.
    attribution: String,
}

#[allow(clippy::cast_precision_loss)] // money of a city
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

fn most(asked: &NextAsked) -> Result<Most, AppError> {
    match (asked.sites, asked.yuan) {
        (Some(sites), None) if SITES.contains(&sites) => Ok(Most::Sites(sites)),
        #[allow(clippy::cast_possible_truncation)] // bounded
        (None, Some(yuan)) if YUAN.contains(&yuan) => Ok(Most::Fen((yuan * 100.0).round() as i64)),
        (None, Some(_)) => Err(AppError::wrong("yuan", "green_budget", YUAN.end().to_string())),
        _ => Err(AppError::wrong("sites", "green_sites", SITES.end().to_string())),
    }
}

fn sources(asked: &mut NextAsked) -> Result<Sources, AppError> {
    let within = |field: &'static str, code, metres: Option<f64>, range: std::ops::RangeInclusive<f64>| match metres {
        Some(metres) if !range.contains(&metres) => Err(AppError::wrong(field, code, range.start().to_string())),
        metres => Ok(metres),
    };
    let list = match asked.candidates.take() {
        Some(collection) => {
            let bytes = serde_json::to_vec(&collection).map_err(|error| AppError::File(error.to_string()))?;
            Some(List { bytes, geojson: true, crs: System::Wgs84, field: "candidates" })
        }
        None => None,
    };
    let sources = Sources {
        grid: within("grid_metres", "green_grid", asked.grid_metres, GRID)?,
        entrances: within("entrances_every_metres", "green_every", asked.entrances_every_metres, EVERY)?,
        crossings: within("crossings_every_metres", "green_every", asked.crossings_every_metres, EVERY)?,
        list,
    };
    match sources {
        Sources { grid: None, list: None, entrances: None, crossings: None } => {
            Err(AppError::wrong("candidates", "green_no_candidates", ""))
        }
        sources => Ok(sources),
    }
}

/// Which candidates bring most residents within reach, for a number of sites or a budget. One plan
/// is computed at a time, for a limited time; 503 while another is. Nothing is saved.
#[utoipa::path(post, path = "/api/v1/green/next", operation_id = "planGreen", tag = "green",
    request_body = NextAsked, responses((status = 200, body = NextAnswer)),
)]
pub(super) async fn next(
    State(site): State<Site>,
    Body(mut asked): Body<NextAsked>,
) -> Result<Json<NextAnswer>, Problem> {
    let (most, sources) = (most(&asked)?, sources(&mut asked)?);
    let measured = measured(&site, asked.ruleset.as_deref()).await?;
    let goal = super::green::goal(&measured, asked.goal.as_deref())?;
    let (ruleset, code) = (measured.rules.name.clone(), measured.rules.goals.get(goal).map(|goal| goal.code.clone()));
    let attribution = measured.kept.row.attribution.clone();
    let next = site.app.where_next(measured, goal, most, sources).await?;
    Ok(Json(NextAnswer {
        ruleset,
        goal: code.unwrap_or_default(),
        candidates: next.candidates,
        candidates_measured: next.measured,
        candidates_refused: next.refused,
        residents_gained: next.gained,
        residents_gained_at_most: next.bound,
        greedy_gained: next.greedy,
        optimal: next.optimal,
        yuan: yuan(next.fen),
        steps: next.steps.into_iter().map(Into::into).collect(),
        attribution,
    }))
}
