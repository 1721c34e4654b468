//! Answering from the grid.

use super::{
    Near,
    grid::{Layer, MIXED},
};
use geo::{Coord, GeoNum, Kernel, Orientation};
use luyuan_domain::geo::{Local, Wgs84};

/// An edge of a ring, its lower end first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) x1: f64,
    pub(super) y1: f64,
    pub(super) x2: f64,
    pub(super) y2: f64,
}

impl Edge {
    pub(super) fn new(a: Coord, b: Coord) -> Self {
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        Self { x1: a.x, y1: a.y, x2: b.x, y2: b.y }
    }

    pub(super) fn west(&self) -> f64 {
        self.x1.min(self.x2)
    }

    pub(super) fn east(&self) -> f64 {
        self.x1.max(self.x2)
    }

    fn side(&self, x: f64, y: f64) -> Orientation {
        <f64 as GeoNum>::Ker::orient2d(
            Coord { x: self.x1, y: self.y1 },
            Coord { x: self.x2, y: self.y2 },
            Coord { x, y },
        )
    }

    /// Whether a point is on the edge.
    pub(super) fn touches(&self, at: Coord) -> bool {
        let beside = self.y1 <= at.y && at.y <= self.y2 && self.west() <= at.x && at.x <= self.east();
        beside && self.side(at.x, at.y) == Orientation::Collinear
    }

    /// Metres from the origin of a plane to the edge.
    fn metres(&self, plane: &Local) -> f64 {
        let ([ax, ay], [bx, by]) = (plane.metres(self.x1, self.y1), plane.metres(self.x2, self.y2));
        let (dx, dy) = (bx - ax, by - ay);
        let along = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (ax + along * dx).hypot(ay + along * dy)
    }
}

/// Whether the rings of one polygon, given all edges at the point's latitude, hold a point or have
/// it on their border: an east-going ray crosses them an odd number of times.
#[inline]
pub(super) fn holds(edges: &[Edge], x: f64, y: f64) -> bool {
    let mut inside = false;
    for edge in edges {
        if y < edge.y1 || y > edge.y2 || x > edge.east() {
            continue;
        }
        // The lower end belongs to the edge and the upper does not, so that a ray through a corner
        // crosses once where the ring goes on and not, or twice, where it turns back.
        if x < edge.west() {
            inside ^= y < edge.y2;
            continue;
        }
        match edge.side(x, y) {
            Orientation::Collinear => return true,
            Orientation::CounterClockwise => inside ^= y < edge.y2,
            Orientation::Clockwise => {}
        }
    }
    inside
}

impl Layer {
    /// The lowest key whose polygon holds the point.
    #[inline]
    pub(super) fn at(&self, x: f64, y: f64) -> Option<u32> {
        let (column, row) = (self.across.cell(x)?, self.up.cell(y)?);
        let code = self.cells[row * self.across.count + column];
        if code == 0 {
            return None;
        }
        if code & MIXED == 0 {
            return Some(self.keys[code as usize - 1]);
        }
        let entries = self.list(code);
        let holder = entries.iter().find(|entry| **entry & 1 == 1 || holds(self.edges(**entry >> 1, row), x, y));
        holder.map(|entry| self.keys[(*entry >> 1) as usize])
    }

    /// The nearest border within `max_metres` of a point that no polygon holds.
    pub(super) fn nearest(&self, point: Wgs84, max_metres: f64) -> Option<Near> {
        if max_metres.is_nan() || max_metres < 0.0 {
            return None;
        }
        // The window grows until what was found cannot be beaten by anything outside it.
        let mut reach = (self.up.size * Local::around(point).degree()[1]).min(max_metres);
        loop {
            let found = self.within(point, reach).first().copied();
            if found.is_some() || reach >= max_metres {
                return found;
            }
            reach = (reach * 2.0).min(max_metres);
        }
    }

    /// Every polygon within `metres`, nearest first, then by key.
    pub(super) fn within(&self, point: Wgs84, metres: f64) -> Vec<Near> {
        let plane = Local::around(point);
        let [lon, lat] = plane.degree();
        let (columns, rows) = (self.across.window(point.lon, metres / lon), self.up.window(point.lat, metres / lat));
        let mut parts: Vec<u32> = Vec::new();
        for row in rows.clone() {
            for column in columns.clone() {
                let code = self.cells[row * self.across.count + column];
                if code & MIXED != 0 {
                    parts.extend(self.list(code).iter().map(|entry| entry >> 1));
                } else if code != 0 {
                    parts.push(code - 1);
                }
            }
            parts.sort_unstable();
            parts.dedup();
        }
        let here = (self.across.cell(point.lon), self.up.cell(point.lat));
        let mut near: Vec<Near> = Vec::with_capacity(parts.len());
        for part in parts {
            let inside = matches!(here, (Some(column), Some(row)) if self.part_holds(part, column, row, point));
            let edges = rows.clone().flat_map(|row| self.edges(part, row));
            let border = || edges.map(|edge| edge.metres(&plane)).fold(f64::INFINITY, f64::min);
            let (key, distance) = (self.keys[part as usize], if inside { 0.0 } else { border() });
            // Parts stand in the order of their keys: a second part of a key follows the first.
            match near.last_mut() {
                Some(last) if last.key == key => last.metres = last.metres.min(distance),
                _ => near.push(Near { key, metres: distance }),
            }
        }
        near.retain(|near| near.metres <= metres);
        near.sort_by(|a, b| a.metres.total_cmp(&b.metres).then(a.key.cmp(&b.key)));
        near
    }

    fn part_holds(&self, part: u32, column: usize, row: usize, point: Wgs84) -> bool {
        let code = self.cells[row * self.across.count + column];
        if code & MIXED == 0 {
            return code == part + 1;
        }
        let entry = self.list(code).iter().find(|entry| **entry >> 1 == part);
        entry.is_some_and(|entry| entry & 1 == 1 || holds(self.edges(part, row), point.lon, point.lat))
    }
}
