//! News of changes inside this process, for pages that are open (server-sent events).

use luyuan_domain::ids::{OrderId, OrgId};
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
