//! What belongs to a page of orders, one query for each kind of thing, however many orders.

use crate::{
    Conn, Query, StoreError,
    events::{Recorded, recorded},
    files::FileRow,
    orders::Filter,
    to_ms,
};
use jiff::Timestamp;
use luyuan_domain::{
    ids::{JurisdictionId, OrderId},
    orders::Order,
};
use std::collections::HashMap;

/// The orders of a filter, newest first, leaving out the first `skip`; at most `limit`.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn orders(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    filter: &Filter,
    skip: i64,
    limit: i64,
) -> Result<Vec<Order>, StoreError> {
    let tail = format!(" ORDER BY placed_at DESC, id DESC LIMIT {limit} OFFSET {skip}");
    let rows = filter.query(conn, j, "data", &tail).all().await?;
    rows.iter().map(|row| row.json(0, "orders", "data")).collect()
}

/// A query about some orders; `{ids}` in the text stands for them.
fn about<'c>(conn: &'c mut Conn<'_>, j: &'c JurisdictionId, text: &str, orders: &[OrderId]) -> Query<'c> {
    let places: Vec<String> = (0..orders.len()).map(|index| format!("${}", index + 2)).collect();
    let mut query = conn.composed(text.replace("{ids}", &places.join(","))).bind(&j.0);
    for order in orders {
        query = query.bind(order.to_string());
    }
    query
}

fn gather<T>(
    found: impl Iterator<Item = Result<(OrderId, T), StoreError>>,
) -> Result<HashMap<OrderId, Vec<T>>, StoreError> {
    let mut all: HashMap<OrderId, Vec<T>> = HashMap::new();
    for one in found {
        let (order, one) = one?;
        all.entry(order).or_default().push(one);
    }
    Ok(all)
}

/// What happened to each of some orders, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn events(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<Recorded>>, StoreError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let text = "SELECT order_id, seq, at, actor, org_id, data FROM events
         WHERE jurisdiction_id = $1 AND order_id IN ({ids}) ORDER BY order_id, seq";
    let rows = about(conn, j, text, orders).all().await?;
    gather(rows.iter().map(|row| recorded(row).map(|event| (event.order, event))))
}

/// The photos and documents of each of some orders, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn files(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<FileRow>>, StoreError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let text = "SELECT order_id, data FROM files
         WHERE jurisdiction_id = $1 AND order_id IN ({ids}) ORDER BY order_id, added_at, id";
    let rows = about(conn, j, text, orders).all().await?;
    gather(rows.iter().map(|row| Ok((row.id(0, "files", "order_id")?, row.json(1, "files", "data")?))))
}

/// How many people stand behind each of some orders.
///
/// # Errors
/// As the engine says.
pub async fn reporters(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, i64>, StoreError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let text = "SELECT order_id, COUNT(*) FROM reporters
         WHERE jurisdiction_id = $1 AND order_id IN ({ids}) GROUP BY order_id";
    let rows = about(conn, j, text, orders).all().await?;
    rows.iter().map(|row| Ok((row.id(0, "reporters", "order_id")?, row.get(1)?))).collect()
}

/// Something that happened to an order that the public may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// The order's number.
    pub number: String,
    /// What.
    pub event: Recorded,
}

/// Which events are wanted, of orders that the public may see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    /// At this instant or later.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Only of these orders, by number; of all when there are none.
    pub numbers: Vec<String>,
    /// How many are left out.
    pub skip: i64,
    /// How many at most.
    pub limit: i64,
}

/// What happened in a window, oldest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn happened(conn: &mut Conn<'_>, j: &JurisdictionId, window: &Window) -> Result<Vec<Happened>, StoreError> {
    let places: Vec<String> = (0..window.numbers.len()).map(|index| format!("${}", index + 4)).collect();
    let only = if places.is_empty() { String::new() } else { format!(" AND o.number IN ({})", places.join(",")) };
    let text = format!(
        "SELECT e.order_id, e.seq, e.at, e.actor, e.org_id, e.data, o.number
         FROM events e JOIN orders o ON o.jurisdiction_id = e.jurisdiction_id AND o.id = e.order_id
         WHERE e.jurisdiction_id = $1 AND e.at >= $2 AND e.at < $3 AND o.hidden = 0{only}
         ORDER BY e.at, e.order_id, e.seq LIMIT {} OFFSET {}",
        window.limit, window.skip
    );
    let (from, to) = (window.from.map_or(i64::MIN, to_ms), window.to.map_or(i64::MAX, to_ms));
    let mut query = conn.composed(text).bind(&j.0).bind(from).bind(to);
    for number in &window.numbers {
        query = query.bind(number);
    }
    let rows = query.all().await?;
    rows.iter().map(|row| Ok(Happened { number: row.get(6)?, event: recorded(row)? })).collect()
}
