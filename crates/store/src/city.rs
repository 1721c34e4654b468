//! The city of a jurisdiction: what it was made from; its bytes lie beside the database.

use crate::{Conn, StoreError, from_ms, migrate, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;
use serde::{Deserialize, Serialize};

/// The migration that brought the table.
pub(crate) const SINCE: i64 = 13;

/// Where a city comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CityKind {
    /// An extract of OpenStreetMap.
    Osm,
    /// Made for demonstration.
    Made,
}

impl CityKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Osm, Self::Made];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Osm => "osm",
            Self::Made => "made",
        }
    }
}

/// How much a city holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CityCounts {
    /// Nodes of the network.
    pub nodes: u64,
    /// Its edges.
    pub edges: u64,
    /// Parks.
    pub parks: u64,
    /// Greens that are no parks.
    pub greens: u64,
    /// Buildings.
    pub buildings: u64,
    /// Residents.
    pub residents: u64,
    /// Buildings that no path comes near to.
    pub unreachable: u64,
    /// Buildings whose residents are estimates.
    pub estimated: u64,
}

/// A kept city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityRow {
    /// Identity; a UUID of version 7.
    pub id: String,
    /// From where.
    pub kind: CityKind,
    /// Its name, such as that of the file.
    pub name: String,
    /// What it was made from, for people.
    pub source: String,
    /// Whom every map and table made from it names.
    pub attribution: String,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// How much it holds.
    pub counts: CityCounts,
}

/// The city of a jurisdiction, if there is one.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn current(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Option<CityRow>, StoreError> {
    let row = conn
        .query(
            "SELECT id, kind, name, source, attribution, imported_at, sha256, bytes, counts FROM city
             WHERE jurisdiction_id = $1 ORDER BY imported_at DESC, id DESC LIMIT 1",
        )
        .bind(&j.0)
        .maybe()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.get(0)?;
    let code: String = row.get(1)?;
    let kind = CityKind::ALL.into_iter().find(|kind| kind.code() == code);
    let bytes: i64 = row.get(7)?;
    Ok(Some(CityRow {
        kind: kind.ok_or_else(|| StoreError::corrupt("city", "kind", &id))?,
        name: row.get(2)?,
        source: row.get(3)?,
        attribution: row.get(4)?,
        imported_at: from_ms(row.get(5)?)?,
        sha256: row.get(6)?,
        bytes: u64::try_from(bytes).map_err(|_| StoreError::corrupt("city", "bytes", &id))?,
        counts: row.json(8, "city", "counts")?,
        id,
    }))
}

/// Puts a city in the place of the one before.
///
/// # Errors
/// As the engine says.
pub async fn replace(conn: &mut Conn<'_>, j: &JurisdictionId, city: &CityRow) -> Result<(), StoreError> {
    conn.query("DELETE FROM city WHERE jurisdiction_id = $1").bind(&j.0).run().await?;
    let counts = serde_json::to_string(&city.counts).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query(
        "INSERT INTO city (jurisdiction_id, id, kind, name, source, attribution, imported_at, sha256, bytes, counts)
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
    )
    .bind(&j.0)
    .bind(&city.id)
    .bind(city.kind.code())
    .bind(&city.name)
    .bind(&city.source)
    .bind(&city.attribution)
    .bind(to_ms(city.imported_at))
    .bind(&city.sha256)
    .bind(i64::try_from(city.bytes).unwrap_or(i64::MAX))
    .bind(counts)
    .run()
    .await?;
    Ok(())
}

/// SHA-256 of the bytes of every city, of all jurisdictions. Nothing in a database of before there
/// were any.
///
/// # Errors
/// As the engine says.
pub(crate) async fn named(conn: &mut Conn<'_>) -> Result<Vec<String>, StoreError> {
    migrate::texts_since(conn, SINCE, "SELECT sha256 FROM city").await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{files, testing::on_both_engines};

    #[tokio::test]
    async fn a_city_takes_the_place_of_the_one_before_and_its_bytes_are_named() {
        on_both_engines(async |db, _| {
            db.migrate().await.unwrap();
            let city = |id: &str, sha: char, at: i64| CityRow {
                id: id.into(),
                kind: CityKind::Osm,
                name: "二七".into(),
                source: "erqi.osm.pbf".into(),
                attribution: "© OpenStreetMap contributors".into(),
                imported_at: from_ms(at).unwrap(),
                sha256: sha.to_string().repeat(64),
                bytes: 5,
                counts: CityCounts { nodes: 2, edges: 1, ..CityCounts::default() },
            };
            let (ours, other) = (JurisdictionId("erqi".into()), JurisdictionId("other".into()));
            let (first, second, far) = (city("1", 'a', 1), city("2", 'b', 0), city("1", 'c', 9));
            let kept = (first.clone(), second.clone(), far.clone());
            let (j, k) = (ours.clone(), other.clone());
            db.write(move |mut conn| {
                Box::pin(async move {
                    assert_eq!(current(&mut conn, &j).await?, None);
                    replace(&mut conn, &j, &first).await?;
                    replace(&mut conn, &k, &far).await?;
                    replace(&mut conn, &j, &second).await
                })
            })
            .await
            .unwrap();
            db.read(move |mut conn| {
                Box::pin(async move {
                    assert_eq!(
                        current(&mut conn, &ours).await?,
                        Some(kept.1),
                        "the last one put there, not the youngest"
                    );
                    assert_eq!(current(&mut conn, &other).await?, Some(kept.2));
                    assert_eq!(files::named(&mut conn).await?, ["b".repeat(64), "c".repeat(64)]);
                    assert!(files::is_named(&mut conn, &"c".repeat(64)).await?);
                    assert!(!files::is_named(&mut conn, &"a".repeat(64)).await?);
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
        })
        .await;
    }
}
