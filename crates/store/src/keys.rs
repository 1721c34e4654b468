//! Keys of programs, kept as hashes.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{ids::JurisdictionId, roles::Scopes};

/// Letters of the hash that name a key in lists: enough to tell keys apart, too few to find one.
const NAME: usize = 12;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The hash of the key.
    pub hash: String,
    /// What the timeline calls the program.
    pub label: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// From when.
    pub since: Timestamp,
    /// Until when, itself excluded.
    pub until: Option<Timestamp>,
}

impl Key {
    /// A name for lists and commands.
    pub fn name(&self) -> &str {
        self.hash.get(..NAME).unwrap_or(&self.hash)
    }

    /// Whether it holds at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

fn key(row: &Row) -> Result<Key, StoreError> {
    let (hash, scopes): (String, String) = (row.get(0)?, row.get(2)?);
    let scopes =
        Scopes::parse(&scopes).map_err(|_| StoreError::corrupt("api_keys", "scopes", &hash[..NAME.min(hash.len())]))?;
    Ok(Key {
        label: row.get(1)?,
        scopes,
        since: from_ms(row.get(3)?)?,
        until: row.get::<Option<i64>>(4)?.map(from_ms).transpose()?,
        hash,
    })
}

/// Keeps a key.
///
/// # Errors
/// [`StoreError::Conflict`] when the key exists.
pub async fn add(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Key) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO api_keys (jurisdiction_id, key_hash, label, scopes, since, until) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&j.0)
    .bind(&new.hash)
    .bind(&new.label)
    .bind(new.scopes.written())
    .bind(to_ms(new.since))
    .bind(new.until.map(to_ms))
    .run()
    .await?;
    Ok(())
}

/// The key with a hash, also one that has ended.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str) -> Result<Option<Key>, StoreError> {
    let row = conn
        .query(
            "SELECT key_hash, label, scopes, since, until FROM api_keys WHERE jurisdiction_id = $1 AND key_hash = $2",
        )
        .bind(&j.0)
        .bind(hash)
        .maybe()
        .await?;
    row.as_ref().map(key).transpose()
}

/// All keys, ended ones too, newest first.
///
/// # Errors
/// As the engine says.
pub async fn all(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<Key>, StoreError> {
    let rows = conn
        .query(
            "SELECT key_hash, label, scopes, since, until FROM api_keys WHERE jurisdiction_id = $1
             ORDER BY since DESC, key_hash",
        )
        .bind(&j.0)
        .all()
        .await?;
    rows.iter().map(key).collect()
}

/// Ends a key at an instant, unless it ended before; whether it did.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str, at: Timestamp) -> Result<bool, StoreError> {
    let ended = conn
        .query(
            "UPDATE api_keys SET until = $3
             WHERE jurisdiction_id = $1 AND key_hash = $2 AND (until IS NULL OR until > $3)",
        )
        .bind(&j.0)
        .bind(hash)
        .bind(to_ms(at))
        .run()
        .await?;
    Ok(ended > 0)
}
