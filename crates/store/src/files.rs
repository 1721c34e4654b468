//! Photos and documents: the rows; the bytes lie beside the database.

use crate::{Conn, StoreError, city, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::{FileId, JurisdictionId, OrderId};
use serde::{Deserialize, Serialize};

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Identity.
    pub id: FileId,
    /// The order it belongs to.
    pub order: Option<OrderId>,
    /// SHA-256 of the bytes, in hex; names the file on disk.
    pub sha256: String,
    /// Type found in the bytes (`image/jpeg`).
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of a smaller picture of it, for lists; none when it is small itself or no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Part of the reply, added by the handler.
    pub evidence: bool,
    /// When it was added.
    pub added_at: Timestamp,
}

impl FileRow {
    /// Whether it is a picture, or else a document.
    pub fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }
}

/// Adds a file's row.
///
/// # Errors
/// As the engine says.
pub async fn insert(conn: &mut Conn<'_>, j: &JurisdictionId, file: &FileRow) -> Result<(), StoreError> {
    let data = serde_json::to_string(file).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query("INSERT INTO files (jurisdiction_id, id, order_id, sha256, data, added_at) VALUES ($1,$2,$3,$4,$5,$6)")
        .bind(&j.0)
        .bind(file.id.to_string())
        .bind(file.order.map(|order| order.to_string()))
        .bind(&file.sha256)
        .bind(data)
        .bind(to_ms(file.added_at))
        .run()
        .await?;
    Ok(())
}

/// A file's row.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: FileId) -> Result<Option<FileRow>, StoreError> {
    let row = conn
        .query("SELECT data FROM files WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .maybe()
        .await?;
    row.map(|row| row.json(0, "files", "data")).transpose()
}

/// The files of an order, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn of_order(conn: &mut Conn<'_>, j: &JurisdictionId, order: OrderId) -> Result<Vec<FileRow>, StoreError> {
    let rows = conn
        .query("SELECT data FROM files WHERE jurisdiction_id = $1 AND order_id = $2 ORDER BY added_at, id")
        .bind(&j.0)
        .bind(order.to_string())
        .all()
        .await?;
    rows.iter().map(|row| row.json(0, "files", "data")).collect()
}

/// Makes a kept file part of an order, unless it belongs to another already.
///
/// # Errors
/// [`StoreError::Conflict`] when there is no such free file.
pub async fn attach(conn: &mut Conn<'_>, j: &JurisdictionId, id: FileId, order: OrderId) -> Result<(), StoreError> {
    let file = get(conn, j, id).await?.filter(|file| file.order.is_none());
    let mut file = file.ok_or_else(|| StoreError::Conflict("no such free file".into()))?;
    file.order = Some(order);
    let data = serde_json::to_string(&file).map_err(|error| StoreError::Sql(error.to_string()))?;
    conn.query("UPDATE files SET order_id = $3, data = $4 WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(order.to_string())
        .bind(data)
        .run()
        .await?;
    Ok(())
}

/// SHA-256 of every file that a row names, of all jurisdictions, each once, in order.
///
/// # Errors
/// As the engine says.
pub async fn named(conn: &mut Conn<'_>) -> Result<Vec<String>, StoreError> {
    let mut named = std::collections::BTreeSet::new();
    conn.query("SELECT data FROM files")
        .each(|row| {
            let file: FileRow = row.json(0, "files", "data")?;
            named.insert(file.sha256);
            named.extend(file.small);
            Ok::<_, StoreError>(())
        })
        .await?;
    named.extend(city::named(conn).await?);
    Ok(named.into_iter().collect())
}

/// Takes a file's row away; the bytes lie beside the database.
///
/// # Errors
/// As the engine says.
pub async fn remove(conn: &mut Conn<'_>, j: &JurisdictionId, id: FileId) -> Result<(), StoreError> {
    conn.query("DELETE FROM files WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .run()
        .await?;
    Ok(())
}

/// Whether a row names these bytes.
///
/// # Errors
/// As the engine says.
pub async fn is_named(conn: &mut Conn<'_>, sha256: &str) -> Result<bool, StoreError> {
    if city::named(conn).await?.iter().any(|name| name == sha256) {
        return Ok(true);
    }
    // A smaller picture stands only in the structure; its name is found nowhere else.
    conn.query("SELECT id FROM files WHERE sha256 = $1 OR data LIKE $2 LIMIT 1")
        .bind(sha256)
        .bind(format!("%\"small\":\"{sha256}\"%"))
        .maybe()
        .await
        .map(|row| row.is_some())
}
