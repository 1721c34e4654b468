//! Points gathered for a map so that their totals equal the list's: every point in view is in
//! exactly one cluster, none is dropped.
//!
//! One pass over the points, with no index to keep up to date: a million in some milliseconds. The
//! row of a point is found among the latitudes of the rows' borders, so that the Mercator formula
//! is worked out for each row and not for each point.

mod rows;

use rows::Rows;
use std::collections::BTreeMap;

/// Points that stand together on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Mean longitude in degrees.
    pub lon: f64,
    /// Mean latitude in degrees.
    pub lat: f64,
    /// How many points.
    pub count: usize,
    /// Index of the first of them; for a cluster of one, the point.
    pub first: usize,
}

/// A part of the map in degrees, its borders included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Least longitude.
    pub west: f64,
    /// Least latitude.
    pub south: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Greatest latitude.
    pub north: f64,
}

impl View {
    /// Everything that has a position.
    pub const ALL: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// Whether a position is in view; never for what is no number.
    #[inline]
    pub fn holds(&self, lon: f64, lat: f64) -> bool {
        self.west <= lon && lon <= self.east && self.south <= lat && lat <= self.north
    }
}

/// Width of a cluster's cell on the screen, in pixels of a 256-pixel tile: wider than a fingertip.
const WIDTH: f64 = 56.0;
/// Least distance of two clusters on the screen, in pixels.
const NEAREST: f64 = 40.0;

/// Gathers points (longitude, latitude in degrees) at a zoom of the web map (0 = the whole earth in
/// one tile). Cells are squares of the Mercator plane, so that clusters do not jump while panning.
pub fn gather(points: impl IntoIterator<Item = (f64, f64)>, zoom: f64) -> Vec<Cluster> {
    let points: Vec<(f64, f64)> = points.into_iter().collect();
    gather_in(&points, View::ALL, zoom, |_| true)
}

/// As [`gather`], for the points in view that `keep` wants, by their index: counts add up to the
/// number of exactly those.
pub fn gather_in(points: &[(f64, f64)], view: View, zoom: f64, keep: impl Fn(usize) -> bool) -> Vec<Cluster> {
    let cells = 256.0 * zoom.clamp(0.0, 24.0).exp2() / WIDTH;
    apart(sums(points, view, cells, keep), cells)
}

#[derive(Clone, Copy, Default)]
struct Sum {
    count: u32,
    first: u32,
    lon: f64,
    lat: f64,
}

impl Sum {
    #[inline]
    fn add(&mut self, index: usize, lon: f64, lat: f64) {
        if self.count == 0 {
            self.first = small(index);
        }
        self.count += 1;
        self.lon += lon;
        self.lat += lat;
    }

    fn cluster(&self) -> Cluster {
        let count = f64::from(self.count);
        Cluster { lon: self.lon / count, lat: self.lat / count, count: self.count as usize, first: self.first as usize }
    }
}

#[allow(clippy::cast_possible_truncation)] // a map of four thousand million points is none
fn small(index: usize) -> u32 {
    index as u32
}

/// The sums of each cell (column, row) of the Mercator plane.
fn sums(points: &[(f64, f64)], view: View, cells: f64, keep: impl Fn(usize) -> bool) -> BTreeMap<(i64, i64), Cluster> {
    // Only where there are points: a map of the whole earth may show one district.
    let seen = points.iter().filter(|(lon, lat)| view.holds(*lon, *lat));
    let bounds = seen.fold(None, |bounds: Option<View>, (lon, lat)| {
        let now = bounds.unwrap_or(View { west: *lon, south: *lat, east: *lon, north: *lat });
        Some(View {
            west: now.west.min(*lon),
            south: now.south.min(*lat),
            east: now.east.max(*lon),
            north: now.north.max(*lat),
        })
    });
    let Some(bounds) = bounds else { return BTreeMap::new() };
    let column = |lon: f64| rows::floor((lon / 360.0 + 0.5) * cells);
    let rows = Rows::new(bounds.south, bounds.north, cells);
    let (left, width) = (column(bounds.west), column(bounds.east) - column(bounds.west) + 1);
    let kept = points.iter().enumerate().filter(|(index, (lon, lat))| view.holds(*lon, *lat) && keep(*index));
    let room = usize::try_from(width.saturating_mul(rows.count())).unwrap_or(usize::MAX);
    if room > (4 * points.len()).max(1 << 16) {
        // Far more cells than points: only those that hold some.
        let mut found: BTreeMap<(i64, i64), Sum> = BTreeMap::new();
        kept.for_each(|(index, (lon, lat))| {
            found.entry((column(*lon), rows.of(*lat))).or_default().add(index, *lon, *lat);
        });
        return found.into_iter().map(|(cell, sum)| (cell, sum.cluster())).collect();
    }
    let mut grid = vec![Sum::default(); room];
    for (index, (lon, lat)) in kept {
        let at = (rows.of(*lat) - rows.first()) * width + column(*lon) - left;
        if let Some(sum) = usize::try_from(at).ok().and_then(|at| grid.get_mut(at)) {
            sum.add(index, *lon, *lat);
        }
    }
    let cell = |at: i64| (left + at % width, rows.first() + at / width);
    (0..).zip(&grid).filter(|(_, sum)| sum.count > 0).map(|(at, sum)| (cell(at), sum.cluster())).collect()
}

/// Joins neighbours that would lie on top of each other on the screen.
fn apart(mut found: BTreeMap<(i64, i64), Cluster>, cells: f64) -> Vec<Cluster> {
    let keys: Vec<(i64, i64)> = found.keys().copied().collect();
    let plane = |cluster: &Cluster| ((cluster.lon / 360.0 + 0.5) * cells, rows::height(cluster.lat) * cells);
    for (x, y) in keys {
        for next in [(x, y + 1), (x + 1, y - 1), (x + 1, y), (x + 1, y + 1)] {
            let (Some(own), Some(other)) = (found.get(&(x, y)), found.get(&next)) else { continue };
            let ((ax, ay), (bx, by)) = (plane(own), plane(other));
            if (ax - bx).hypot(ay - by) * WIDTH >= NEAREST {
                continue;
            }
            // The neighbour is looked at later than this one, so chains join as well.
            let Some(own) = found.remove(&(x, y)) else { break };
            if let Some(other) = found.get_mut(&next) {
                let share = own.count as f64 / (own.count + other.count) as f64;
                other.lon += (own.lon - other.lon) * share;
                other.lat += (own.lat - other.lat) * share;
                other.count += own.count;
                other.first = other.first.min(own.first);
            }
            break;
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests;
