//! Places: found by name, shown with their responsible chain and orders, printed as a QR card.

use super::row::{Names, Row};
use crate::{
    Site,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::{AppError, directory::Directory, orders::Filter};
use luyuan_domain::{
    geo::Wgs84,
    place::{Place, PlaceKind},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// So many are found while somebody types; so many of them are streets where there are more places.
const FOUND: usize = 10;
const STREETS: usize = 3;

/// Most bytes of a photo that is sent only for its position, which stands at its beginning.
const MOST_PHOTO: usize = 512 * 1024;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/places/search", get(search))
        .route("/places/at", get(at).post(at_photo).layer(DefaultBodyLimit::max(MOST_PHOTO)))
        .route("/places/shapes", get(shapes))
        .route("/places/{code}", get(place))
        .route("/places/{code}/card", get(card))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

fn brief(directory: &Directory, place: &Place) -> Value {
    let path: Vec<_> = directory.path(place.id).iter().skip(1).map(|upper| upper.name.clone()).collect();
    json!({
        "code": place.code, "name": place.name, "kind": place.kind.code(), "within": path,
        "lon": place.centre.map(|at| at.lon), "lat": place.centre.map(|at| at.lat),
    })
}

async fn search(State(site): State<Site>, Query(asked): Query<Asked>) -> Json<Value> {
    let directory = site.app.directory();
    let streets = site.app.search_streets(&asked.q, FOUND);
    let places = directory.search(&asked.q, FOUND);
    // Both kinds find room, however many there are of the other.
    let own = FOUND - streets.len().min(FOUND - places.len().min(FOUND - STREETS));
    let places = places.into_iter().take(own).map(|place| brief(&directory, place));
    let streets = streets.into_iter().map(|street| {
        let within: Vec<_> = directory.locate(street.at).map(|place| names(&directory, place)).unwrap_or_default();
        json!({
            "code": null, "name": street.name, "kind": "named_road", "within": within,
            "lon": street.at.lon, "lat": street.at.lat,
        })
    });
    let found: Vec<_> = places.chain(streets).take(FOUND).collect();
    Json(json!(found))
}

/// A place and all that contains it, lowest first.
fn names(directory: &Directory, place: &Place) -> Vec<String> {
    directory.path(place.id).iter().map(|upper| upper.name.clone()).collect()
}

#[derive(Deserialize)]
struct Point {
    lat: f64,
    lon: f64,
}

/// What lies at a point: the lowest place and those around it; empty outside the district.
async fn at(State(site): State<Site>, Query(point): Query<Point>) -> Json<Value> {
    let directory = site.app.directory();
    let rules = site.app.rulebook().on(site.app.env.now());
    let gap = rules.map_or(0.0, |day| day.rules.rules.border_metres);
    let place = Wgs84::new(point.lon, point.lat).and_then(|point| directory.locate_near(point, gap));
    Json(place.map_or(json!(null), |place| brief(&directory, place)))
}

/// What lies where a photo was taken, for somebody who asked for it: the beginning of the photo is
/// sent, read for its position, and kept nowhere.
async fn at_photo(State(site): State<Site>, photo: Bytes) -> Json<Value> {
    let Some(at) = site.app.photo_position(&photo) else { return Json(json!(null)) };
    let directory = site.app.directory();
    let place = directory.locate(at).map(|place| brief(&directory, place));
    Json(json!({ "lon": at.lon, "lat": at.lat, "place": place }))
}

#[derive(Deserialize)]
struct Kinds {
    kinds: String,
}

/// Shapes of the kinds asked for, as GeoJSON for the map.
async fn shapes(State(site): State<Site>, Query(asked): Query<Kinds>) -> Response {
    let kinds: Vec<_> = asked.kinds.split(',').filter_map(PlaceKind::parse).collect();
    let directory = site.app.directory();
    let features: Vec<_> = directory
        .places()
        .iter()
        .filter(|place| kinds.contains(&place.kind))
        .filter_map(|place| {
            let shape = place.shape.as_ref()?;
            let properties =
                json!({ "code": place.code, "name": place.name, "kind": place.kind.code(), "made": place.made });
            Some(json!({ "type": "Feature", "geometry": shape, "properties": properties }))
        })
        .collect();
    let body = json!({ "type": "FeatureCollection", "features": features });
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(body)).into_response()
}

#[derive(Template)]
#[template(path = "place.html")]
struct PlacePage<'a> {
    v: &'a Viewer,
    place: &'a Place,
    kind: String,
    path: Vec<(String, String)>,
    chain: Vec<String>,
    inside: Vec<(String, String)>,
    rows: Vec<Row<'a>>,
    total: i64,
    facts: Vec<(String, String)>,
}

async fn place(State(site): State<Site>, v: Viewer, Path(code): Path<String>) -> Response {
    let directory = site.app.directory();
    let Some(place) = directory.place_by_code(&code) else { return Fault::from(AppError::NotFound("place")).page(&v) };
    let filter = Filter { public: true, places: vec![code], ..Filter::default() };
    let (page, counts) = tokio::join!(site.app.orders(filter.clone(), None, 12), site.app.count(filter));
    let (page, counts) = match (page, counts) {
        (Ok(page), Ok(counts)) => (page, counts),
        (Err(error), _) | (_, Err(error)) => return Fault::from(error).page(&v),
    };
    let named = |place: &&Place| (place.code.clone(), place.name.clone());
    let inside =
        directory.places().iter().filter(|inner| inner.parent == Some(place.id) && inner.kind.level().is_some());
    let facts = [("households", "place-households"), ("built", "place-built")];
    let names = Names::of(&site.app);
    let shown = PlacePage {
        v: &v,
        place,
        kind: v.code("place-kind", place.kind.code()),
        path: directory.path(place.id).iter().skip(1).rev().map(named).collect(),
        chain: directory.chain(place.id).0.iter().map(|org| directory.org_name(*org)).collect(),
        inside: inside.map(|inner| named(&inner)).collect(),
        rows: page.orders.iter().map(|order| Row::of(&names, &v, order)).collect(),
        total: counts.iter().map(|(_, count)| count).sum(),
        facts: facts
            .iter()
            .filter_map(|(name, key)| place.facts.get(*name).map(|value| (v.t(key).to_owned(), value.to_string())))
            .collect(),
    };
    html(&shown)
}

#[derive(Template)]
#[template(path = "card.html")]
struct Card<'a> {
    v: &'a Viewer,
    place: &'a Place,
    /// The code's modules as an SVG path, and its width in modules.
    modules: String,
    width: usize,
    address: String,
}

/// A square code as one SVG path, with its width.
pub(crate) fn square(text: &str) -> Option<(String, usize)> {
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
    Some((dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width)).collect(), width))
}

/// A card to hang up in the compound: scan it to place an order there.
async fn card(State(site): State<Site>, v: Viewer, Path(code): Path<String>) -> Response {
    let directory = site.app.directory();
    let Some(place) = directory.place_by_code(&code) else { return Fault::from(AppError::NotFound("place")).page(&v) };
    let address = format!("{}/orders/new?place={code}", site.address);
    let Some((modules, width)) = square(&address) else { return Fault::unreadable().page(&v) };
    html(&Card { v: &v, place, modules, width, address })
}
