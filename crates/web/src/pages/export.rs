//! The public list as a file: the same filter as the page, all of it, streamed.

use super::filter::Wanted;
use crate::{Site, viewer::Viewer};
use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::export::Format;
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Format::ALL.into_iter().fold(Router::new(), |routes, format| {
        let answer =
            move |State(site): State<Site>, v: Viewer, Query(wanted): Query<Wanted>, Query(how): Query<How>| {
                std::future::ready(export(&site, &v, &wanted, &how, format))
            };
        routes.route(&format!("/orders/export.{}", format.code()), get(answer))
    })
}

/// How the file is written.
#[derive(Deserialize, Default)]
#[serde(default)]
struct How {
    /// `1` puts a byte order mark before CSV, for Excel.
    bom: String,
}

fn export(site: &Site, v: &Viewer, wanted: &Wanted, how: &How, format: Format) -> Response {
    // Public whoever asks: a file is passed on.
    let filter = wanted.filter(true, v.now);
    let pieces = site.app.export_orders(filter, format, how.bom == "1");
    let name = format!("attachment; filename=\"orders.{}\"", format.code());
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
