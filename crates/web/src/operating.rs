//! How the site is run: what is measured, what is limited, and when it ends.

use crate::{limits::Limits, metrics::Metrics};
use std::path::PathBuf;
use tokio::sync::watch;

/// How a site is run. The default measures and limits nothing, as tests and embedding want it.
#[derive(Default)]
pub struct Operating {
    /// The folder whose disk must not be full.
    pub data: Option<PathBuf>,
    /// What is counted.
    pub metrics: Option<Metrics>,
    /// How often one caller may do what costs something.
    pub limits: Limits,
    /// Whether the site is ending, so that live news end too.
    pub ending: Ending,
}

/// Tells listeners that the site is ending.
pub struct Ending(watch::Sender<bool>);

impl Default for Ending {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Ending {
    /// Tells it.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it is told.
    pub fn told(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let mut told = self.0.subscribe();
        async move {
            // Without its teller nothing runs any more either.
            let _ = told.wait_for(|told| *told).await;
        }
    }
}
