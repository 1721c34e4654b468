//! Tokens that stand for an order's number until it is told.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// Keeps a token for an order; the same token again changes nothing.
///
/// # Errors
/// [`StoreError::Conflict`] when there is no such order.
pub async fn issue(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    number: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO tokens (jurisdiction_id, token_hash, number, issued_at) VALUES ($1,$2,$3,$4)
         ON CONFLICT (jurisdiction_id, token_hash) DO NOTHING",
    )
    .bind(&j.0)
    .bind(token_hash)
    .bind(number)
    .bind(to_ms(now))
    .run()
    .await?;
    Ok(())
}

/// Tells the numbers of all tokens that wait; how many there were.
///
/// # Errors
/// As the engine says.
pub async fn resolve(conn: &mut Conn<'_>, j: &JurisdictionId, now: Timestamp) -> Result<u64, StoreError> {
    conn.query("UPDATE tokens SET resolved_at = $2 WHERE jurisdiction_id = $1 AND resolved_at IS NULL")
        .bind(&j.0)
        .bind(to_ms(now))
        .run()
        .await
}

/// Whether any token waits.
///
/// # Errors
/// As the engine says.
pub async fn waiting(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<bool, StoreError> {
    let row = conn
        .query("SELECT number FROM tokens WHERE jurisdiction_id = $1 AND resolved_at IS NULL LIMIT 1")
        .bind(&j.0)
        .maybe()
        .await?;
    Ok(row.is_some())
}

/// What is known of a token: nothing for an unknown one, else the number once it may be told.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
) -> Result<Option<Option<String>>, StoreError> {
    let row = conn
        .query("SELECT number, resolved_at FROM tokens WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(token_hash)
        .maybe()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (number, resolved): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
    Ok(Some(resolved.map(|_| number)))
}
