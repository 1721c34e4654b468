//! The city measured before anybody asks, so that the first visitor does not wait for it.

use crate::App;
use std::{sync::atomic::Ordering, time::Duration};

impl App {
    /// Measures the city by every set in force, the usual one first, now and whenever the city, the
    /// places or the rules have changed; looks every so often. Runs until it is dropped, on threads
    /// where no request waits. Without a city there is nothing to do.
    pub async fn keep_green_ready(self, every: Duration) {
        let mut beat = tokio::time::interval(every);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut done = None;
        loop {
            beat.tick().await;
            let now = self.city().map(|kept| (kept.row.id.clone(), self.generation.load(Ordering::Relaxed)));
            if now.is_some() && now != done {
                self.measure_green().await;
                done = now;
            }
        }
    }

    /// Measures the city by every set in force, one after the other; the log says how long each took.
    async fn measure_green(&self) {
        let sets = match self.green_sets() {
            Ok(sets) => sets,
            Err(error) => return tracing::warn!(%error, "the city cannot be measured; see the rules"),
        };
        for set in sets {
            let begun = self.env.now();
            match self.green(Some(&set.name)).await {
                Ok(Some(_)) => {
                    let took = i64::try_from(self.env.now().duration_since(begun).as_millis()).unwrap_or(i64::MAX);
                    tracing::info!(ruleset = set.name, milliseconds = took, "the city was measured");
                }
                Ok(None) => return,
                Err(error) => tracing::warn!(ruleset = set.name, %error, "the city could not be measured"),
            }
        }
    }
}
