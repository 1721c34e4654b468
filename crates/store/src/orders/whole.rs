//! One order with all that belongs to it.

use super::kept::{Held, Kept};
use crate::{
    Conn, StoreError,
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

/// Columns: id, instant, secret, data, and whether it is a reporter.
const BESIDE: &str = "
    SELECT id, added_at, CAST('' AS TEXT), data, CAST(0 AS BIGINT)
      FROM files WHERE jurisdiction_id = $1 AND order_id = $2
    UNION ALL SELECT id, joined_at, secret_hash, data, 1
      FROM reporters WHERE jurisdiction_id = $1 AND order_id = $2";

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
    let named = conn.query("SELECT id, version FROM orders WHERE jurisdiction_id = $1 AND number = $2");
    let Some(row) = named.bind(&j.0).bind(number).maybe().await? else { return Ok(None) };
    let id: OrderId = row.id(0, "orders", "id")?;
    let (order, events) = match kept.one(id, row.get(1)?) {
        Some(Held { order, events: Some(events) }) => (order, events),
        Some(Held { order, events: None }) => with_events(conn, j, kept, order).await?,
        None => {
            let Some(order) = super::get(conn, j, id).await? else { return Ok(None) };
            with_events(conn, j, kept, Arc::new(order)).await?
        }
    };
    let rows = conn.query(BESIDE).bind(&j.0).bind(id.to_string()).all().await?;
    let (mut files, mut reporters) = (Vec::<FileRow>::new(), Vec::new());
    for row in &rows {
        match row.get::<i64>(4)? {
            0 => files.push(row.json(3, "files", "data")?),
            _ => reporters.push(Reporter {
                id: row.id(0, "reporters", "id")?,
                order: id,
                secret_hash: row.get(2)?,
                joined_at: from_ms(row.get(1)?)?,
                about: row.json(3, "reporters", "data")?,
            }),
        }
    }
    // A union keeps no order.
    files.sort_by_key(|file| (file.added_at, file.id));
    reporters.sort_by_key(|reporter| (reporter.joined_at, reporter.id));
    Ok(Some(Whole { order, events, files, reporters }))
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
