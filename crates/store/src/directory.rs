//! Places and organisations. They are few and change seldom: the application reads them whole.

use crate::{Conn, StoreError};
use luyuan_domain::{ids::JurisdictionId, org::Org, place::Place};

/// Adds a place, or replaces the one with the same id.
///
/// # Errors
/// [`StoreError::Conflict`] when another place has the same code.
pub async fn put_place(conn: &mut Conn<'_>, j: &JurisdictionId, place: &Place) -> Result<(), StoreError> {
    let data = serde_json::to_string(place).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query(
        "INSERT INTO places (jurisdiction_id, id, code, kind, parent_id, data) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (jurisdiction_id, id) DO UPDATE SET code = excluded.code, kind = excluded.kind,
           parent_id = excluded.parent_id, data = excluded.data",
    )
    .bind(&j.0)
    .bind(place.id.to_string())
    .bind(&place.code)
    .bind(place.kind.code())
    .bind(place.parent.map(|parent| parent.to_string()))
    .bind(data)
    .run()
    .await?;
    Ok(())
}

/// All places, by code.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn places(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<Place>, StoreError> {
    let rows = conn.query("SELECT data FROM places WHERE jurisdiction_id = $1 ORDER BY code").bind(&j.0).all().await?;
    rows.iter().map(|row| row.json(0, "places", "data")).collect()
}

/// Adds an organisation, or replaces the one with the same id.
///
/// # Errors
/// [`StoreError::Conflict`] when another organisation has the same code.
pub async fn put_org(conn: &mut Conn<'_>, j: &JurisdictionId, org: &Org) -> Result<(), StoreError> {
    let data = serde_json::to_string(org).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query(
        "INSERT INTO orgs (jurisdiction_id, id, code, data) VALUES ($1, $2, $3, $4)
         ON CONFLICT (jurisdiction_id, id) DO UPDATE SET code = excluded.code, data = excluded.data",
    )
    .bind(&j.0)
    .bind(org.id.to_string())
    .bind(&org.code)
    .bind(data)
    .run()
    .await?;
    Ok(())
}

/// All organisations, by code.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn orgs(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<Org>, StoreError> {
    let rows = conn.query("SELECT data FROM orgs WHERE jurisdiction_id = $1 ORDER BY code").bind(&j.0).all().await?;
    rows.iter().map(|row| row.json(0, "orgs", "data")).collect()
}
