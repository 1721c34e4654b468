//! Luyuan over HTTP: pages, the JSON API, and Open311.

pub mod api;
mod assets;
mod events;
mod fault;
mod form;
mod health;
mod i18n;
mod limits;
mod metrics;
mod open311;
mod operating;
mod origin;
mod pages;
mod request;
mod state;
mod tiles;
mod viewer;

pub use assets::interface_built;
pub use limits::{Bounds, Limits};
pub use metrics::Metrics;
pub use operating::{Ending, Operating};
pub use state::{Site, give_words};

use axum::{Router, middleware};
use std::{net::SocketAddr, time::Duration};

/// All routes of the site.
pub fn router(site: Site) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(api::routes())
        .merge(open311::routes(&site))
        .merge(events::routes())
        .merge(health::routes())
        .merge(assets::routes())
        .merge(tiles::routes())
        .fallback(fault::no_such_page)
        .layer(middleware::from_fn_with_state(site.clone(), viewer::remember))
        .layer(middleware::from_fn_with_state(site.clone(), request::named))
        .with_state(site)
}

/// Serves the site on a listener until `stop` is done. Nothing new is taken then, live news end, and
/// what is under way has `grace` to be finished.
///
/// # Errors
/// As the listener says.
pub async fn serve(
    listener: tokio::net::TcpListener,
    site: Site,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> std::io::Result<()> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let ending = site.clone();
    let stopped = async move {
        stop.await;
        ending.operating.ending.tell();
        let _ = tell.send(());
    };
    let router = router(site).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
    let bound = async {
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        done = serving => done,
        () = bound => {
            tracing::warn!(seconds = grace.as_secs(), "some requests were not finished in time");
            Ok(())
        }
    }
}
