//! The edges of a network by where they lie, so that a door finds the nearest one.

use super::{Edge, Link, Network, Spot, centimetres};
use luyuan_domain::geo::{Local, Wgs84};
use std::borrow::Cow;

/// Height of a cell in ten-millionths of a degree: some 55 metres.
const CELL: i64 = 5_000;

/// Within so many metres the nearest edge is looked for first.
const NEAR: f64 = 20.0;

/// An index over edges.
#[derive(Debug, Clone)]
pub struct EdgeGrid<'n> {
    spots: Cow<'n, [Spot]>,
    edges: Vec<Edge>,
    /// Row, column and edge, sorted.
    cells: Vec<(i32, i32, u32)>,
    /// Width of a cell, so that it is about square.
    width: i64,
}

impl<'n> EdgeGrid<'n> {
    /// An index over the edges of a network that `wanted` takes.
    pub fn new(network: &'n Network, wanted: impl Fn(&Edge) -> bool) -> Self {
        let edges: Vec<Edge> = network.edges().filter(|edge| wanted(edge)).collect();
        let middle = network.spots().iter().map(|spot| spot.position().lat).sum::<f64>() / network.len().max(1) as f64;
        #[allow(clippy::cast_possible_truncation)] // at most a hundred cells wide at the poles
        let width = (CELL as f64 / middle.to_radians().cos().max(0.01)) as i64;
        let mut cells = Vec::with_capacity(edges.len() * 2);
        for (number, edge) in (0u32..).zip(&edges) {
            let (a, b) = (network.spot(edge.a), network.spot(edge.b));
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
                    cells.push((row, i32::try_from(column).unwrap_or(i32::MAX), number));
                }
            }
        }
        cells.sort_unstable();
        Self { spots: Cow::Borrowed(network.spots()), edges, cells, width }
    }

    /// Where a node of the network is.
    pub fn spot(&self, node: u32) -> Spot {
        self.spots[node as usize]
    }

    /// The same index with the nodes' positions in it, free of the network that it was made from.
    pub fn into_owned(self) -> EdgeGrid<'static> {
        EdgeGrid { spots: Cow::Owned(self.spots.into_owned()), edges: self.edges, cells: self.cells, width: self.width }
    }

    /// The edges that may come within `metres` of a box, each once.
    pub fn beside(&self, low: Spot, high: Spot, metres: f64) -> Vec<Edge> {
        let mut found: Vec<u32> = Vec::new();
        self.each_in(low, high, metres, |edge| found.push(edge));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|edge| self.edges[edge as usize]).collect()
    }

    /// Where a point joins the nearest edge; none when none is within `metres`. Of edges at the same
    /// distance the first by its nodes.
    pub fn nearest(&self, at: Spot, metres: f64) -> Option<Link> {
        let plane = Local::around(at.position());
        // Most doors stand beside a path: what is found within a small round is nearest of all.
        let mut within = NEAR.min(metres);
        loop {
            let found = self.nearest_within(&plane, at, within);
            if found.is_some() || within >= metres {
                return found;
            }
            within = (within * 3.0).min(metres);
        }
    }

    fn nearest_within(&self, plane: &Local, at: Spot, metres: f64) -> Option<Link> {
        let mut best: Option<(f64, u32, f64)> = None;
        self.each_in(at, at, metres, |number| {
            let edge = &self.edges[number as usize];
            let (share, distance) = foot(plane, self.spot(edge.a), self.spot(edge.b));
            let nearer = best.is_none_or(|(least, first, _)| distance < least || (distance == least && number < first));
            if distance <= metres && nearer {
                best = Some((distance, number, share));
            }
        });
        let (distance, number, share) = best?;
        let edge = &self.edges[number as usize];
        Some(link(edge, share, distance))
    }

    /// Every edge within `metres` of a point: where it is nearest, and where the point would join it.
    pub fn near(&self, at: Spot, metres: f64) -> Vec<(Spot, Link)> {
        let plane = Local::around(at.position());
        let mut found: Vec<u32> = Vec::new();
        self.each_in(at, at, metres, |number| found.push(number));
        found.sort_unstable();
        found.dedup();
        let joined = found.into_iter().filter_map(|number| {
            let edge = &self.edges[number as usize];
            let (share, distance) = foot(&plane, self.spot(edge.a), self.spot(edge.b));
            let [a, b] = [edge.a, edge.b].map(|node| self.spot(node).position());
            let foot = Wgs84 { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share };
            (distance <= metres).then(|| (Spot::of(foot), link(edge, share, distance)))
        });
        joined.collect()
    }

    fn each_in(&self, low: Spot, high: Spot, metres: f64, mut on: impl FnMut(u32)) {
        let [lon, lat] = Local::around(high.position()).degree();
        #[allow(clippy::cast_possible_truncation)] // some metres
        let room = |degree: f64| (metres / degree * 1.0e7).ceil() as i64 + 1;
        let rows = row(i64::from(low.lat) - room(lat), CELL)..=row(i64::from(high.lat) + room(lat), CELL);
        let (west, east) =
            (row(i64::from(low.lon) - room(lon), self.width), row(i64::from(high.lon) + room(lon), self.width));
        for row in rows {
            let first = self.cells.partition_point(|(r, c, _)| (*r, *c) < (row, west));
            for (_, _, edge) in self.cells[first..].iter().take_while(|(r, c, _)| *r == row && *c <= east) {
                on(*edge);
            }
        }
    }
}

fn cell(value: i32, size: i64) -> i32 {
    row(i64::from(value), size)
}

fn row(value: i64, size: i64) -> i32 {
    i32::try_from(value.div_euclid(size)).unwrap_or(i32::MAX)
}

/// Where the origin of a plane is nearest to an edge: the share of the edge from `a`, and metres.
fn foot(plane: &Local, a: Spot, b: Spot) -> (f64, f64) {
    let (a, b) = (a.position(), b.position());
    let ([ax, ay], [bx, by]) = (plane.metres(a.lon, a.lat), plane.metres(b.lon, b.lat));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (share, (ax + share * dx).hypot(ay + share * dy))
}

/// A link at a share of an edge, so many metres beside it.
pub(super) fn link(edge: &Edge, share: f64, metres: f64) -> Link {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of 32 bits
    let to_a = ((f64::from(edge.cm) * share).round() as u32).min(edge.cm);
    Link { a: edge.a, b: edge.b, to_a, to_b: edge.cm - to_a, off: centimetres(metres) }
}
