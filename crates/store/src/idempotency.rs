//! Answers to requests that a client may send again.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// What was answered under a key: the hash of the request's body, and the answer.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, key: &str) -> Result<Option<(String, String)>, StoreError> {
    let row = conn
        .query("SELECT body_hash, answer FROM idempotency WHERE jurisdiction_id = $1 AND key = $2")
        .bind(&j.0)
        .bind(key)
        .maybe()
        .await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Keeps an answer.
///
/// # Errors
/// [`StoreError::Conflict`] when the same key was answered at the same time.
pub async fn put(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    key: &str,
    body_hash: &str,
    answer: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.query("INSERT INTO idempotency (jurisdiction_id, key, body_hash, answer, at) VALUES ($1,$2,$3,$4,$5)")
        .bind(&j.0)
        .bind(key)
        .bind(body_hash)
        .bind(answer)
        .bind(to_ms(now))
        .run()
        .await?;
    Ok(())
}

/// Forgets answers from before an instant; how many there were.
///
/// # Errors
/// As the engine says.
pub async fn forget(conn: &mut Conn<'_>, j: &JurisdictionId, before: Timestamp) -> Result<u64, StoreError> {
    let text = "DELETE FROM idempotency WHERE jurisdiction_id = $1 AND at < $2";
    conn.query(text).bind(&j.0).bind(to_ms(before)).run().await
}
