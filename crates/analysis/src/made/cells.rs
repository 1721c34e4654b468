//! Dividing an area among points, and finding room inside it.

use geo::{BooleanOps, BoundingRect, Contains, Coord, LineString, MultiPolygon, Point, Polygon};

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `limit` − 1.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// A number between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The whole part of a small positive number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // shares of some hundred pieces
pub(super) fn floor(value: f64) -> usize {
    value.max(0.0) as usize
}

/// The part of `area` that is nearer to each point than to the others (Voronoi cells).
pub(super) fn cells(area: &MultiPolygon, points: &[Coord]) -> Vec<MultiPolygon> {
    let Some(bounds) = area.bounding_rect() else { return vec![MultiPolygon(vec![]); points.len()] };
    let (low, high) = (bounds.min(), bounds.max());
    // Degrees of longitude are shorter than those of latitude; cells are cut in scaled degrees.
    let scale = ((low.y + high.y) / 2.0).to_radians().cos();
    let corners = vec![low, Coord { x: high.x, y: low.y }, high, Coord { x: low.x, y: high.y }];
    points
        .iter()
        .map(|point| {
            let mut cell = corners.clone();
            for other in points.iter().filter(|other| *other != point) {
                cell = nearer(&cell, *point, *other, scale);
            }
            if cell.len() < 3 {
                return MultiPolygon(vec![]);
            }
            area.intersection(&Polygon::new(LineString::from(cell), vec![]))
        })
        .collect()
}

/// Cuts a convex ring to the side of the bisector on which `point` lies.
fn nearer(ring: &[Coord], point: Coord, other: Coord, scale: f64) -> Vec<Coord> {
    let side = |at: Coord| {
        let (dx, dy) = ((other.x - point.x) * scale * scale, other.y - point.y);
        let middle = Coord { x: (point.x + other.x) / 2.0, y: (point.y + other.y) / 2.0 };
        (at.x - middle.x) * dx + (at.y - middle.y) * dy
    };
    let mut cut = Vec::with_capacity(ring.len() + 1);
    for (index, from) in ring.iter().enumerate() {
        let to = ring[(index + 1) % ring.len()];
        let (a, b) = (side(*from), side(to));
        if a <= 0.0 {
            cut.push(*from);
        }
        if (a < 0.0 && b > 0.0) || (a > 0.0 && b < 0.0) {
            let share = a / (a - b);
            cut.push(Coord { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
        }
    }
    cut
}

/// A point inside an area.
pub(super) fn inside_box(area: &MultiPolygon, rng: &mut Rng) -> Coord {
    let Some(bounds) = area.bounding_rect() else { return Coord::zero() };
    let (low, high) = (bounds.min(), bounds.max());
    for _ in 0..10_000 {
        let at = Coord { x: rng.between(low.x, high.x), y: rng.between(low.y, high.y) };
        if area.contains(&Point::from(at)) {
            return at;
        }
    }
    bounds.center()
}

/// Points spread over an area: of several tries, the one farthest from those before (Mitchell).
pub(super) fn spread(area: &MultiPolygon, count: usize, rng: &mut Rng) -> Vec<Coord> {
    let mut points: Vec<Coord> = Vec::with_capacity(count);
    for _ in 0..count {
        let tries: Vec<Coord> = (0..12).map(|_| inside_box(area, rng)).collect();
        let room = |at: &Coord| {
            points.iter().map(|point| (point.x - at.x).powi(2) + (point.y - at.y).powi(2)).fold(f64::MAX, f64::min)
        };
        let best = tries.into_iter().max_by(|a, b| room(a).total_cmp(&room(b)));
        points.extend(best);
    }
    points
}

/// Places for `count` blocks on a grid inside an area, and the room of each in metres. The grid is
/// made finer until it holds enough of them.
pub(super) fn sites(area: &MultiPolygon, count: usize, rng: &mut Rng) -> Vec<(Coord, f64)> {
    let Some(bounds) = area.bounding_rect() else { return Vec::new() };
    let (low, high) = (bounds.min(), bounds.max());
    let metre_lat = super::METRE_LAT;
    let metre_lon = metre_lat / low.y.to_radians().cos();
    let mut room = 150.0;
    loop {
        let (dx, dy) = (room * metre_lon, room * metre_lat);
        let mut free = Vec::new();
        let mut y = low.y + dy / 2.0;
        while y < high.y {
            let mut x = low.x + dx / 2.0;
            while x < high.x {
                let corner = |sx: f64, sy: f64| Point::new(x + sx * dx * 0.6, y + sy * dy * 0.6);
                if [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
                    .iter()
                    .all(|(sx, sy)| area.contains(&corner(*sx, *sy)))
                {
                    free.push((Coord { x, y }, room));
                }
                x += dx;
            }
            y += dy;
        }
        if free.len() >= count || room < 5.0 {
            // Neighbours first: compounds stand together, not scattered over a whole community.
            let start = spread(area, 1, rng).first().copied().unwrap_or(low);
            let far = |at: &Coord| (at.x - start.x).powi(2) + (at.y - start.y).powi(2);
            free.sort_by(|a, b| far(&a.0).total_cmp(&far(&b.0)));
            free.truncate(count);
            return free;
        }
        room *= 0.85;
    }
}
