//! Many orders at once: rows made ready beside the database, added by few long statements.

use super::{Index, closed_at, data, similar::open_cell};
use crate::{
    Conn, StoreError, Together, events, jobs,
    notices::{self, Notice},
    reporters::{self, Reporter},
    to_ms,
};
use luyuan_domain::{
    actor::Actor,
    ids::JurisdictionId,
    orders::{Event, Order},
};

/// Rows of a statement: long enough that preparing and calling do not count, and its values stay
/// under what either engine binds (32,766 and 65,535).
const ROWS: usize = 256;
const COLUMNS: usize = 21;

/// An order with its events as the database keeps them.
#[derive(Debug, Clone)]
pub struct Ready {
    id: String,
    number: String,
    version: i64,
    state: &'static str,
    category: String,
    holder: Option<String>,
    place_code: String,
    point: Option<(f64, f64)>,
    hidden: i64,
    placed_at: i64,
    updated_at: i64,
    due_at: Option<i64>,
    closed_at: Option<i64>,
    search: String,
    source: Option<String>,
    source_key: Option<String>,
    data: String,
    supervised: i64,
    open_cell: Option<i64>,
    events: Vec<events::Ready>,
}

impl Ready {
    /// Makes an order ready, so that the writing connection has nothing left to do but write.
    ///
    /// # Errors
    /// [`StoreError::Sql`] when it cannot be written as JSON.
    pub fn new(order: &Order, index: Index, events: &[(&Actor, Event)]) -> Result<Self, StoreError> {
        let (source, source_key) = index.source.unzip();
        Ok(Self {
            id: order.id.to_string(),
            number: order.number.clone(),
            version: order.version,
            state: order.state.code(),
            category: order.category.clone(),
            holder: order.state.holder().map(|org| org.to_string()),
            place_code: index.place_code,
            point: order.location.point.map(|point| (point.lon, point.lat)),
            hidden: i64::from(order.hidden()),
            placed_at: to_ms(order.placed_at),
            updated_at: to_ms(order.updated_at),
            due_at: order.state.due().map(to_ms),
            closed_at: closed_at(order),
            search: index.search,
            source,
            source_key,
            data: data(order)?,
            supervised: i64::from(order.supervised),
            open_cell: open_cell(order),
            events: events.iter().map(|(by, event)| events::Ready::new(by, event)).collect::<Result<_, _>>()?,
        })
    }

    /// The key in its source.
    pub fn source_key(&self) -> Option<&str> {
        self.source_key.as_deref()
    }
}

/// Adds orders with their events.
///
/// # Errors
/// [`StoreError::Conflict`] when a number, or a source's key, is taken.
pub async fn insert_many(conn: &mut Conn<'_>, j: &JurisdictionId, orders: &[Ready]) -> Result<(), StoreError> {
    for orders in orders.chunks(ROWS) {
        let mut together = conn.together();
        add(&mut together, j, orders)?;
        together.run().await?;
    }
    // Beside the orders, not with each few of them: texts of the same length are prepared only once.
    let events: Vec<&events::Ready> = orders.iter().flat_map(|order| &order.events).collect();
    for events in events.chunks(2 * ROWS) {
        let mut together = conn.together();
        events::add(&mut together, j, events)?;
        together.run().await?;
    }
    Ok(())
}

/// Adds an order with its events, the person who placed it, and who is told of it.
///
/// # Errors
/// [`StoreError::Conflict`] when its number is taken.
pub async fn insert_placed(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    order: &Ready,
    reporter: &Reporter,
    (notices, job): (&[Notice], Option<&jobs::New>),
) -> Result<(), StoreError> {
    let mut together = conn.together();
    add(&mut together, j, std::slice::from_ref(order))?;
    events::add(&mut together, j, &order.events.iter().collect::<Vec<_>>())?;
    reporters::add(&mut together, j, reporter)?;
    notices::add(&mut together, j, notices)?;
    if let Some(job) = job {
        jobs::add(&mut together, j, job)?;
    }
    together.run().await
}

fn add<'v>(together: &mut Together<'v>, j: &'v JurisdictionId, orders: &'v [Ready]) -> Result<(), StoreError> {
    together.insert(
        "INSERT INTO orders (jurisdiction_id, id, number, version, state, category, holder_id, place_code, lon, lat,
           hidden, placed_at, updated_at, due_at, closed_at, search, source, source_key, data,
           supervised, open_cell) VALUES",
        orders.len(),
        COLUMNS,
    );
    for order in orders {
        let (lon, lat) = order.point.unzip();
        together
            .bind(&j.0)?
            .bind(&order.id)?
            .bind(&order.number)?
            .bind(order.version)?
            .bind(order.state)?
            .bind(&order.category)?
            .bind(&order.holder)?
            .bind(&order.place_code)?
            .bind(lon)?
            .bind(lat)?
            .bind(order.hidden)?
            .bind(order.placed_at)?
            .bind(order.updated_at)?
            .bind(order.due_at)?
            .bind(order.closed_at)?
            .bind(&order.search)?
            .bind(&order.source)?
            .bind(&order.source_key)?
            .bind(&order.data)?
            .bind(order.supervised)?
            .bind(order.open_cell)?;
    }
    Ok(())
}
