//! Steps between two requests that are taken once: an awaited second factor, a link to a new
//! password, a passkey's challenge, the state of a login elsewhere, a code that was sent.

use crate::{Conn, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// A challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The hash of its token.
    pub token_hash: String,
    /// What it is for.
    pub kind: String,
    /// What has to be remembered, as JSON.
    pub data: String,
    /// How often it was guessed at.
    pub tries: i64,
    /// When it ends.
    pub ends: Timestamp,
}

/// Keeps a challenge; what has ended is cleared away.
///
/// # Errors
/// [`StoreError::Conflict`] when the token is there.
pub async fn put(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Challenge, now: Timestamp) -> Result<(), StoreError> {
    conn.query("DELETE FROM challenges WHERE jurisdiction_id = $1 AND ends_at <= $2")
        .bind(&j.0)
        .bind(to_ms(now))
        .run()
        .await?;
    conn.query(
        "INSERT INTO challenges (jurisdiction_id, token_hash, kind, data, tries, ends_at) VALUES ($1, $2, $3, $4, 0, $5)",
    )
    .bind(&j.0)
    .bind(&new.token_hash)
    .bind(&new.kind)
    .bind(&new.data)
    .bind(to_ms(new.ends))
    .run()
    .await?;
    Ok(())
}

/// The challenge of a kind under a token's hash, unless it has ended.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    token_hash: &str,
    kind: &str,
    now: Timestamp,
) -> Result<Option<Challenge>, StoreError> {
    let row = conn
        .query(
            "SELECT data, tries, ends_at FROM challenges
             WHERE jurisdiction_id = $1 AND token_hash = $2 AND kind = $3 AND ends_at > $4",
        )
        .bind(&j.0)
        .bind(token_hash)
        .bind(kind)
        .bind(to_ms(now))
        .maybe()
        .await?;
    let read = |row: crate::Row| {
        Ok(Challenge {
            token_hash: token_hash.to_owned(),
            kind: kind.to_owned(),
            data: row.get(0)?,
            tries: row.get(1)?,
            ends: from_ms(row.get(2)?)?,
        })
    };
    row.map(read).transpose()
}

/// Takes a challenge away; whether it was there. Of two who take it at once, one does.
///
/// # Errors
/// As the engine says.
pub async fn take(conn: &mut Conn<'_>, j: &JurisdictionId, token_hash: &str) -> Result<bool, StoreError> {
    let taken = conn
        .query("DELETE FROM challenges WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(token_hash)
        .run()
        .await?;
    Ok(taken > 0)
}

/// Counts a guess before it is looked at, while fewer than `most` were made; whether it may be.
///
/// # Errors
/// As the engine says.
pub async fn guess(conn: &mut Conn<'_>, j: &JurisdictionId, token_hash: &str, most: u32) -> Result<bool, StoreError> {
    let counted = conn
        .query("UPDATE challenges SET tries = tries + 1 WHERE jurisdiction_id = $1 AND token_hash = $2 AND tries < $3")
        .bind(&j.0)
        .bind(token_hash)
        .bind(i64::from(most))
        .run()
        .await?;
    Ok(counted > 0)
}

/// Takes all challenges of a kind away that remember this.
///
/// # Errors
/// As the engine says.
pub async fn take_all(conn: &mut Conn<'_>, j: &JurisdictionId, kind: &str, data: &str) -> Result<(), StoreError> {
    conn.query("DELETE FROM challenges WHERE jurisdiction_id = $1 AND kind = $2 AND data = $3")
        .bind(&j.0)
        .bind(kind)
        .bind(data)
        .run()
        .await?;
    Ok(())
}
