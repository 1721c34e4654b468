//! The base map of a jurisdiction: where it comes from; its bytes lie beside the database.

use crate::{Conn, StoreError, city::CityKind, from_ms, migrate, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;

/// The migration that brought the table.
const SINCE: i64 = 16;

/// A kept base map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseRow {
    /// Identity; a UUID of version 7.
    pub id: String,
    /// From where.
    pub kind: CityKind,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
}

/// The base map of a jurisdiction, if there is one.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn current(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Option<BaseRow>, StoreError> {
    let row = conn
        .query(
            "SELECT id, kind, imported_at, sha256, bytes FROM base_map
             WHERE jurisdiction_id = $1 ORDER BY imported_at DESC, id DESC LIMIT 1",
        )
        .bind(&j.0)
        .maybe()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.get(0)?;
    let code: String = row.get(1)?;
    let kind = CityKind::ALL.into_iter().find(|kind| kind.code() == code);
    let bytes: i64 = row.get(4)?;
    Ok(Some(BaseRow {
        kind: kind.ok_or_else(|| StoreError::corrupt("base_map", "kind", &id))?,
        imported_at: from_ms(row.get(2)?)?,
        sha256: row.get(3)?,
        bytes: u64::try_from(bytes).map_err(|_| StoreError::corrupt("base_map", "bytes", &id))?,
        id,
    }))
}

/// Puts a base map in the place of the one before.
///
/// # Errors
/// As the engine says.
pub async fn replace(conn: &mut Conn<'_>, j: &JurisdictionId, base: &BaseRow) -> Result<(), StoreError> {
    conn.query("DELETE FROM base_map WHERE jurisdiction_id = $1").bind(&j.0).run().await?;
    conn.query(
        "INSERT INTO base_map (jurisdiction_id, id, kind, imported_at, sha256, bytes) VALUES ($1,$2,$3,$4,$5,$6)",
    )
    .bind(&j.0)
    .bind(&base.id)
    .bind(base.kind.code())
    .bind(to_ms(base.imported_at))
    .bind(&base.sha256)
    .bind(i64::try_from(base.bytes).unwrap_or(i64::MAX))
    .run()
    .await?;
    Ok(())
}

/// SHA-256 of the bytes of every base map, of all jurisdictions. Nothing in a database of before
/// there were any.
///
/// # Errors
/// As the engine says.
pub(crate) async fn named(conn: &mut Conn<'_>) -> Result<Vec<String>, StoreError> {
    migrate::texts_since(conn, SINCE, "SELECT sha256 FROM base_map").await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{files, testing::on_both_engines};

    #[tokio::test]
    async fn a_base_map_takes_the_place_of_the_one_before_and_its_bytes_are_named() {
        on_both_engines(async |db, _| {
            db.migrate().await.unwrap();
            let base = |id: &str, kind, sha: char, at: i64| BaseRow {
                id: id.into(),
                kind,
                imported_at: from_ms(at).unwrap(),
                sha256: sha.to_string().repeat(64),
                bytes: 7,
            };
            let (ours, other) = (JurisdictionId("erqi".into()), JurisdictionId("other".into()));
            let first = base("1", CityKind::Made, 'a', 2);
            let second = base("2", CityKind::Osm, 'b', 1);
            let kept = second.clone();
            let j = ours.clone();
            db.write(move |mut conn| {
                Box::pin(async move {
                    assert_eq!(current(&mut conn, &j).await?, None);
                    replace(&mut conn, &j, &first).await?;
                    replace(&mut conn, &j, &second).await
                })
            })
            .await
            .unwrap();
            db.read(move |mut conn| {
                Box::pin(async move {
                    assert_eq!(current(&mut conn, &ours).await?, Some(kept), "the last one put there");
                    assert_eq!(current(&mut conn, &other).await?, None);
                    assert_eq!(files::named(&mut conn).await?, ["b".repeat(64)]);
                    assert!(files::is_named(&mut conn, &"b".repeat(64)).await?);
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
