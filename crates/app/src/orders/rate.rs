//! Rating by the reporters, or by calling them back.

use super::change::{Seen, find, keep};
use crate::{App, AppError};
use luyuan_domain::{
    actor::{Action, Actor},
    ids::ReporterId,
    orders::{Order, Rating, Refusal, Satisfied, Solved},
};
use luyuan_store::reporters;

/// What a reporter says of the result.
#[derive(Debug, Clone)]
pub struct Rate {
    /// Solved?
    pub solved: Solved,
    /// Satisfied?
    pub satisfied: Option<Satisfied>,
    /// In their own words.
    pub comment: String,
    /// Work should go on although part is done.
    pub go_on: bool,
}

impl App {
    /// A reporter rates; an unsolved order reopens.
    ///
    /// # Errors
    /// As [`Order::rate`].
    pub async fn rate(&self, actor: &Actor, seen: &Seen, reporter: ReporterId, rate: Rate) -> Result<Order, AppError> {
        let (app, actor, seen, now) = (self.clone(), actor.clone(), seen.clone(), self.env.now());
        let called_back = matches!(actor, Actor::Staff { .. });
        let action = if called_back { Action::CallBack } else { Action::Rate };
        let order = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let order = find(&mut conn, &j, &seen).await?;
                    let mut context = app.context(&mut conn, &order, now).await?;
                    context.permit(&actor, action, &order)?;
                    let own =
                        context.reporters.iter().position(|held| held.id == reporter).ok_or(Refusal::NotPermitted)?;
                    let mut own = context.reporters.swap_remove(own);
                    let Rate { solved, satisfied, comment, go_on } = rate;
                    let rating = Rating { solved, satisfied, comment, go_on, called_back, at: now };
                    let round = order.reworks;
                    let others: Vec<_> = context.reporters.iter().map(|other| rating_of(other, round)).collect();
                    let chain = order.state.holder().map(|org| context.directory.chain_from(org)).unwrap_or_default();
                    let (order, events) = order.rate(reporter, &rating, &others, &chain, &context.rules, now)?;
                    own.about.rating = Some((round, rating));
                    reporters::update(&mut conn, &j, &own).await?;
                    keep(&mut conn, &app, &actor, &order, &events).await?;
                    Ok::<_, AppError>(order)
                })
            })
            .await?;
        self.tell(&order);
        Ok(order)
    }
}

/// The rating that a reporter gave to the reply of this round.
pub(super) fn rating_of(reporter: &reporters::Reporter, round: u8) -> Option<Rating> {
    reporter.about.rating.as_ref().filter(|(rated, _)| *rated == round).map(|(_, rating)| rating.clone())
}
