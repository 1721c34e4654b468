//! What happens by itself when a deadline passes: nobody decided, nobody accepted, nobody rated.

use super::{
    change::{Seen, find, keep},
    rate::rating_of,
};
use crate::{App, AppError};
use luyuan_domain::{
    actor::{Action, Actor},
    orders::{Order, Refusal, State},
};
use std::time::Duration;

/// How many orders one round takes up.
const ROUND: i64 = 200;

impl App {
    /// Lets time act once on orders whose deadline has passed; how many changed.
    ///
    /// # Errors
    /// As the database says. An order that was changed by somebody meanwhile is left for the next
    /// round.
    pub async fn tick(&self) -> Result<usize, AppError> {
        let (j, now) = (self.jurisdiction.clone(), self.env.now());
        let late = self
            .db
            .read(move |mut conn| {
                Box::pin(async move {
                    luyuan_store::orders::past_due(&mut conn, &j, &["placed", "routed", "replied"], now, ROUND).await
                })
            })
            .await
            .map_err(AppError::Store)?;
        let mut changed = 0;
        for order in late {
            let seen = Seen { number: order.number.clone(), version: Some(order.version) };
            let done = match order.state {
                State::Placed { .. } => self.untriaged(&seen).await,
                State::Routed { .. } => self.escalate(&seen).await,
                _ => self.lapse(&seen).await,
            };
            match done {
                Ok(_) => changed += 1,
                Err(AppError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(changed)
    }

    async fn untriaged(&self, seen: &Seen) -> Result<Order, AppError> {
        self.change(&Actor::System, Action::Triage, seen, |order, context| {
            let top = context.directory.top().map(|org| org.id).ok_or(Refusal::NobodyAbove)?;
            order.triage_overdue(top, context.now).map(|(order, event)| (order, vec![event]))
        })
        .await
    }

    async fn escalate(&self, seen: &Seen) -> Result<Order, AppError> {
        self.change(&Actor::System, Action::Triage, seen, |order, context| {
            let above = order.state.holder().and_then(|holder| context.directory.above(holder).first().copied());
            order.escalate(above, &context.rules, context.now).map(|(order, event)| (order, vec![event]))
        })
        .await
    }

    async fn lapse(&self, seen: &Seen) -> Result<Order, AppError> {
        let (app, seen, now) = (self.clone(), seen.clone(), self.env.now());
        let order = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let order = find(&mut conn, &j, &seen).await?;
                    let context = app.context(&mut conn, &order, now).await?;
                    let round = order.reworks;
                    let ratings: Vec<_> = context.reporters.iter().filter_map(|held| rating_of(held, round)).collect();
                    let (order, event) = order.lapse(&ratings, now)?;
                    keep(&mut conn, &app, &Actor::System, &order, &[event]).await?;
                    Ok::<_, AppError>(order)
                })
            })
            .await?;
        self.tell(&order);
        Ok(order)
    }

    /// Lets time act for as long as the program runs.
    pub async fn run_clock(self, every: Duration) {
        tokio::join!(
            self.clone().run_deadlines(every),
            self.clone().run_jobs(),
            self.clone().run_tokens(),
            self.run_sealing()
        );
    }

    async fn run_deadlines(self, every: Duration) {
        let mut beat = tokio::time::interval(every);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            match self.notice().await {
                Ok(false) => {}
                Ok(true) => tracing::info!("places, organisations or rules changed and were read again"),
                Err(error) => tracing::warn!(%error, "changed places, organisations or rules could not be read"),
            }
            match self.tick().await {
                Ok(0) => {}
                Ok(changed) => tracing::info!(changed, "deadlines passed"),
                Err(error) => tracing::warn!(%error, "the clock could not act; it tries again"),
            }
            match self.forget().await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "personal data was kept long enough and was forgotten"),
                Err(error) => tracing::warn!(%error, "personal data could not be forgotten; it is tried again"),
            }
            match self.mark_contacts().await {
                Ok(0) => {}
                Ok(marked) => tracing::info!(marked, "contact data can be found by who proves that it is theirs"),
                Err(error) => tracing::warn!(%error, "contact data could not be marked; it is tried again"),
            }
            for told in [self.tell_deadlines().await, self.tell_digests().await] {
                if let Err(error) = told {
                    tracing::warn!(%error, "deadlines or digests could not be told; it is tried again");
                }
            }
        }
    }
}
