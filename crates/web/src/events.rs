//! Live news of changes for open pages (server-sent events). They say which order changed, never
//! what is in it: the page asks for what its reader may see.

use crate::{Site, viewer::Viewer};
use axum::{
    Router,
    extract::{Query, State},
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;
use tokio_stream::wrappers::BroadcastStream;

#[derive(Deserialize)]
struct Wanted {
    /// Only news of this order.
    order: Option<String>,
}

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/events", get(listen))
}

async fn listen(
    State(site): State<Site>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let staff = viewer.staff.is_some();
    let news = BroadcastStream::new(site.app.live.listen()).filter_map(move |news| {
        let event = match news {
            Ok(news) if wanted.order.as_ref().is_some_and(|order| *order != news.number) => None,
            // Who follows a hidden order by name knows of it already; others do not hear of it.
            Ok(news) if news.hidden && !staff && wanted.order.is_none() => None,
            Ok(news) => Some(Event::default().event("order").data(news.number)),
            // Missed some: the page should look again.
            Err(_) => Some(Event::default().event("order").data("")),
        };
        futures::future::ready(event.map(Ok))
    });
    Sse::new(news).keep_alive(KeepAlive::default())
}
