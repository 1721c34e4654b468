//! Scenarios for green within reach that were kept under a name.

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{JurisdictionId, OrgId, PersonId, ScenarioId};

/// A kept scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioRow {
    /// Identity.
    pub id: ScenarioId,
    /// What people call it.
    pub name: String,
    /// The ruleset it was looked at with.
    pub ruleset: String,
    /// What it changes, as JSON.
    pub edits: String,
    /// Who kept it.
    pub person: PersonId,
    /// For which organisation.
    pub org: OrgId,
    /// When.
    pub made_at: Timestamp,
}

/// Adds one.
///
/// # Errors
/// As the engine says.
pub async fn put(conn: &mut Conn<'_>, j: &JurisdictionId, row: &ScenarioRow) -> Result<(), StoreError> {
    conn.query(
        "INSERT INTO scenarios (jurisdiction_id, id, name, ruleset, edits, person_id, org_id, made_at)
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
    )
    .bind(&j.0)
    .bind(row.id.to_string())
    .bind(&row.name)
    .bind(&row.ruleset)
    .bind(&row.edits)
    .bind(row.person.to_string())
    .bind(row.org.to_string())
    .bind(to_ms(row.made_at))
    .run()
    .await?;
    Ok(())
}

/// The newest, at most so many.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn newest(conn: &mut Conn<'_>, j: &JurisdictionId, most: i64) -> Result<Vec<ScenarioRow>, StoreError> {
    let rows = conn
        .query(
            "SELECT id, name, ruleset, edits, person_id, org_id, made_at FROM scenarios
             WHERE jurisdiction_id = $1 ORDER BY made_at DESC, id DESC LIMIT $2",
        )
        .bind(&j.0)
        .bind(most)
        .all()
        .await?;
    rows.iter().map(read).collect()
}

/// One of them.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn one(conn: &mut Conn<'_>, j: &JurisdictionId, id: ScenarioId) -> Result<Option<ScenarioRow>, StoreError> {
    let row = conn
        .query(
            "SELECT id, name, ruleset, edits, person_id, org_id, made_at FROM scenarios
             WHERE jurisdiction_id = $1 AND id = $2",
        )
        .bind(&j.0)
        .bind(id.to_string())
        .maybe()
        .await?;
    row.as_ref().map(read).transpose()
}

/// Removes one; whether it was there. A scenario is never changed, so that its identity names exactly
/// what was seen of it.
///
/// # Errors
/// As the engine says.
pub async fn remove(conn: &mut Conn<'_>, j: &JurisdictionId, id: ScenarioId) -> Result<bool, StoreError> {
    let done = conn
        .query("DELETE FROM scenarios WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .run()
        .await?;
    Ok(done == 1)
}

fn read(row: &Row) -> Result<ScenarioRow, StoreError> {
    Ok(ScenarioRow {
        id: row.id(0, "scenarios", "id")?,
        name: row.get(1)?,
        ruleset: row.get(2)?,
        edits: row.get(3)?,
        person: row.id(4, "scenarios", "person_id")?,
        org: row.id(5, "scenarios", "org_id")?,
        made_at: from_ms(row.get(6)?)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::on_both_engines;
    use uuid::Uuid;

    #[tokio::test]
    async fn scenarios_are_listed_newest_first_and_each_district_has_its_own() {
        on_both_engines(async |db, _| {
            db.migrate().await.unwrap();
            let row = |n: u128, at: i64| ScenarioRow {
                id: ScenarioId(Uuid::from_u128(n)),
                name: format!("方案 {n}"),
                ruleset: "green-300-500".into(),
                edits: "[]".into(),
                person: PersonId(Uuid::from_u128(8)),
                org: OrgId(Uuid::from_u128(9)),
                made_at: from_ms(at).unwrap(),
            };
            let (ours, other) = (JurisdictionId("erqi".into()), JurisdictionId("other".into()));
            let rows = [row(1, 10), row(2, 30), row(3, 20)];
            let (kept, j, k) = (rows.clone(), ours.clone(), other.clone());
            db.write(move |mut conn| {
                Box::pin(async move {
                    for row in &kept {
                        put(&mut conn, &j, row).await?;
                    }
                    put(&mut conn, &k, &kept[0]).await
                })
            })
            .await
            .unwrap();
            db.read(move |mut conn| {
                Box::pin(async move {
                    let [first, second, third] = rows;
                    assert_eq!(newest(&mut conn, &ours, 2).await?, [second.clone(), third]);
                    assert_eq!(one(&mut conn, &ours, second.id).await?, Some(second.clone()));
                    assert_eq!(one(&mut conn, &other, second.id).await?, None);
                    assert_eq!(newest(&mut conn, &other, 9).await?, [first]);
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
            let (ours, other) = (JurisdictionId("erqi".into()), JurisdictionId("other".into()));
            db.write(move |mut conn| {
                Box::pin(async move {
                    let id = ScenarioId(Uuid::from_u128(1));
                    assert!(remove(&mut conn, &ours, id).await?);
                    assert!(!remove(&mut conn, &ours, id).await?, "once only");
                    assert_eq!(newest(&mut conn, &ours, 9).await?.len(), 2);
                    assert!(one(&mut conn, &other, id).await?.is_some(), "another district's stays");
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
        })
        .await;
    }
}
