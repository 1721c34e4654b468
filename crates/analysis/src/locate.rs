//! Point → place: which polygon of each layer (district, street, community, compound …) holds a
//! position, answered from memory.
//!
//! Every layer lies on a grid of its own. A cell that no border crosses knows its answer; a cell on
//! a border keeps the few polygons to be tried, and each polygon keeps its edges by grid row, so
//! that trying one reads only the edges beside the point. The test is exact (adaptive-precision
//! orientation, Shewchuk 1997): answers equal those of `geo`'s `Intersects` for every double.
//!
//! **Borders.** A polygon holds its border, holes' borders included. Where several polygons of a
//! layer hold a point, the lowest key answers.
//!
//! **Gaps.** Drawn borders do not meet exactly. [`PlaceIndex::nearest`] gives a point between them
//! to the nearest polygon within a tolerance, and [`PlaceIndex::near_boundary`] tells all that are
//! so near that the resident should be asked.

mod find;
mod grid;
mod rings;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use grid::Layer;
use luyuan_domain::{
    geo::Wgs84,
    place::{Place, Shape},
};

pub use rings::{ShapeProblem, check};

/// How many layers an index has; layers are numbered from 0. What each means is the caller's
/// (the level of `PlaceKind` fits).
pub const LAYERS: usize = 8;

/// A shape that was left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("place {key} in layer {layer}: {problem}")]
pub struct Rejected {
    /// The caller's key.
    pub key: u32,
    /// The layer it was meant for.
    pub layer: u8,
    /// What is wrong with it.
    pub problem: ShapeProblem,
}

/// A polygon near a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The caller's key.
    pub key: u32,
    /// Metres to its border; 0 inside.
    pub metres: f64,
}

/// The index over all layers. Keys are the caller's: usually positions in its list of places.
#[derive(Debug, Clone, Default)]
pub struct PlaceIndex {
    layers: [Option<Layer>; LAYERS],
}

impl PlaceIndex {
    /// Builds the index from (key, layer, shape) in WGS-84 degrees, x = longitude. A shape that
    /// cannot be used is left out and told, so that one bad row does not stop a district; an empty
    /// shape holds nothing and is no error. A key may stand in a layer once.
    pub fn build(shapes: Vec<(u32, u8, MultiPolygon)>) -> (Self, Vec<Rejected>) {
        let mut rejected = Vec::new();
        let mut sorted: [Vec<(u32, MultiPolygon)>; LAYERS] = Default::default();
        for (key, layer, shape) in shapes {
            let problem = match sorted.get_mut(usize::from(layer)) {
                None => Err(ShapeProblem::NoSuchLayer),
                Some(of_layer) => check(&shape).map(|()| of_layer.push((key, shape))),
            };
            rejected.extend(problem.err().map(|problem| Rejected { key, layer, problem }));
        }
        let mut layer = 0;
        let layers = sorted.map(|mut shapes| {
            // Stable: of two shapes with one key the first is kept.
            shapes.sort_by_key(|(key, _)| *key);
            shapes.dedup_by(|(again, _), (key, _)| {
                let twice = again == key;
                let problem = ShapeProblem::KeyTwice;
                rejected.extend(twice.then_some(Rejected { key: *key, layer, problem }));
                twice
            });
            layer += 1;
            Layer::build(&shapes)
        });
        (Self { layers }, rejected)
    }

    /// The index over places with an area: the key is the position in the list, the layer the level
    /// of the kind in the tree. What hangs beside the tree (road sections, parks) is not in it.
    pub fn of_places(places: &[Place]) -> (Self, Vec<Rejected>) {
        let shapes = (0..).zip(places).filter_map(|(key, place)| {
            let area = place.shape.as_ref().and_then(area)?;
            Some((key, place.kind.level()?, area))
        });
        Self::build(shapes.collect())
    }

    /// The key of the polygon that holds the point, for every layer.
    pub fn at(&self, point: Wgs84) -> [Option<u32>; LAYERS] {
        let mut found = [None; LAYERS];
        for (found, layer) in found.iter_mut().zip(&self.layers) {
            *found = layer.as_ref().and_then(|layer| layer.at(point.lon, point.lat));
        }
        found
    }

    /// As [`Self::at`], where a layer with nothing at the point answers with its nearest polygon
    /// within `gap_metres`.
    pub fn at_or_near(&self, point: Wgs84, gap_metres: f64) -> [Option<u32>; LAYERS] {
        let mut found = self.at(point);
        for (layer, found) in (0..).zip(&mut found) {
            *found = found.or_else(|| self.nearest(point, layer, gap_metres).map(|near| near.key));
        }
        found
    }

    /// The polygon that holds the point, else the nearest one not farther than `max_metres`; of two
    /// as near, the lowest key.
    pub fn nearest(&self, point: Wgs84, layer: u8, max_metres: f64) -> Option<Near> {
        let layer = self.layers.get(usize::from(layer))?.as_ref()?;
        if let Some(key) = layer.at(point.lon, point.lat) {
            return Some(Near { key, metres: 0.0 });
        }
        layer.nearest(point, max_metres)
    }

    /// Every polygon that holds the point or has its border within `metres` of it, nearest first,
    /// then by key. More than one: ask the resident which side.
    pub fn near_boundary(&self, point: Wgs84, layer: u8, metres: f64) -> Vec<Near> {
        let layer = self.layers.get(usize::from(layer)).and_then(Option::as_ref);
        layer.map(|layer| layer.within(point, metres)).unwrap_or_default()
    }

    /// Memory that the index holds, in bytes.
    pub fn bytes(&self) -> usize {
        self.layers.iter().flatten().map(Layer::bytes).sum()
    }
}

/// A place's shape as an area; none for a point or a line.
pub fn area(shape: &Shape) -> Option<MultiPolygon> {
    let line = |ring: &Vec<[f64; 2]>| -> LineString { ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect() };
    let part = |rings: &Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.iter().map(line);
        rings.next().map(|outer| Polygon::new(outer, rings.collect()))
    };
    match shape {
        Shape::Point(_) | Shape::LineString(_) => None,
        Shape::Polygon(rings) => part(rings).map(MultiPolygon::from),
        Shape::MultiPolygon(parts) => Some(parts.iter().filter_map(part).collect()),
    }
}

#[cfg(test)]
mod tests;
