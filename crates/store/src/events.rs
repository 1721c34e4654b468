//! The append-only record of what happened.

use crate::{Conn, StoreError, from_ms, to_ms};
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
    let bad = |error: serde_json::Error| StoreError::Sql(error.to_string());
    let by = serde_json::to_string(actor).map_err(bad)?;
    let org = actor.org().map(|org| org.to_string());
    // One or two events are what nearly every change makes; their texts are worth preparing once.
    let mut query = match events.len() {
        1 => conn.query(
            "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data) VALUES ($1,$2,$3,$4,$5,$6,$7)",
        ),
        2 => conn.query(
            "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data)
             VALUES ($1,$2,$3,$4,$5,$6,$7), ($8,$9,$10,$11,$12,$13,$14)",
        ),
        many => {
            let rows: Vec<String> = (0..many)
                .map(|row| {
                    let places: Vec<String> = (1..=7).map(|column| format!("${}", row * 7 + column)).collect();
                    format!("({})", places.join(","))
                })
                .collect();
            conn.composed(format!(
                "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data) VALUES {}",
                rows.join(",")
            ))
        }
    };
    for event in events {
        query = query
            .bind(&j.0)
            .bind(event.order.to_string())
            .bind(event.seq)
            .bind(to_ms(event.at))
            .bind(&by)
            .bind(org.clone())
            .bind(serde_json::to_string(&event.what).map_err(bad)?);
    }
    query.run().await?;
    Ok(())
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

/// Rows of a long statement.
const ROWS: usize = 500;

/// Adds events of many orders.
///
/// # Errors
/// As [`append`].
pub async fn append_ready(conn: &mut Conn<'_>, j: &JurisdictionId, events: &[&Ready]) -> Result<(), StoreError> {
    for events in events.chunks(ROWS) {
        let rows = events.len();
        let text = "INSERT INTO events (jurisdiction_id, order_id, seq, at, actor, org_id, data) VALUES ";
        let text = crate::orders::values(conn, text, rows, 7);
        let mut query = conn.composed(text);
        for event in events {
            query = query
                .bind(&j.0)
                .bind(&event.order)
                .bind(event.seq)
                .bind(event.at)
                .bind(&event.actor)
                .bind(&event.org)
                .bind(&event.data);
        }
        query.run().await?;
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
