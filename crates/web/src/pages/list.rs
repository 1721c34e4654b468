//! The public list and map: the same filter for both, so that their totals agree.

use super::{
    filter::{Wanted, written},
    row::{Names, Row},
};
use crate::{
    Site,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Json, Router,
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

/// Rows of a page.
const ROWS: i64 = 30;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/orders", get(list)).route("/orders/clusters", get(clusters))
}

/// A choice of a filter: value, words, chosen.
pub(crate) struct Choice {
    pub value: String,
    pub words: String,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "orders.html")]
struct List<'a> {
    v: &'a Viewer,
    wanted: &'a Wanted,
    rows: Vec<Row<'a>>,
    total: i64,
    next: Option<String>,
    states: Vec<Choice>,
    streets: Vec<Choice>,
    query: String,
}

/// Choices of states.
pub(crate) fn states(v: &Viewer, wanted: &Wanted) -> Vec<Choice> {
    let codes = ["open", "ended"].into_iter().chain(luyuan_domain::orders::State::CODES);
    let choice = |code: &str| Choice { value: code.into(), words: v.code("state", code), chosen: wanted.state == code };
    codes.map(choice).collect()
}

/// Choices of streets and towns.
pub(crate) fn streets(site: &Site, wanted: &Wanted) -> Vec<Choice> {
    let directory = site.app.directory();
    directory
        .streets()
        .map(|place| Choice {
            value: place.code.clone(),
            words: place.name.clone(),
            chosen: wanted.place == place.code,
        })
        .collect()
}

async fn list(State(site): State<Site>, v: Viewer, Query(wanted): Query<Wanted>) -> Response {
    if let Err(fault) = wanted.check(&site) {
        return fault.page(&v);
    }
    let filter = wanted.filter(true, v.now);
    let (page, counts) = tokio::join!(site.app.orders(filter.clone(), wanted.cursor(), ROWS), site.app.count(filter));
    let (page, counts) = match (page, counts) {
        (Ok(page), Ok(counts)) => (page, counts),
        (Err(error), _) | (_, Err(error)) => return Fault::from(error).page(&v),
    };
    let names = Names::of(&site.app);
    let list = List {
        v: &v,
        wanted: &wanted,
        rows: page.orders.iter().map(|order| Row::of(&names, &v, order)).collect(),
        total: counts.iter().map(|(_, count)| count).sum(),
        next: page.next.as_ref().map(|cursor| wanted.with("after", &written(cursor))),
        states: states(&v, &wanted),
        streets: streets(&site, &wanted),
        query: wanted.with("", ""),
    };
    html(&list)
}

/// Clusters of the map as GeoJSON; their counts add up to the list's orders with a position.
async fn clusters(State(site): State<Site>, v: Viewer, Query(wanted): Query<Wanted>) -> Response {
    if let Err(fault) = wanted.check(&site) {
        return fault.problem(&v);
    }
    let filter = wanted.filter(true, v.now);
    // A map's zoom is 0 (the world) to 24 (a hand's breadth).
    let zoom = wanted.zoom.unwrap_or(11.0);
    if !(0.0..=24.0).contains(&zoom) {
        return Fault::query("zoom", "query_zoom", "").problem(&v);
    }
    let found = match site.app.clusters(filter, zoom).await {
        Ok(found) => found,
        Err(error) => return Fault::from(error).problem(&v),
    };
    let features: Vec<_> = found
        .into_iter()
        .map(|cluster| {
            let (number, state) = cluster.single.map(|dot| (dot.number, dot.state)).unzip();
            json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": [cluster.at.0, cluster.at.1] },
                "properties": { "count": cluster.count, "number": number, "state": state },
            })
        })
        .collect();
    Json(json!({ "type": "FeatureCollection", "features": features })).into_response()
}
