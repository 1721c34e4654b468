//! What other channels made of notices: one row for each message to one recipient, from queued to
//! sent or given up. A row never says where it was sent, only to whom by id.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrderId},
    telling::{Recipient, Sent, Way},
};
use uuid::Uuid;

/// A message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identity; the same at every attempt, so that a receiver knows a repetition.
    pub id: Uuid,
    /// About which order; none for a digest or a test.
    pub order: Option<OrderId>,
    /// Its number.
    pub number: String,
    /// The order's version after the event; for a digest its day, for a test an instant.
    pub seq: i64,
    /// The event's code.
    pub event: String,
    /// Over which channel.
    pub way: Way,
    /// To whom.
    pub to: Recipient,
    /// How it stands.
    pub state: Sent,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it is sent or tried again.
    pub next_at: Option<Timestamp>,
    /// When it was sent or given up.
    pub done_at: Option<Timestamp>,
    /// Why the last attempt failed: a code and a number, no address.
    pub reason: Option<String>,
}

/// Queues a message; false when the same was queued before, so that nobody is told twice.
///
/// # Errors
/// As the engine says.
pub async fn queue(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Delivery) -> Result<bool, StoreError> {
    let added = conn
        .query(
            "INSERT INTO deliveries (jurisdiction_id, id, order_id, number, seq, event, channel, recipient, state,
               attempts, created_at, next_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,$10,$11)
             ON CONFLICT (jurisdiction_id, order_id, seq, event, channel, recipient) DO NOTHING",
        )
        .bind(&j.0)
        .bind(new.id.to_string())
        .bind(new.order.map(|order| order.to_string()).unwrap_or_default())
        .bind(&new.number)
        .bind(new.seq)
        .bind(&new.event)
        .bind(new.way.code())
        .bind(new.to.to_string())
        .bind(Sent::Queued.code())
        .bind(to_ms(new.created_at))
        .bind(new.next_at.map(to_ms))
        .run()
        .await?;
    Ok(added == 1)
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How the message stands now.
    pub state: Sent,
    /// When it is tried again.
    pub next_at: Option<Timestamp>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// Records what an attempt at `now` came to.
///
/// # Errors
/// As the engine says.
pub async fn record(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    id: Uuid,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ended = matches!(outcome.state, Sent::Sent | Sent::Delivered | Sent::Dead);
    conn.query(
        "UPDATE deliveries SET state = $3, attempts = attempts + 1, next_at = $4, done_at = $5, reason = $6
         WHERE jurisdiction_id = $1 AND id = $2",
    )
    .bind(&j.0)
    .bind(id.to_string())
    .bind(outcome.state.code())
    .bind(outcome.next_at.map(to_ms))
    .bind(ended.then(|| to_ms(now)))
    .bind(&outcome.reason)
    .run()
    .await?;
    Ok(())
}

/// Lets a message wait, without an attempt; or sends one that was given up on its way again.
///
/// # Errors
/// As the engine says.
pub async fn wait(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid, until: Timestamp) -> Result<(), StoreError> {
    conn.query("UPDATE deliveries SET state = $3, next_at = $4, done_at = NULL WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(Sent::Queued.code())
        .bind(to_ms(until))
        .run()
        .await?;
    Ok(())
}

const COLUMNS: &str =
    "id, order_id, number, seq, event, channel, recipient, state, attempts, created_at, next_at, done_at, reason";

fn read(row: &Row) -> Result<Delivery, StoreError> {
    let code = |column: &'static str, index| {
        let text: String = row.get(index)?;
        Ok::<_, StoreError>((text.clone(), StoreError::corrupt("deliveries", column, text)))
    };
    let ((way, bad_way), (to, bad_to), (state, bad_state)) =
        (code("channel", 5)?, code("recipient", 6)?, code("state", 7)?);
    let order = row.text(1)?;
    let instant = |at: Option<i64>| at.map(from_ms).transpose();
    Ok(Delivery {
        id: row.id(0, "deliveries", "id")?,
        order: if order.is_empty() { None } else { Some(row.id(1, "deliveries", "order_id")?) },
        number: row.get(2)?,
        seq: row.get(3)?,
        event: row.get(4)?,
        way: Way::parse(&way).ok_or(bad_way)?,
        to: Recipient::parse(&to).ok_or(bad_to)?,
        state: Sent::parse(&state).ok_or(bad_state)?,
        attempts: row.get(8)?,
        created_at: from_ms(row.get(9)?)?,
        next_at: instant(row.get(10)?)?,
        done_at: instant(row.get(11)?)?,
        reason: row.get(12)?,
    })
}

/// The message with an id.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid) -> Result<Option<Delivery>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM deliveries WHERE jurisdiction_id = $1 AND id = $2");
    let row = conn.composed(text).bind(&j.0).bind(id.to_string()).maybe().await?;
    row.as_ref().map(read).transpose()
}

/// What was told of an order over other channels, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_order(conn: &mut Conn<'_>, j: &JurisdictionId, order: OrderId) -> Result<Vec<Delivery>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM deliveries WHERE jurisdiction_id = $1 AND order_id = $2 ORDER BY id");
    conn.composed(text).bind(&j.0).bind(order.to_string()).all().await?.iter().map(read).collect()
}

/// Messages that stand so, newest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn list(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    state: Sent,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM deliveries WHERE jurisdiction_id = $1 AND state = $2 ORDER BY id DESC LIMIT $3");
    conn.composed(text).bind(&j.0).bind(state.code()).bind(limit).all().await?.iter().map(read).collect()
}

/// How many messages stand how.
///
/// # Errors
/// As the engine says.
pub async fn count(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = conn
        .query("SELECT state, COUNT(*) FROM deliveries WHERE jurisdiction_id = $1 GROUP BY state ORDER BY state")
        .bind(&j.0)
        .all()
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
