//! Open orders near a point: found by the cells of a grid around it, nearest first.

use super::{Order, State, read};
use crate::{Conn, StoreError, to_ms};
use jiff::Timestamp;
use luyuan_domain::{
    geo::{Local, Wgs84},
    ids::JurisdictionId,
};

/// More cells than this are not counted out one by one.
const MOST_CELLS: i64 = 256;

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Around which point.
    pub at: Wgs84,
    /// Of which category.
    pub category: String,
    /// Within how many metres, the limit included.
    pub metres: f64,
    /// Placed at this instant or later.
    pub since: Timestamp,
    /// The most answers.
    pub most: i64,
}

/// Row and column of a position on a grid of a thousandth of a degree: about 110 m from south to
/// north and 90 m from west to east in the middle of China.
#[allow(clippy::cast_possible_truncation)] // 360,000 fits
fn cell(lon: f64, lat: f64) -> (i64, i64) {
    (((lat + 90.0) * 1000.0).floor() as i64, ((lon + 180.0) * 1000.0).floor() as i64)
}

fn number((row, column): (i64, i64)) -> i64 {
    row * 1_000_000 + column
}

/// The cell under which an order is found as similar: none when it is not open, not public, or
/// nowhere on the map.
pub(super) fn open_cell(order: &Order) -> Option<i64> {
    let open = match order.state {
        State::Placed { .. }
        | State::Routed { .. }
        | State::Accepted { .. }
        | State::InProgress { .. }
        | State::Deferred { .. } => !order.hidden(),
        State::Replied { .. } | State::Closed { .. } | State::Merged { .. } | State::Diverted { .. } => false,
    };
    let point = order.location.point.filter(|_| open)?;
    Some(number(cell(point.lon, point.lat)))
}

/// Open public orders of a category near a point, nearest first.
///
/// # Errors
/// [`StoreError::Corrupt`] for a row that cannot be read.
pub async fn similar(conn: &mut Conn<'_>, j: &JurisdictionId, probe: &Probe) -> Result<Vec<Order>, StoreError> {
    let plane = Local::around(probe.at);
    let [across, up] = plane.degree();
    let (dx, dy) = (probe.metres / across, probe.metres / up);
    let (south, west) = cell(probe.at.lon - dx, probe.at.lat - dy);
    let (north, east) = cell(probe.at.lon + dx, probe.at.lat + dy);
    let few = (north - south + 1).saturating_mul(east - west + 1) <= MOST_CELLS;
    let cells: Vec<i64> = if few {
        (south..=north).flat_map(|row| (west..=east).map(move |column| number((row, column)))).collect()
    } else {
        // So far that cells do not help: all of the category within the rows.
        vec![number((south, 0)), number((north, 999_999))]
    };
    let within = if few {
        let places: Vec<String> = (0..cells.len()).map(|at| format!("${}", at + 10)).collect();
        format!("open_cell IN ({})", places.join(","))
    } else {
        "open_cell BETWEEN $10 AND $11".to_owned()
    };
    // The index alone answers which are nearest; only those are read. Distances are those of the
    // plane around the point, squared.
    let text = format!(
        "SELECT data FROM orders WHERE jurisdiction_id = $1 AND id IN (
           SELECT id FROM (
             SELECT id, (lon - $2) * (lon - $2) * $3 + (lat - $4) * (lat - $4) * $5 AS square FROM orders
             WHERE jurisdiction_id = $1 AND category = $6 AND placed_at >= $7 AND {within}) AS found
           WHERE square <= $8 ORDER BY square, id LIMIT $9)"
    );
    let mut query = conn.composed(text).bind(&j.0);
    for value in [probe.at.lon, across * across, probe.at.lat, up * up] {
        query = query.bind(value);
    }
    query = query.bind(&probe.category).bind(to_ms(probe.since)).bind(probe.metres * probe.metres).bind(probe.most);
    for cell in cells {
        query = query.bind(cell);
    }
    let mut found: Vec<Order> = query.all().await?.iter().map(read).collect::<Result<_, _>>()?;
    let far = |order: &Order| order.location.point.map_or(f64::MAX, |point| plane.distance(point));
    found.sort_by(|a, b| far(a).total_cmp(&far(b)).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

#[cfg(all(test, feature = "testing"))]
mod tests;
