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
    /// The secret of a reporter's link, for an order that is not public.
    key: Option<String>,
}

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/events", get(listen))
}

async fn listen(
    State(site): State<Site>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let actor = viewer.actor();
    // Who may see the order now knows of it, and hears of it also when it is hidden later.
    let knows = match &wanted.order {
        Some(order) => site.app.order(&actor, order, wanted.key.as_deref()).await.is_ok(),
        None => false,
    };
    let ended = Box::pin(site.operating.ending.told());
    let listener = site.app.live.listen();
    let news = BroadcastStream::new(listener).filter_map(move |news| {
        let event = match news {
            Ok(news) if wanted.order.as_ref().is_some_and(|order| *order != news.number) => None,
            Ok(news) if news.hidden && !knows && !site.app.may_hear(&actor, &news) => None,
            Ok(news) => Some(Event::default().event("order").data(news.number)),
            // Missed some: the page should look again.
            Err(_) => Some(Event::default().event("order").data("")),
        };
        futures::future::ready(event.map(Ok))
    });
    // A page that listens would hold up the end of the program; it asks again by itself.
    let news = news.take_until(ended);
    Sse::new(news).keep_alive(KeepAlive::default())
}
