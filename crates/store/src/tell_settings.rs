//! How people want to be told: quiet hours, digest, language, which channels.

use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrgId, PersonId, ReporterId},
    telling::Quiet,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// How somebody with an account wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfPerson {
    /// Where mail goes; none when empty.
    pub email: String,
    /// One mail a day in place of one for each notice.
    pub digest: bool,
    /// Quiet hours of their own; the district's when there are none.
    pub quiet: Option<Quiet>,
    /// The language to write to them in.
    pub language: String,
    /// The last notice that a digest told of.
    pub digest_until: String,
    /// The day (of the epoch) of the last digest.
    pub digest_day: i64,
}

/// How a reporter wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfReporter {
    /// No mail.
    pub no_email: bool,
    /// Quiet hours of their own; the district's when there are none.
    pub quiet: Option<Quiet>,
}

fn data(settings: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|error| StoreError::Sql(error.to_string()))
}

async fn find<T: DeserializeOwned + Default>(
    conn: &mut Conn<'_>,
    text: &'static str,
    j: &JurisdictionId,
    id: String,
) -> Result<T, StoreError> {
    let row = conn.query(text).bind(&j.0).bind(id).maybe().await?;
    row.map_or_else(|| Ok(T::default()), |row| row.json(0, "tell_people", "data"))
}

/// The settings of somebody with an account.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_person(conn: &mut Conn<'_>, j: &JurisdictionId, who: PersonId) -> Result<OfPerson, StoreError> {
    let text = "SELECT data FROM tell_people WHERE jurisdiction_id = $1 AND person_id = $2";
    find(conn, text, j, who.to_string()).await
}

/// The settings of a reporter.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_reporter(conn: &mut Conn<'_>, j: &JurisdictionId, who: ReporterId) -> Result<OfReporter, StoreError> {
    let text = "SELECT data FROM tell_reporters WHERE jurisdiction_id = $1 AND reporter_id = $2";
    find(conn, text, j, who.to_string()).await
}

/// Keeps the settings of somebody with an account.
///
/// # Errors
/// [`StoreError::Sql`] when they cannot be written as JSON.
pub async fn put_person(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: PersonId,
    settings: &OfPerson,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO tell_people (jurisdiction_id, person_id, data, read_until) VALUES ($1, $2, $3, '')
         ON CONFLICT (jurisdiction_id, person_id) DO UPDATE SET data = excluded.data",
    )
    .bind(&j.0)
    .bind(who.to_string())
    .bind(data(settings)?)
    .run()
    .await?;
    Ok(())
}

/// Keeps the settings of a reporter.
///
/// # Errors
/// [`StoreError::Sql`] when they cannot be written as JSON.
pub async fn put_reporter(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: ReporterId,
    settings: &OfReporter,
) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO tell_reporters (jurisdiction_id, reporter_id, data) VALUES ($1, $2, $3)
         ON CONFLICT (jurisdiction_id, reporter_id) DO UPDATE SET data = excluded.data",
    )
    .bind(&j.0)
    .bind(who.to_string())
    .bind(data(settings)?)
    .run()
    .await?;
    Ok(())
}

/// Roles of those who work on orders, and so have an inbox; see [`luyuan_domain::roles::Role`].
const DESKS: &str = "'worker', 'lead'";

/// The organisations whose inbox somebody has at `now`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn orgs_of(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    who: PersonId,
    now: Timestamp,
) -> Result<Vec<OrgId>, StoreError> {
    let text = format!(
        "SELECT DISTINCT org_id FROM roles WHERE jurisdiction_id = $1 AND person_id = $2 AND role IN ({DESKS})
         AND since <= $3 AND (until IS NULL OR until > $3) ORDER BY org_id"
    );
    let rows = conn.composed(text).bind(&j.0).bind(who.to_string()).bind(to_ms(now)).all().await?;
    rows.iter().map(|row| row.id(0, "roles", "org_id")).collect()
}

/// Members of organisations at `now` who have settings: who, for which organisation, how. Of all
/// organisations, or of one.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn members(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    org: Option<OrgId>,
    now: Timestamp,
) -> Result<Vec<(PersonId, OrgId, OfPerson)>, StoreError> {
    let only = if org.is_some() { " AND m.org_id = $3" } else { "" };
    let text = format!(
        "SELECT DISTINCT m.person_id, m.org_id, p.data FROM roles m
         JOIN tell_people p ON p.jurisdiction_id = m.jurisdiction_id AND p.person_id = m.person_id
         WHERE m.jurisdiction_id = $1 AND m.role IN ({DESKS}) AND m.since <= $2 AND (m.until IS NULL OR m.until > $2){only}
         ORDER BY m.person_id, m.org_id"
    );
    let mut query = conn.composed(text).bind(&j.0).bind(to_ms(now));
    if let Some(org) = org {
        query = query.bind(org.to_string());
    }
    let rows = query.all().await?;
    rows.iter()
        .map(|row| {
            Ok((row.id(0, "roles", "person_id")?, row.id(1, "roles", "org_id")?, row.json(2, "tell_people", "data")?))
        })
        .collect()
}
