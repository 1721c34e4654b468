//! Candidates that the city itself proposes: an entrance where a path passes a park's boundary but
//! the way in is far, a crossing where two ways lie side by side but the way round is long.
//!
//! What a path or a road side gains is read from the distances of the city as it is, without a
//! search of its own: who stands `near` centimetres from a ground instead of `far` can reach that
//! much more behind the point. Whatever is proposed is then measured like every other candidate.

use crate::{
    locate::PlaceIndex,
    walk::{Access, Edge, Entrances, Link, Park, Spot, centimetres, holds},
    whatif::Base,
};
use geo::{Coord, MultiPolygon};
use luyuan_domain::{
    geo::{Local, Wgs84},
    ruleset::{Proposals, Proposing},
};
use std::collections::{HashMap, HashSet};

/// An entrance that could be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The park, by its position in the city.
    pub park: u32,
    /// Where: on the boundary, or on the path outside where a path inside lies nearer.
    pub at: Wgs84,
    /// Metres that it lets people walk farther beyond it, of the goal's distance.
    pub saved: f64,
}

/// A crossing that could be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Zebra {
    /// On the side from which green is reached.
    pub from: Wgs84,
    /// On the other side.
    pub to: Wgs84,
    /// Metres that it lets people walk farther beyond it, of the goal's distance.
    pub saved: f64,
}

/// Entrances along the boundaries of grounds that count for a goal, at least `spacing` metres apart,
/// in the order of the parks. A ground that is entered from everywhere along its boundary needs none.
pub fn openings(base: &Base, goal: usize, rules: &Proposals, spacing: f64) -> Vec<Opening> {
    let path = rules.metres(Proposing::EntrancePath);
    let gain = rules.metres(Proposing::EntranceGain);
    let layers: Vec<&Access> = base.distances(goal).collect();
    let mut found = Vec::new();
    for (number, park) in (0u32..).zip(&base.city().parks) {
        let serves = base.serves(goal, park).map(|metres| centimetres(f64::from(metres)));
        let Some(bound) = serves.filter(|_| park.known != Entrances::Boundary) else { continue };
        // Bounded by the layer in which the new gate would serve.
        let Some(layer) = layers.iter().find(|layer| layer.bound == bound) else { continue };
        let mut here = Vec::new();
        for at in along(&park.ground, spacing.min(path)) {
            let Some((at, link)) = outside(base, park, at, path) else { continue };
            let saved = reached(layer, &link).min(bound).saturating_sub(link.off);
            here.push((saved, at));
        }
        let kept = apart(here.into_iter().map(|(saved, at)| (saved, [at, at])), centimetres(gain), spacing);
        let park = |(saved, [at, _]): (u32, [Wgs84; 2])| Opening { park: number, at, saved: metres(saved) };
        found.extend(kept.into_iter().map(park));
    }
    found
}

/// Crossings between ways that lie side by side outside parks, at least `spacing` metres apart, those
/// that save most first. What lies between the ways is not known, but for buildings, which are in
/// the way.
pub fn zebras(base: &Base, goal: usize, rules: &Proposals, spacing: f64) -> Vec<Zebra> {
    let (least, most) = (rules.metres(Proposing::CrossingLeast), rules.metres(Proposing::CrossingMost));
    let gain = centimetres(rules.metres(Proposing::CrossingGain));
    let city = base.city();
    let parks = city.parks.iter().zip(0..).map(|(park, key)| (key, 0, park.ground.clone()));
    let parks = PlaceIndex::build(parks.collect()).0;
    let houses = Houses::new(base);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for layer in base.distances(goal) {
        for edge in city.network.edges() {
            for (at, link) in points(base, &edge, spacing) {
                let near = reached(layer, &link);
                // From here not even the shortest crossing saves enough.
                if near.saturating_add(gain).saturating_add(centimetres(least)) > layer.bound {
                    continue;
                }
                let best = base.grid().near(at, most).into_iter().filter_map(|(foot, other)| {
                    let length = other.off;
                    let far = reached(layer, &Link { off: 0, ..other }).min(layer.bound);
                    let saved = far.saturating_sub(near).saturating_sub(length);
                    (saved >= gain).then_some((length, foot, saved))
                });
                // Of ways behind one another the nearest: behind it the way goes on by itself.
                let Some((_, to, saved)) = best.min().filter(|(length, ..)| *length >= centimetres(least)) else {
                    continue;
                };
                let ends = [at.position(), to.position()];
                if seen.insert((at.min(to), at.max(to))) {
                    found.push((saved, ends));
                }
            }
        }
    }
    let open = |ends: &[Wgs84; 2]| ends.iter().all(|at| parks.at(*at)[0].is_none()) && !houses.between(ends);
    found.retain(|(_, ends)| open(ends));
    let zebra = |(saved, [from, to]): (u32, [Wgs84; 2])| Zebra { from, to, saved: metres(saved) };
    apart(found.into_iter(), gain, spacing).into_iter().map(zebra).collect()
}

fn metres(cm: u32) -> f64 {
    f64::from(cm) / 100.0
}

/// How far a point is from the nearest gate of a layer.
fn reached(layer: &Access, link: &Link) -> u32 {
    layer.gates.nearest(link, &layer.nodes, layer.bound).cm
}

/// Where a gate at a point of the boundary joins a path outside the ground: on the boundary itself
/// if that path is the nearest, otherwise on the path.
fn outside(base: &Base, park: &Park, at: Wgs84, path: f64) -> Option<(Wgs84, Link)> {
    let spot = Spot::of(at);
    let inside = |at: Spot| {
        let at = at.position();
        holds(&park.ground, Coord { x: at.lon, y: at.lat })
    };
    let mut near = base.grid().near(spot, path);
    near.sort_by_key(|(foot, link)| (link.off, *foot));
    let first = near.first().map(|(_, link)| *link);
    let (foot, link) = near.into_iter().find(|(foot, _)| !inside(*foot))?;
    if first == Some(link) { Some((at, link)) } else { Some((foot.position(), Link { off: 0, ..link })) }
}

/// Points along every ring of a boundary.
fn along(ground: &MultiPolygon, step: f64) -> Vec<Wgs84> {
    let mut points = Vec::new();
    for part in ground {
        for ring in std::iter::once(part.exterior()).chain(part.interiors()) {
            let mut since = step;
            for pair in ring.0.windows(2) {
                let [a, b] = [pair[0], pair[1]].map(|at| Wgs84 { lon: at.x, lat: at.y });
                let length = a.metres_to(b);
                let mut along = step - since;
                while along <= length {
                    let share = if length > 0.0 { along / length } else { 0.0 };
                    points.push(between(a, b, share));
                    along += step;
                }
                since = length - (along - step);
            }
        }
    }
    points
}

fn between(a: Wgs84, b: Wgs84, share: f64) -> Wgs84 {
    Wgs84 { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share }
}

/// Points on an edge: its first end, and one every `step` metres.
fn points(base: &Base, edge: &Edge, step: f64) -> Vec<(Spot, Link)> {
    let network = &base.city().network;
    let [a, b] = [edge.a, edge.b].map(|node| network.spot(node).position());
    let pieces = (f64::from(edge.cm) / centimetres(step).max(1) as f64).ceil().max(1.0);
    let mut points = Vec::new();
    let mut piece = 0.0;
    while piece <= pieces {
        let share = piece / pieces;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of 32 bits
        let to_a = ((f64::from(edge.cm) * share).round() as u32).min(edge.cm);
        let link = Link { a: edge.a, b: edge.b, to_a, to_b: edge.cm - to_a, off: 0 };
        points.push((Spot::of(between(a, b, share)), link));
        piece += 1.0;
    }
    points
}

/// Those that save at least `gain` centimetres, the best first, each at least `spacing` metres from
/// every better one.
fn apart(found: impl Iterator<Item = (u32, [Wgs84; 2])>, gain: u32, spacing: f64) -> Vec<(u32, [Wgs84; 2])> {
    let mut found: Vec<_> = found.filter(|(saved, _)| *saved >= gain).collect();
    found.sort_by_key(|(saved, ends)| (std::cmp::Reverse(*saved), ends.map(Spot::of)));
    let Some((_, [first, _])) = found.first() else { return Vec::new() };
    let [lon, lat] = Local::around(*first).degree();
    let mut cells: HashMap<[i64; 2], Vec<Wgs84>> = HashMap::new();
    let mut kept: Vec<(u32, [Wgs84; 2])> = Vec::new();
    for (saved, ends) in found {
        let middle = between(ends[0], ends[1], 0.5);
        #[allow(clippy::cast_possible_truncation)] // some thousands of cells
        let cell = [(middle.lon * lon / spacing).floor() as i64, (middle.lat * lat / spacing).floor() as i64];
        let taken = (-1..=1).flat_map(|x| (-1..=1).map(move |y| [cell[0] + x, cell[1] + y]));
        let taken = taken.filter_map(|cell| cells.get(&cell)).flatten();
        // To a centimetre: points that were looked for so far apart are.
        if taken.into_iter().any(|other| other.metres_to(middle) < spacing - 0.01) {
            continue;
        }
        cells.entry(cell).or_default().push(middle);
        kept.push((saved, ends));
    }
    kept
}

/// Buildings as rounds of their area: enough to see that one stands between two ways.
struct Houses {
    cells: HashMap<[i64; 2], Vec<(Wgs84, f64)>>,
    degree: [f64; 2],
}

/// Size of a cell and the widest round, in metres.
const CELL: f64 = 60.0;

impl Houses {
    fn new(base: &Base) -> Self {
        let buildings = &base.city().buildings;
        let degree = buildings.first().map_or([1.0, 1.0], |first| Local::around(first.at.position()).degree());
        let mut houses = Self { cells: HashMap::new(), degree };
        for building in buildings {
            let at = building.at.position();
            let radius = (building.square_metres / std::f64::consts::PI).sqrt().min(CELL);
            houses.cells.entry(houses.cell(at)).or_default().push((at, radius));
        }
        houses
    }

    #[allow(clippy::cast_possible_truncation)] // some thousands of cells
    fn cell(&self, at: Wgs84) -> [i64; 2] {
        let [lon, lat] = self.degree;
        [(at.lon * lon / CELL).floor() as i64, (at.lat * lat / CELL).floor() as i64]
    }

    /// Whether one stands in the middle between two points; what stands at an end is beside the way.
    fn between(&self, ends: &[Wgs84; 2]) -> bool {
        let middle = between(ends[0], ends[1], 0.5);
        let [x, y] = self.cell(middle);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| [x + dx, y + dy]));
        around.filter_map(|cell| self.cells.get(&cell)).flatten().any(|(at, radius)| at.metres_to(middle) < *radius)
    }
}
