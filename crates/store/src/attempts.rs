//! Failed attempts by a name: an account's login, or an address.

use crate::{Conn, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// How often it failed, and when last; nothing when it never did.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str) -> Result<Option<(u32, Timestamp)>, StoreError> {
    let row = conn
        .query("SELECT fails, last_at FROM attempts WHERE jurisdiction_id = $1 AND name = $2")
        .bind(&j.0)
        .bind(name)
        .maybe()
        .await?;
    let read = |row: crate::Row| Ok((u32::try_from(row.get::<i64>(0)?).unwrap_or(u32::MAX), from_ms(row.get(1)?)?));
    row.map(read).transpose()
}

/// Counts an attempt as failed before it is made, unless somebody else counted one since `seen` was
/// read; whether it was counted. So no number of attempts at one moment slips through a wait.
///
/// # Errors
/// As the engine says.
pub async fn count(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    name: &str,
    seen: Option<u32>,
    fails: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let counted = match seen {
        None => {
            conn.query(
                "INSERT INTO attempts (jurisdiction_id, name, fails, last_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (jurisdiction_id, name) DO NOTHING",
            )
            .bind(&j.0)
            .bind(name)
            .bind(i64::from(fails))
            .bind(to_ms(now))
            .run()
            .await?
        }
        Some(seen) => {
            conn.query(
                "UPDATE attempts SET fails = $3, last_at = $4 WHERE jurisdiction_id = $1 AND name = $2 AND fails = $5",
            )
            .bind(&j.0)
            .bind(name)
            .bind(i64::from(fails))
            .bind(to_ms(now))
            .bind(i64::from(seen))
            .run()
            .await?
        }
    };
    Ok(counted > 0)
}

/// Forgets the failures of a name.
///
/// # Errors
/// As the engine says.
pub async fn forget(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str) -> Result<(), StoreError> {
    conn.query("DELETE FROM attempts WHERE jurisdiction_id = $1 AND name = $2").bind(&j.0).bind(name).run().await?;
    Ok(())
}

/// Takes one failure back: the attempt succeeded after all.
///
/// # Errors
/// As the engine says.
pub async fn take_back(conn: &mut Conn<'_>, j: &JurisdictionId, name: &str) -> Result<(), StoreError> {
    conn.query("UPDATE attempts SET fails = fails - 1 WHERE jurisdiction_id = $1 AND name = $2 AND fails > 0")
        .bind(&j.0)
        .bind(name)
        .run()
        .await?;
    Ok(())
}

/// Forgets all failures before an instant.
///
/// # Errors
/// As the engine says.
pub async fn forget_before(conn: &mut Conn<'_>, j: &JurisdictionId, before: Timestamp) -> Result<(), StoreError> {
    conn.query("DELETE FROM attempts WHERE jurisdiction_id = $1 AND last_at < $2")
        .bind(&j.0)
        .bind(to_ms(before))
        .run()
        .await?;
    Ok(())
}
