//! Sessions: a person acting for one organisation from one device.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, OrgId, PersonId};

/// Letters of the hash that name a session in lists.
const NAME: usize = 12;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub hash: String,
    /// Who.
    pub person: PersonId,
    /// For which organisation.
    pub org: OrgId,
    /// On which device, in a few words.
    pub device: String,
    /// Since when.
    pub opened: Timestamp,
    /// When it was last used, to the day.
    pub seen: Timestamp,
    /// Until when.
    pub ends: Timestamp,
}

impl Session {
    /// A name for lists.
    pub fn name(&self) -> &str {
        self.hash.get(..NAME).unwrap_or(&self.hash)
    }
}

const COLUMNS: &str = "token_hash, person_id, org_id, device, opened_at, seen_at, ends_at";

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        hash: row.get(0)?,
        person: row.id(1, "sessions", "person_id")?,
        org: row.id(2, "sessions", "org_id")?,
        device: row.get(3)?,
        opened: from_ms(row.get(4)?)?,
        seen: from_ms(row.get(5)?)?,
        ends: from_ms(row.get(6)?)?,
    })
}

/// Keeps a session.
///
/// # Errors
/// As the engine says.
pub async fn open(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Session) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO sessions (jurisdiction_id, token_hash, person_id, org_id, device, opened_at, seen_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&j.0)
    .bind(&new.hash)
    .bind(new.person.to_string())
    .bind(new.org.to_string())
    .bind(&new.device)
    .bind(to_ms(new.opened))
    .bind(to_ms(new.seen))
    .bind(to_ms(new.ends))
    .run()
    .await?;
    Ok(())
}

/// The session under a token's hash, unless it has ended.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let text =
        format!("SELECT {COLUMNS} FROM sessions WHERE jurisdiction_id = $1 AND token_hash = $2 AND ends_at > $3");
    let row = conn.composed(text).bind(&j.0).bind(hash).bind(to_ms(now)).maybe().await?;
    row.as_ref().map(session).transpose()
}

/// The sessions of a person that have not ended, the latest first.
///
/// # Errors
/// As the engine says.
pub async fn of_person(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: PersonId,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM sessions WHERE jurisdiction_id = $1 AND person_id = $2 AND ends_at > $3
         ORDER BY opened_at DESC, token_hash"
    );
    let rows = conn.composed(text).bind(&j.0).bind(who.to_string()).bind(to_ms(now)).all().await?;
    rows.iter().map(session).collect()
}

/// Notes when a session was last used.
///
/// # Errors
/// As the engine says.
pub async fn saw(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str, at: Timestamp) -> Result<(), StoreError> {
    conn.query("UPDATE sessions SET seen_at = $3 WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(hash)
        .bind(to_ms(at))
        .run()
        .await?;
    Ok(())
}

/// Lets a session act for another organisation.
///
/// # Errors
/// As the engine says.
pub async fn act_for(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str, org: OrgId) -> Result<(), StoreError> {
    conn.query("UPDATE sessions SET org_id = $3 WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(hash)
        .bind(org.to_string())
        .run()
        .await?;
    Ok(())
}

/// Ends a session; whether it was there.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str) -> Result<bool, StoreError> {
    let ended = conn
        .query("DELETE FROM sessions WHERE jurisdiction_id = $1 AND token_hash = $2")
        .bind(&j.0)
        .bind(hash)
        .run()
        .await?;
    Ok(ended > 0)
}

/// Ends all sessions of a person but one; how many.
///
/// # Errors
/// As the engine says.
pub async fn end_all(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId, but: &str) -> Result<u64, StoreError> {
    conn.query("DELETE FROM sessions WHERE jurisdiction_id = $1 AND person_id = $2 AND token_hash <> $3")
        .bind(&j.0)
        .bind(who.to_string())
        .bind(but)
        .run()
        .await
}
