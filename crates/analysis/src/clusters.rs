//! Points gathered for a map so that their totals equal the list's: every point in view is in
//! exactly one cluster, none is dropped.
//!
//! One pass over the points, with no index to keep up to date: a million in some milliseconds. The
//! row of a point is found among the latitudes of the rows' borders, so that the Mercator formula
//! is worked out for each row and not for each point.

mod rows;

use rows::Rows;
use std::collections::HashMap;

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

/// The cluster of each cell of the Mercator plane that has points, by column, then row.
fn sums(points: &[(f64, f64)], view: View, cells: f64, keep: impl Fn(usize) -> bool) -> Vec<Cell> {
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
    let Some(bounds) = bounds else { return Vec::new() };
    let column = |lon: f64| rows::floor((lon / 360.0 + 0.5) * cells);
    let rows = Rows::new(bounds.south, bounds.north, cells);
    let (left, width) = (column(bounds.west), column(bounds.east) - column(bounds.west) + 1);
    let (top, height) = (rows.first(), rows.count());
    let kept = points.iter().enumerate().filter(|(index, (lon, lat))| view.holds(*lon, *lat) && keep(*index));
    let room = usize::try_from(width.saturating_mul(height)).unwrap_or(usize::MAX);
    let cell = |(at, sum): ((i64, i64), &Sum)| Cell { at, cluster: sum.cluster() };
    if room > (4 * points.len()).max(1 << 16) {
        // Far more cells than points: only those that hold some.
        let mut found: HashMap<(i64, i64), Sum> = HashMap::new();
        kept.for_each(|(index, (lon, lat))| {
            found.entry((column(*lon), rows.of(*lat))).or_default().add(index, *lon, *lat);
        });
        let mut found: Vec<Cell> = found.iter().map(|(at, sum)| cell((*at, sum))).collect();
        found.sort_unstable_by_key(|cell| cell.at);
        return found;
    }
    let mut grid = vec![Sum::default(); room];
    for (index, (lon, lat)) in kept {
        let at = (column(*lon) - left) * height + rows.of(*lat) - top;
        if let Some(sum) = usize::try_from(at).ok().and_then(|at| grid.get_mut(at)) {
            sum.add(index, *lon, *lat);
        }
    }
    let filled = (0..).zip(&grid).filter(|(_, sum)| sum.count > 0);
    filled.map(|(at, sum)| cell(((left + at / height, top + at % height), sum))).collect()
}

#[derive(Clone, Copy)]
struct Cell {
    at: (i64, i64),
    cluster: Cluster,
}

/// Joins neighbours that would lie on top of each other on the screen.
fn apart(mut found: Vec<Cell>, cells: f64) -> Vec<Cluster> {
    let plane = |cluster: &Cluster| ((cluster.lon / 360.0 + 0.5) * cells, rows::height(cluster.lat) * cells);
    let mut places: Vec<(f64, f64)> = found.iter().map(|cell| plane(&cell.cluster)).collect();
    // Where the next column begins to be beside this cell: it only moves on.
    let mut beside = 0;
    for at in 0..found.len() {
        let (x, y) = found[at].at;
        while found.get(beside).is_some_and(|cell| cell.at < (x + 1, y - 1)) {
            beside += 1;
        }
        let below = (at + 1..found.len()).take(1).filter(|other| found[*other].at == (x, y + 1));
        let right = (beside..found.len()).take(3).filter(|other| found[*other].at <= (x + 1, y + 1));
        let (ax, ay) = places[at];
        let near = |(bx, by): (f64, f64)| (ax - bx).hypot(ay - by) * WIDTH < NEAREST;
        let Some(other) = below.chain(right).find(|other| near(places[*other])) else { continue };
        // The neighbour is looked at later than this one, so chains join as well.
        let own = found[at].cluster;
        found[at].cluster.count = 0;
        let joined = &mut found[other].cluster;
        let share = own.count as f64 / (own.count + joined.count) as f64;
        joined.lon += (own.lon - joined.lon) * share;
        joined.lat += (own.lat - joined.lat) * share;
        joined.count += own.count;
        joined.first = joined.first.min(own.first);
        places[other] = plane(joined);
    }
    found.into_iter().map(|cell| cell.cluster).filter(|cluster| cluster.count > 0).collect()
}

#[cfg(test)]
mod tests;
