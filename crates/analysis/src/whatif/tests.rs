//! Scenarios against everything computed anew on a network in which crossings are built.

#![allow(clippy::cast_possible_truncation)]

use super::*;
use crate::walk::*;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_domain::{
    geo::Wgs84,
    ruleset::{GreenRules, WalkRules},
};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// Metres of a degree on the sphere; drawings lie near the equator.
const DEGREE: f64 = 111_195.079_734;

fn position(x: f64, y: f64) -> Wgs84 {
    Wgs84 { lon: x / DEGREE, lat: y / DEGREE }
}

fn walk_rules() -> WalkRules {
    WalkRules::parse("walking", include_str!("../../../../data/erqi/rulesets/walking-2020.toml")).unwrap()
}

/// The promise of 300 and 500 metres: two goals; and a standard with two radii for one goal.
fn rules() -> [GreenRules; 2] {
    let promise = include_str!("../../../../data/erqi/rulesets/green-300-500.toml");
    let standard = include_str!("../../../../data/erqi/rulesets/green-garden-city-2022.toml");
    [promise, standard].map(|text| GreenRules::parse("green", text).unwrap())
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> MultiPolygon {
    let ring = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0)].map(|(dx, dy)| {
        let at = position(x + dx, y + dy);
        Coord { x: at.lon, y: at.lat }
    });
    MultiPolygon(vec![Polygon::new(LineString::from(ring.to_vec()), vec![])])
}

/// What a drawing is made of: points as shares of its side, in thousandths.
#[derive(Debug, Clone)]
struct Drawing {
    jitter: Vec<(u8, u8)>,
    missing: Vec<bool>,
    homes: Vec<(u16, u16, u8)>,
    parks: Vec<(u16, u16, u16, bool)>,
}

const SIDE: usize = 9;
const SPACING: f64 = 95.0;
const EXTENT: f64 = SIDE as f64 * SPACING;

fn at(x: u16, y: u16) -> Wgs84 {
    position(f64::from(x) / 1000.0 * EXTENT, f64::from(y) / 1000.0 * EXTENT)
}

fn drawing() -> impl Strategy<Value = Drawing> {
    let point = || (0..1000u16, 0..1000u16);
    (
        prop::collection::vec((0..60u8, 0..60u8), SIDE * SIDE),
        prop::collection::vec(prop::bool::weighted(0.25), SIDE * SIDE * 2),
        prop::collection::vec((0..1000u16, 0..1000u16, 0..40u8), 1..60),
        prop::collection::vec((point(), 5..90u16, any::<bool>()).prop_map(|((x, y), s, p)| (x, y, s, p)), 0..6),
    )
        .prop_map(|(jitter, missing, homes, parks)| Drawing { jitter, missing, homes, parks })
}

fn city(drawing: &Drawing) -> City {
    let spots: Vec<Spot> = (0..SIDE * SIDE)
        .map(|node| {
            let (dx, dy) = drawing.jitter[node];
            let (column, row) = ((node % SIDE) as f64, (node / SIDE) as f64);
            Spot::of(position(column * SPACING + f64::from(dx), row * SPACING + f64::from(dy)))
        })
        .collect();
    let mut edges = Vec::new();
    for node in 0..SIDE * SIDE {
        let right = (node % SIDE + 1 < SIDE).then_some(node + 1);
        let above = (node / SIDE + 1 < SIDE).then_some(node + SIDE);
        for (other, missing) in [(right, drawing.missing[node * 2]), (above, drawing.missing[node * 2 + 1])] {
            if let Some(other) = other.filter(|_| !missing) {
                let cm = spots[node].cm_to(spots[other]);
                edges.push(Edge { a: node as u32, b: other as u32, cm, kind: EdgeKind::Path });
            }
        }
    }
    let homes = drawing.homes.iter().enumerate().map(|(number, (x, y, residents))| DraftBuilding {
        id: number.to_string(),
        at: Spot::of(at(*x, *y)),
        residents: Some(u32::from(*residents)),
        home: true,
        ..DraftBuilding::default()
    });
    let grounds = drawing.parks.iter().enumerate().map(|(number, (x, y, side, is_park))| {
        let (left, low, side) = (f64::from(*x) / 1000.0 * EXTENT, f64::from(*y) / 1000.0 * EXTENT, f64::from(*side));
        // Some have an entrance of their own at a corner, others whatever is near.
        let given = if number % 2 == 0 {
            vec![Spot::of(position(left, low)), Spot::of(position(left + side, low))]
        } else {
            vec![]
        };
        DraftGround {
            id: format!("p{number}"),
            name: String::new(),
            is_park: *is_park,
            ground: rectangle(left, low, side, side),
            given,
            gates: vec![],
        }
    });
    let draft = Draft {
        network: Network::new(spots, edges),
        grounds: grounds.collect(),
        buildings: homes.collect(),
        ..Draft::default()
    };
    draft.join(&walk_rules()).0
}

fn zones() -> Vec<Zone> {
    let zone = |code: &str, area| Zone { code: code.into(), name: code.into(), kind: "community".into(), area };
    vec![
        zone("west", rectangle(-50.0, -50.0, EXTENT / 2.0 + 50.0, EXTENT + 200.0)),
        zone("whole", rectangle(-50.0, -50.0, EXTENT + 200.0, EXTENT + 200.0)),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let point = || (0..1000u16, 0..1000u16).prop_map(|(x, y)| at(x, y));
    let park = || (0..6u8).prop_map(|number| format!("p{number}"));
    prop_oneof![
        3 => (prop::collection::vec(point(), 1..3), prop_oneof![Just(450.0), Just(6000.0)], any::<bool>())
            .prop_map(|(entrances, square_metres, is_park)| Edit::Park { entrances, square_metres, is_park }),
        2 => (park(), point()).prop_map(|(park, at)| Edit::Entrance { park, at }),
        3 => (point(), point()).prop_map(|(from, to)| Edit::Crossing { from, to }),
        2 => park().prop_map(|park| Edit::WithoutPark { park }),
        2 => (park(), point()).prop_map(|(park, at)| Edit::WithoutEntrance { park, at }),
    ]
}

/// The network with a node at every end of a crossing, and where links come to lie on it.
struct Built {
    network: Network,
    cuts: BTreeMap<(u32, u32), Vec<(u32, u32)>>,
}

impl Built {
    fn new(network: &Network, plan: &Plan) -> Self {
        let nodes = network.len() as u32;
        let mut cuts: BTreeMap<(u32, u32), Vec<(u32, u32)>> = BTreeMap::new();
        let mut spots = network.spots().to_vec();
        for (number, foot) in (nodes..).zip(&plan.feet) {
            let along = if foot.a < foot.b { foot.to_a } else { foot.to_b };
            cuts.entry(foot.edge()).or_default().push((along, number));
            spots.push(Spot::default());
        }
        let mut edges = Vec::new();
        for edge in network.edges() {
            let (mut from, mut since) = (edge.a, 0);
            let list = cuts.entry((edge.a, edge.b)).or_default();
            list.sort_unstable();
            for (along, node) in list.iter() {
                edges.push(Edge { a: from, b: *node, cm: along - since, kind: EdgeKind::Path });
                (from, since) = (*node, *along);
            }
            edges.push(Edge { a: from, b: edge.b, cm: edge.cm - since, kind: EdgeKind::Path });
        }
        for (from, to, cm) in plan.ways.iter().filter(|(from, to, _)| *from >= nodes && *to >= nodes) {
            edges.push(Edge { a: *from, b: *to, cm: *cm, kind: EdgeKind::Crossing });
        }
        Self { network: Network::new(spots, edges), cuts }
    }

    fn link(&self, link: Link) -> Link {
        let Some(cuts) = self.cuts.get(&link.edge()).filter(|cuts| !cuts.is_empty()) else { return link };
        let (low, high) = link.edge();
        let (along, length) = (if link.a == low { link.to_a } else { link.to_b }, link.to_a + link.to_b);
        let before = cuts.iter().rev().find(|(cut, _)| *cut <= along).copied().unwrap_or((0, low));
        let after = cuts.iter().find(|(cut, _)| *cut > along).copied().unwrap_or((length, high));
        Link { a: before.1, b: after.1, to_a: along - before.0, to_b: after.0 - along, off: link.off }
    }
}

/// Which buildings are near enough for a goal, computed from nothing.
fn anew(base: &Base, plan: &Plan, goal: usize) -> Vec<bool> {
    let city = base.city();
    let built = Built::new(&city.network, plan);
    let mut covered = vec![false; city.buildings.len()];
    for (at, layer) in base.layers.iter().enumerate().filter(|(_, layer)| layer.goal == goal) {
        let mut gates = Gates::default();
        for gate in (0..layer.access.gates.len() as u32).filter(|gate| !plan.removed[at].contains(gate)) {
            let (park, link) = layer.access.gates.get(gate).unwrap();
            gates.push(park, built.link(link));
        }
        for link in &plan.added[at] {
            gates.push(0, built.link(*link));
        }
        let found = reach(&built.network, &gates.seeds(), layer.access.bound);
        for (covered, building) in covered.iter_mut().zip(&city.buildings) {
            let near = building.link.map(|link| gates.nearest(&built.link(link), &found, layer.access.bound));
            *covered |= near.is_some_and(|near| near.cm != UNREACHED);
        }
    }
    covered
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_scenario_is_what_is_computed_anew(
        drawing in drawing(),
        scenarios in prop::collection::vec(prop::collection::vec(edit(), 0..6), 1..4),
        which in 0..2usize,
    ) {
        let zones = zones();
        let base = Base::new(Arc::new(city(&drawing)), &zones, &rules()[which], &walk_rules(), false);
        let (mut room, mut plan) = (Workspace::new(&base), Plan::new(&base));
        for mut edits in scenarios {
            // An edit that cannot be made is left out, and nothing of it stays.
            while let Err((at, _)) = plan.fill(&base, &edits) {
                prop_assert!(plan.feet.is_empty() && plan.added.iter().all(Vec::is_empty));
                edits.remove(at);
            }
            let found = room.run(&base, &plan);
            for (goal, change) in found.iter().enumerate() {
                let covered = anew(&base, &plan, goal);
                let people = |at: usize| u64::from(base.city().buildings[at].residents);
                let homes: u64 = (0..covered.len()).map(|at| u64::from(covered[at] && people(at) > 0)).sum();
                let sum = |wanted: &dyn Fn(usize) -> bool| -> u64 { (0..covered.len()).filter(|at| wanted(*at)).map(people).sum() };
                prop_assert_eq!(change.residents.covered, sum(&|at| covered[at]));
                prop_assert_eq!(change.homes.covered, homes);
                prop_assert_eq!(change.residents_gained, sum(&|at| covered[at] && !base.covers(goal, at as u32)));
                prop_assert_eq!(change.residents_lost, sum(&|at| !covered[at] && base.covers(goal, at as u32)));
                prop_assert_eq!(change.zones[1].covered, change.residents.covered);
                let west = |at: usize| base.zones.of(at).contains(&0);
                prop_assert_eq!(change.zones[0].covered, sum(&|at| covered[at] && west(at)));
                let mut changed: Vec<(u32, bool)> = change.changes.iter().map(|change| (change.building, change.gained)).collect();
                changed.sort_unstable();
                let wanted: Vec<(u32, bool)> = (0..covered.len() as u32)
                    .filter(|at| covered[*at as usize] != base.covers(goal, *at))
                    .map(|at| (at, covered[at as usize]))
                    .collect();
                prop_assert_eq!(changed, wanted);
            }
        }
    }
}

/// Two streets side by side, 60 m apart and joined nowhere; homes on the northern one, a park at the
/// western end of the southern one.
fn streets() -> City {
    let line = |y: f64| (0..=10).map(move |at| Spot::of(position(f64::from(at) * 50.0, y)));
    let spots: Vec<Spot> = line(0.0).chain(line(60.0)).collect();
    let edges = (0..10u32).flat_map(|at| [(at, at + 1), (at + 11, at + 12)]);
    let edges =
        edges.map(|(a, b)| Edge { a, b, cm: spots[a as usize].cm_to(spots[b as usize]), kind: EdgeKind::Street });
    let network = Network::new(spots.clone(), edges.collect());
    let homes = (0..10).map(|at| DraftBuilding {
        id: format!("h{at}"),
        at: Spot::of(position(f64::from(at) * 50.0 + 25.0, 70.0)),
        residents: Some(10),
        home: true,
        ..DraftBuilding::default()
    });
    let park = DraftGround {
        id: "park".into(),
        name: "园".into(),
        is_park: true,
        ground: rectangle(-90.0, -30.0, 80.0, 60.0),
        given: vec![Spot::of(position(0.0, 0.0))],
        gates: vec![],
    };
    Draft { network, grounds: vec![park], buildings: homes.collect(), ..Draft::default() }.join(&walk_rules()).0
}

fn gained(edits: &[Edit]) -> (u64, u64) {
    let base = Base::new(Arc::new(streets()), &[], &rules()[0], &walk_rules(), false);
    let mut plan = Plan::new(&base);
    plan.fill(&base, edits).unwrap();
    let goals = Workspace::new(&base).run(&base, &plan).to_vec();
    (goals[0].residents_gained, goals[1].residents_gained)
}

#[test]
fn a_crossing_brings_those_across_the_road_to_the_park() {
    // 60 m across, 10 m to the door, and then along the street: green within 300 m is as far as 230 m
    // along, which are five doors; a park within 500 m is as far as 430 m, which are nine.
    let crossing = Edit::Crossing { from: position(0.0, 0.0), to: position(0.0, 60.0) };
    assert_eq!(gained(std::slice::from_ref(&crossing)), (50, 90));
    // In the middle of the street it helps fewer: from 250 m on nobody is within 300 m, and within
    // 500 m are those up to 180 m to both sides, seven doors on this stretch.
    let middle = Edit::Crossing { from: position(250.0, 0.0), to: position(250.0, 60.0) };
    assert_eq!(gained(&[middle]), (0, 80));
    assert_eq!(gained(&[crossing.clone(), Edit::WithoutPark { park: "park".into() }]), (0, 0));
    // Two crossings are no better than the nearer one where that is on every way.
    assert_eq!(gained(&[crossing.clone(), crossing]), (50, 90));
}

#[test]
fn a_pocket_park_and_an_entrance_serve_as_their_size_says() {
    let pocket = |is_park| Edit::Park { entrances: vec![position(500.0, 60.0)], square_metres: 800.0, is_park };
    // Doors at 25, 75, … m and 10 m beside the street.
    assert_eq!(gained(&[pocket(false)]), (60, 0));
    assert_eq!(gained(&[pocket(true)]), (60, 100));
    let entrance = Edit::Entrance { park: "park".into(), at: position(0.0, 60.0) };
    assert_eq!(gained(&[entrance]), (60, 100));
}

#[test]
fn what_cannot_be_made_is_named() {
    let base = Base::new(Arc::new(streets()), &[], &rules()[1], &walk_rules(), false);
    let mut plan = Plan::new(&base);
    let mut refused = |edit: Edit| plan.fill(&base, &[edit]).unwrap_err();
    let far = position(9_000.0, 0.0);
    assert_eq!(refused(Edit::Crossing { from: far, to: far }), (0, EditError::Far { at: far }));
    let unknown = Edit::WithoutPark { park: "none".into() };
    assert_eq!(refused(unknown), (0, EditError::NoPark { park: "none".into() }));
    let closed = Edit::Park { entrances: vec![], square_metres: 900.0, is_park: true };
    assert_eq!(refused(closed), (0, EditError::NoEntrance));
    let tiny = Edit::Park { entrances: vec![position(0.0, 0.0)], square_metres: 9.0, is_park: true };
    assert_eq!(refused(tiny), (0, EditError::Small { square_metres: 9.0 }));
}

#[test]
fn edits_are_kept_as_they_are_read() {
    let text = r#"{"edit":"crossing","from":{"lon":113.6,"lat":34.7},"to":{"lon":113.601,"lat":34.7}}"#;
    let edit: Edit = serde_json::from_str(text).unwrap();
    assert!(matches!(edit, Edit::Crossing { .. }));
    assert_eq!(serde_json::to_string(&edit).unwrap(), text);
}
