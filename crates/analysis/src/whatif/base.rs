//! A city as it is, with everything that a change needs to know about it.

use crate::{
    locate::PlaceIndex,
    rows::starts,
    siting::Lists,
    walk::{
        Access, City, Edge, EdgeGrid, EdgeIndex, Link, Park, Parts, Share, UNREACHED, Zone, access, centimetres, serves,
    },
};
use luyuan_domain::ruleset::{GreenRules, Radius, WalkRules};
use std::{collections::HashMap, sync::Arc};

/// Grounds that serve equally far for one goal.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// The goal, by its position in the rules.
    pub goal: usize,
    /// How far its grounds serve, in metres.
    pub metres: u32,
    /// Distances of nodes and buildings.
    pub access: Access,
}

/// Coverage of a whole and of each zone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Totals {
    pub homes: Share,
    pub residents: Share,
    pub zones: Vec<Share>,
}

/// The doors of each node, with all that is asked of them, one behind the other: who looks at a node
/// looks at all of its doors.
#[derive(Debug, Clone)]
pub(super) struct Doors {
    /// Where each node's doors begin; one more than nodes.
    rows: Vec<u32>,
    /// The building, and where it joins an edge that ends here.
    doors: Vec<(u32, Link)>,
}

impl Doors {
    fn of(city: &City) -> Self {
        let linked = || (0u32..).zip(&city.buildings).filter_map(|(number, building)| Some((number, building.link?)));
        let ends = |link: Link| [Some(link.a), (link.a != link.b).then_some(link.b)].into_iter().flatten();
        let rows = starts(city.network.len(), linked().flat_map(|(_, link)| ends(link)).map(|node| node as usize));
        let mut next = rows.clone();
        let none = (0, Link { a: 0, b: 0, to_a: 0, to_b: 0, off: 0 });
        let mut doors = vec![none; rows.last().map_or(0, |all| *all as usize)];
        for (number, link) in linked() {
            for node in ends(link) {
                let slot = &mut next[node as usize];
                doors[*slot as usize] = (number, link);
                *slot += 1;
            }
        }
        Self { rows, doors }
    }

    /// The doors of a node.
    #[inline]
    pub fn at(&self, node: u32) -> &[(u32, Link)] {
        let node = node as usize;
        &self.doors[self.rows[node] as usize..self.rows[node + 1] as usize]
    }
}

/// A city with the distances to its parks by one set of rules.
#[derive(Debug, Clone)]
pub struct Base {
    pub(super) city: Arc<City>,
    index: EdgeIndex,
    pub(super) link_metres: f64,
    /// Goal by goal.
    pub(super) layers: Vec<Layer>,
    /// The radii of each goal that count here.
    pub(super) radii: Vec<Vec<Radius>>,
    /// The doors by the nodes at which their edges end.
    pub(super) doors: Doors,
    /// For each building the zones that hold it.
    pub(super) zones: Lists,
    /// How many layers of each goal cover each building.
    pub(super) hits: Vec<Vec<u8>>,
    pub(super) totals: Vec<Totals>,
    pub(super) parks: HashMap<String, u32>,
}

impl Base {
    /// Measures a city on foot for every goal of a set. Radii for historic quarters count when
    /// `historic` says that this is one.
    pub fn new(city: Arc<City>, zones: &[Zone], rules: &GreenRules, walk: &WalkRules, historic: bool) -> Self {
        let parts = Parts::of(&city.network);
        let islands = parts.islands(walk.island_metres);
        let grid = EdgeGrid::new(&city.network, |edge: &Edge| !islands[parts.of[edge.a as usize] as usize]);
        let index = grid.into_index();
        let radii: Vec<Vec<Radius>> = rules
            .goals
            .iter()
            .map(|goal| rules.radii_of(&goal.code).filter(|radius| historic || !radius.historic).cloned().collect())
            .collect();
        let mut layers = Vec::new();
        for (goal, radii) in radii.iter().enumerate() {
            let mut metres: Vec<u32> = radii.iter().map(|radius| radius.metres).collect();
            metres.sort_unstable();
            metres.dedup();
            layers.extend(metres.into_iter().map(|metres| {
                let counts = |park: &Park| serves(radii.iter(), true, park) == Some(metres);
                Layer { goal, metres, access: access(&city, counts, centimetres(f64::from(metres))) }
            }));
        }
        let mut base = Self {
            index,
            link_metres: walk.link_metres,
            doors: Doors::of(&city),
            zones: zones_of(&city, zones),
            hits: Vec::new(),
            totals: Vec::new(),
            parks: (0..).zip(&city.parks).map(|(number, park)| (park.id.clone(), number)).collect(),
            layers,
            radii,
            city,
        };
        for goal in 0..base.radii.len() {
            base.measure(goal, zones.len());
        }
        base
    }

    fn measure(&mut self, goal: usize, zones: usize) {
        let mut hits = vec![0u8; self.city.buildings.len()];
        for layer in self.layers.iter().filter(|layer| layer.goal == goal) {
            for (hits, near) in hits.iter_mut().zip(&layer.access.buildings) {
                *hits += u8::from(near.cm != UNREACHED);
            }
        }
        let mut totals = Totals { zones: vec![Share::default(); zones], ..Totals::default() };
        for (at, building) in self.city.buildings.iter().enumerate().filter(|(_, building)| building.residents > 0) {
            let (people, covered) = (u64::from(building.residents), hits[at] > 0);
            let add = |share: &mut Share, weight: u64| {
                share.total += weight;
                share.covered += if covered { weight } else { 0 };
            };
            add(&mut totals.homes, 1);
            add(&mut totals.residents, people);
            self.zones.of(at).iter().for_each(|zone| add(&mut totals.zones[*zone as usize], people));
        }
        self.hits.push(hits);
        self.totals.push(totals);
    }

    /// The city.
    pub fn city(&self) -> &City {
        &self.city
    }

    /// How many goals the rules have; a workspace tells of each.
    pub fn goals(&self) -> usize {
        self.radii.len()
    }

    /// Residents of a goal: covered of all, as the city is.
    pub fn residents(&self, goal: usize) -> Share {
        self.totals.get(goal).map_or(Share::default(), |totals| totals.residents)
    }

    /// Whether a building is near enough for a goal, as the city is.
    pub fn covers(&self, goal: usize, building: u32) -> bool {
        self.hits.get(goal).and_then(|hits| hits.get(building as usize)).is_some_and(|hits| *hits > 0)
    }

    /// How far a ground serves for a goal, in metres; none when it does not count.
    pub fn serves(&self, goal: usize, park: &Park) -> Option<u32> {
        serves(self.radii.get(goal)?.iter(), true, park)
    }

    /// The edges of the network to which doors and entrances are joined.
    pub fn grid(&self) -> EdgeGrid<'_> {
        EdgeGrid::with(&self.city.network, &self.index)
    }

    /// The distances for a goal and how far its grounds serve, in centimetres.
    pub fn distances(&self, goal: usize) -> impl Iterator<Item = &Access> {
        self.layers.iter().filter(move |layer| layer.goal == goal).map(|layer| &layer.access)
    }
}

/// The zones that hold each building; each zone by itself, since compounds lie in communities.
fn zones_of(city: &City, zones: &[Zone]) -> Lists {
    let shapes: Vec<PlaceIndex> =
        zones.iter().map(|zone| PlaceIndex::build(vec![(0, 0, zone.area.clone())]).0).collect();
    city.buildings
        .iter()
        .map(|building| {
            let at = building.at.position();
            (0u32..).zip(&shapes).filter(move |(_, shape)| shape.at(at)[0].is_some()).map(|(zone, _)| zone)
        })
        .collect()
}
