//! News of changes inside this process, for pages that are open (server-sent events).

use crate::App;
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{OrderId, OrgId, PlaceId},
};
use tokio::sync::broadcast;

/// One change of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Which order.
    pub order: OrderId,
    /// Its number.
    pub number: String,
    /// Its version after the change.
    pub version: i64,
    /// Its state's code.
    pub state: &'static str,
    /// Who holds it now.
    pub holder: Option<OrgId>,
    /// Where it is.
    pub place: Option<PlaceId>,
    /// Not for the public.
    pub hidden: bool,
}

/// The channel of changes. Cheap to clone.
#[derive(Clone)]
pub struct Live(broadcast::Sender<News>);

impl Live {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }

    pub(crate) fn tell(&self, news: News) {
        // Nobody listening is no failure.
        let _ = self.0.send(news);
    }

    /// Listens from now on. A slow listener misses news and is told how many.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }
}

impl App {
    /// Whether an actor may hear of a change that is not for the public.
    pub fn may_hear(&self, actor: &Actor, news: &News) -> bool {
        self.directory().touching(news.holder, news.place).may(actor, Action::ReadInternal, &[])
    }
}
