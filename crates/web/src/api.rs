//! The JSON API for programs: read the public orders, place new ones, follow and rate them; what
//! orders refer to; the rules with their sources; the evidence log. Described by an OpenAPI document.

mod categories;
mod codes;
mod document;
mod green;
mod key;
mod list;
mod log;
mod next;
mod orders;
mod photos;
mod place;
mod places;
mod problem;
mod reporter;
mod rules;
mod speak;

pub use document::document;
pub(crate) use log::file as receipt_file;
pub(crate) use problem::Problem;

use crate::{Site, fault::Fault};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, Method, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};

/// Most bytes of a JSON body: room for the longest texts, answers and contact data several times over.
const MOST_JSON: usize = 1024 * 1024;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/api/openapi.json", get(described))
        .route("/api/v1/orders", get(list::list).post(place::place))
        .route("/api/v1/orders/similar", get(list::similar))
        .route("/api/v1/orders/{number}", get(orders::one))
        .route("/api/v1/orders/{number}/events", get(orders::events))
        .route("/api/v1/orders/{number}/receipt", get(log::receipt))
        .route("/api/v1/orders/{number}/reporters", post(place::join))
        .route("/api/v1/orders/{number}/rating", post(reporter::rate))
        .route("/api/v1/orders/{number}/answer", post(reporter::answer))
        .route("/api/v1/orders/{number}/photos/{id}", get(photos::one))
        .route("/api/v1/photos", post(photos::keep).layer(DefaultBodyLimit::max(photos::MOST)))
        .route("/api/v1/categories", get(categories::all))
        .route("/api/v1/categories/{code}", get(categories::one))
        .route("/api/v1/places", get(places::search))
        .route("/api/v1/places/at", get(places::at))
        .route("/api/v1/places/{code}", get(places::one))
        .route("/api/v1/streets", get(places::streets))
        .route("/api/v1/diversions", get(rules::diversions))
        .route("/api/v1/rules", get(rules::in_force))
        .route("/api/v1/green", get(green::coverage))
        .route("/api/v1/green/what-if", post(green::what_if))
        .route("/api/v1/green/next", post(next::next))
        .route("/api/v1/green/why", get(green::why))
        .route("/api/v1/green/scenarios", get(green::scenarios))
        .route("/api/v1/green/scenarios/{id}", get(green::scenario).delete(green::remove_scenario))
        .route("/api/v1/log/checkpoint", get(log::checkpoint))
        .route("/api/v1/log/consistency", get(log::consistency))
        .route("/api/{*rest}", get(nothing).post(nothing))
        .method_not_allowed_fallback(|| async {
            Problem::from(Fault::of_status(axum::http::StatusCode::METHOD_NOT_ALLOWED))
        })
        .layer(DefaultBodyLimit::max(MOST_JSON))
        .layer(middleware::from_fn(speak::speak))
        .layer(open_to_all())
}

/// Pages of other sites may ask: nothing here depends on a cookie.
fn open_to_all() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::ACCEPT_LANGUAGE,
            key::IDEMPOTENCY,
            reporter::SECRET,
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(Duration::from_secs(3600))
}

async fn nothing() -> Problem {
    Problem::not_found()
}

async fn described() -> Response {
    match document() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the API could not be described");
            Problem::from(Fault::internal()).into_response()
        }
    }
}
