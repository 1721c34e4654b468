//! What organisations and reporters were told: the in-app inbox, kept with the event.

use crate::{Conn, Row, StoreError, Together, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, OrderId, OrgId, PersonId};
use uuid::Uuid;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Identity; sorts by time.
    pub id: Uuid,
    /// For which organisation; none for the reporters of the order.
    pub org: Option<OrgId>,
    /// About which order.
    pub order: OrderId,
    /// Its number.
    pub number: String,
    /// The order's version after the event.
    pub seq: i64,
    /// The event's code.
    pub event: String,
    /// When.
    pub at: Timestamp,
}

/// Adds notices.
///
/// # Errors
/// As the engine says.
pub async fn insert(conn: &mut Conn<'_>, j: &JurisdictionId, notices: &[Notice]) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    let mut together = conn.together();
    add(&mut together, j, notices)?;
    together.run().await
}

pub(crate) fn add<'v>(
    together: &mut Together<'v>,
    j: &'v JurisdictionId,
    notices: &'v [Notice],
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO notices (jurisdiction_id, org_id, id, order_id, number, seq, event, at) VALUES";
    together.insert(text, notices.len(), 8);
    for notice in notices {
        together
            .bind(&j.0)?
            .bind(notice.org.map(|org| org.to_string()).unwrap_or_default())?
            .bind(notice.id.to_string())?
            .bind(notice.order.to_string())?
            .bind(&notice.number)?
            .bind(notice.seq)?
            .bind(&notice.event)?
            .bind(to_ms(notice.at))?;
    }
    Ok(())
}

const COLUMNS: &str = "n.org_id, n.id, n.order_id, n.number, n.seq, n.event, n.at";

fn read(row: &Row) -> Result<Notice, StoreError> {
    let org = row.text(0)?;
    Ok(Notice {
        org: if org.is_empty() { None } else { Some(row.id(0, "notices", "org_id")?) },
        id: row.id(1, "notices", "id")?,
        order: row.id(2, "notices", "order_id")?,
        number: row.get(3)?,
        seq: row.get(4)?,
        event: row.get(5)?,
        at: from_ms(row.get(6)?)?,
    })
}

/// Whether the notice `n` was read by the person of the third placeholder.
const UNREAD: &str = "n.id > COALESCE((SELECT read_until FROM tell_people
      WHERE jurisdiction_id = $1 AND person_id = $3), '')
    AND NOT EXISTS (SELECT 1 FROM notice_reads r
      WHERE r.jurisdiction_id = $1 AND r.person_id = $3 AND r.notice_id = n.id)";

/// An organisation's notices before `before` (an id), newest first, each with whether this person
/// has not read it.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_org(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    org: OrgId,
    person: PersonId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(Notice, bool)>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS}, CAST(CASE WHEN {UNREAD} THEN 1 ELSE 0 END AS BIGINT) FROM notices n
         WHERE n.jurisdiction_id = $1 AND n.org_id = $2 AND n.id < $4 ORDER BY n.id DESC LIMIT $5"
    );
    // After every id stands one that no id can be.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    let rows = conn
        .composed(text)
        .bind(&j.0)
        .bind(org.to_string())
        .bind(person.to_string())
        .bind(before)
        .bind(limit)
        .all()
        .await?;
    rows.iter().map(|row| Ok((read(row)?, row.get::<i64>(7)? != 0))).collect()
}

/// How many of an organisation's notices a person has not read, up to `most`.
///
/// # Errors
/// As the engine says.
pub async fn unread(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    org: OrgId,
    person: PersonId,
    most: i64,
) -> Result<i64, StoreError> {
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT n.id FROM notices n
         WHERE n.jurisdiction_id = $1 AND n.org_id = $2 AND {UNREAD} LIMIT $4) AS some_of_them"
    );
    let row = conn.composed(text).bind(&j.0).bind(org.to_string()).bind(person.to_string()).bind(most).one().await?;
    row.get(0)
}

/// An organisation's notices after one (empty: from the first), oldest first, for a digest.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn after(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    org: OrgId,
    after: &str,
    limit: i64,
) -> Result<Vec<Notice>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM notices n WHERE n.jurisdiction_id = $1 AND n.org_id = $2 AND n.id > $3
         ORDER BY n.id LIMIT $4"
    );
    let rows = conn.composed(text).bind(&j.0).bind(org.to_string()).bind(after).bind(limit).all().await?;
    rows.iter().map(read).collect()
}

/// What the reporters of an order were told, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_reporters(conn: &mut Conn<'_>, j: &JurisdictionId, order: OrderId) -> Result<Vec<Notice>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM notices n WHERE n.jurisdiction_id = $1 AND n.order_id = $2 AND n.org_id = ''
         ORDER BY n.id"
    );
    conn.composed(text).bind(&j.0).bind(order.to_string()).all().await?.iter().map(read).collect()
}

/// The number of the order that a notice of an organisation is about; it counts as read by the person
/// from now on.
///
/// # Errors
/// As the engine says.
pub async fn read_one(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    org: OrgId,
    person: PersonId,
    id: Uuid,
) -> Result<Option<String>, StoreError> {
    let row = conn
        .query("SELECT number FROM notices WHERE jurisdiction_id = $1 AND org_id = $2 AND id = $3")
        .bind(&j.0)
        .bind(org.to_string())
        .bind(id.to_string())
        .maybe()
        .await?;
    let Some(row) = row else { return Ok(None) };
    conn.query(
        "INSERT INTO notice_reads (jurisdiction_id, person_id, notice_id) VALUES ($1, $2, $3)
         ON CONFLICT (jurisdiction_id, person_id, notice_id) DO NOTHING",
    )
    .bind(&j.0)
    .bind(person.to_string())
    .bind(id.to_string())
    .run()
    .await?;
    Ok(Some(row.get(0)?))
}

/// Everything up to a notice counts as read by a person.
///
/// # Errors
/// As the engine says.
pub async fn read_until(conn: &mut Conn<'_>, j: &JurisdictionId, person: PersonId, id: Uuid) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO tell_people (jurisdiction_id, person_id, data, read_until) VALUES ($1, $2, '{}', $3)
         ON CONFLICT (jurisdiction_id, person_id) DO UPDATE SET read_until = excluded.read_until",
    )
    .bind(&j.0)
    .bind(person.to_string())
    .bind(id.to_string())
    .run()
    .await?;
    conn.query("DELETE FROM notice_reads WHERE jurisdiction_id = $1 AND person_id = $2 AND notice_id <= $3")
        .bind(&j.0)
        .bind(person.to_string())
        .bind(id.to_string())
        .run()
        .await?;
    Ok(())
}

/// Notes that a deadline was told of; whether this is the first time.
///
/// # Errors
/// As the engine says.
pub async fn deadline_told(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    order: OrderId,
    event: &str,
    due: Timestamp,
) -> Result<bool, StoreError> {
    let added = conn
        .query(
            "INSERT INTO deadlines_told (jurisdiction_id, order_id, event, due_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (jurisdiction_id, order_id, event, due_at) DO NOTHING",
        )
        .bind(&j.0)
        .bind(order.to_string())
        .bind(event)
        .bind(to_ms(due))
        .run()
        .await?;
    Ok(added == 1)
}
