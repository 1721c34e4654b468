//! One order with all that belongs to it.

use super::kept::{Held, Kept};
use crate::{
    Conn, Row, StoreError,
    events::{self, Recorded},
    files::FileRow,
    from_ms,
    reporters::Reporter,
};
use luyuan_domain::{
    ids::{JurisdictionId, OrderId},
    orders::Order,
};
use std::sync::Arc;

/// An order, what happened to it, its files and the people behind it; each list oldest first.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The order.
    pub order: Arc<Order>,
    /// What happened.
    pub events: Arc<[Recorded]>,
    /// Photos and documents.
    pub files: Vec<FileRow>,
    /// The people behind it.
    pub reporters: Vec<Reporter>,
}

/// Columns: id, version or instant, secret, data, and what it is: the order, a file or a reporter. One
/// statement, so that all of it is as of one instant.
const WHOLE: &str = "
    SELECT id, version, CAST('' AS TEXT), CAST('' AS TEXT), CAST(0 AS BIGINT)
      FROM orders WHERE jurisdiction_id = $1 AND number = $2
    UNION ALL SELECT id, added_at, '', data, 1 FROM files WHERE jurisdiction_id = $1
      AND order_id = (SELECT id FROM orders WHERE jurisdiction_id = $1 AND number = $2)
    UNION ALL SELECT id, joined_at, secret_hash, data, 2 FROM reporters WHERE jurisdiction_id = $1
      AND order_id = (SELECT id FROM orders WHERE jurisdiction_id = $1 AND number = $2)";

/// The order with a number, as it was committed, and all that belongs to it.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn whole(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kept: &Kept,
    number: &str,
) -> Result<Option<Whole>, StoreError> {
    let rows = conn.query(WHOLE).bind(&j.0).bind(number).all().await?;
    let mut found = None;
    let (mut files, mut reporters) = (Vec::<FileRow>::new(), Vec::new());
    for row in &rows {
        match row.get::<i64>(4)? {
            0 => found = Some((row.id::<OrderId>(0, "orders", "id")?, row.get(1)?)),
            1 => files.push(row.json(3, "files", "data")?),
            _ => reporters.push(row),
        }
    }
    // Of an order that is not there nobody reported anything.
    let Some((id, version)) = found else { return Ok(None) };
    let mut reporters = reporters.into_iter().map(|row| reporter(row, id)).collect::<Result<Vec<_>, _>>()?;
    let (order, events) = match kept.one(id, version) {
        Some(Held { order, events: Some(events) }) => (order, events),
        Some(Held { order, events: None }) => with_events(conn, j, kept, order).await?,
        None => {
            let Some(order) = super::get(conn, j, id).await? else { return Ok(None) };
            with_events(conn, j, kept, Arc::new(order)).await?
        }
    };
    // A union keeps no order.
    files.sort_by_key(|file| (file.added_at, file.id));
    reporters.sort_by_key(|reporter| (reporter.joined_at, reporter.id));
    Ok(Some(Whole { order, events, files, reporters }))
}

fn reporter(row: &Row, order: OrderId) -> Result<Reporter, StoreError> {
    Ok(Reporter {
        id: row.id(0, "reporters", "id")?,
        order,
        secret_hash: row.get(2)?,
        joined_at: from_ms(row.get(1)?)?,
        about: row.json(3, "reporters", "data")?,
    })
}

/// Reads what happened to an order up to its version, which cannot change any more.
async fn with_events(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kept: &Kept,
    order: Arc<Order>,
) -> Result<(Arc<Order>, Arc<[Recorded]>), StoreError> {
    let mut events = events::of_order(conn, j, order.id).await?;
    // Somebody may have acted since the order was read.
    events.retain(|event| event.seq <= order.version);
    let events: Arc<[Recorded]> = events.into();
    kept.put(order.clone(), Some(events.clone()));
    Ok((order, events))
}
