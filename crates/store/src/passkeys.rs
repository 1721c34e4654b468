//! Passkeys (WebAuthn credentials): public keys, nothing secret.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, PersonId};

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, in hex.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// What its owner calls it.
    pub label: String,
    /// What the library keeps of it, as JSON.
    pub data: String,
    /// Since when.
    pub added: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

fn passkey(row: &Row) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.get(0)?,
        person: row.id(1, "passkeys", "person_id")?,
        label: row.get(2)?,
        data: row.get(3)?,
        added: from_ms(row.get(4)?)?,
        used: row.get::<Option<i64>>(5)?.map(from_ms).transpose()?,
    })
}

/// Keeps a passkey.
///
/// # Errors
/// [`StoreError::Conflict`] when it is there.
pub async fn add(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Passkey) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO passkeys (jurisdiction_id, id, person_id, label, data, added_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&j.0)
    .bind(&new.id)
    .bind(new.person.to_string())
    .bind(&new.label)
    .bind(&new.data)
    .bind(to_ms(new.added))
    .run()
    .await?;
    Ok(())
}

/// The passkey with an id.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: &str) -> Result<Option<Passkey>, StoreError> {
    let row = conn
        .query(
            "SELECT id, person_id, label, data, added_at, used_at FROM passkeys WHERE jurisdiction_id = $1 AND id = $2",
        )
        .bind(&j.0)
        .bind(id)
        .maybe()
        .await?;
    row.as_ref().map(passkey).transpose()
}

/// Somebody's passkeys, oldest first.
///
/// # Errors
/// As the engine says.
pub async fn of_person(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<Vec<Passkey>, StoreError> {
    let rows = conn
        .query(
            "SELECT id, person_id, label, data, added_at, used_at FROM passkeys
             WHERE jurisdiction_id = $1 AND person_id = $2 ORDER BY added_at, id",
        )
        .bind(&j.0)
        .bind(who.to_string())
        .all()
        .await?;
    rows.iter().map(passkey).collect()
}

/// Notes that a passkey was used, and what changed in it; whether it is as it was seen.
///
/// # Errors
/// As the engine says.
pub async fn used(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    seen: &Passkey,
    data: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let used = conn
        .query("UPDATE passkeys SET data = $3, used_at = $4 WHERE jurisdiction_id = $1 AND id = $2 AND data = $5")
        .bind(&j.0)
        .bind(&seen.id)
        .bind(data)
        .bind(to_ms(at))
        .bind(&seen.data)
        .run()
        .await?;
    Ok(used > 0)
}

/// Takes one of somebody's passkeys away; whether it was there.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, id: &str) -> Result<bool, StoreError> {
    let ended = conn
        .query("DELETE FROM passkeys WHERE jurisdiction_id = $1 AND person_id = $2 AND id = $3")
        .bind(&j.0)
        .bind(who.to_string())
        .bind(id)
        .run()
        .await?;
    Ok(ended > 0)
}
