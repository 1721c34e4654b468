//! Luyuan over HTTP: pages, the JSON API, and Open311.

pub mod api;
mod assets;
mod events;
mod fault;
mod form;
mod i18n;
mod open311;
mod pages;
mod request;
mod state;
mod viewer;

pub use assets::interface_built;
pub use state::{Site, give_words};

use axum::{Router, middleware};

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
    axum::serve(listener, router(site)).with_graceful_shutdown(stop).await
}
