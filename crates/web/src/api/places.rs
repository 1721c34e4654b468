//! Places: found by name, by point, by code; with the organisations that answer for them.

use super::{Problem, list::MOST_WORDS, problem::Query};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use luyuan_app::directory::Directory;
use luyuan_domain::{geo::Wgs84, place::Place};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A place.
#[derive(Serialize, ToSchema)]
pub(super) struct PlaceItem {
    /// Stable code; the beginning of the codes of everything inside.
    code: String,
    /// Name.
    name: String,
    /// Kind: district, street, town, community, village, grid, compound, building, unit, road_section, park.
    kind: &'static str,
    /// What contains it, nearest first.
    within: Vec<Named>,
    /// The organisations that answer for it, lowest first.
    chain: Vec<Named>,
    /// Longitude of a point inside, degrees WGS-84.
    lon: Option<f64>,
    /// Latitude of a point inside, degrees WGS-84.
    lat: Option<f64>,
    /// Shape or name made for demonstration.
    made: bool,
}

/// Something with a code and a name.
#[derive(Serialize, ToSchema)]
pub(super) struct Named {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
}

fn item(directory: &Directory, place: &Place) -> PlaceItem {
    let upper = directory.path(place.id).into_iter().skip(1);
    let orgs = directory.chain(place.id).0.into_iter().filter_map(|org| directory.org(org));
    PlaceItem {
        code: place.code.clone(),
        name: place.name.clone(),
        kind: place.kind.code(),
        within: upper.map(|place| Named { code: place.code.clone(), name: place.name.clone() }).collect(),
        chain: orgs.map(|org| Named { code: org.code.clone(), name: org.name.clone() }).collect(),
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
    #[param(max_length = 200)]
    q: String,
}

/// Places by name, best first, at most 20.
#[utoipa::path(get, path = "/api/v1/places", operation_id = "searchPlaces", tag = "reference", params(Search), responses((status = 200, body = Vec<PlaceItem>)))]
pub(super) async fn search(
    State(site): State<Site>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<PlaceItem>>, Problem> {
    if search.q.chars().count() > MOST_WORDS {
        return Err(Problem::query("q", "words_long"));
    }
    let directory = site.app.directory();
    Ok(Json(directory.search(&search.q, 20).into_iter().map(|place| item(&directory, place)).collect()))
}

/// A named street, at one point of it.
#[derive(Serialize, ToSchema)]
pub(super) struct StreetItem {
    /// Name.
    name: String,
    /// Longitude of a point in its middle, degrees WGS-84.
    lon: f64,
    /// Latitude of that point, degrees WGS-84.
    lat: f64,
    /// The places that hold that point, lowest first.
    within: Vec<Named>,
}

/// Named streets of the imported city, best first, at most 20. A long street has a point in about
/// every square kilometre. Empty where no city was imported.
#[utoipa::path(get, path = "/api/v1/streets", operation_id = "searchStreets", tag = "reference", params(Search), responses((status = 200, body = Vec<StreetItem>)))]
pub(super) async fn streets(
    State(site): State<Site>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<StreetItem>>, Problem> {
    if search.q.chars().count() > MOST_WORDS {
        return Err(Problem::query("q", "words_long"));
    }
    let directory = site.app.directory();
    let named = |place: &&Place| Named { code: place.code.clone(), name: place.name.clone() };
    let item = |street: luyuan_app::streets::StreetAt| StreetItem {
        within: directory
            .locate(street.at)
            .map(|place| directory.path(place.id).iter().map(named).collect())
            .unwrap_or_default(),
        name: street.name,
        lon: street.at.lon,
        lat: street.at.lat,
    };
    Ok(Json(site.app.search_streets(&search.q, 20).into_iter().map(item).collect()))
}

/// A point.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Point {
    /// Longitude in degrees, WGS-84.
    #[param(minimum = -180, maximum = 180)]
    lon: f64,
    /// Latitude in degrees, WGS-84.
    #[param(minimum = -90, maximum = 90)]
    lat: f64,
}

/// The lowest place at a point; 404 with the code `outside` outside the district.
#[utoipa::path(get, path = "/api/v1/places/at", operation_id = "placeAt", tag = "reference", params(Point), responses((status = 200, body = PlaceItem)))]
pub(super) async fn at(State(site): State<Site>, Query(point): Query<Point>) -> Result<Json<PlaceItem>, Problem> {
    let at = Wgs84::new(point.lon, point.lat).ok_or_else(|| Problem::query("lon", "point"))?;
    let directory = site.app.directory();
    let outside = || Problem::new(StatusCode::NOT_FOUND, "", "outside", "");
    Ok(Json(item(&directory, directory.locate(at).ok_or_else(outside)?)))
}

/// One place.
#[utoipa::path(get, path = "/api/v1/places/{code}", operation_id = "getPlace", tag = "reference",
    params(("code" = String, Path, description = "The place's code")),
    responses((status = 200, body = PlaceItem)),
)]
pub(super) async fn one(State(site): State<Site>, Path(code): Path<String>) -> Result<Json<PlaceItem>, Problem> {
    let directory = site.app.directory();
    let place = directory.place_by_code(&code).ok_or_else(Problem::not_found)?;
    Ok(Json(item(&directory, place)))
}
