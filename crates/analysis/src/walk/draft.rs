//! A city before doors and entrances are joined to the network, and how they are joined.

use super::{
    Building, City, Edge, EdgeGrid, Entrance, Entrances, Link, Network, Park, Parts, Spot, Street,
    entrances::{along_boundary, where_ways_enter},
    ground::square_metres,
};
use geo::MultiPolygon;
use luyuan_domain::ruleset::WalkRules;
use std::thread;

/// A park or green as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftGround {
    /// Its key in the source.
    pub id: String,
    /// Its name; may be empty.
    pub name: String,
    /// A park; otherwise only a green.
    pub is_park: bool,
    /// Its ground in degrees WGS-84.
    pub ground: MultiPolygon,
    /// Entrances that the district lists itself; nothing else counts when there are any.
    pub given: Vec<Spot>,
    /// Gates and entrances mapped on its boundary.
    pub gates: Vec<Spot>,
}

/// A building as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DraftBuilding {
    /// Its key in the source.
    pub id: String,
    /// Its door, or its middle.
    pub at: Spot,
    /// How many people live there, when that is known.
    pub residents: Option<u32>,
    /// Flats, when they are counted.
    pub flats: Option<f64>,
    /// Storeys, when they are told.
    pub levels: Option<f64>,
    /// Whether people live there.
    pub home: bool,
    /// Square metres of its ground.
    pub square_metres: f64,
}

/// A city as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The walking network.
    pub network: Network,
    /// Parks and greens.
    pub grounds: Vec<DraftGround>,
    /// Buildings.
    pub buildings: Vec<DraftBuilding>,
    /// Land on which people live.
    pub residential: Vec<MultiPolygon>,
    /// Named streets.
    pub streets: Vec<Street>,
    /// Whom to name as the source.
    pub attribution: String,
}

/// What was found while a city was put together; told to whoever asked for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Parts of the network that are joined to nothing else and too short to matter.
    pub islands: usize,
    /// Their nodes.
    pub island_nodes: usize,
    /// Their length in centimetres.
    pub island_cm: u64,
    /// Grounds by how their entrances are known, in the order of [`Entrances::ALL`].
    pub entrances: [usize; 5],
    /// Buildings that no path comes near to: unreachable.
    pub unlinked: usize,
    /// Buildings whose residents were estimated.
    pub estimated: usize,
    /// Buildings in which nobody lives.
    pub uninhabited: usize,
}

impl Draft {
    /// Joins doors and entrances to the network and estimates residents where they are not known.
    pub fn join(mut self, rules: &WalkRules) -> (City, Findings) {
        let mut findings = Findings::default();
        self.network = self.network.arranged();
        let parts = Parts::of(&self.network);
        let islands = parts.islands(rules.island_metres);
        findings.islands = islands.iter().filter(|island| **island).count();
        findings.island_nodes = parts.of.iter().filter(|part| islands[**part as usize]).count();
        findings.island_cm = parts.cm.iter().zip(&islands).filter(|(_, island)| **island).map(|(cm, _)| cm).sum();
        let grid = EdgeGrid::new(&self.network, |edge: &Edge| !islands[parts.of[edge.a as usize] as usize]);
        let parks: Vec<Park> = self.grounds.into_iter().map(|ground| park(ground, &grid, rules)).collect();
        for park in &parks {
            let known = Entrances::ALL.iter().position(|known| *known == park.known).unwrap_or(0);
            findings.entrances[known] += 1;
        }
        let buildings = buildings(self.buildings, &grid, rules);
        findings.unlinked = buildings.iter().filter(|building| building.link.is_none()).count();
        findings.estimated = buildings.iter().filter(|building| building.estimated).count();
        findings.uninhabited = buildings.iter().filter(|building| building.residents == 0).count();
        drop(grid);
        let city = City {
            network: self.network,
            parks,
            buildings,
            residential: self.residential,
            streets: self.streets,
            attribution: self.attribution,
        };
        (city, findings)
    }
}

/// The entrances that are told before those that are found: a district's list before gates, gates
/// before crossing ways, these before the boundary.
fn park(new: DraftGround, grid: &EdgeGrid<'_>, rules: &WalkRules) -> Park {
    let link = |at: &Spot| Entrance { at: *at, link: grid.nearest(*at, rules.link_metres) };
    let (mut entrances, mut known): (Vec<Entrance>, _) = (new.given.iter().map(link).collect(), Entrances::Given);
    if entrances.is_empty() {
        // A gate far from every path is nobody's way in; on the boundary it has one at its foot.
        let gates = new.gates.iter().map(|at| Entrance { at: *at, link: grid.nearest(*at, rules.boundary_metres) });
        entrances = gates.filter(|gate| gate.link.is_some()).collect();
        known = Entrances::Gates;
    }
    // Ways that lead in are entrances as well, whether or not some gates are mapped.
    if known == Entrances::Gates {
        let ways = where_ways_enter(&new.ground, grid);
        if entrances.is_empty() && !ways.is_empty() {
            known = Entrances::Ways;
        }
        entrances.extend(ways);
    }
    if entrances.is_empty() {
        entrances = along_boundary(&new.ground, grid, rules.boundary_step, rules.boundary_metres);
        known = if entrances.is_empty() { Entrances::Nowhere } else { Entrances::Boundary };
    }
    let mut seen = std::collections::HashSet::new();
    entrances.retain(|entrance| seen.insert((entrance.at, entrance.link)));
    Park {
        square_metres: square_metres(&new.ground),
        id: new.id,
        name: new.name,
        is_park: new.is_park,
        ground: new.ground,
        entrances,
        known,
    }
}

/// Every building for itself, so that as many at a time as the machine has processors.
fn buildings(all: Vec<DraftBuilding>, grid: &EdgeGrid<'_>, rules: &WalkRules) -> Vec<Building> {
    /// So many are not worth a thread of their own.
    const FEW: usize = 4_096;
    let hands = thread::available_parallelism().map_or(1, usize::from).min(all.len() / FEW).max(1);
    let each = all.len().div_ceil(hands).max(1);
    let links = |part: &[DraftBuilding]| -> Vec<Option<Link>> {
        part.iter().map(|new| grid.nearest(new.at, rules.link_metres)).collect()
    };
    let links: Vec<Option<Link>> = thread::scope(|scope| {
        let mut parts = all.chunks(each);
        let first = parts.next().unwrap_or_default();
        let others: Vec<_> = parts.map(|part| (part, scope.spawn(|| links(part)))).collect();
        let mut found = links(first);
        // A thread that ended badly has its part done here, and so fails here as it would have alone.
        found.extend(others.into_iter().flat_map(|(part, other)| other.join().unwrap_or_else(|_| links(part))));
        found
    });
    all.into_iter().zip(links).map(|(new, link)| building(new, link, rules)).collect()
}

fn building(new: DraftBuilding, link: Option<Link>, rules: &WalkRules) -> Building {
    let (residents, estimated) = match new.residents {
        Some(residents) => (residents, false),
        None if new.home => (estimate(&new, rules), true),
        None => (0, false),
    };
    Building { link, id: new.id, at: new.at, residents, estimated, square_metres: new.square_metres }
}

/// Residents of a home from its flats, or from its floor area; at least one.
fn estimate(new: &DraftBuilding, rules: &WalkRules) -> u32 {
    let people = match new.flats {
        Some(flats) => flats * rules.flat_people,
        None => new.square_metres * new.levels.unwrap_or(rules.levels) / rules.person_m2,
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
    let people = people.round() as u32;
    // A slip of the pen (a thousand storeys) must not outweigh a city.
    people.clamp(1, 20_000)
}
