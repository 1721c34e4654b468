//! From ways and nodes to a draft of the city.

use super::{
    ATTRIBUTION, Cut, Left,
    relations::Wanted,
    rings,
    tags::Tagged,
    ways::{Nodes, Ways},
};
use crate::{
    locate::{PlaceIndex, check},
    made::centre,
    walk::{Draft, DraftBuilding, DraftGround, Edge, Network, Spot, Street, flat_square_metres},
};
use geo::{Contains, Coord, LineString, MultiPolygon, Point, Polygon};
use luyuan_domain::geo::Wgs84;
use std::collections::HashMap;

/// How many grounds that cannot be used are named.
const NAMED: usize = 100;

pub(super) fn draft(wanted: &Wanted, ways: &Ways, nodes: &Nodes, cut: &Cut) -> (Draft, Left) {
    let region = Region::new(cut);
    let mut left = Left { missing_nodes: nodes.missing(), ..Left::default() };
    let mut draft =
        Draft { network: network(ways, nodes, &region), attribution: ATTRIBUTION.into(), ..Draft::default() };
    let from_ways = ways.closed.iter().map(|way| {
        let rings = (vec![way.refs.clone()], Vec::new());
        (format!("way/{}", way.id), &way.tagged, rings)
    });
    let mut unclosed = 0;
    let from_relations: Vec<_> = wanted
        .relations
        .iter()
        .map(|relation| {
            let mut joined = |members: &[i64]| {
                let own = members.iter().filter_map(|way| ways.members.get(way)).cloned().collect();
                let missing = members.iter().filter(|way| !ways.members.contains_key(way)).count();
                let (rings, open) = rings::join(own);
                unclosed += open.max(usize::from(missing > 0 && rings.is_empty()));
                rings
            };
            let rings = (joined(&relation.outer), joined(&relation.inner));
            (format!("relation/{}", relation.id), &relation.tagged, rings)
        })
        .collect();
    for (id, tagged, (outer, inner)) in from_ways.chain(from_relations) {
        add(&mut draft, &mut left, &region, nodes, id, tagged, &outer, &inner);
    }
    left.unclosed = unclosed;
    draft.streets = streets(ways, nodes, &region);
    (draft, left)
}

/// Which spots are wanted.
struct Region<'c> {
    cut: &'c Cut,
    area: Option<PlaceIndex>,
}

impl<'c> Region<'c> {
    fn new(cut: &'c Cut) -> Self {
        let area = match cut {
            Cut::Area(area) => Some(PlaceIndex::build(vec![(0, 0, area.clone())]).0),
            _ => None,
        };
        Self { cut, area }
    }

    fn holds(&self, at: Spot) -> bool {
        match (self.cut, &self.area) {
            (Cut::Box(low, high), _) => {
                (low.lon..=high.lon).contains(&at.lon) && (low.lat..=high.lat).contains(&at.lat)
            }
            (_, Some(area)) => area.at(at.position())[0].is_some(),
            _ => true,
        }
    }
}

fn network(ways: &Ways, nodes: &Nodes, region: &Region<'_>) -> Network {
    let inside: Vec<bool> =
        (0..nodes.len()).map(|number| nodes.spot_of(number).is_some_and(|spot| region.holds(spot))).collect();
    let mut number_of = vec![u32::MAX; nodes.len()];
    let (mut spots, mut edges) = (Vec::new(), Vec::new());
    for way in &ways.walked {
        for pair in way.refs.windows(2) {
            let (Some(a), Some(b)) = (nodes.number(pair[0]), nodes.number(pair[1])) else { continue };
            let (Some(from), Some(to)) = (nodes.spot_of(a), nodes.spot_of(b)) else { continue };
            let stops = nodes.mark(pair[0]).stop || nodes.mark(pair[1]).stop;
            // What leads across the edge of the part that is wanted stays whole.
            if stops || a == b || !(inside[a] || inside[b]) {
                continue;
            }
            let mut node = |at: usize, spot: Spot| {
                if number_of[at] == u32::MAX {
                    number_of[at] = u32::try_from(spots.len()).unwrap_or(u32::MAX);
                    spots.push(spot);
                }
                number_of[at]
            };
            edges.push(Edge { a: node(a, from), b: node(b, to), cm: from.cm_to(to), kind: way.kind });
        }
    }
    Network::new(spots, edges)
}

#[allow(clippy::too_many_arguments)] // what one thing is made of
fn add(
    draft: &mut Draft,
    left: &mut Left,
    region: &Region<'_>,
    nodes: &Nodes,
    id: String,
    tagged: &Tagged,
    outer: &[Vec<i64>],
    inner: &[Vec<i64>],
) {
    let line = |ring: &Vec<i64>| -> Option<LineString> {
        ring.iter().map(|node| nodes.spot(*node).map(coord)).collect::<Option<Vec<Coord>>>().map(LineString::from)
    };
    let mut parts: Vec<Polygon> = outer.iter().filter_map(line).map(|ring| Polygon::new(ring, vec![])).collect();
    for hole in inner.iter().filter_map(line) {
        // A hole belongs to the part around it; on a touching corner the next one decides.
        let around = parts.iter_mut().find(|part| {
            let rim = Polygon::new(part.exterior().clone(), vec![]);
            hole.0.iter().any(|at| rim.contains(&Point::from(*at)))
        });
        if let Some(part) = around {
            part.interiors_push(hole);
        }
    }
    if parts.is_empty() {
        return;
    }
    let area = MultiPolygon(parts);
    let corners = || area.iter().flat_map(|part| part.exterior().0.iter()).map(|at| spot(*at));
    if tagged.building {
        let Some(middle) = centre(&area).map(spot) else { return };
        if !region.holds(middle) {
            return;
        }
        let square_metres = area.iter().map(|part| {
            let holes: f64 = part.interiors().iter().map(flat_square_metres).sum();
            flat_square_metres(part.exterior()) - holes
        });
        let refs = outer.iter().flatten();
        let doors = |main: bool| {
            refs.clone().find(|node| if main { nodes.mark(**node).main_door } else { nodes.mark(**node).door })
        };
        let door = doors(true).or_else(|| doors(false)).and_then(|node| nodes.spot(*node));
        draft.buildings.push(DraftBuilding {
            id,
            at: door.unwrap_or(middle),
            residents: None,
            flats: tagged.flats,
            levels: tagged.levels,
            home: tagged.is_home(),
            square_metres: square_metres.sum::<f64>().max(0.0),
        });
        return;
    }
    if !corners().any(|at| region.holds(at)) {
        return;
    }
    if let Err(problem) = check(&area) {
        left.invalid_count += 1;
        if left.invalid.len() < NAMED {
            left.invalid.push((id, problem.code()));
        }
        return;
    }
    if tagged.is_ground() {
        let gates = outer.iter().chain(inner).flatten().filter(|node| nodes.mark(**node).gate);
        draft.grounds.push(DraftGround {
            id,
            name: tagged.name.clone(),
            is_park: tagged.is_park(),
            ground: area,
            given: Vec::new(),
            gates: gates.filter_map(|node| nodes.spot(*node)).collect(),
        });
    } else {
        draft.residential.push(area);
    }
}

/// Named streets, each name once in a square of some kilometre: the middle of its longest way.
fn streets(ways: &Ways, nodes: &Nodes, region: &Region<'_>) -> Vec<Street> {
    let mut longest: HashMap<(&str, i32, i32), (usize, Spot)> = HashMap::new();
    for (name, refs) in &ways.named {
        let Some(at) = refs.get(refs.len() / 2).and_then(|node| nodes.spot(*node)) else { continue };
        if !region.holds(at) {
            continue;
        }
        let key = (name.as_str(), at.lon.div_euclid(100_000), at.lat.div_euclid(100_000));
        let found = longest.entry(key).or_insert((0, at));
        if refs.len() > found.0 {
            *found = (refs.len(), at);
        }
    }
    let mut streets: Vec<Street> =
        longest.into_iter().map(|((name, ..), (_, at))| Street { name: name.to_owned(), at }).collect();
    streets.sort_by(|a, b| (&a.name, a.at).cmp(&(&b.name, b.at)));
    streets
}

fn coord(spot: Spot) -> Coord {
    let at = spot.position();
    Coord { x: at.lon, y: at.lat }
}

fn spot(at: Coord) -> Spot {
    Spot::of(Wgs84 { lon: at.x, lat: at.y })
}
