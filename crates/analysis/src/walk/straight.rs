//! Straight lines: the service radius (服务半径) of the standards, from a ground's boundary.

use super::{City, Park, Spot, ground::extent, metres_to};
use geo::{
    Area, BooleanOps, Buffer, Coord, MapCoords, MultiPolygon, Polygon,
    algorithm::buffer::{BufferStyle, LineJoin},
    unary_union,
};
use luyuan_domain::{
    geo::{EARTH_RADIUS, Local, Wgs84},
    ruleset::Radius,
};

/// How finely the round parts of a buffer are drawn, in radians: within 0.2 m of the circle at
/// 500 m, always inside it.
const ROUND: f64 = 0.05;

/// Parks by what they serve.
#[derive(Debug, Clone)]
pub struct Service<'c> {
    /// Position of the park, how far it serves in metres, and a box around what it serves.
    parks: Vec<(u32, f64, Spot, Spot)>,
    city: &'c City,
}

/// Whether a park counts for any of these radii; how far it serves then, in metres.
pub fn serves<'r>(radii: impl Iterator<Item = &'r Radius>, historic: bool, park: &Park) -> Option<u32> {
    let fitting =
        radii.filter(|radius| (historic || !radius.historic) && radius.takes(park.is_park, park.square_metres));
    fitting.map(|radius| radius.metres).max()
}

impl<'c> Service<'c> {
    /// The parks that serve, each as far as `metres` says.
    pub fn new(city: &'c City, metres: impl Fn(&Park) -> Option<u32>) -> Self {
        let parks = (0..).zip(&city.parks).filter_map(|(number, park)| {
            let far = f64::from(metres(park)?);
            let (low, high) = extent(&park.ground)?;
            let [lon, lat] = Local::around(high.position()).degree();
            #[allow(clippy::cast_possible_truncation)] // a part of the earth's girth
            let room = |degree: f64| (far / degree * 1.0e7 * 1.01).ceil() as i32;
            let grown = |spot: Spot, sign: i32| Spot {
                lon: spot.lon.saturating_add(sign * room(lon)),
                lat: spot.lat.saturating_add(sign * room(lat)),
            };
            Some((number, far, grown(low, -1), grown(high, 1)))
        });
        Self { parks: parks.collect(), city }
    }

    /// The nearest park that serves a spot: its position in the list and metres in a straight line.
    /// Of several as near the first.
    pub fn nearest(&self, at: Spot) -> Option<(u32, f64)> {
        let mut best: Option<(u32, f64)> = None;
        for (number, far, low, high) in &self.parks {
            let near = (low.lon..=high.lon).contains(&at.lon) && (low.lat..=high.lat).contains(&at.lat);
            if !near {
                continue;
            }
            let metres = metres_to(&self.city.parks[*number as usize].ground, at.position());
            if metres <= *far && best.is_none_or(|(_, least)| metres < least) {
                best = Some((*number, metres));
            }
        }
        best
    }

    /// All that is served, on the equal-area plane of [`Plane`].
    pub fn ground(&self, plane: &Plane) -> MultiPolygon {
        let buffers: Vec<MultiPolygon> = self
            .parks
            .iter()
            .filter_map(|(number, far, ..)| buffer(&self.city.parks[*number as usize].ground, *far))
            .map(|area| plane.flatten(&area))
            .collect();
        unary_union(buffers.iter().flatten())
    }
}

/// A ground with everything within `metres` of it, in degrees; made on a plane around the ground.
fn buffer(ground: &MultiPolygon, metres: f64) -> Option<MultiPolygon> {
    let (low, high) = extent(ground)?;
    let middle = Spot { lon: low.lon / 2 + high.lon / 2, lat: low.lat / 2 + high.lat / 2 }.position();
    let plane = Local::around(middle);
    let flat = ground.map_coords(|at| {
        let [x, y] = plane.metres(at.x, at.y);
        Coord { x, y }
    });
    let style = BufferStyle::new(metres).line_join(LineJoin::Round(ROUND));
    let grown = flat.buffer_with_style(style);
    Some(grown.map_coords(|at| {
        let Wgs84 { lon, lat } = plane.position([at.x, at.y]);
        Coord { x: lon, y: lat }
    }))
}

/// A plane that keeps areas (cylindrical, Lambert 1772) on the sphere; near its origin shapes too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    lon: f64,
    cos: f64,
}

impl Plane {
    /// The plane around a position.
    pub fn around(at: Wgs84) -> Self {
        Self { lon: at.lon, cos: at.lat.to_radians().cos().max(0.01) }
    }

    /// The plane around a city.
    pub fn of(city: &City) -> Self {
        let grounds = city.residential.iter().chain(city.parks.iter().map(|park| &park.ground));
        let found = grounds.filter_map(extent).map(|(low, _)| low).chain(city.network.spots().iter().copied()).next();
        Self::around(found.unwrap_or_default().position())
    }

    /// A position in metres.
    pub fn metres(&self, at: Coord) -> Coord {
        Coord {
            x: (at.x - self.lon).to_radians() * EARTH_RADIUS * self.cos,
            y: at.y.to_radians().sin() * EARTH_RADIUS / self.cos,
        }
    }

    /// An area in degrees on the plane.
    pub fn flatten(&self, area: &MultiPolygon) -> MultiPolygon {
        area.map_coords(|at| self.metres(at))
    }
}

/// Areas united, so that nothing counts twice.
pub fn united<'p>(areas: impl Iterator<Item = &'p MultiPolygon>) -> MultiPolygon {
    unary_union(areas.flatten().collect::<Vec<&Polygon>>())
}

/// Square metres that two areas of the plane share.
pub fn shared(a: &MultiPolygon, b: &MultiPolygon) -> f64 {
    a.intersection(b).unsigned_area()
}
