//! Programs and chat groups that are told over HTTP.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{ids::JurisdictionId, telling::Way};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A program or chat group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// What people call it.
    pub name: String,
    /// A webhook or one of the robots.
    pub way: Way,
    /// Where it listens.
    pub url: String,
    /// With what messages are signed; empty for a robot that wants no signature.
    #[serde(default)]
    pub secret: String,
    /// Messages are signed with the district's Ed25519 key too (`v1a`).
    #[serde(default)]
    pub asymmetric: bool,
    /// Codes of the events that it is told; all when empty.
    #[serde(default)]
    pub events: Vec<String>,
    /// Codes of the organisations whose orders it is told of; all when empty.
    #[serde(default)]
    pub orgs: Vec<String>,
    /// In which language a robot speaks.
    #[serde(default)]
    pub language: String,
}

/// A program or chat group as it is kept: address and secret stand sealed, and are empty beside. Those
/// of older programs stand open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The rest of it.
    #[serde(flatten)]
    pub hook: Hook,
    /// Address and secret; empty where they stand open.
    #[serde(default)]
    pub sealed: String,
}

/// Adds or replaces one.
///
/// # Errors
/// [`StoreError::Sql`] when it cannot be written as JSON.
pub async fn put(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    id: Uuid,
    hook: &Kept,
    since: Timestamp,
) -> Result<(), StoreError> {
    let data = serde_json::to_string(hook).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query(
        "INSERT INTO hooks (jurisdiction_id, id, data, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (jurisdiction_id, id) DO UPDATE SET data = excluded.data",
    )
    .bind(&j.0)
    .bind(id.to_string())
    .bind(data)
    .bind(to_ms(since))
    .run()
    .await?;
    Ok(())
}

/// All of them, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn all(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<(Uuid, Kept)>, StoreError> {
    let rows = conn.query("SELECT id, data FROM hooks WHERE jurisdiction_id = $1 ORDER BY id").bind(&j.0).all().await?;
    rows.iter().map(|row| Ok((row.id(0, "hooks", "id")?, row.json(1, "hooks", "data")?))).collect()
}

/// Takes one away; whether it was there.
///
/// # Errors
/// As the engine says.
pub async fn remove(conn: &mut Conn<'_>, j: &JurisdictionId, id: Uuid) -> Result<bool, StoreError> {
    let gone = conn
        .query("DELETE FROM hooks WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .run()
        .await?;
    Ok(gone == 1)
}
