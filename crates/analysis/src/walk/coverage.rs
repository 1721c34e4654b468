//! Which share of the people and of the land is near enough to green, by the goals of a ruleset.

use super::{
    City, Edge, EdgeGrid, Land, Near, Parts, UNREACHED, Zone, access, centimetres,
    straight::{Plane, Service, serves, shared, united},
};
use crate::locate::PlaceIndex;
use geo::{Area, BooleanOps, BoundingRect, Intersects, MultiPolygon, Rect};
use luyuan_domain::ruleset::{Goal, GreenRules, Ground, Measure, WalkRules};

/// A share: so many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// So many…
    pub covered: u64,
    /// …of so many.
    pub total: u64,
}

impl Share {
    /// In per cent; none of nothing.
    pub fn percent(self) -> Option<f64> {
        (self.total > 0).then(|| self.covered as f64 * 100.0 / self.total as f64)
    }

    fn add(&mut self, weight: u64, covered: bool) {
        self.total += weight;
        self.covered += if covered { weight } else { 0 };
    }
}

/// What is covered of one zone by one goal, measured in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The goal, by its position in the ruleset.
    pub goal: usize,
    /// How it is measured.
    pub measure: Measure,
    /// The zone, by its position in the list; none for the whole.
    pub zone: Option<usize>,
    /// Buildings in which people live.
    pub homes: Share,
    /// Residents.
    pub residents: Share,
    /// Residential land in square metres; nothing of nothing where none is mapped.
    pub land: Share,
}

/// A building by one goal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuildingRow {
    /// On foot: distance, and the nearest gate.
    pub walking: Near,
    /// In a straight line: the park and metres; none when no park serves so far.
    pub straight: Option<(u32, f64)>,
}

/// Everything about one goal.
#[derive(Debug, Clone)]
pub struct GoalReport {
    /// Parks that count for it.
    pub parks: usize,
    /// Every building.
    pub buildings: Vec<BuildingRow>,
    /// The park of the nearest gate, for every building that reaches one on foot.
    pub walked_to: Vec<Option<u32>>,
}

/// What a ruleset finds in a city.
#[derive(Debug, Clone)]
pub struct Report {
    /// For every goal of the ruleset.
    pub goals: Vec<GoalReport>,
    /// Goal by goal, measure by measure: the whole first, then zone by zone.
    pub rows: Vec<Row>,
    /// Square metres of ground for each resident, for every such rule; none without residents.
    pub per_person: Vec<Option<f64>>,
}

/// What the coverage of a city is measured on, prepared once for all rulesets.
pub struct Measured<'c> {
    city: &'c City,
    zones: &'c [Zone],
    plane: Plane,
    land: MultiPolygon,
    zone_land: Vec<MultiPolygon>,
    samples: Land,
    zones_of_sample: Vec<Vec<usize>>,
    zones_of_building: Vec<Vec<usize>>,
}

impl<'c> Measured<'c> {
    /// Prepares a city with its zones.
    pub fn new(city: &'c City, zones: &'c [Zone], rules: &WalkRules) -> Self {
        let plane = Plane::of(city);
        let degrees = united(city.residential.iter());
        let parts = Parts::of(&city.network);
        let islands = parts.islands(rules.island_metres);
        let grid = EdgeGrid::new(&city.network, |edge: &Edge| !islands[parts.of[edge.a as usize] as usize]);
        let samples = Land::sample(&degrees, &grid, rules.land_step, rules.link_metres);
        // Each zone by itself: compounds lie in communities, and borders may overlap.
        let shapes: Vec<PlaceIndex> =
            zones.iter().map(|zone| PlaceIndex::build(vec![(0, 0, zone.area.clone())]).0).collect();
        let boxes: Vec<Option<Rect>> = zones.iter().map(|zone| zone.area.bounding_rect()).collect();
        let holding = |spot: super::Spot| {
            let at = spot.position();
            let near =
                |rect: &Option<Rect>| rect.is_some_and(|rect| rect.intersects(&geo::Coord { x: at.lon, y: at.lat }));
            let inside = |zone: &usize| near(&boxes[*zone]) && shapes[*zone].at(at)[0].is_some();
            (0..zones.len()).filter(inside).collect::<Vec<usize>>()
        };
        let land = plane.flatten(&degrees);
        Self {
            zone_land: zones.iter().map(|zone| within(&land, &plane.flatten(&zone.area))).collect(),
            zones_of_sample: samples.spots.iter().map(|spot| holding(*spot)).collect(),
            zones_of_building: city.buildings.iter().map(|building| holding(building.at)).collect(),
            city,
            zones,
            plane,
            land,
            samples,
        }
    }

    /// What a ruleset finds. Radii for historic quarters count when `historic` says that this is one.
    pub fn report(&self, rules: &GreenRules, historic: bool) -> Report {
        let (mut goals, mut rows) = (Vec::new(), Vec::new());
        for (number, goal) in rules.goals.iter().enumerate() {
            goals.push(self.goal(rules, goal, number, historic, &mut rows));
        }
        let residents = self.city.residents();
        let per_person = rules.per_person.iter().map(|rule| {
            let counting = self.city.parks.iter().filter(|park| park.is_park || rule.ground == Ground::Green);
            let ground: f64 = counting.map(|park| park.square_metres).sum();
            (residents > 0).then(|| ground / residents as f64)
        });
        Report { per_person: per_person.collect(), goals, rows }
    }

    fn goal(&self, rules: &GreenRules, goal: &Goal, number: usize, historic: bool, rows: &mut Vec<Row>) -> GoalReport {
        let far = |park: &super::Park| serves(rules.radii_of(&goal.code), historic, park);
        let service = Service::new(self.city, far);
        // On foot: one search for every distance of the goal, and who is served by any is covered.
        let mut metres: Vec<u32> = rules.radii_of(&goal.code).map(|radius| radius.metres).collect();
        metres.sort_unstable();
        metres.dedup();
        let mut walking = vec![Near::NONE; self.city.buildings.len()];
        let mut walked_to = vec![None; self.city.buildings.len()];
        let mut reached = vec![false; self.samples.spots.len()];
        for metres in metres {
            let found = access(self.city, |park| far(park) == Some(metres), centimetres(f64::from(metres)));
            for (at, near) in found.buildings.iter().enumerate().filter(|(_, near)| near.cm != UNREACHED) {
                if near.cm < walking[at].cm {
                    walking[at] = *near;
                    walked_to[at] = found.gates.get(near.gate).map(|(park, _)| park);
                }
            }
            for (all, now) in reached.iter_mut().zip(self.samples.reached(&found)) {
                *all |= now;
            }
        }
        let straight: Vec<_> = self.city.buildings.iter().map(|building| service.nearest(building.at)).collect();
        let on_foot = |at: usize| walking[at].cm != UNREACHED;
        let flat = |at: usize| straight[at].is_some();
        let step = self.per_sample();
        let mut tally = self.tally(number, Measure::Walking, on_foot);
        let mut land = vec![Share::default(); self.zones.len() + 1];
        for (sample, reached) in reached.iter().enumerate() {
            land[0].add(1, *reached);
            for zone in &self.zones_of_sample[sample] {
                land[zone + 1].add(1, *reached);
            }
        }
        for (row, land) in tally.iter_mut().zip(land) {
            row.land = Share { covered: whole(land.covered as f64 * step), total: whole(land.total as f64 * step) };
        }
        rows.append(&mut tally);
        let mut tally = self.tally(number, Measure::Straight, flat);
        let served = if self.land.0.is_empty() { MultiPolygon(vec![]) } else { service.ground(&self.plane) };
        let served = served.intersection(&self.land);
        let zones = self.zone_land.iter().map(|land| (shared(&near(&served, land), land), land.unsigned_area()));
        let all = std::iter::once((served.unsigned_area(), self.land.unsigned_area())).chain(zones);
        for (row, (covered, total)) in tally.iter_mut().zip(all) {
            row.land = Share { covered: whole(covered), total: whole(total) };
        }
        rows.append(&mut tally);
        let buildings =
            walking.into_iter().zip(straight).map(|(walking, straight)| BuildingRow { walking, straight }).collect();
        let parks = self.city.parks.iter().filter(|park| far(park).is_some()).count();
        GoalReport { parks, buildings, walked_to }
    }

    /// Square metres for which one sample stands.
    fn per_sample(&self) -> f64 {
        match self.samples.spots.len() {
            0 => 0.0,
            count => self.land.unsigned_area() / count as f64,
        }
    }

    /// Homes and residents of the whole and of every zone; land is filled in later.
    fn tally(&self, goal: usize, measure: Measure, covered: impl Fn(usize) -> bool) -> Vec<Row> {
        let blank = Share::default();
        let row = |zone| Row { goal, measure, zone, homes: blank, residents: blank, land: blank };
        let mut rows: Vec<Row> = std::iter::once(None).chain((0..self.zones.len()).map(Some)).map(row).collect();
        for (at, building) in self.city.buildings.iter().enumerate().filter(|(_, building)| building.residents > 0) {
            let (weight, covered) = (u64::from(building.residents), covered(at));
            for row in std::iter::once(0).chain(self.zones_of_building[at].iter().map(|zone| zone + 1)) {
                rows[row].homes.add(1, covered);
                rows[row].residents.add(weight, covered);
            }
        }
        rows
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // areas of a city
fn whole(square_metres: f64) -> u64 {
    square_metres.round().max(0.0) as u64
}

/// The parts of an area near another one.
fn near(area: &MultiPolygon, other: &MultiPolygon) -> MultiPolygon {
    let Some(rect) = other.bounding_rect() else { return MultiPolygon(vec![]) };
    let beside = area.iter().filter(|part| part.bounding_rect().is_some_and(|own| own.intersects(&rect)));
    MultiPolygon(beside.cloned().collect())
}

fn within(land: &MultiPolygon, zone: &MultiPolygon) -> MultiPolygon {
    near(land, zone).intersection(zone)
}
