//! What orders refer to: categories and places.

use super::problem::{Problem, Query};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
};
use luyuan_app::{AppError, directory::Directory};
use luyuan_domain::place;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A category of the catalogue in force today.
#[derive(Serialize, ToSchema)]
pub(super) struct CategoryItem {
    /// Stable code.
    code: String,
    /// Name in Chinese.
    zh: String,
    /// Name in English.
    en: String,
    /// Heading that it stands under.
    group: String,
    /// How soon such orders must be handled.
    urgency: &'static str,
}

/// The catalogue in force today.
#[utoipa::path(get, path = "/api/v1/categories", tag = "reference", responses((status = 200, body = Vec<CategoryItem>)))]
pub(super) async fn categories(State(site): State<Site>) -> Result<Json<Vec<CategoryItem>>, Problem> {
    let day = site.app.rulebook().on(site.app.env.now())?;
    let item = |category: &luyuan_domain::catalogue::Category| CategoryItem {
        code: category.code.clone(),
        zh: category.zh.clone(),
        en: category.en.clone(),
        group: category.group.clone(),
        urgency: category.urgency.code(),
    };
    Ok(Json(day.catalogue.category.iter().map(item).collect()))
}

/// A place.
#[derive(Serialize, ToSchema)]
pub(super) struct PlaceItem {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
    /// Kind.
    kind: &'static str,
    /// Names of what contains it, nearest first.
    within: Vec<String>,
    /// Longitude of a point inside, degrees WGS-84.
    lon: Option<f64>,
    /// Latitude of a point inside, degrees WGS-84.
    lat: Option<f64>,
    /// Shape or name made for demonstration.
    made: bool,
}

fn item(directory: &Directory, place: &place::Place) -> PlaceItem {
    PlaceItem {
        code: place.code.clone(),
        name: place.name.clone(),
        kind: place.kind.code(),
        within: directory.path(place.id).iter().skip(1).map(|upper| upper.name.clone()).collect(),
        lon: place.centre.map(|at| at.lon),
        lat: place.centre.map(|at| at.lat),
        made: place.made,
    }
}

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// A name, a part of it, or its pinyin initials.
    q: String,
}

/// Places by name, best first, at most 20.
#[utoipa::path(get, path = "/api/v1/places", tag = "reference", params(Search), responses(
    (status = 200, body = Vec<PlaceItem>),
    (status = 400, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn places(State(site): State<Site>, Query(search): Query<Search>) -> Json<Vec<PlaceItem>> {
    let directory = site.app.directory();
    Json(directory.search(&search.q, 20).into_iter().map(|place| item(&directory, place)).collect())
}

/// One place.
#[utoipa::path(get, path = "/api/v1/places/{code}", tag = "reference", params(("code" = String, Path, description = "The place's code")), responses(
    (status = 200, body = PlaceItem),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn place(State(site): State<Site>, Path(code): Path<String>) -> Result<Json<PlaceItem>, Problem> {
    let directory = site.app.directory();
    let place = directory.place_by_code(&code).ok_or(AppError::NotFound("place"))?;
    Ok(Json(item(&directory, place)))
}
