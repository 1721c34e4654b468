//! The base map: from roads, water, green, land use, buildings and names to vector tiles.
//!
//! Tiles follow the Mapbox Vector Tile Specification 2.1, in the projection EPSG:3857 with the
//! usual numbering of tiles (x from the west, y from the north). They are cut when they are asked
//! for, from a [`Base`] in memory; the same base gives the same bytes.

mod base;
mod clip;
mod file;
mod join;
mod kind;
mod latin;
mod levels;
mod mvt;
mod world;

pub use base::Base;
pub use file::BadBase;
pub use kind::{Kind, Layer};
pub use latin::latin;
pub use world::World;

/// The zooms for which tiles are cut; maps that are nearer enlarge the last.
pub const ZOOMS: std::ops::RangeInclusive<u8> = 8..=16;
/// The units of a tile's side.
pub const EXTENT: i32 = 4096;
/// How far lines and areas are drawn beyond a tile's edge, in its units: the half of the widest line.
pub const BUFFER: i32 = 80;

/// What something is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Names {
    /// As the people of the place call it.
    pub own: String,
    /// In Chinese, where that is another name.
    pub zh: String,
    /// In English, or in Latin letters, where that is another name.
    pub en: String,
}

impl Names {
    /// A name of the place, with its spelling in Latin letters where it is Chinese.
    pub fn of(own: &str) -> Self {
        Self { en: latin(own).unwrap_or_default(), own: own.to_owned(), zh: String::new() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

/// Something to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// What it is; tells too whether it is a point, lines or an area.
    pub kind: Kind,
    /// Its names.
    pub names: Names,
    /// A point; lines; or rings, each closed and outer ones before their holes.
    pub parts: Vec<Part>,
}

/// A piece of a [`Feature`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its points.
    pub points: Vec<World>,
    /// Whether it is cut out of the ring before.
    pub hole: bool,
}

impl Feature {
    /// A line, in degrees WGS-84.
    pub fn line(kind: Kind, names: Names, line: &geo::LineString) -> Self {
        Self { kind, names, parts: vec![part(line, false)] }
    }

    /// An area, in degrees WGS-84.
    pub fn area(kind: Kind, names: Names, area: &geo::MultiPolygon) -> Self {
        let rings = area.iter().flat_map(|polygon| {
            let holes = polygon.interiors().iter().map(|ring| part(ring, true));
            std::iter::once(part(polygon.exterior(), false)).chain(holes)
        });
        Self { kind, names, parts: rings.collect() }
    }

    /// A point.
    pub fn point(kind: Kind, names: Names, at: World) -> Self {
        Self { kind, names, parts: vec![Part { points: vec![at], hole: false }] }
    }
}

fn part(line: &geo::LineString, hole: bool) -> Part {
    Part { points: line.0.iter().map(|at| World::of(at.x, at.y)).collect(), hole }
}

#[cfg(test)]
mod tests;
