//! Roles that people hold.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrgId, PersonId, RoleId},
    roles::{Held, Role},
};

const COLUMNS: &str = "id, person_id, org_id, role, place_id, since, until";

fn held(row: &Row) -> Result<Held, StoreError> {
    let (id, role): (String, String) = (row.get(0)?, row.get(3)?);
    Ok(Held {
        id: row.id(0, "roles", "id")?,
        person: row.id(1, "roles", "person_id")?,
        org: row.id(2, "roles", "org_id")?,
        role: Role::parse(&role).ok_or_else(|| StoreError::corrupt("roles", "role", id))?,
        place: row.maybe_id(4, "roles", "place_id")?,
        since: from_ms(row.get(5)?)?,
        until: row.get::<Option<i64>>(6)?.map(from_ms).transpose()?,
    })
}

/// Keeps a role.
///
/// # Errors
/// [`StoreError::Conflict`] when person or organisation do not exist.
pub async fn give(conn: &mut Conn<'_>, j: &JurisdictionId, new: &Held) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO roles (jurisdiction_id, id, person_id, org_id, role, place_id, since, until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&j.0)
    .bind(new.id.to_string())
    .bind(new.person.to_string())
    .bind(new.org.to_string())
    .bind(new.role.code())
    .bind(new.place.map(|place| place.to_string()))
    .bind(to_ms(new.since))
    .bind(new.until.map(to_ms))
    .run()
    .await?;
    Ok(())
}

/// Ends a role at an instant, unless it ended before; whether it did.
///
/// # Errors
/// As the engine says.
pub async fn end(conn: &mut Conn<'_>, j: &JurisdictionId, id: RoleId, at: Timestamp) -> Result<bool, StoreError> {
    let ended = conn
        .query("UPDATE roles SET until = $3 WHERE jurisdiction_id = $1 AND id = $2 AND (until IS NULL OR until > $3)")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(to_ms(at))
        .run()
        .await?;
    Ok(ended > 0)
}

/// The role with an id.
///
/// # Errors
/// As the engine says.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: RoleId) -> Result<Option<Held>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM roles WHERE jurisdiction_id = $1 AND id = $2");
    let row = conn.composed(text).bind(&j.0).bind(id.to_string()).maybe().await?;
    row.as_ref().map(held).transpose()
}

/// All roles of a person, past ones too, oldest first.
///
/// # Errors
/// As the engine says.
pub async fn of_person(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<Vec<Held>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM roles WHERE jurisdiction_id = $1 AND person_id = $2 ORDER BY since, id");
    let rows = conn.composed(text).bind(&j.0).bind(who.to_string()).all().await?;
    rows.iter().map(held).collect()
}

/// All roles that have not ended at an instant, with login and name of their holders: those in some
/// organisations, or in all when none are named. By login.
///
/// # Errors
/// As the engine says.
pub async fn standing(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    orgs: &[OrgId],
    at: Timestamp,
) -> Result<Vec<(Held, String, String)>, StoreError> {
    let rows = conn
        .query(
            "SELECT r.id, r.person_id, r.org_id, r.role, r.place_id, r.since, r.until, p.login, p.name FROM roles r
             JOIN people p ON p.jurisdiction_id = r.jurisdiction_id AND p.id = r.person_id
             WHERE r.jurisdiction_id = $1 AND (r.until IS NULL OR r.until > $2) ORDER BY p.login, r.since, r.id",
        )
        .bind(&j.0)
        .bind(to_ms(at))
        .all()
        .await?;
    let all = rows.iter().map(|row| Ok((held(row)?, row.get(7)?, row.get(8)?)));
    let all = all.collect::<Result<Vec<(Held, String, String)>, StoreError>>()?;
    Ok(all.into_iter().filter(|(held, ..)| orgs.is_empty() || orgs.contains(&held.org)).collect())
}
