//! The audit trail: what was done to accounts, roles and keys. Append-only, as triggers enforce.

use crate::{Conn, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{actor::Actor, ids::JurisdictionId};

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identity; sorts by time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// Stable code of what was done.
    pub what: String,
    /// To whom or to what: a login, a key's name.
    pub about: String,
    /// More, for people.
    pub detail: String,
}

/// Adds an entry.
///
/// # Errors
/// As the engine says.
pub async fn add(conn: &mut Conn<'_>, j: &JurisdictionId, entry: &Entry) -> Result<(), StoreError> {
    let actor = serde_json::to_string(&entry.actor).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query(
        "INSERT INTO audit (jurisdiction_id, id, at, actor, what, about, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&j.0)
    .bind(&entry.id)
    .bind(to_ms(entry.at))
    .bind(actor)
    .bind(&entry.what)
    .bind(&entry.about)
    .bind(&entry.detail)
    .run()
    .await?;
    Ok(())
}

/// Entries, newest first: those older than the entry with this id, or the newest when it is empty.
///
/// # Errors
/// As the engine says.
pub async fn before(conn: &mut Conn<'_>, j: &JurisdictionId, id: &str, most: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = conn
        .query(
            "SELECT id, at, actor, what, about, detail FROM audit
             WHERE jurisdiction_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(&j.0)
        .bind(id)
        .bind(most)
        .all()
        .await?;
    let entry = |row: &crate::Row| {
        let id: String = row.get(0)?;
        Ok(Entry {
            at: from_ms(row.get(1)?)?,
            actor: row.json(2, "audit", "actor")?,
            what: row.get(3)?,
            about: row.get(4)?,
            detail: row.get(5)?,
            id,
        })
    };
    rows.iter().map(entry).collect()
}
