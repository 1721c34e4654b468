//! Who somebody is at another provider (OpenID Connect): an issuer and a subject there, for one
//! account here.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, PersonId};

/// An account's identity at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider, by its issuer's address.
    pub issuer: String,
    /// How the provider names the person; never given to another (OpenID Connect Core 1.0, 2).
    pub subject: String,
    /// Whose account.
    pub person: PersonId,
    /// Since when.
    pub linked: Timestamp,
}

fn identity(row: &Row) -> Result<Identity, StoreError> {
    Ok(Identity {
        issuer: row.get(0)?,
        subject: row.get(1)?,
        person: row.id(2, "identities", "person_id")?,
        linked: from_ms(row.get(3)?)?,
    })
}

/// Links an identity to an account.
///
/// # Errors
/// [`StoreError::Conflict`] when it is linked already.
pub async fn link(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Identity) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO identities (jurisdiction_id, issuer, subject, person_id, linked_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&j.0)
    .bind(&new.issuer)
    .bind(&new.subject)
    .bind(new.person.to_string())
    .bind(to_ms(new.linked))
    .run()
    .await?;
    Ok(())
}

/// The account to which an identity is linked.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    issuer: &str,
    subject: &str,
) -> Result<Option<Identity>, StoreError> {
    let row = conn
        .query(
            "SELECT issuer, subject, person_id, linked_at FROM identities
             WHERE jurisdiction_id = $1 AND issuer = $2 AND subject = $3",
        )
        .bind(&j.0)
        .bind(issuer)
        .bind(subject)
        .maybe()
        .await?;
    row.as_ref().map(identity).transpose()
}

/// Somebody's identities at a provider, oldest first.
///
/// # Errors
/// As the engine says.
pub async fn of_person(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    issuer: &str,
    who: PersonId,
) -> Result<Vec<Identity>, StoreError> {
    let rows = conn
        .query(
            "SELECT issuer, subject, person_id, linked_at FROM identities
             WHERE jurisdiction_id = $1 AND issuer = $2 AND person_id = $3 ORDER BY linked_at, subject",
        )
        .bind(&j.0)
        .bind(issuer)
        .bind(who.to_string())
        .all()
        .await?;
    rows.iter().map(identity).collect()
}

/// Ends all links of somebody's account to a provider; how many there were.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, issuer: &str, who: PersonId) -> Result<u64, StoreError> {
    conn.query("DELETE FROM identities WHERE jurisdiction_id = $1 AND issuer = $2 AND person_id = $3")
        .bind(&j.0)
        .bind(issuer)
        .bind(who.to_string())
        .run()
        .await
}
