//! Live news of changes for open pages (server-sent events). They say which order changed, never
//! what is in it: the page asks for what its reader may see.

use crate::{
    Site,
    viewer::{Token, Viewer},
};
use axum::{
    Router,
    extract::{Query, State},
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures::{Stream, StreamExt};
use luyuan_app::{App, live::News};
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc};
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
    token: Token,
    Query(wanted): Query<Wanted>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let actor = viewer.actor();
    // Who may see the order now knows of it, and hears of it also when it is hidden later.
    let knows = match &wanted.order {
        Some(order) => site.app.order(&actor, order, wanted.key.as_deref()).await.is_ok(),
        None => false,
    };
    let listener = site.app.live.listen();
    let ear = Arc::new(Ear {
        app: site.app.clone(),
        token: token.0,
        staff: viewer.staff.is_some(),
        order: wanted.order,
        knows,
    });
    let news = BroadcastStream::new(listener).filter_map(move |news| {
        let ear = ear.clone();
        async move {
            match news {
                Ok(news) if ear.hears(&news).await => Some(Ok(Event::default().event("order").data(news.number))),
                Ok(_) => None,
                // Missed some: the page should look again.
                Err(_) => Some(Ok(Event::default().event("order").data(""))),
            }
        }
    });
    Sse::new(news).keep_alive(KeepAlive::default())
}

/// Who listens, and to what.
struct Ear {
    app: App,
    /// The token of their session.
    token: String,
    staff: bool,
    /// Only news of this order.
    order: Option<String>,
    /// They may see that order.
    knows: bool,
}

impl Ear {
    /// Whether they hear of it. What is hidden is heard only by those whose roles let them now: a
    /// page may stand open for longer than a role holds.
    async fn hears(&self, news: &News) -> bool {
        match &self.order {
            Some(order) if *order != news.number => false,
            _ if !news.hidden || self.knows => true,
            _ if !self.staff => false,
            _ => {
                let staff = self.app.session(&self.token).await.unwrap_or(None);
                staff.is_some_and(|staff| self.app.may_hear(&staff.actor(), news))
            }
        }
    }
}
