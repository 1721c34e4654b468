//! Areas and distances of grounds.

use super::Spot;
use geo::{Coord, GeodesicArea, LineString, MultiPolygon, Polygon};
use luyuan_domain::geo::{Local, Wgs84};

/// Square metres on the WGS-84 ellipsoid (Karney 2013), holes left out.
pub fn square_metres(ground: &MultiPolygon) -> f64 {
    let ring = |ring: &LineString| Polygon::new(ring.clone(), vec![]).geodesic_area_signed().abs();
    let part = |part: &Polygon| ring(part.exterior()) - part.interiors().iter().map(ring).sum::<f64>();
    ground.iter().map(part).sum::<f64>().max(0.0)
}

/// Square metres of a small ring on a plane around its first corner: for buildings, to half a per
/// cent.
pub fn flat_square_metres(ring: &LineString) -> f64 {
    let Some(first) = ring.0.first() else { return 0.0 };
    let plane = Local::around(Wgs84 { lon: first.x, lat: first.y });
    let at = |corner: &Coord| plane.metres(corner.x, corner.y);
    let twice: f64 = ring
        .0
        .windows(2)
        .map(|pair| {
            let ([ax, ay], [bx, by]) = (at(&pair[0]), at(&pair[1]));
            ax * by - bx * ay
        })
        .sum();
    (twice / 2.0).abs()
}

/// The corners of a box around a ground; none for an empty one.
pub(super) fn extent(ground: &MultiPolygon) -> Option<(Spot, Spot)> {
    let corners = ground.iter().flat_map(|part| part.exterior().0.iter());
    corners.map(|at| Spot::of(Wgs84 { lon: at.x, lat: at.y })).fold(None, |found, at| {
        let (low, high) = found.unwrap_or((at, at));
        Some((
            Spot { lon: low.lon.min(at.lon), lat: low.lat.min(at.lat) },
            Spot { lon: high.lon.max(at.lon), lat: high.lat.max(at.lat) },
        ))
    })
}

/// The stretches of all rings, holes' included.
pub(super) fn stretches(ground: &MultiPolygon) -> impl Iterator<Item = (Coord, Coord)> + '_ {
    let rings = ground.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    rings.flat_map(|ring| ring.0.windows(2).map(|pair| (pair[0], pair[1])))
}

/// Whether a position is inside, by the even-odd rule; on the boundary either.
pub fn holds(ground: &MultiPolygon, at: Coord) -> bool {
    stretches(ground).fold(false, |inside, (a, b)| {
        let crosses = (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x;
        inside != crosses
    })
}

/// Metres from a position to a ground in a straight line; 0 inside.
pub fn metres_to(ground: &MultiPolygon, at: Wgs84) -> f64 {
    if holds(ground, Coord { x: at.lon, y: at.lat }) {
        return 0.0;
    }
    let plane = Local::around(at);
    let least = stretches(ground).map(|(a, b)| {
        let ([ax, ay], [bx, by]) = (plane.metres(a.x, a.y), plane.metres(b.x, b.y));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let share = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        (ax + share * dx).hypot(ay + share * dy)
    });
    least.fold(f64::INFINITY, f64::min)
}
