//! Green within reach: coverage on foot and in a straight line, what a change would bring, why a park
//! that is near is far, kept scenarios.

use super::{
    Problem,
    key::Integrator,
    problem::{Body, Query},
};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use luyuan_app::{
    AppError,
    green::{self, Edit, Kept, Measured, UNREACHED},
};
use luyuan_domain::{geo::Wgs84, roles::Scope, ruleset::Measure};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// So many edits are computed beside other requests; more go to a thread of their own.
const FEW: usize = 4;

/// A position.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// Longitude in degrees, WGS-84.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
    /// Latitude in degrees, WGS-84.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
}

impl From<Position> for Wgs84 {
    fn from(at: Position) -> Self {
        Self { lon: at.lon, lat: at.lat }
    }
}

impl From<Wgs84> for Position {
    fn from(at: Wgs84) -> Self {
        Self { lon: at.lon, lat: at.lat }
    }
}

/// One change of the city.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum EditItem {
    /// A park or a green more.
    Park {
        /// Where one gets in; a pocket park has one point.
        #[schema(min_items = 1, max_items = 16)]
        entrances: Vec<Position>,
        /// Its area, which decides how far it serves.
        #[schema(minimum = 1, maximum = 10000000)]
        square_metres: f64,
        /// A park; otherwise only a green.
        is_park: bool,
    },
    /// An entrance more in the boundary of a park.
    Entrance {
        /// The park's key.
        #[schema(max_length = 200)]
        park: String,
        /// Where.
        at: Position,
    },
    /// A crossing more: a straight way of at most 200 m between two sides of a road.
    Crossing {
        /// One side.
        from: Position,
        /// The other side.
        to: Position,
    },
    /// A park less.
    WithoutPark {
        /// The park's key.
        #[schema(max_length = 200)]
        park: String,
    },
    /// An entrance less: the one of a park that is nearest to a point.
    WithoutEntrance {
        /// The park's key.
        #[schema(max_length = 200)]
        park: String,
        /// Where.
        at: Position,
    },
}

impl From<EditItem> for Edit {
    fn from(item: EditItem) -> Self {
        match item {
            EditItem::Park { entrances, square_metres, is_park } => {
                Self::Park { entrances: entrances.into_iter().map(Into::into).collect(), square_metres, is_park }
            }
            EditItem::Entrance { park, at } => Self::Entrance { park, at: at.into() },
            EditItem::Crossing { from, to } => Self::Crossing { from: from.into(), to: to.into() },
            EditItem::WithoutPark { park } => Self::WithoutPark { park },
            EditItem::WithoutEntrance { park, at } => Self::WithoutEntrance { park, at: at.into() },
        }
    }
}

impl From<Edit> for EditItem {
    fn from(edit: Edit) -> Self {
        match edit {
            Edit::Park { entrances, square_metres, is_park } => {
                Self::Park { entrances: entrances.into_iter().map(Into::into).collect(), square_metres, is_park }
            }
            Edit::Entrance { park, at } => Self::Entrance { park, at: at.into() },
            Edit::Crossing { from, to } => Self::Crossing { from: from.into(), to: to.into() },
            Edit::WithoutPark { park } => Self::WithoutPark { park },
            Edit::WithoutEntrance { park, at } => Self::WithoutEntrance { park, at: at.into() },
        }
    }
}

/// So many of so many.
#[derive(Serialize, ToSchema)]
pub(super) struct ShareItem {
    /// So many…
    covered: u64,
    /// …of so many.
    total: u64,
    /// In per cent; null for nothing of nothing.
    percent: Option<f64>,
}

impl From<green::Share> for ShareItem {
    fn from(share: green::Share) -> Self {
        Self { covered: share.covered, total: share.total, percent: share.percent() }
    }
}

/// What is tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhatIf {
    /// Name of a ruleset in force; without it the promise of 300 and 500 metres.
    #[schema(max_length = 100)]
    ruleset: Option<String>,
    /// What would change.
    #[schema(max_items = 64)]
    edits: Vec<EditItem>,
}

/// A door whose coverage changes.
#[derive(Serialize, ToSchema)]
pub(super) struct DoorItem {
    /// The building's key.
    id: String,
    /// Longitude in degrees, WGS-84.
    lon: f64,
    /// Latitude in degrees, WGS-84.
    lat: f64,
    /// Residents.
    residents: u32,
    /// Near enough now; otherwise it was.
    gained: bool,
}

/// What is tried changes so much for one goal.
#[derive(Serialize, ToSchema)]
pub(super) struct GoalItem {
    /// The goal's code in the ruleset.
    goal: String,
    /// Residents within reach on foot, with the change.
    residents: ShareItem,
    /// Doors (buildings in which people live) within reach on foot, with the change.
    doors: ShareItem,
    /// Residents who gain it.
    residents_gained: u64,
    /// Residents who lose it.
    residents_lost: u64,
    /// Doors that gain it.
    doors_gained: u64,
    /// Doors that lose it.
    doors_lost: u64,
    /// Those doors.
    changed: Vec<DoorItem>,
}

/// What is tried and what it changes.
#[derive(Serialize, ToSchema)]
pub(super) struct WhatIfAnswer {
    /// The ruleset it was measured by.
    ruleset: String,
    /// Every goal of the ruleset.
    goals: Vec<GoalItem>,
    /// Whom to name as the source of the city's data.
    attribution: String,
}

pub(super) async fn measured(site: &Site, ruleset: Option<&str>) -> Result<Arc<Measured>, Problem> {
    let found = site.app.green(ruleset).await?;
    found.ok_or_else(|| AppError::NotFound("city").into())
}

fn tried(measured: &Measured, edits: &[Edit]) -> Result<WhatIfAnswer, AppError> {
    let buildings = &measured.kept.city.buildings;
    let goals = measured.try_out(edits, |changes| {
        let goals = measured.rules.goals.iter().zip(changes);
        goals
            .map(|(goal, change)| {
                let lived = change.changes.iter().filter(|door| buildings[door.building as usize].residents > 0);
                let doors = lived.map(|door| {
                    let building = &buildings[door.building as usize];
                    let at = building.at.position();
                    let (id, residents) = (building.id.clone(), building.residents);
                    DoorItem { id, lon: at.lon, lat: at.lat, residents, gained: door.gained }
                });
                GoalItem {
                    goal: goal.code.clone(),
                    residents: change.residents.into(),
                    doors: change.homes.into(),
                    residents_gained: change.residents_gained,
                    residents_lost: change.residents_lost,
                    doors_gained: change.homes_gained,
                    doors_lost: change.homes_lost,
                    changed: doors.collect(),
                }
            })
            .collect()
    })?;
    Ok(WhatIfAnswer { ruleset: measured.rules.name.clone(), goals, attribution: measured.kept.row.attribution.clone() })
}

/// What parks, entrances and crossings more or less would change. Nothing is saved.
#[utoipa::path(post, path = "/api/v1/green/what-if", operation_id = "tryGreen", tag = "green",
    request_body = WhatIf, responses((status = 200, body = WhatIfAnswer)),
)]
pub(super) async fn what_if(
    State(site): State<Site>,
    Body(asked): Body<WhatIf>,
) -> Result<Json<WhatIfAnswer>, Problem> {
    if asked.edits.len() > green::MOST_EDITS {
        return Err(AppError::wrong("edits", "green_many", green::MOST_EDITS.to_string()).into());
    }
    let measured = measured(&site, asked.ruleset.as_deref()).await?;
    let edits: Vec<Edit> = asked.edits.into_iter().map(Into::into).collect();
    if edits.len() <= FEW {
        return Ok(Json(tried(&measured, &edits)?));
    }
    let done = tokio::task::spawn_blocking(move || tried(&measured, &edits)).await;
    Ok(Json(done.map_err(|error| AppError::File(error.to_string()))??))
}

/// Which rules.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Rules {
    /// Name of a ruleset in force; without it the promise of 300 and 500 metres.
    #[param(max_length = 100)]
    ruleset: Option<String>,
}

/// Coverage of a place by a goal, measured in one way.
#[derive(Serialize, ToSchema)]
pub(super) struct CoverageItem {
    /// The goal's code in the ruleset.
    goal: String,
    /// `walking`, on the network from door to entrance; `straight`, in a line from the boundary.
    measure: &'static str,
    /// The place's code; null for the whole city.
    place: Option<String>,
    /// Doors (buildings in which people live).
    doors: ShareItem,
    /// Residents.
    residents: ShareItem,
    /// Residential land in square metres.
    land_square_metres: ShareItem,
}

/// Coverage of a city.
#[derive(Serialize, ToSchema)]
pub(super) struct Coverage {
    /// The ruleset.
    ruleset: String,
    /// Names of all rulesets in force.
    rulesets: Vec<String>,
    /// Made for demonstration, not measured in the real world.
    made: bool,
    /// Whom to name as the source of the city's data.
    attribution: String,
    /// The whole, streets, communities, compounds.
    coverage: Vec<CoverageItem>,
}

/// Coverage of the city, of its streets, communities and compounds. 404 when no city was imported.
#[utoipa::path(get, path = "/api/v1/green", operation_id = "getGreen", tag = "green", params(Rules), responses((status = 200, body = Coverage)))]
pub(super) async fn coverage(State(site): State<Site>, Query(asked): Query<Rules>) -> Result<Json<Coverage>, Problem> {
    let measured = measured(&site, asked.ruleset.as_deref()).await?;
    let rows = measured.report.rows.iter().map(|row| CoverageItem {
        goal: measured.rules.goals.get(row.goal).map(|goal| goal.code.clone()).unwrap_or_default(),
        measure: match row.measure {
            Measure::Walking => "walking",
            Measure::Straight => "straight",
        },
        place: row.zone.and_then(|zone| measured.zones.get(zone)).map(|zone| zone.code.clone()),
        doors: row.homes.into(),
        residents: row.residents.into(),
        land_square_metres: row.land.into(),
    });
    Ok(Json(Coverage {
        ruleset: measured.rules.name.clone(),
        rulesets: site.app.green_sets()?.iter().map(|set| set.name.clone()).collect(),
        made: measured.kept.row.kind.code() == "made",
        attribution: measured.kept.row.attribution.clone(),
        coverage: rows.collect(),
    }))
}

/// Which door.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDoor {
    /// The building's key.
    #[param(max_length = 200)]
    door: String,
    /// The goal's code; without it the last of the ruleset.
    #[param(max_length = 100)]
    goal: Option<String>,
    /// Name of a ruleset in force; without it the promise of 300 and 500 metres.
    #[param(max_length = 100)]
    ruleset: Option<String>,
}

/// A door, the park that is nearest in a straight line, and the way on foot to the same park.
#[derive(Serialize, ToSchema)]
pub(super) struct WhyAnswer {
    /// The building's key.
    door: String,
    /// Longitude in degrees, WGS-84.
    lon: f64,
    /// Latitude in degrees, WGS-84.
    lat: f64,
    /// Residents.
    residents: u32,
    /// The park's key.
    park: String,
    /// The park's name; may be empty.
    park_name: String,
    /// In a straight line to its boundary, in metres.
    straight_metres: f64,
    /// On foot to one of its entrances, in metres; null when no way was found within 2.5 km.
    walking_metres: Option<f64>,
    /// Whether any park is near enough on foot for the goal.
    within: bool,
    /// The way: longitude and latitude, from the door to the entrance.
    way: Vec<[f64; 2]>,
}

/// The position of a goal by its code; the last of the rules when none is named.
pub(super) fn goal(measured: &Measured, code: Option<&str>) -> Result<usize, AppError> {
    let goals = &measured.rules.goals;
    match code.filter(|code| !code.is_empty()) {
        Some(code) => goals.iter().position(|goal| goal.code == code).ok_or_else(|| {
            let codes: Vec<&str> = goals.iter().map(|goal| goal.code.as_str()).collect();
            AppError::wrong("goal", "green_goal", codes.join(", "))
        }),
        None => Ok(goals.len().saturating_sub(1)),
    }
}

/// Why a park that is near is far on foot.
#[utoipa::path(get, path = "/api/v1/green/why", operation_id = "whyGreen", tag = "green", params(WhichDoor), responses((status = 200, body = WhyAnswer)))]
pub(super) async fn why(State(site): State<Site>, Query(asked): Query<WhichDoor>) -> Result<Json<WhyAnswer>, Problem> {
    let measured = measured(&site, asked.ruleset.as_deref()).await?;
    let goal = goal(&measured, asked.goal.as_deref())?;
    let number = measured.door_by_id(&asked.door).ok_or(AppError::NotFound("door"))?;
    let (door, why) = match (measured.door(number), measured.why(number, goal)) {
        (Some(door), Some(why)) => (door, why),
        _ => return Err(AppError::NotFound("park").into()),
    };
    let park = measured.park(why.straight.0).ok_or(AppError::NotFound("park"))?;
    let way = why.line.iter().map(|spot| spot.position());
    Ok(Json(WhyAnswer {
        door: asked.door,
        lon: door.lon,
        lat: door.lat,
        residents: door.residents,
        park: park.id.clone(),
        park_name: park.name.clone(),
        straight_metres: (why.straight.1 * 100.0).round() / 100.0,
        walking_metres: (why.cm != UNREACHED).then(|| f64::from(why.cm) / 100.0),
        within: door.reached.checked_shr(u32::try_from(goal).unwrap_or(32)).unwrap_or(0) & 1 == 1,
        way: way.map(|at| [at.lon, at.lat]).collect(),
    }))
}

/// A kept scenario.
#[derive(Serialize, ToSchema)]
pub(super) struct ScenarioItem {
    /// Identity.
    id: String,
    /// Name.
    name: String,
    /// The ruleset it was looked at with.
    ruleset: String,
    /// The code of the organisation that kept it.
    org: String,
    /// When (RFC 3339).
    made_at: String,
    /// What it changes.
    edits: Vec<EditItem>,
}

fn item(site: &Site, kept: Kept) -> ScenarioItem {
    ScenarioItem {
        id: kept.id.to_string(),
        name: kept.name,
        ruleset: kept.ruleset,
        org: site.app.directory().org(kept.org).map(|org| org.code.clone()).unwrap_or_default(),
        made_at: kept.made_at.to_string(),
        edits: kept.edits.into_iter().map(Into::into).collect(),
    }
}

/// The kept scenarios, newest first, at most 200.
#[utoipa::path(get, path = "/api/v1/green/scenarios", operation_id = "listScenarios", tag = "green", responses((status = 200, body = Vec<ScenarioItem>)))]
pub(super) async fn scenarios(State(site): State<Site>) -> Result<Json<Vec<ScenarioItem>>, Problem> {
    let kept = site.app.scenarios().await?;
    Ok(Json(kept.into_iter().map(|kept| item(&site, kept)).collect()))
}

/// Removes a scenario. The key has to have the scope `plan`. A scenario is never changed: its id names
/// exactly what was seen of it.
#[utoipa::path(delete, path = "/api/v1/green/scenarios/{id}", operation_id = "removeScenario", tag = "green",
    security(("key" = [])),
    params(("id" = String, Path, description = "The scenario's id")),
    responses((status = 204, description = "It is removed")),
)]
pub(super) async fn remove_scenario(
    State(site): State<Site>,
    Integrator(actor): Integrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    site.app.within(&actor, Scope::Plan)?;
    let id = id.parse().map_err(|_| Problem::not_found())?;
    site.app.remove_scenario(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One kept scenario.
#[utoipa::path(get, path = "/api/v1/green/scenarios/{id}", operation_id = "getScenario", tag = "green",
    params(("id" = String, Path, description = "The scenario's id")),
    responses((status = 200, body = ScenarioItem)),
)]
pub(super) async fn scenario(State(site): State<Site>, Path(id): Path<String>) -> Result<Json<ScenarioItem>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(item(&site, site.app.kept_scenario(id).await?)))
}
