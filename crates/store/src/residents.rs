//! Browsers in which a resident proved an address or a number, and the orders behind it.

use crate::{Conn, StoreError, contacts::Mark, orders::read, to_ms};
use jiff::Timestamp;
use luyuan_domain::{ids::JurisdictionId, orders::Order};

/// Keeps a browser; what has ended is cleared away.
///
/// # Errors
/// [`StoreError::Conflict`] when the token is there.
pub async fn open(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    sealed: &str,
    (now, ends): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    conn.query("DELETE FROM resident_sessions WHERE jurisdiction_id = $1 AND ends_at <= $2")
        .bind(&j.0)
        .bind(to_ms(now))
        .run()
        .await?;
    conn.query("INSERT INTO resident_sessions (jurisdiction_id, token_hash, sealed, ends_at) VALUES ($1, $2, $3, $4)")
        .bind(&j.0)
        .bind(token_hash)
        .bind(sealed)
        .bind(to_ms(ends))
        .run()
        .await?;
    Ok(())
}

/// What was proved in a browser, sealed, unless it has ended.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row = conn
        .query("SELECT sealed FROM resident_sessions WHERE jurisdiction_id = $1 AND token_hash = $2 AND ends_at > $3")
        .bind(&j.0)
        .bind(token_hash)
        .bind(to_ms(now))
        .maybe()
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Forgets a browser; whether it was there.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, token_hash: &str) -> Result<bool, StoreError> {
    let ended = conn
        .query("DELETE FROM resident_sessions WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(token_hash)
        .run()
        .await?;
    Ok(ended > 0)
}

/// The orders with a report that was left with an address or a number, newest first; at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn orders(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    mark: &Mark,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    let (column, _, mark) = mark.columns();
    let text = format!(
        "SELECT data FROM orders WHERE jurisdiction_id = $1 AND id IN (
           SELECT order_id FROM contacts WHERE jurisdiction_id = $1 AND {column} = $2)
         ORDER BY placed_at DESC, id DESC LIMIT $3"
    );
    let rows = conn.composed(text).bind(&j.0).bind(mark).bind(limit).all().await?;
    rows.iter().map(read).collect()
}
