//! Browsers that somebody allowed to be told (Web Push, RFC 8030).

use crate::{Conn, Row, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{ids::JurisdictionId, telling::Recipient};

/// A browser's subscription. As it is kept, all three texts stand sealed in the endpoint's place and the
/// others are empty; those of older programs stand open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Its name here: the hash of the endpoint.
    pub id: String,
    /// Where its push service listens.
    pub endpoint: String,
    /// The browser's public key (RFC 8291), base64url.
    pub p256dh: String,
    /// The browser's secret (RFC 8291), base64url.
    pub auth: String,
}

/// Adds or replaces a subscription.
///
/// # Errors
/// As the engine says.
pub async fn put(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    to: Recipient,
    push: &Push,
    since: Timestamp,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO pushes (jurisdiction_id, recipient, id, endpoint, p256dh, auth, since)
         VALUES ($1,$2,$3,$4,$5,$6,$7)
         ON CONFLICT (jurisdiction_id, recipient, id) DO UPDATE SET endpoint = excluded.endpoint,
           p256dh = excluded.p256dh, auth = excluded.auth",
    )
    .bind(&j.0)
    .bind(to.to_string())
    .bind(&push.id)
    .bind(&push.endpoint)
    .bind(&push.p256dh)
    .bind(&push.auth)
    .bind(to_ms(since))
    .run()
    .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Push, StoreError> {
    Ok(Push { id: row.get(0)?, endpoint: row.get(1)?, p256dh: row.get(2)?, auth: row.get(3)? })
}

/// The subscriptions of somebody.
///
/// # Errors
/// As the engine says.
pub async fn of(conn: &mut Conn<'_>, j: &JurisdictionId, to: Recipient) -> Result<Vec<Push>, StoreError> {
    let rows = conn
        .query(
            "SELECT id, endpoint, p256dh, auth FROM pushes WHERE jurisdiction_id = $1 AND recipient = $2 ORDER BY id",
        )
        .bind(&j.0)
        .bind(to.to_string())
        .all()
        .await?;
    rows.iter().map(read).collect()
}

/// All subscriptions, with whose they are.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn all(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Vec<(Recipient, Push)>, StoreError> {
    let text = "SELECT id, endpoint, p256dh, auth, recipient FROM pushes WHERE jurisdiction_id = $1";
    let rows = conn.query(text).bind(&j.0).all().await?;
    let whose = |row: &Row| {
        let text = row.text(4)?;
        Recipient::parse(text).ok_or_else(|| StoreError::corrupt("pushes", "recipient", text))
    };
    rows.iter().map(|row| Ok((whose(row)?, read(row)?))).collect()
}

/// Takes a subscription away, or all of somebody's; how many there were.
///
/// # Errors
/// As the engine says.
pub async fn remove(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    to: Recipient,
    id: Option<&str>,
) -> Result<u64, StoreError> {
    let text = match id {
        Some(_) => "DELETE FROM pushes WHERE jurisdiction_id = $1 AND recipient = $2 AND id = $3",
        None => "DELETE FROM pushes WHERE jurisdiction_id = $1 AND recipient = $2",
    };
    let query = conn.query(text).bind(&j.0).bind(to.to_string());
    match id {
        Some(id) => query.bind(id).run().await,
        None => query.run().await,
    }
}
