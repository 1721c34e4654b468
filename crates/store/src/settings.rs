//! Named settings, running numbers and rule texts of a jurisdiction.

use crate::{Conn, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// The value of a setting.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str) -> Result<Option<String>, StoreError> {
    let row = conn
        .query("SELECT value FROM settings WHERE jurisdiction_id = $1 AND name = $2")
        .bind(&j.0)
        .bind(name)
        .maybe()
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Sets a setting.
///
/// # Errors
/// As the engine says.
pub async fn set(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str, value: &str) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO settings (jurisdiction_id, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (jurisdiction_id, name) DO UPDATE SET value = excluded.value",
    )
    .bind(&j.0)
    .bind(name)
    .bind(value)
    .run()
    .await?;
    Ok(())
}

/// Sets a setting unless it is there.
///
/// # Errors
/// As the engine says.
pub async fn set_first(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str, value: &str) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO settings (jurisdiction_id, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (jurisdiction_id, name) DO NOTHING",
    )
    .bind(&j.0)
    .bind(name)
    .bind(value)
    .run()
    .await?;
    Ok(())
}

/// Takes `count` running numbers; the last of them. The numbers up to it are the caller's own.
///
/// # Errors
/// As the engine says.
pub async fn take_numbers(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str, count: i64) -> Result<i64, StoreError> {
    let row = conn
        .query(
            "INSERT INTO counters (jurisdiction_id, name, value) VALUES ($1, $2, $3)
             ON CONFLICT (jurisdiction_id, name) DO UPDATE SET value = counters.value + excluded.value
             RETURNING value",
        )
        .bind(&j.0)
        .bind(name)
        .bind(count)
        .one()
        .await?;
    row.get(0)
}

/// The last running number of `name` that was taken; 0 before the first.
///
/// # Errors
/// As the engine says.
pub async fn last_number(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str) -> Result<i64, StoreError> {
    let row = conn
        .query("SELECT value FROM counters WHERE jurisdiction_id = $1 AND name = $2")
        .bind(&j.0)
        .bind(name)
        .maybe()
        .await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Gives running numbers back that nobody got, when no later one was taken meanwhile.
///
/// # Errors
/// As the engine says.
pub async fn give_back_numbers(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    name: &str,
    last: i64,
    unused: i64,
) -> Result<(), StoreError> {
    conn.query("UPDATE counters SET value = value - $4 WHERE jurisdiction_id = $1 AND name = $2 AND value = $3")
        .bind(&j.0)
        .bind(name)
        .bind(last)
        .bind(unused)
        .run()
        .await?;
    Ok(())
}

/// The counter that tells running programs of changed places, organisations or rules.
const GENERATION: &str = "generation";

/// Notes, in the transaction that changes places, organisations or rules, that they changed.
///
/// # Errors
/// As the engine says.
pub async fn mark_changed(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<i64, StoreError> {
    take_numbers(conn, j, GENERATION, 1).await
}

/// How often places, organisations or rules changed under running programs.
///
/// # Errors
/// As the engine says.
pub async fn generation(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<i64, StoreError> {
    last_number(conn, j, GENERATION).await
}

/// Adds or replaces a named rule text (ruleset, catalogue, calendar).
///
/// # Errors
/// As the engine says.
pub async fn put_rules(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    name: &str,
    body: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO rules (jurisdiction_id, name, body, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (jurisdiction_id, name) DO UPDATE SET body = excluded.body, added_at = excluded.added_at",
    )
    .bind(&j.0)
    .bind(name)
    .bind(body)
    .bind(to_ms(now))
    .run()
    .await?;
    Ok(())
}

/// When the rule texts last changed; nothing when there are none.
///
/// # Errors
/// [`StoreError::Corrupt`] for an instant that is none.
pub async fn rules_changed(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Option<Timestamp>, StoreError> {
    let row = conn.query("SELECT MAX(added_at) FROM rules WHERE jurisdiction_id = $1").bind(&j.0).one().await?;
    row.get::<Option<i64>>(0)?.map(from_ms).transpose()
}

/// All rule texts as (name, text), by name.
///
/// # Errors
/// As the engine says.
pub async fn rules(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<(String, String)>, StoreError> {
    let rows =
        conn.query("SELECT name, body FROM rules WHERE jurisdiction_id = $1 ORDER BY name").bind(&j.0).all().await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
