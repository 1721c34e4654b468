//! The append-only record of what happened.

use crate::{Conn, StoreError, Together, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    actor::Actor,
    ids::{JurisdictionId, OrderId, OrgId},
    orders::{Event, What},
};

/// An event with who did it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The order.
    pub order: OrderId,
    /// The order's version after it.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// For which organisation.
    pub org: Option<OrgId>,
    /// What.
    pub what: What,
}

/// Adds events that one actor caused, in one statement.
///
/// # Errors
/// [`StoreError::Conflict`] when the order has an event of the same number: somebody else changed
/// it at the same time.
pub async fn append(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    actor: &Actor,
    events: &[Event],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let ready = events.iter().map(|event| Ready::new(actor, event)).collect::<Result<Vec<_>, _>>()?;
    let mut together = conn.together();
    add(&mut together, j, &ready.iter().collect::<Vec<_>>())?;
    together.run().await
}

/// An event as the database keeps it.
#[derive(Debug, Clone)]
pub struct Ready {
    order: String,
    seq: i64,
    at: i64,
    actor: String,
    org: Option<String>,
    data: String,
}

impl Ready {
    /// Makes an event ready to be kept.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when it cannot be written as JSON.
    pub fn new(by: &Actor, event: &Event) -> Result<Self, StoreError> {
        let bad = |error: serde_json::Error| StoreError::Sql(error.to_string());
        Ok(Self {
            order: event.order.to_string(),
            seq: event.seq,
            at: to_ms(event.at),
            actor: serde_json::to_string(by).map_err(bad)?,
            org: by.org().map(|org| org.to_string()),
            data: serde_json::to_string(&event.what).map_err(bad)?,
        })
    }
}

/// Adds events, in one statement.
pub(crate) fn add<'v>(
    together: &mut Together<'v>,
    j: &'v JurisdictionId,
    events: &[&'v Ready],
) -> Result<(), StoreError> {
    let text = "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data) VALUES";
    together.insert(text, events.len(), 7);
    for event in events {
        together
            .bind(&j.0)?
            .bind(&event.order)?
            .bind(event.seq)?
            .bind(event.at)?
            .bind(&event.actor)?
            .bind(&event.org)?
            .bind(&event.data)?;
    }
    Ok(())
}

pub(crate) fn recorded(row: &crate::Row) -> Result<Recorded, StoreError> {
    Ok(Recorded {
        order: row.id(0, "events", "order_id")?,
        seq: row.get(1)?,
        at: from_ms(row.get(2)?)?,
        actor: row.json(3, "events", "actor")?,
        org: row.maybe_id(4, "events", "org_id")?,
        what: row.json(5, "events", "data")?,
    })
}

/// What happened to an order, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_order(conn: &mut Conn<'_>, j: &JurisdictionId, order: OrderId) -> Result<Vec<Recorded>, StoreError> {
    let rows = conn
        .query(
            "SELECT order_id, seq, at, actor, org_id, data FROM events
             WHERE jurisdiction_id = $1 AND order_id = $2 ORDER BY seq",
        )
        .bind(&j.0)
        .bind(order.to_string())
        .all()
        .await?;
    rows.iter().map(recorded).collect()
}

/// What happened from `from` up to, but not including, `to`; oldest first, at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn between(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Recorded>, StoreError> {
    let rows = conn
        .query(
            "SELECT order_id, seq, at, actor, org_id, data FROM events
             WHERE jurisdiction_id = $1 AND at >= $2 AND at < $3 ORDER BY at, order_id, seq LIMIT $4",
        )
        .bind(&j.0)
        .bind(to_ms(from))
        .bind(to_ms(to))
        .bind(limit)
        .all()
        .await?;
    rows.iter().map(recorded).collect()
}

/// Puts a step without its words in the place of the step, once the log says that they were erased;
/// see `luyuan_store::evidence::erase`.
///
/// # Errors
/// [`StoreError::Sql`] when the log does not say so.
pub async fn put_bare(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    order: OrderId,
    seq: i64,
    what: &What,
) -> Result<(), StoreError> {
    let data = serde_json::to_string(what).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query("UPDATE events SET data = $4 WHERE jurisdiction_id = $1 AND order_id = $2 AND seq = $3")
        .bind(&j.0)
        .bind(order.to_string())
        .bind(seq)
        .bind(data)
        .run()
        .await?;
    Ok(())
}
