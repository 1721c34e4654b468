//! The public keys that sign the log. The secret ones are never in the database.

use crate::{Conn, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// A public key that signs from a size of the log on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// From which size on.
    pub size: i64,
    /// As it is written.
    pub verifier: String,
    /// Since when.
    pub at: Timestamp,
}

/// All keys, oldest first; the last one signs.
///
/// # Errors
/// As the engine says.
pub async fn keys(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<PublicKey>, StoreError> {
    let text = "SELECT size, verifier, at FROM log_keys WHERE jurisdiction_id = $1 ORDER BY nth";
    let rows = conn.query(text).bind(&j.0).all().await?;
    rows.iter()
        .map(|row| Ok(PublicKey { size: row.get(0)?, verifier: row.get(1)?, at: from_ms(row.get(2)?)? }))
        .collect()
}

/// Adds the `nth` key, counted from 0.
///
/// # Errors
/// [`StoreError::Conflict`] when there is one.
pub async fn add_key(conn: &mut Conn<'_>, j: &JurisdictionId, nth: i64, key: &PublicKey) -> Result<(), StoreError> {
    let text = "INSERT INTO log_keys (jurisdiction_id, nth, size, verifier, at) VALUES ($1,$2,$3,$4,$5)";
    conn.query(text).bind(&j.0).bind(nth).bind(key.size).bind(&key.verifier).bind(to_ms(key.at)).run().await?;
    Ok(())
}
