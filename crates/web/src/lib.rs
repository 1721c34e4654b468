//! Luyuan over HTTP: pages, the JSON API, and Open311.

pub mod api;
mod assets;
mod events;
mod fault;
mod form;
mod i18n;
mod open311;
mod origin;
mod pages;
mod request;
mod state;
mod viewer;

pub use assets::interface_built;
pub use state::Site;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware,
};
use std::net::SocketAddr;
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;

/// What a page may load: only from this server, no inline script, workers for the map.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// All routes of the site.
pub fn router(site: Site) -> Router {
    let fixed = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .merge(pages::routes())
        .merge(api::routes(&site))
        .merge(open311::routes(&site))
        .merge(events::routes())
        .merge(assets::routes())
        .fallback(fault::no_such_page)
        .layer(middleware::from_fn_with_state(site.clone(), viewer::remember))
        .layer(
            ServiceBuilder::new()
                .layer(fixed(header::CONTENT_SECURITY_POLICY, POLICY))
                .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .layer(fixed(header::REFERRER_POLICY, "same-origin"))
                .layer(fixed(HeaderName::from_static("permissions-policy"), "geolocation=(self), camera=(self)")),
        )
        .layer(middleware::from_fn_with_state(site.clone(), request::named))
        .with_state(site)
}

/// Serves the site on a listener until `stop` is done; what is under way is finished first.
///
/// # Errors
/// As the listener says.
pub async fn serve(
    listener: tokio::net::TcpListener,
    site: Site,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = router(site).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
