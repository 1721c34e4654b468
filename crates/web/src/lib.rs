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
pub use state::{Site, give_words};

use axum::{Router, middleware};
use std::net::SocketAddr;

/// All routes of the site.
pub fn router(site: Site) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(api::routes())
        .merge(open311::routes(&site))
        .merge(events::routes())
        .merge(assets::routes())
        .fallback(fault::no_such_page)
        .layer(middleware::from_fn_with_state(site.clone(), viewer::remember))
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
