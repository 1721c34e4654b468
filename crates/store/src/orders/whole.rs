//! One order with all that belongs to it, in one question: each way to the database's thread and back
//! costs more than the few rows that it brings.

use crate::{
    Conn, Row, StoreError,
    events::{Recorded, recorded},
    files::FileRow,
    from_ms,
    reporters::Reporter,
};
use luyuan_domain::{ids::JurisdictionId, orders::Order};

/// An order, what happened to it, its files and the people behind it; each list oldest first.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The order.
    pub order: Order,
    /// What happened.
    pub events: Vec<Recorded>,
    /// Photos and documents.
    pub files: Vec<FileRow>,
    /// The people behind it.
    pub reporters: Vec<Reporter>,
}

/// Columns: id, version, instant, text, organisation, data, and from which table.
const TEXT: &str = "
    SELECT id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST('' AS TEXT), CAST(NULL AS TEXT), data, CAST(0 AS BIGINT)
      FROM orders WHERE jurisdiction_id = $1 AND number = $2
    UNION ALL SELECT order_id, seq, at, actor, org_id, data, 1
      FROM events WHERE jurisdiction_id = $1
      AND order_id = (SELECT id FROM orders WHERE jurisdiction_id = $1 AND number = $2)
    UNION ALL SELECT id, 0, added_at, '', NULL, data, 2
      FROM files WHERE jurisdiction_id = $1
      AND order_id = (SELECT id FROM orders WHERE jurisdiction_id = $1 AND number = $2)
    UNION ALL SELECT id, 0, joined_at, secret_hash, NULL, data, 3
      FROM reporters WHERE jurisdiction_id = $1
      AND order_id = (SELECT id FROM orders WHERE jurisdiction_id = $1 AND number = $2)";

/// The order with a number and all that belongs to it.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn whole(conn: &mut Conn<'_>, j: &JurisdictionId, number: &str) -> Result<Option<Whole>, StoreError> {
    let rows = conn.query(TEXT).bind(&j.0).bind(number).all().await?;
    let (mut events, mut files, mut reporters) = (Vec::new(), Vec::<FileRow>::new(), Vec::new());
    let mut orders: Vec<Order> = Vec::new();
    for row in &rows {
        match row.get::<i64>(6)? {
            0 => orders.push(row.json(5, "orders", "data")?),
            1 => events.push(recorded(row)?),
            2 => files.push(row.json(5, "files", "data")?),
            _ => reporters.push(row),
        }
    }
    let Some(order) = orders.pop() else { return Ok(None) };
    let reporter = |row: &Row| {
        Ok::<_, StoreError>(Reporter {
            id: row.id(0, "reporters", "id")?,
            order: order.id,
            secret_hash: row.get(3)?,
            joined_at: from_ms(row.get(2)?)?,
            about: row.json(5, "reporters", "data")?,
        })
    };
    let mut reporters = reporters.into_iter().map(reporter).collect::<Result<Vec<_>, _>>()?;
    // A union keeps no order.
    events.sort_by_key(|event| event.seq);
    files.sort_by_key(|file| (file.added_at, file.id));
    reporters.sort_by_key(|reporter| (reporter.joined_at, reporter.id));
    Ok(Some(Whole { order, events, files, reporters }))
}
