//! Between degrees and metres.

use super::flat::{At, area, inside};
use geo::{Area, Coord, Intersects, LineString, MapCoords, MultiPolygon, Point, Polygon, Winding};
use luyuan_domain::geo::{Local, Wgs84};

/// Six digits of a degree: a tenth of a metre.
const UNIT: f64 = 1e6;

/// The boundary, and the plane in which everything is made.
pub(super) struct Survey {
    pub(super) plane: Local,
    pub(super) border: Vec<At>,
    boundary: Polygon,
}

impl Survey {
    pub(super) fn new(boundary: &Polygon) -> Self {
        let corners = &boundary.exterior().0;
        let mean = |of: fn(&Coord) -> f64| corners.iter().map(of).sum::<f64>() / corners.len().max(1) as f64;
        let plane = Local::around(Wgs84 { lon: mean(|at| at.x), lat: mean(|at| at.y) });
        let mut border: Vec<At> = corners.iter().map(|at| plane.metres(at.x, at.y)).collect();
        border.pop();
        Self { plane, border, boundary: boundary.clone() }
    }

    /// A point in degrees, to six digits.
    pub(super) fn degrees(&self, at: At) -> Coord {
        let exact = self.plane.position(at);
        Coord { x: (exact.lon * UNIT).round() / UNIT, y: (exact.lat * UNIT).round() / UNIT }
    }

    /// As [`Self::degrees`] for a point on the border: rounded so that it does not fall outside.
    pub(super) fn on_border(&self, at: At) -> Coord {
        let exact = self.plane.position(at);
        let near = self.degrees(at);
        let (x, y) = (exact.lon * UNIT, exact.lat * UNIT);
        let around = [(x.floor(), y.floor()), (x.ceil(), y.floor()), (x.floor(), y.ceil()), (x.ceil(), y.ceil())];
        let around = around.map(|(x, y)| Coord { x: x / UNIT, y: y / UNIT });
        std::iter::once(near).chain(around).find(|at| self.boundary.intersects(&Point::from(*at))).unwrap_or(near)
    }

    /// A ring of metres as an area.
    pub(super) fn area(&self, ring: &[At]) -> MultiPolygon {
        Polygon::new(LineString::from(ring.iter().map(|at| self.degrees(*at)).collect::<Vec<_>>()), vec![]).into()
    }

    /// Rings as areas: those turning left are outer, the others are holes of the one around them.
    pub(super) fn rings(&self, rings: &[(Vec<At>, Vec<Coord>)]) -> MultiPolygon {
        let line = |corners: &[Coord]| {
            let mut line = LineString::from(corners.to_vec());
            line.close();
            line
        };
        let (outer, holes): (Vec<_>, Vec<_>) = rings.iter().partition(|(ring, _)| area(ring) > 0.0);
        let parts = outer.iter().map(|(ring, corners)| {
            let own = holes
                .iter()
                .filter(|(hole, _)| hole.first().is_some_and(|_| inside(ring, super::flat::centroid(hole))));
            let own = own.map(|(_, corners)| {
                let mut hole = line(corners);
                hole.make_cw_winding();
                hole
            });
            Polygon::new(line(corners), own.collect())
        });
        MultiPolygon(parts.collect())
    }

    pub(super) fn square_metres(&self, area: &MultiPolygon) -> f64 {
        let flat = area.map_coords(|at| {
            let [x, y] = self.plane.metres(at.x, at.y);
            Coord { x, y }
        });
        flat.unsigned_area().round()
    }
}
