//! Links that let one person make an account with one role.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    actor::Actor,
    ids::{JurisdictionId, OrgId, PlaceId},
    roles::Role,
};

/// Letters of the hash that name an invitation in lists.
const NAME: usize = 12;

/// An invitation.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    /// The hash of the link's token.
    pub hash: String,
    /// In which organisation.
    pub org: OrgId,
    /// Which role the person will hold.
    pub role: Role,
    /// Over which place.
    pub place: Option<PlaceId>,
    /// Until when they will hold it.
    pub until: Option<Timestamp>,
    /// Who made it.
    pub by: Actor,
    /// When.
    pub made: Timestamp,
    /// When the link ends.
    pub ends: Timestamp,
    /// Who they are at another provider: issuer and subject, if that was said.
    pub identity: Option<(String, String)>,
}

impl Invitation {
    /// A name for lists.
    pub fn name(&self) -> &str {
        self.hash.get(..NAME).unwrap_or(&self.hash)
    }
}

fn invitation(row: &Row) -> Result<Invitation, StoreError> {
    let (hash, role): (String, String) = (row.get(0)?, row.get(2)?);
    Ok(Invitation {
        org: row.id(1, "invitations", "org_id")?,
        role: Role::parse(&role).ok_or_else(|| StoreError::corrupt("invitations", "role", role))?,
        place: row.maybe_id(3, "invitations", "place_id")?,
        until: row.get::<Option<i64>>(4)?.map(from_ms).transpose()?,
        by: row.json(5, "invitations", "made_by")?,
        made: from_ms(row.get(6)?)?,
        ends: from_ms(row.get(7)?)?,
        identity: row.get::<Option<String>>(8)?.zip(row.get::<Option<String>>(9)?),
        hash,
    })
}

const COLUMNS: &str = "token_hash, org_id, role, place_id, role_until, made_by, made_at, ends_at, issuer, subject";

/// Keeps an invitation.
///
/// # Errors
/// As the engine says.
pub async fn put(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Invitation) -> Result<(), StoreError> {
    let by = serde_json::to_string(&new.by).map_err(|error| StoreError::Sql(error.to_string()))?;
    let text =
        format!("INSERT INTO invitations (jurisdiction_id, {COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)");
    conn.composed(text)
        .bind(&j.0)
        .bind(&new.hash)
        .bind(new.org.to_string())
        .bind(new.role.code())
        .bind(new.place.map(|place| place.to_string()))
        .bind(new.until.map(to_ms))
        .bind(by)
        .bind(to_ms(new.made))
        .bind(to_ms(new.ends))
        .bind(new.identity.as_ref().map(|(issuer, _)| issuer.clone()))
        .bind(new.identity.as_ref().map(|(_, subject)| subject.clone()))
        .run()
        .await?;
    Ok(())
}

/// The invitations that can still be used, newest first.
///
/// # Errors
/// As the engine says.
pub async fn open(conn: &mut Conn<'_>, j: &JurisdictionId, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM invitations WHERE jurisdiction_id = $1 AND used_at IS NULL AND ends_at > $2
         ORDER BY made_at DESC, token_hash"
    );
    let rows = conn.composed(text).bind(&j.0).bind(to_ms(now)).all().await?;
    rows.iter().map(invitation).collect()
}

/// The invitation under a token's hash, if it can still be used.
///
/// # Errors
/// As the engine says.
pub async fn get(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM invitations
         WHERE jurisdiction_id = $1 AND token_hash = $2 AND used_at IS NULL AND ends_at > $3"
    );
    let row = conn.composed(text).bind(&j.0).bind(hash).bind(to_ms(now)).maybe().await?;
    row.as_ref().map(invitation).transpose()
}

/// Uses an invitation up; whether it could still be used. Of two who use it at once, one does.
///
/// # Errors
/// As the engine says.
pub async fn use_up(conn: &mut Conn<'_>, j: &JurisdictionId, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
    let used = conn
        .query(
            "UPDATE invitations SET used_at = $3
             WHERE jurisdiction_id = $1 AND token_hash = $2 AND used_at IS NULL AND ends_at > $3",
        )
        .bind(&j.0)
        .bind(hash)
        .bind(to_ms(now))
        .run()
        .await?;
    Ok(used > 0)
}
