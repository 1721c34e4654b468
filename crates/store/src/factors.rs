//! Second factors: time-based codes (RFC 6238) and recovery codes.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, PersonId};

/// Somebody's authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    /// The shared secret, sealed by those who call.
    pub secret: String,
    /// It was proved with a first code, and is asked for at every login.
    pub confirmed: bool,
}

/// Somebody's authenticator, if there is one.
///
/// # Errors
/// As the engine says.
pub async fn totp(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<Option<Totp>, StoreError> {
    let row = conn
        .query("SELECT secret, confirmed_at FROM totp WHERE jurisdiction_id = $1 AND person_id = $2")
        .bind(&j.0)
        .bind(who.to_string())
        .maybe()
        .await?;
    row.map(|row| Ok(Totp { secret: row.get(0)?, confirmed: row.get::<Option<i64>>(1)?.is_some() })).transpose()
}

/// Everybody's secret.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn secrets(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<(PersonId, String)>, StoreError> {
    let rows = conn.query("SELECT person_id, secret FROM totp WHERE jurisdiction_id = $1").bind(&j.0).all().await?;
    rows.iter().map(|row| Ok((row.id(0, "totp", "person_id")?, row.get(1)?))).collect()
}

/// Keeps a secret that was sealed anew.
///
/// # Errors
/// As the engine says.
pub async fn reseal(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, secret: &str) -> Result<(), StoreError> {
    let text = "UPDATE totp SET secret = $3 WHERE jurisdiction_id = $1 AND person_id = $2";
    conn.query(text).bind(&j.0).bind(who.to_string()).bind(secret).run().await?;
    Ok(())
}

/// Begins with a new secret, unless a confirmed one is there; whether it did.
///
/// # Errors
/// As the engine says.
pub async fn begin(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, secret: &str) -> Result<bool, StoreError> {
    let begun = conn
        .query(
            "INSERT INTO totp (jurisdiction_id, person_id, secret) VALUES ($1, $2, $3)
             ON CONFLICT (jurisdiction_id, person_id) DO UPDATE SET secret = excluded.secret, last_step = 0
             WHERE totp.confirmed_at IS NULL",
        )
        .bind(&j.0)
        .bind(who.to_string())
        .bind(secret)
        .run()
        .await?;
    Ok(begun > 0)
}

/// Confirms the authenticator.
///
/// # Errors
/// As the engine says.
pub async fn confirm(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, now: Timestamp) -> Result<(), StoreError> {
    conn.query(
        "UPDATE totp SET confirmed_at = $3 WHERE jurisdiction_id = $1 AND person_id = $2 AND confirmed_at IS NULL",
    )
    .bind(&j.0)
    .bind(who.to_string())
    .bind(to_ms(now))
    .run()
    .await?;
    Ok(())
}

/// Uses a time step up; whether it and all later ones were unused. So no code is accepted twice.
///
/// # Errors
/// As the engine says.
pub async fn use_step(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, step: i64) -> Result<bool, StoreError> {
    let used = conn
        .query("UPDATE totp SET last_step = $3 WHERE jurisdiction_id = $1 AND person_id = $2 AND last_step < $3")
        .bind(&j.0)
        .bind(who.to_string())
        .bind(step)
        .run()
        .await?;
    Ok(used > 0)
}

/// Replaces the recovery codes, kept as hashes.
///
/// # Errors
/// As the engine says.
pub async fn put_codes(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: PersonId,
    hashes: &[String],
) -> Result<(), StoreError> {
    conn.query("DELETE FROM recovery_codes WHERE jurisdiction_id = $1 AND person_id = $2")
        .bind(&j.0)
        .bind(who.to_string())
        .run()
        .await?;
    for hash in hashes {
        conn.query("INSERT INTO recovery_codes (jurisdiction_id, person_id, code_hash) VALUES ($1, $2, $3)")
            .bind(&j.0)
            .bind(who.to_string())
            .bind(hash)
            .run()
            .await?;
    }
    Ok(())
}

/// Uses a recovery code up; whether it was unused. Of two who use it at once, one does.
///
/// # Errors
/// As the engine says.
pub async fn use_code(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: PersonId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = conn
        .query(
            "UPDATE recovery_codes SET used_at = $4
             WHERE jurisdiction_id = $1 AND person_id = $2 AND code_hash = $3 AND used_at IS NULL",
        )
        .bind(&j.0)
        .bind(who.to_string())
        .bind(hash)
        .bind(to_ms(now))
        .run()
        .await?;
    Ok(used > 0)
}

/// How many recovery codes are unused.
///
/// # Errors
/// As the engine says.
pub async fn codes_left(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<i64, StoreError> {
    conn.query("SELECT COUNT(*) FROM recovery_codes WHERE jurisdiction_id = $1 AND person_id = $2 AND used_at IS NULL")
        .bind(&j.0)
        .bind(who.to_string())
        .one()
        .await?
        .get(0)
}

/// Takes authenticator and recovery codes away.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<(), StoreError> {
    put_codes(conn, j, who, &[]).await?;
    conn.query("DELETE FROM totp WHERE jurisdiction_id = $1 AND person_id = $2")
        .bind(&j.0)
        .bind(who.to_string())
        .run()
        .await?;
    Ok(())
}
