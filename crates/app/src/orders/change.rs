//! One change of one order, the same way for every verb: read, permit, apply the pure rule, keep
//! the order and its events, tell who is watching.

use crate::{App, AppError, directory::Directory, live::News, rules::Day};
use jiff::Timestamp;
use luyuan_domain::{
    actor::{Action, Actor},
    ids::{FileId, JurisdictionId},
    orders::{Event, Order, Refusal},
};
use luyuan_store::{
    Conn, events, orders,
    reporters::{self, Reporter},
};
use std::sync::Arc;

/// Which order, and the version that the caller saw; without a version the present one is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The order's number.
    pub number: String,
    /// The version on the caller's screen.
    pub version: Option<i64>,
}

/// What a rule may look at while it changes an order.
pub(crate) struct Context {
    pub directory: Arc<Directory>,
    pub rules: Day,
    pub now: Timestamp,
    pub reporters: Vec<Reporter>,
}

impl Context {
    /// Refuses unless the actor may do this to this order.
    pub fn permit(&self, actor: &Actor, action: Action, order: &Order) -> Result<(), Refusal> {
        let reporters: Vec<_> = self.reporters.iter().map(|reporter| reporter.id).collect();
        let allowed = self.directory.touched(order).may(actor, action, &reporters);
        if allowed { Ok(()) } else { Err(Refusal::NotPermitted) }
    }
}

/// Finds the order, and checks the version that the caller saw.
pub(crate) async fn find(conn: &mut Conn<'_>, j: &JurisdictionId, seen: &Seen) -> Result<Order, AppError> {
    let order = orders::by_number(conn, j, &seen.number).await?.ok_or(AppError::NotFound("order"))?;
    if let Some(version) = seen.version {
        order.expect(version)?;
    }
    Ok(order)
}

/// Keeps a changed order with its events, and tells whom they concern.
pub(crate) async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    actor: &Actor,
    order: &Order,
    events: &[Event],
) -> Result<(), AppError> {
    let j = &app.jurisdiction;
    let seen = order.version - i64::try_from(events.len()).unwrap_or(i64::MAX);
    events::append(conn, j, actor, events).await.map_err(|error| stale(error, seen, order.version))?;
    orders::update(conn, j, order, seen).await.map_err(|error| stale(error, seen, order.version))?;
    app.told(order, events, true).keep(conn, app).await?;
    Ok(())
}

/// Two changes at once: one of them is told that the order is not as it saw it.
fn stale(error: luyuan_store::StoreError, seen: i64, now: i64) -> AppError {
    match error {
        luyuan_store::StoreError::Conflict(_) => Refusal::Stale { seen, now }.into(),
        other => other.into(),
    }
}

impl App {
    /// Changes one order by a pure rule.
    pub(crate) async fn change<F>(&self, actor: &Actor, action: Action, seen: &Seen, rule: F) -> Result<Order, AppError>
    where
        F: FnOnce(Order, &Context) -> Result<(Order, Vec<Event>), Refusal> + Send + 'static,
    {
        self.change_with(actor, action, seen, Vec::new(), rule).await
    }

    /// Changes one order by a pure rule and makes kept files part of it, all or nothing.
    pub(crate) async fn change_with<F>(
        &self,
        actor: &Actor,
        action: Action,
        seen: &Seen,
        files: Vec<FileId>,
        rule: F,
    ) -> Result<Order, AppError>
    where
        F: FnOnce(Order, &Context) -> Result<(Order, Vec<Event>), Refusal> + Send + 'static,
    {
        let (app, actor, seen) = (self.clone(), actor.clone(), seen.clone());
        let now = self.env.now();
        self.few_photos(files.len(), now)?;
        let order = self
            .db
            .write(move |mut conn| {
                Box::pin(async move {
                    let j = app.jurisdiction.clone();
                    let before = find(&mut conn, &j, &seen).await?;
                    let context = app.context(&mut conn, &before, now).await?;
                    context.permit(&actor, action, &before)?;
                    let (order, events) = rule(before, &context)?;
                    keep(&mut conn, &app, &actor, &order, &events).await?;
                    for file in files {
                        crate::files::take(&mut conn, &j, file, order.id).await?;
                    }
                    Ok::<_, AppError>(order)
                })
            })
            .await?;
        self.tell(&order);
        Ok(order)
    }

    /// What rules may look at for an order.
    pub(crate) async fn context(
        &self,
        conn: &mut Conn<'_>,
        order: &Order,
        now: Timestamp,
    ) -> Result<Context, AppError> {
        let reporters = reporters::of_order(conn, &self.jurisdiction, order.id).await?;
        // The order keeps the rules of the day on which it was placed.
        let rules = self.rulebook().on(order.placed_at)?;
        Ok(Context { directory: self.directory(), rules, now, reporters })
    }

    /// Tells who is watching.
    pub(crate) fn tell(&self, order: &Order) {
        self.counts.written();
        self.kept.let_go(order.id);
        self.live.tell(News {
            order: order.id,
            number: order.number.clone(),
            version: order.version,
            state: order.state.code(),
            holder: order.state.holder(),
            place: order.location.place,
            hidden: order.hidden(),
        });
    }
}
