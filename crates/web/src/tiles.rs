//! The base map as vector tiles, for the site's own maps and for others.

use crate::{Site, fault::Fault, viewer::Viewer};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::{AppError, base_map::ZOOMS, city::CityKind};
use serde::Deserialize;
use serde_json::json;
use tower_http::compression::CompressionLayer;

/// A tile asked for under the name of its map never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Another one is asked about each time, and answered by its name alone while it is the same.
const ASK: &str = "public, no-cache";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/tiles/base.json", get(described))
        .route("/tiles/base/{z}/{x}/{y}", get(tile))
        .layer(CompressionLayer::new())
}

/// What the map is, as TileJSON 3.0; nothing (204) where none was imported.
async fn described(State(site): State<Site>, v: Viewer) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-cache"), (header::VARY, "Cookie, Accept-Language")];
    let Some(map) = site.app.base_map() else { return (StatusCode::NO_CONTENT, headers).into_response() };
    let made = map.row.kind == CityKind::Made;
    let border = site.app.directory().places().iter().any(|place| place.made);
    let attribution = match (made, border) {
        (true, _) => format!("{} · {}", v.t("map-made"), v.t("map-border")),
        (false, true) => format!("{} · {}", v.t("map-osm"), v.t("map-border")),
        (false, false) => v.t("map-osm").to_owned(),
    };
    let text = json!({
        "tilejson": "3.0.0",
        "name": v.t("map-base"),
        "attribution": attribution,
        "scheme": "xyz",
        "tiles": [format!("{}/tiles/base/{{z}}/{{x}}/{{y}}.mvt?v={}", site.address, map.version())],
        "minzoom": ZOOMS.start(),
        "maxzoom": ZOOMS.end(),
        "bounds": map.bounds(),
        "vector_layers": luyuan_app::base_map::layers().map(|(id, fields)| {
            let fields: serde_json::Map<_, _> = fields.iter().map(|field| ((*field).to_owned(), json!("String"))).collect();
            json!({ "id": id, "fields": fields })
        }),
        "made": made,
    });
    (headers, Json(text)).into_response()
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    v: String,
}

/// A tile, packed when the browser takes it packed; nothing (204) where nothing is drawn.
async fn tile(
    State(site): State<Site>,
    v: Viewer,
    Path((z, x, y)): Path<(String, String, String)>,
    Query(named): Query<Named>,
    asked: HeaderMap,
) -> Response {
    let y = y.strip_suffix(".mvt").and_then(|y| y.parse().ok());
    let (Ok(z), Ok(x), Some(y)) = (z.parse::<u8>(), x.parse::<u32>(), y) else {
        return Fault::from(AppError::NotFound("tile")).page(&v);
    };
    let Some(map) = site.app.base_map() else {
        return (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, ASK)]).into_response();
    };
    // Weak: the same tile may be sent packed or not.
    let tag = format!("W/\"{}-{z}-{x}-{y}\"", map.version());
    let cache = if named.v == map.version() { FOREVER } else { ASK };
    let headers = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, cache.to_owned())];
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // A few milliseconds of computing: not on the threads that answer everybody.
    let cut = tokio::task::spawn_blocking(move || map.tile(z, x, y));
    match cut.await {
        Ok(Some(bytes)) => {
            (headers, [(header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile")], bytes).into_response()
        }
        Ok(None) => (StatusCode::NO_CONTENT, headers).into_response(),
        Err(error) => Fault::from(AppError::File(error.to_string())).page(&v),
    }
}
