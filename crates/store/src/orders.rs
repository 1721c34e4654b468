//! Orders: one row each, the whole order as JSON beside the columns that lists filter by.

mod bulk;
mod count;
mod filter;
mod kept;
mod similar;
mod whole;

pub use bulk::{Ready, insert_many, insert_placed};
pub use count::{ByDue, count_by_due, count_by_state};
pub use filter::{Bounds, Cursor, Filter, Sort};
pub use kept::Kept;
pub use similar::{Probe, similar};
pub use whole::{Whole, whole};

use crate::{Conn, Row, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrderId},
    orders::{Order, State},
};
use std::sync::Arc;

/// What is kept beside an order so that it can be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Code of the lowest place that contains it; empty when unknown.
    pub place_code: String,
    /// Search text: overlapping bigrams of words and address.
    pub search: String,
    /// Where it came from when it was imported, and its key there.
    pub source: Option<(String, String)>,
}

fn data(order: &Order) -> Result<String, StoreError> {
    serde_json::to_string(order).map_err(|error| StoreError::Sql(error.to_string()))
}

pub(crate) fn read(row: &Row) -> Result<Order, StoreError> {
    row.json(0, "orders", "data")
}

fn closed_at(order: &Order) -> Option<i64> {
    match &order.state {
        State::Closed { at, .. } => Some(to_ms(*at)),
        State::Merged { .. } | State::Diverted { .. } => Some(to_ms(order.updated_at)),
        _ => None,
    }
}

/// Adds an order.
///
/// # Errors
/// [`StoreError::Conflict`] when the number, or the source's key, is taken.
pub async fn insert(conn: &mut Conn<'_>, j: &JurisdictionId, order: &Order, index: &Index) -> Result<(), StoreError> {
    let (source, key) = index.source.clone().unzip();
    conn.query(
        "INSERT INTO orders (jurisdiction_id, id, number, version, state, category, holder_id, place_code, lon, lat,
           hidden, placed_at, updated_at, due_at, closed_at, search, source, source_key, data,
           supervised, open_cell)
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)",
    )
    .bind(&j.0)
    .bind(order.id.to_string())
    .bind(&order.number)
    .bind(order.version)
    .bind(order.state.code())
    .bind(&order.category)
    .bind(order.state.holder().map(|org| org.to_string()))
    .bind(&index.place_code)
    .bind(order.location.point.map(|point| point.lon))
    .bind(order.location.point.map(|point| point.lat))
    .bind(i64::from(order.hidden()))
    .bind(to_ms(order.placed_at))
    .bind(to_ms(order.updated_at))
    .bind(order.state.due().map(to_ms))
    .bind(closed_at(order))
    .bind(&index.search)
    .bind(source)
    .bind(key)
    .bind(data(order)?)
    .bind(i64::from(order.supervised))
    .bind(similar::open_cell(order))
    .run()
    .await?;
    whistled(conn, j, order).await
}

/// Keeps a changed order, if nobody changed it since version `seen`.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody did; [`StoreError::Sql`] when its version is not a later one, by
/// which others know that it changed.
pub async fn update(conn: &mut Conn<'_>, j: &JurisdictionId, order: &Order, seen: i64) -> Result<(), StoreError> {
    if order.version <= seen {
        return Err(StoreError::Sql(format!("order {} changed, but not its version", order.number)));
    }
    let changed = conn
        .query(
            "UPDATE orders SET version = $4, state = $5, category = $6, holder_id = $7, hidden = $8, updated_at = $9,
               due_at = $10, closed_at = $11, data = $12, supervised = $13, open_cell = $14
             WHERE jurisdiction_id = $1 AND id = $2 AND version = $3",
        )
        .bind(&j.0)
        .bind(order.id.to_string())
        .bind(seen)
        .bind(order.version)
        .bind(order.state.code())
        .bind(&order.category)
        .bind(order.state.holder().map(|org| org.to_string()))
        .bind(i64::from(order.hidden()))
        .bind(to_ms(order.updated_at))
        .bind(order.state.due().map(to_ms))
        .bind(closed_at(order))
        .bind(data(order)?)
        .bind(i64::from(order.supervised))
        .bind(similar::open_cell(order))
        .run()
        .await?;
    if changed != 1 {
        return Err(StoreError::Conflict("the order changed meanwhile".into()));
    }
    whistled(conn, j, order).await
}

/// Keeps another search text of an order.
///
/// # Errors
/// As the engine says.
pub async fn set_search(conn: &mut Conn<'_>, j: &JurisdictionId, id: OrderId, search: &str) -> Result<(), StoreError> {
    conn.query("UPDATE orders SET search = $3 WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .bind(search)
        .run()
        .await?;
    Ok(())
}

/// Keeps who was called to help with an order and has not reported.
async fn whistled(conn: &mut Conn<'_>, j: &JurisdictionId, order: &Order) -> Result<(), StoreError> {
    // Most orders never call anybody.
    if order.whistles.is_empty() {
        return Ok(());
    }
    let (id, open) = (order.id.to_string(), if order.state.ended() { Vec::new() } else { order.whistled() });
    conn.query("DELETE FROM whistles WHERE jurisdiction_id = $1 AND order_id = $2").bind(&j.0).bind(&id).run().await?;
    for org in open {
        conn.query("INSERT INTO whistles (jurisdiction_id, org_id, order_id) VALUES ($1, $2, $3)")
            .bind(&j.0)
            .bind(org.to_string())
            .bind(&id)
            .run()
            .await?;
    }
    Ok(())
}

/// The order with an id.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn get(conn: &mut Conn<'_>, j: &JurisdictionId, id: OrderId) -> Result<Option<Order>, StoreError> {
    let row = conn
        .query("SELECT data FROM orders WHERE jurisdiction_id = $1 AND id = $2")
        .bind(&j.0)
        .bind(id.to_string())
        .maybe()
        .await?;
    row.as_ref().map(read).transpose()
}

/// The order with a number.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn by_number(conn: &mut Conn<'_>, j: &JurisdictionId, number: &str) -> Result<Option<Order>, StoreError> {
    let row = conn
        .query("SELECT data FROM orders WHERE jurisdiction_id = $1 AND number = $2")
        .bind(&j.0)
        .bind(number)
        .maybe()
        .await?;
    row.as_ref().map(read).transpose()
}

/// The keys of `source` that are already here, of those given.
///
/// # Errors
/// As the engine says.
pub async fn known_sources(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    source: &str,
    keys: &[String],
) -> Result<Vec<String>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (3..keys.len() + 3).map(|nth| conn.place_of(nth)).collect();
    let text = format!(
        "SELECT source_key FROM orders WHERE jurisdiction_id = {} AND source = {} AND source_key IN ({})",
        conn.place_of(1),
        conn.place_of(2),
        places.join(",")
    );
    let mut query = conn.composed(text).bind(&j.0).bind(source);
    for key in keys {
        query = query.bind(key);
    }
    query.all().await?.iter().map(|row| row.get(0)).collect()
}

/// A page of orders, in the filter's order, after `cursor`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn list(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Arc<Order>>, StoreError> {
    let rows = filter.select(conn, j, "data", after, Some(limit)).all().await?;
    rows.iter().map(|row| read(row).map(Arc::new)).collect()
}

/// As [`list`], of what was committed, with those orders that were `kept` when they were read before.
///
/// # Errors
/// As [`list`].
pub async fn list_kept(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kept: &Kept,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Arc<Order>>, StoreError> {
    let rows = filter.select(conn, j, "id, version", after, Some(limit)).all().await?;
    let listed = rows.iter().map(|row| Ok((row.id(0, "orders", "id")?, row.get(1)?)));
    let listed = listed.collect::<Result<Vec<_>, StoreError>>()?;
    let found = kept.all(&listed);
    let missing = found.iter().filter(|order| order.is_none()).count();
    // Many small questions cost more than one for all.
    if missing > FEW {
        return anew(conn, j, kept, filter, after, limit).await;
    }
    let mut orders = Vec::with_capacity(found.len());
    for ((id, version), order) in listed.into_iter().zip(found) {
        let order = match order {
            Some(order) => order,
            None => match get(conn, j, id).await?.map(Arc::new) {
                Some(order) if order.version == version => {
                    kept.put(order.clone(), None);
                    order
                }
                // It changed between the two questions, and may stand elsewhere now.
                _ => return anew(conn, j, kept, filter, after, limit).await,
            },
        };
        orders.push(order);
    }
    Ok(orders)
}

/// Missing orders that are read one by one.
const FEW: usize = 8;

async fn anew(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kept: &Kept,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Arc<Order>>, StoreError> {
    let orders = list(conn, j, filter, after, limit).await?;
    orders.iter().for_each(|order| kept.put(order.clone(), None));
    Ok(orders)
}

/// A point of the map: number, state, longitude, latitude.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// The order's number.
    pub number: String,
    /// The state's code.
    pub state: String,
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

/// The points of all orders with a position that a filter lets through.
///
/// # Errors
/// As the engine says.
pub async fn dots(conn: &mut Conn<'_>, j: &JurisdictionId, filter: &Filter) -> Result<Vec<Dot>, StoreError> {
    let rows = filter.count(conn, j, "number, state, lon, lat", " AND lon IS NOT NULL").all().await?;
    rows.iter()
        .map(|row| Ok(Dot { number: row.get(0)?, state: row.get(1)?, lon: row.get(2)?, lat: row.get(3)? }))
        .collect()
}

/// Orders whose deadline has passed at `now`, longest late first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn past_due(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    states: &[&str],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    let places: Vec<String> = (0..states.len()).map(|index| format!("${}", index + 4)).collect();
    let text = format!(
        "SELECT data FROM orders WHERE jurisdiction_id = $1 AND COALESCE(due_at, 9223372036854775807) <= $2
         AND state IN ({}) ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $3",
        places.join(",")
    );
    let mut query = conn.composed(text).bind(&j.0).bind(to_ms(now)).bind(limit);
    for state in states {
        query = query.bind(*state);
    }
    query.all().await?.iter().map(read).collect()
}

/// Orders at work whose deadline lies between two instants and of which nobody was told under this
/// event, earliest first. A deadline ahead counts as near only in the second half of its span, so that
/// an order due in two hours is not near at once.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn untold_deadlines(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    event: &str,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    let rows = conn
        .query(
            "SELECT o.data FROM orders o WHERE o.jurisdiction_id = $1
               AND COALESCE(o.due_at, 9223372036854775807) > $2 AND COALESCE(o.due_at, 9223372036854775807) <= $3
               AND o.state IN ('routed', 'accepted', 'in_progress', 'deferred')
               AND (o.due_at - $5) * 2 <= o.due_at - o.updated_at
               AND NOT EXISTS (SELECT 1 FROM deadlines_told t WHERE t.jurisdiction_id = $1
                 AND t.order_id = o.id AND t.event = $4 AND t.due_at = o.due_at)
             ORDER BY COALESCE(o.due_at, 9223372036854775807), o.id LIMIT $6",
        )
        .bind(&j.0)
        .bind(to_ms(from))
        .bind(to_ms(to))
        .bind(event)
        .bind(to_ms(now))
        .bind(limit)
        .all()
        .await?;
    rows.iter().map(read).collect()
}
