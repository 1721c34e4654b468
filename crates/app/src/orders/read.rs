//! Reading orders: one with its story, or a page of many.

use super::rate::rating_of;
use crate::{App, AppError, directory::Touched, env::sha256};
use jiff::{SignedDuration, Timestamp};
use luyuan_domain::{
    actor::{Action, Actor},
    geo::Wgs84,
    ids::{JurisdictionId, ReporterId},
    orders::{Order, State},
};
use luyuan_store::{
    Conn, StoreError,
    events::Recorded,
    files::FileRow,
    orders::{self, ByDue, Cursor, Dot, Filter, Probe, Whole},
    reporters::{self, About, Reporter},
};
use std::sync::Arc;

/// An order with its story.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The order.
    pub order: Arc<Order>,
    /// What happened, oldest first.
    pub events: Arc<[Recorded]>,
    /// Photos and documents.
    pub files: Vec<FileRow>,
    /// The people behind it. Empty unless the reader may see them.
    pub reporters: Vec<Reporter>,
    /// How many people are behind it.
    pub reporter_count: usize,
    /// The reader acts as this reporter: by the secret link, or because they proved the address or the
    /// number that was left.
    pub own: Option<ReporterId>,
    /// It was the secret link.
    pub by_link: bool,
    /// What is kept of that reporter.
    pub own_about: Option<About>,
    /// The reader may see what the public does not.
    pub internal: bool,
    /// The order was merged and the reader is one of its reporters: the number of the one that
    /// carries on for them.
    pub carried_on: Option<String>,
}

/// Orders that are read while other requests wait for nothing; more of them are read elsewhere.
const SHORT: i64 = 100;

/// A page of orders.
#[derive(Debug, Clone)]
pub struct Page {
    /// The orders.
    pub orders: Vec<Arc<Order>>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl App {
    /// An order with its story, for an actor; `secret` is the one of a reporter's link.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, or the actor may not know of it.
    pub async fn order(&self, actor: &Actor, number: &str, secret: Option<&str>) -> Result<Detail, AppError> {
        let (j, kept, number) = (self.jurisdiction.clone(), self.kept.clone(), number.to_owned());
        let hash = secret.map(sha256);
        let follower = match secret {
            Some(secret) => self.follower(secret).await,
            None => None,
        };
        let known = hash.clone();
        let (whole, carried_on) = self
            .db
            .read(move |mut conn| {
                Box::pin(async move {
                    let found = orders::whole(&mut conn, &j, &kept, &number).await?;
                    let whole = found.ok_or(AppError::NotFound("order"))?;
                    let carried_on = match known {
                        Some(hash) => carried_on(&mut conn, &j, &whole.order, &hash, follower).await?,
                        None => None,
                    };
                    Ok::<_, AppError>((whole, carried_on))
                })
            })
            .await?;
        let Whole { order, events, files, reporters } = whole;
        let linked = |held: &&Reporter| Some(&held.secret_hash) == hash.as_ref() || Some(held.id) == follower;
        let link = reporters.iter().find(linked);
        // Who reported it twice goes on with the report that still waits for a rating.
        let made = || reporters.iter().filter(|held| actor.made(held.id));
        let waits = |held: &&Reporter| rating_of(held, order.reworks).is_none();
        let mine = link.or_else(|| made().find(waits).or_else(|| made().next()));
        let by_link = link.is_some();
        let (own, own_about) = (mine.map(|held| held.id), mine.map(|held| held.about.clone()));
        let directory = self.directory();
        // Who has reported may still read what they helped with.
        let whistled = order.whistles.iter().map(|whistle| whistle.to).collect();
        let touched = Touched { whistled, ..directory.touched(&order) };
        let internal = touched.may(actor, Action::ReadInternal, &[]);
        // A merged order stays readable by its old link, which leads on to the one that carries on.
        if order.hidden() && !internal && own.is_none() && carried_on.is_none() {
            return Err(AppError::NotFound("order"));
        }
        let reporter_count = reporters.len();
        let contact = touched.may(actor, Action::ReadContact, &[]);
        let reporters = if contact { reporters } else { Vec::new() };
        Ok(Detail { order, events, files, reporters, reporter_count, own, by_link, own_about, internal, carried_on })
    }

    /// A page of orders after `cursor`, at most `limit`.
    ///
    /// # Errors
    /// As the database says.
    pub async fn orders(&self, filter: Filter, after: Option<Cursor>, limit: i64) -> Result<Page, AppError> {
        let (j, kept) = (self.jurisdiction.clone(), self.kept.clone());
        let shown = filter.clone();
        let many = limit > SHORT;
        let mut orders = self
            .db
            .scan_if(many || filter.searches(), move |mut conn| {
                Box::pin(async move {
                    // Those who read everything would drive out what others ask for again and again.
                    if many {
                        return orders::list(&mut conn, &j, &filter, after.as_ref(), limit + 1).await;
                    }
                    orders::list_kept(&mut conn, &j, &kept, &filter, after.as_ref(), limit + 1).await
                })
            })
            .await
            .map_err(AppError::Store)?;
        let more = i64::try_from(orders.len()).unwrap_or(i64::MAX) > limit;
        if more {
            orders.pop();
        }
        let next = orders.last().filter(|_| more).map(|order| shown.cursor(order));
        Ok(Page { orders, next })
    }

    /// How many orders a filter lets through, by state. Up to a thousand it is exact; a
    /// larger count is at most three seconds old when another process wrote meanwhile, and exact
    /// after every write of this one.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count(&self, filter: Filter) -> Result<Vec<(String, i64)>, AppError> {
        let key = format!("{filter:?}");
        let now = self.env.now();
        if let Some(counted) = self.counts.get(&key, now) {
            return Ok(counted);
        }
        let (j, before) = (self.jurisdiction.clone(), self.counts.writes());
        let counted = self
            .db
            .scan(move |mut conn| Box::pin(async move { orders::count_by_state(&mut conn, &j, &filter).await }))
            .await
            .map_err(AppError::Store)?;
        self.counts.keep(key, &counted, now, before);
        Ok(counted)
    }

    /// How many orders a filter lets through, by deadline: passed, before `soon`, later. Exact.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count_by_due(&self, filter: Filter, now: Timestamp, soon: Timestamp) -> Result<ByDue, AppError> {
        let j = self.jurisdiction.clone();
        let counted = self.db.scan(move |mut conn| {
            Box::pin(async move { orders::count_by_due(&mut conn, &j, &filter, now, soon).await })
        });
        counted.await.map_err(AppError::Store)
    }

    /// The points of a filter, for the map.
    ///
    /// # Errors
    /// As the database says.
    pub async fn dots(&self, filter: Filter) -> Result<Vec<Dot>, AppError> {
        let j = self.jurisdiction.clone();
        self.db
            .scan(move |mut conn| Box::pin(async move { orders::dots(&mut conn, &j, &filter).await }))
            .await
            .map_err(AppError::Store)
    }
}

/// The number of the order that a merged one leads to, if the secret is one of its reporters'.
async fn carried_on(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    merged: &Order,
    hash: &str,
    follower: Option<ReporterId>,
) -> Result<Option<String>, AppError> {
    let mut next = merged.clone();
    // An order that carries on may have been merged itself; nothing merges into what has ended.
    while let State::Merged { into, .. } = next.state {
        let found = orders::get(conn, j, into).await?;
        next = found.ok_or(AppError::Store(StoreError::corrupt("orders", "data", into)))?;
    }
    if next.id == merged.id {
        return Ok(None);
    }
    let behind = reporters::of_order(conn, j, next.id).await?;
    let own = |held: &Reporter| held.secret_hash == hash || Some(held.id) == follower;
    Ok(behind.iter().any(own).then_some(next.number))
}

/// A cluster of the map; a single order has its number and state.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Longitude and latitude in degrees.
    pub at: (f64, f64),
    /// How many orders.
    pub count: usize,
    /// The order, when it is one.
    pub single: Option<Dot>,
}

impl App {
    /// The orders of a filter gathered for a map at a zoom; their counts add up to the filter's
    /// orders that have a position.
    ///
    /// # Errors
    /// As the database says.
    pub async fn clusters(&self, filter: Filter, zoom: f64) -> Result<Vec<Cluster>, AppError> {
        let dots = self.dots(filter).await?;
        let clusters = luyuan_analysis::clusters::gather(dots.iter().map(|dot| (dot.lon, dot.lat)), zoom);
        let named = clusters.into_iter().map(|cluster| Cluster {
            at: (cluster.lon, cluster.lat),
            count: cluster.count,
            single: dots.get(cluster.first).filter(|_| cluster.count == 1).cloned(),
        });
        Ok(named.collect())
    }

    /// Open public orders of a category near a point that may be the same trouble, nearest first: as
    /// far, as old and as many as the ruleset of the day says.
    ///
    /// # Errors
    /// As the database says.
    pub async fn similar(&self, at: Wgs84, category: &str) -> Result<Vec<Order>, AppError> {
        let now = self.env.now();
        let rules = self.rulebook().on(now)?.rules.rules;
        let probe = Probe {
            at,
            category: category.to_owned(),
            metres: rules.similar_metres,
            since: now - SignedDuration::from_hours(24 * i64::from(rules.similar_days)),
            most: i64::try_from(rules.max_similar).unwrap_or(i64::MAX),
        };
        let j = self.jurisdiction.clone();
        let found = self.db.read(move |mut conn| Box::pin(async move { orders::similar(&mut conn, &j, &probe).await }));
        found.await.map_err(AppError::Store)
    }
}
