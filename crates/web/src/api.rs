//! The JSON API for programs: orders, places, categories; described by an OpenAPI document.

mod orders;
mod problem;
mod reference;

use crate::Site;
use axum::{
    Json, Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use problem::Problem;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Luyuan",
        description = "Orders of a city district: read the public ones, place new ones. Errors are problem+json (RFC 9457) with a stable code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(orders::list, orders::place, orders::one, orders::events, reference::categories, reference::places, reference::place),
    modifiers(&Key),
    tags((name = "orders", description = "诉求工单"), (name = "reference", description = "What orders refer to"))
)]
struct Document;

/// Says how programs identify themselves.
struct Key;

impl utoipa::Modify for Key {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The OpenAPI 3.1 document.
///
/// # Errors
/// When it cannot be written, which its own types rule out.
pub fn document() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Document::openapi())
}

pub(crate) fn routes() -> Router<Site> {
    let open = (HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    Router::new()
        .route("/api/openapi.json", get(described))
        .route("/api/v1/orders", get(orders::list).post(orders::place))
        .route("/api/v1/orders/{number}", get(orders::one))
        .route("/api/v1/orders/{number}/events", get(orders::events))
        .route("/api/v1/categories", get(reference::categories))
        .route("/api/v1/places", get(reference::places))
        .route("/api/v1/places/{code}", get(reference::place))
        .route("/api/{*rest}", get(|| async { Problem::not_found() }))
        .method_not_allowed_fallback(|| async { Problem::method() })
        .layer(SetResponseHeaderLayer::if_not_present(open.0, open.1))
}

async fn described() -> Response {
    match document() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => Json(error.to_string()).into_response(),
    }
}
