//! Which shapes can answer "inside or outside" at all.

use super::find::{Edge, holds};
use geo::{Coord, GeoNum, Kernel, LineString, MultiPolygon, Orientation, Polygon};

/// What makes a shape useless for looking up places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeProblem {
    /// A coordinate is not a finite number.
    #[error("a coordinate is not a number")]
    NotFinite,
    /// A longitude beyond ±180° or a latitude beyond ±90°: often swapped, or metres.
    #[error("a coordinate is outside ±180° / ±90°")]
    OutOfRange,
    /// A ring with fewer than three different corners, or all on one line.
    #[error("a ring encloses nothing")]
    NoArea,
    /// Two edges of a polygon cross or run along one another.
    #[error("the rings of a polygon cross")]
    Crossing,
    /// A hole lies outside its polygon, or inside another hole.
    #[error("a hole lies outside its polygon or in another hole")]
    HoleOutside,
    /// The layer's number is too high.
    #[error("there is no such layer")]
    NoSuchLayer,
    /// The key stands twice in a layer.
    #[error("the key stands twice in its layer")]
    KeyTwice,
}

impl ShapeProblem {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFinite => "shape.not_finite",
            Self::OutOfRange => "shape.out_of_range",
            Self::NoArea => "shape.no_area",
            Self::Crossing => "shape.crossing",
            Self::HoleOutside => "shape.hole_outside",
            Self::NoSuchLayer => "shape.no_such_layer",
            Self::KeyTwice => "shape.key_twice",
        }
    }
}

/// Whether a shape can be used. Rings may touch themselves and one another in points, as drawn maps
/// do; they may not cross. Parts of a multipolygon may overlap.
///
/// # Errors
/// The first problem found.
pub fn check(shape: &MultiPolygon) -> Result<(), ShapeProblem> {
    shape.iter().filter(|part| !part.exterior().0.is_empty()).try_for_each(check_part)
}

fn check_part(part: &Polygon) -> Result<(), ShapeProblem> {
    let mut edges = Vec::new();
    for ring in rings(part) {
        for at in &ring.0 {
            if !at.x.is_finite() || !at.y.is_finite() {
                return Err(ShapeProblem::NotFinite);
            }
            if at.x.abs() > 180.0 || at.y.abs() > 90.0 {
                return Err(ShapeProblem::OutOfRange);
            }
        }
        if flat(ring) {
            return Err(ShapeProblem::NoArea);
        }
        edges.extend(edges_of(ring));
    }
    if crossing(&mut edges) {
        return Err(ShapeProblem::Crossing);
    }
    // Rings do not cross, so that one corner off the other ring's border speaks for all.
    let outer: Vec<Edge> = edges_of(part.exterior()).collect();
    let holes: Vec<Vec<Edge>> = part.interiors().iter().map(|hole| edges_of(hole).collect()).collect();
    for (at, hole) in part.interiors().iter().enumerate() {
        if !within(hole, &outer) {
            return Err(ShapeProblem::HoleOutside);
        }
        let nested = holes.iter().enumerate().any(|(other, edges)| other != at && within(hole, edges));
        if nested {
            return Err(ShapeProblem::HoleOutside);
        }
    }
    Ok(())
}

pub(super) fn rings(part: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(part.exterior()).chain(part.interiors())
}

/// The edges of a ring, without those of no length.
pub(super) fn edges_of(ring: &LineString) -> impl Iterator<Item = Edge> {
    ring.lines().filter(|line| line.start != line.end).map(|line| Edge::new(line.start, line.end))
}

fn orientation(a: Coord, b: Coord, c: Coord) -> Orientation {
    <f64 as GeoNum>::Ker::orient2d(a, b, c)
}

fn flat(ring: &LineString) -> bool {
    let Some((first, rest)) = ring.0.split_first() else { return true };
    let Some(second) = rest.iter().find(|at| *at != first) else { return true };
    rest.iter().all(|at| orientation(*first, *second, *at) == Orientation::Collinear)
}

/// Whether a corner of `ring` that is not on the border of `around` lies inside it. A ring all of
/// whose corners are on that border is judged by the middle of an edge.
fn within(ring: &LineString, around: &[Edge]) -> bool {
    let corners = ring.0.iter().copied();
    let middles = ring.lines().map(|line| (line.start + line.end) / 2.0);
    let on_border = |at: &Coord| around.iter().any(|edge| edge.touches(*at));
    corners.chain(middles).find(|at| !on_border(at)).is_some_and(|at| holds(around, at.x, at.y))
}

/// Whether two edges cross, or share more than a point. Sorted by their west end, so that only
/// edges above one another are compared.
fn crossing(edges: &mut [Edge]) -> bool {
    edges.sort_unstable_by(|a, b| a.west().total_cmp(&b.west()));
    edges.iter().enumerate().any(|(at, edge)| {
        let beside = edges[at + 1..].iter().take_while(|other| other.west() <= edge.east());
        beside.filter(|other| other.y1 <= edge.y2 && edge.y1 <= other.y2).any(|other| edge.crosses(other))
    })
}

impl Edge {
    fn ends(&self) -> [Coord; 2] {
        [Coord { x: self.x1, y: self.y1 }, Coord { x: self.x2, y: self.y2 }]
    }

    fn crosses(&self, other: &Self) -> bool {
        let ([a, b], [c, d]) = (self.ends(), other.ends());
        let (oc, od) = (orientation(a, b, c), orientation(a, b, d));
        let (oa, ob) = (orientation(c, d, a), orientation(c, d, b));
        let none = Orientation::Collinear;
        if oc == none && od == none {
            // On one line: they cross when they share more than a point.
            let along = |at: Coord| if (b.x - a.x).abs() > (b.y - a.y).abs() { at.x } else { at.y };
            let span = |p: f64, q: f64| (p.min(q), p.max(q));
            let ((low, high), (other_low, other_high)) = (span(along(a), along(b)), span(along(c), along(d)));
            return low.max(other_low) < high.min(other_high);
        }
        [oa, ob, oc, od].iter().all(|found| *found != none) && oc != od && oa != ob
    }
}
