//! The edges of a network by where they lie, so that a door finds the nearest one.

use super::{Edge, Link, Network, Spot, centimetres};
use luyuan_domain::geo::{Local, Wgs84};
use std::borrow::Cow;

/// Height of a cell in ten-millionths of a degree: some 55 metres.
const CELL: i64 = 5_000;

/// Within so many metres the nearest edge is looked for first.
const NEAR: f64 = 20.0;

/// An index over edges of a network.
#[derive(Debug, Clone)]
pub struct EdgeGrid<'n> {
    network: &'n Network,
    index: Cow<'n, EdgeIndex>,
}

/// What an [`EdgeGrid`] keeps beside its network.
#[derive(Debug, Clone)]
pub struct EdgeIndex {
    /// Each edge by its smaller node and its place among the network's arcs.
    edges: Vec<(u32, u32)>,
    /// The number of the first row of cells.
    south: i32,
    /// Where each row begins; one more than rows.
    rows: Vec<u32>,
    /// Column and edge, sorted within each row.
    cells: Vec<(i32, u32)>,
    /// Width of a cell, so that it is about square.
    width: i64,
}

impl<'n> EdgeGrid<'n> {
    /// An index over the edges of a network that `wanted` takes.
    pub fn new(network: &'n Network, wanted: impl Fn(&Edge) -> bool) -> Self {
        let mut edges = Vec::with_capacity(network.edge_count());
        edges.extend(network.edges_at().filter(|(_, edge)| wanted(edge)).map(|(slot, edge)| (edge.a, slot)));
        let middle = network.spots().iter().map(|spot| spot.position().lat).sum::<f64>() / network.len().max(1) as f64;
        #[allow(clippy::cast_possible_truncation)] // at most a hundred cells wide at the poles
        let width = (CELL as f64 / middle.to_radians().cos().max(0.01)) as i64;
        let end = |slot: u32| network.all_arcs()[slot as usize].to;
        let lines = || edges.iter().map(|(a, slot)| (network.spot(*a), network.spot(end(*slot))));
        let south = lines().map(|(a, b)| cell(a.lat.min(b.lat), CELL)).min().unwrap_or(0);
        let north = lines().map(|(a, b)| cell(a.lat.max(b.lat), CELL)).max().unwrap_or(south);
        let place = |row: i32| row.abs_diff(south) as usize;
        // Counted first, so that each cell is put where it belongs at once.
        let mut rows = vec![0u32; place(north) + 2];
        lines().for_each(|(a, b)| passes(a, b, width, |row, _| rows[place(row) + 1] += 1));
        for row in 1..rows.len() {
            rows[row] += rows[row - 1];
        }
        let mut next = rows.clone();
        let mut cells = vec![(0, 0); rows.last().map_or(0, |all| *all as usize)];
        for (number, (a, b)) in (0u32..).zip(lines()) {
            passes(a, b, width, |row, column| {
                let slot = &mut next[place(row)];
                cells[*slot as usize] = (column, number);
                *slot += 1;
            });
        }
        rows.windows(2).for_each(|ends| cells[ends[0] as usize..ends[1] as usize].sort_unstable());
        Self { network, index: Cow::Owned(EdgeIndex { edges, south, rows, cells, width }) }
    }

    /// Over a network that has been gone through before.
    pub fn with(network: &'n Network, index: &'n EdgeIndex) -> Self {
        Self { network, index: Cow::Borrowed(index) }
    }

    /// What was found by going through the network, free of it.
    pub fn into_index(self) -> EdgeIndex {
        self.index.into_owned()
    }

    /// Where a node of the network is.
    pub fn spot(&self, node: u32) -> Spot {
        self.network.spot(node)
    }

    fn edge(&self, number: u32) -> Edge {
        let (node, slot) = self.index.edges[number as usize];
        self.network.edge_at(node, slot)
    }

    /// The edges that may come within `metres` of a box, each once.
    pub fn beside(&self, low: Spot, high: Spot, metres: f64) -> Vec<Edge> {
        let degree = Local::around(high.position()).degree();
        let mut found: Vec<u32> = Vec::new();
        self.each_in(low, high, degree, metres, |edge| found.push(edge));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|edge| self.edge(edge)).collect()
    }

    /// Where a point joins the nearest edge; none when none is within `metres`. Of edges at the same
    /// distance the first by its nodes.
    pub fn nearest(&self, at: Spot, metres: f64) -> Option<Link> {
        let degree = Local::around(at.position()).degree();
        // Most doors stand beside a path: what is found within a small round is nearest of all.
        let mut within = NEAR.min(metres);
        loop {
            let found = self.nearest_within(degree, at, within);
            if found.is_some() || within >= metres {
                return found;
            }
            within = (within * 3.0).min(metres);
        }
    }

    fn nearest_within(&self, degree: [f64; 2], at: Spot, metres: f64) -> Option<Link> {
        let mut best: Option<(f64, u32, f64)> = None;
        self.each_in(at, at, degree, metres, |number| {
            let edge = self.edge(number);
            let (share, square) = foot(degree, at, self.spot(edge.a), self.spot(edge.b));
            let nearer = best.is_none_or(|(least, first, _)| square < least || (square == least && number < first));
            if square <= metres * metres && nearer {
                best = Some((square, number, share));
            }
        });
        let (square, number, share) = best?;
        Some(link(&self.edge(number), share, square.sqrt()))
    }

    /// Every edge within `metres` of a point: where it is nearest, and where the point would join it.
    pub fn near(&self, at: Spot, metres: f64) -> Vec<(Spot, Link)> {
        let degree = Local::around(at.position()).degree();
        let mut found: Vec<u32> = Vec::new();
        self.each_in(at, at, degree, metres, |number| found.push(number));
        found.sort_unstable();
        found.dedup();
        let joined = found.into_iter().filter_map(|number| {
            let edge = self.edge(number);
            let (share, square) = foot(degree, at, self.spot(edge.a), self.spot(edge.b));
            let [a, b] = [edge.a, edge.b].map(|node| self.spot(node).position());
            let foot = Wgs84 { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share };
            (square <= metres * metres).then(|| (Spot::of(foot), link(&edge, share, square.sqrt())))
        });
        joined.collect()
    }

    /// Every edge of the cells within `metres` of a box, where a degree has so many metres.
    fn each_in(&self, low: Spot, high: Spot, [lon, lat]: [f64; 2], metres: f64, mut on: impl FnMut(u32)) {
        let index = &*self.index;
        #[allow(clippy::cast_possible_truncation)] // some metres
        let room = |degree: f64| (metres / degree * 1.0e7).ceil() as i64 + 1;
        let rows = row(i64::from(low.lat) - room(lat), CELL)..=row(i64::from(high.lat) + room(lat), CELL);
        let (west, east) =
            (row(i64::from(low.lon) - room(lon), index.width), row(i64::from(high.lon) + room(lon), index.width));
        for row in rows {
            let Some(place) = row.checked_sub(index.south).and_then(|place| usize::try_from(place).ok()) else {
                continue;
            };
            let Some(ends) = index.rows.get(place..).and_then(|rows| rows.first_chunk::<2>()) else { continue };
            let cells = &index.cells[ends[0] as usize..ends[1] as usize];
            let first = cells.partition_point(|(column, _)| *column < west);
            for (_, edge) in cells[first..].iter().take_while(|(column, _)| *column <= east) {
                on(*edge);
            }
        }
    }
}

/// Row and column of every cell that an edge passes.
fn passes(a: Spot, b: Spot, width: i64, mut on: impl FnMut(i32, i32)) {
    let (low, high) = if a.lat <= b.lat { (a, b) } else { (b, a) };
    for row in cell(low.lat, CELL)..=cell(high.lat, CELL) {
        // The part of the edge within this row, widened by one unit against rounding.
        let rise = f64::from(high.lat) - f64::from(low.lat);
        let at = |lat: i64| {
            let share = ((lat as f64 - f64::from(low.lat)) / rise).clamp(0.0, 1.0);
            let share = if rise > 0.0 { share } else { 0.0 };
            f64::from(low.lon) + share * (f64::from(high.lon) - f64::from(low.lon))
        };
        let (from, to) = match rise > 0.0 {
            true => (at(i64::from(row) * CELL), at((i64::from(row) + 1) * CELL)),
            false => (f64::from(low.lon), f64::from(high.lon)),
        };
        #[allow(clippy::cast_possible_truncation)] // longitudes in 32 bits
        let (west, east) = ((from.min(to) - 1.0) as i64, (from.max(to) + 1.0) as i64);
        for column in west.div_euclid(width)..=east.div_euclid(width) {
            on(row, i32::try_from(column).unwrap_or(i32::MAX));
        }
    }
}

fn cell(value: i32, size: i64) -> i32 {
    row(i64::from(value), size)
}

fn row(value: i64, size: i64) -> i32 {
    i32::try_from(value.div_euclid(size)).unwrap_or(i32::MAX)
}

/// Where a point is nearest to an edge, where a degree has so many metres: the share of the edge from
/// `a`, and the square of the metres.
fn foot(degree: [f64; 2], at: Spot, a: Spot, b: Spot) -> (f64, f64) {
    let metres = |to: i32, from: i32, degree: f64| (f64::from(to) - f64::from(from)) * 1.0e-7 * degree;
    let (ax, ay) = (metres(a.lon, at.lon, degree[0]), metres(a.lat, at.lat, degree[1]));
    let (dx, dy) = (metres(b.lon, a.lon, degree[0]), metres(b.lat, a.lat, degree[1]));
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (ax + share * dx, ay + share * dy);
    (share, x * x + y * y)
}

/// A link at a share of an edge, so many metres beside it.
pub(super) fn link(edge: &Edge, share: f64, metres: f64) -> Link {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of 32 bits
    let to_a = ((f64::from(edge.cm) * share).round() as u32).min(edge.cm);
    Link { a: edge.a, b: edge.b, to_a, to_b: edge.cm - to_a, off: centimetres(metres) }
}
