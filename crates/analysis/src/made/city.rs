//! The made district as a walker's city: lanes and road lines are the network, compounds the land on
//! which people live, and every park gets a few entrances where a road passes it.

use super::{Drawing, MadeKind, centre};
use crate::walk::{Draft, DraftBuilding, DraftGround, Edge, EdgeGrid, EdgeKind, Network, Spot, Street};
use geo::{Coord, LineString, MultiPolygon};
use luyuan_domain::geo::Wgs84;
use std::collections::HashMap;

/// How far a park may be from the middle of a road on which it has an entrance: a wide road's half,
/// its sidewalk and a strip of grass.
const BESIDE: f64 = 60.0;
/// Entrances of a park, and how far apart they are at least, in metres.
const ENTRANCES: usize = 3;
const APART: f64 = 60.0;
/// How finely a boundary is tried for entrances, in metres.
const STEP: f64 = 8.0;
/// Greens among the parks: every so many-th is a green only.
const GREEN: usize = 4;
/// People of a made household, in hundredths: the census of 2020 counts 2.62.
const HOUSEHOLD: u32 = 262;
/// Whom to name: nobody surveyed it.
pub const MADE: &str = "示例数据，非实测 · made for demonstration, not surveyed";

/// A city of what was drawn; with the made district's walls left out, since none are drawn.
pub fn city(drawing: &Drawing) -> Draft {
    let mut lines: Vec<(EdgeKind, &LineString)> =
        drawing.lanes.iter().map(|(_, line)| (EdgeKind::Street, line)).collect();
    let roads = drawing.places.iter().filter(|place| place.kind == MadeKind::Road);
    lines.extend(roads.clone().filter_map(|road| road.line.as_ref()).flatten().map(|line| (EdgeKind::Street, line)));
    let network = network(&lines);
    let grid = EdgeGrid::new(&network, |_| true);
    let parks = drawing.places.iter().filter(|place| place.kind == MadeKind::Park);
    let grounds = parks.enumerate().map(|(number, park)| DraftGround {
        id: park.code.clone(),
        name: park.name.clone(),
        is_park: (number + 1) % GREEN != 0,
        given: entrances(&park.area, &grid),
        gates: Vec::new(),
        ground: park.area.clone(),
    });
    let grounds = grounds.collect();
    let buildings = drawing.places.iter().filter(|place| place.kind == MadeKind::Building);
    let buildings = buildings.filter_map(|building| {
        Some(DraftBuilding {
            id: building.code.clone(),
            at: spot(centre(&building.area)?),
            residents: Some((building.households * HOUSEHOLD + 50) / 100),
            flats: Some(f64::from(building.households)),
            levels: None,
            home: true,
            square_metres: building.square_metres,
        })
    });
    let compounds = drawing.places.iter().filter(|place| place.kind == MadeKind::Compound);
    let mut streets: Vec<Street> = roads
        .filter_map(|road| {
            let line = road.line.as_ref()?.iter().max_by_key(|line| line.0.len())?;
            // A section is named after its ends (大学路（区界—建设路）); people call it by its road.
            let name = road.name.split('（').next().unwrap_or(&road.name).to_owned();
            Some(Street { name, at: spot(*line.0.get(line.0.len() / 2)?) })
        })
        .collect();
    streets.sort_by(|a, b| (&a.name, a.at).cmp(&(&b.name, b.at)));
    Draft {
        grounds,
        buildings: buildings.collect(),
        residential: compounds.map(|compound| compound.area.clone()).collect(),
        streets,
        attribution: MADE.into(),
        network,
    }
}

fn network(lines: &[(EdgeKind, &LineString)]) -> Network {
    let mut number_of: HashMap<Spot, u32> = HashMap::new();
    let (mut spots, mut edges) = (Vec::new(), Vec::new());
    for (kind, line) in lines {
        let nodes: Vec<u32> = line
            .0
            .iter()
            .map(|at| {
                let at = spot(*at);
                *number_of.entry(at).or_insert_with(|| {
                    spots.push(at);
                    u32::try_from(spots.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        for pair in nodes.windows(2) {
            let cm = spots[pair[0] as usize].cm_to(spots[pair[1] as usize]);
            edges.push(Edge { a: pair[0], b: pair[1], cm, kind: *kind });
        }
    }
    Network::new(spots, edges)
}

/// Points of a boundary near a road: the nearest first, then those with most room between them.
fn entrances(ground: &MultiPolygon, grid: &EdgeGrid<'_>) -> Vec<Spot> {
    let mut near: Vec<(u32, Spot)> = Vec::new();
    for pair in ground.iter().flat_map(|part| part.exterior().0.windows(2)) {
        let [a, b] = [pair[0], pair[1]].map(|at| Wgs84 { lon: at.x, lat: at.y });
        let steps = (a.metres_to(b) / STEP).ceil().max(1.0);
        let mut step = 0.0;
        while step < steps {
            let share = step / steps;
            let at = Spot::of(Wgs84 { lon: a.lon + (b.lon - a.lon) * share, lat: a.lat + (b.lat - a.lat) * share });
            near.extend(grid.nearest(at, BESIDE).map(|link| (link.off, at)));
            step += 1.0;
        }
    }
    near.sort_unstable();
    let mut chosen: Vec<Spot> = Vec::new();
    for (_, at) in near {
        let room = chosen.iter().all(|other| f64::from(other.cm_to(at)) >= APART * 100.0);
        if chosen.len() < ENTRANCES && room {
            chosen.push(at);
        }
    }
    chosen
}

fn spot(at: Coord) -> Spot {
    Spot::of(Wgs84 { lon: at.x, lat: at.y })
}
