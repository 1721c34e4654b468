//! Doors, entrances and ways on drawings of some hundred metres near the equator, where a degree is
//! the same length both ways.

use super::super::*;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_domain::ruleset::WalkRules;

pub(super) fn rules() -> WalkRules {
    WalkRules::parse("walking-2020.toml", include_str!("../../../../../data/erqi/rulesets/walking-2020.toml")).unwrap()
}

/// Metres of a degree on the sphere.
const DEGREE: f64 = 111_195.079_734;

pub(super) fn spot(x: f64, y: f64) -> Spot {
    Spot { lon: (x / DEGREE * 1e7).round() as i32, lat: (y / DEGREE * 1e7).round() as i32 }
}

/// A rectangle from corner to corner, in metres.
pub(super) fn rectangle(x: f64, y: f64, to_x: f64, to_y: f64) -> MultiPolygon {
    let at = |(x, y): (f64, f64)| {
        let at = spot(x, y).position();
        Coord { x: at.lon, y: at.lat }
    };
    let ring = [(x, y), (to_x, y), (to_x, to_y), (x, to_y), (x, y)].map(at);
    MultiPolygon(vec![Polygon::new(LineString::from(ring.to_vec()), vec![])])
}

/// A network of lines through these points, in metres; points at the same place are one node.
pub(super) fn network(lines: &[&[(f64, f64)]]) -> Network {
    let (mut spots, mut edges) = (Vec::<Spot>::new(), Vec::new());
    for line in lines {
        let nodes: Vec<u32> = line
            .iter()
            .map(|(x, y)| {
                let at = spot(*x, *y);
                spots.iter().position(|own| *own == at).unwrap_or_else(|| {
                    spots.push(at);
                    spots.len() - 1
                }) as u32
            })
            .collect();
        for pair in nodes.windows(2) {
            let cm = spots[pair[0] as usize].cm_to(spots[pair[1] as usize]);
            edges.push(Edge { a: pair[0], b: pair[1], cm, kind: EdgeKind::Path });
        }
    }
    Network::new(spots, edges)
}

/// A ten-millionth of a degree is 1.1 cm, so that drawings are exact to three.
fn close(cm: u32, wanted: u32) -> bool {
    cm.abs_diff(wanted) <= 3
}

pub(super) fn ground(ground: MultiPolygon) -> DraftGround {
    DraftGround { id: "p".into(), name: "园".into(), is_park: true, ground, given: Vec::new(), gates: Vec::new() }
}

pub(super) fn home(x: f64, y: f64, residents: u32) -> DraftBuilding {
    DraftBuilding {
        id: format!("{x}/{y}"),
        at: spot(x, y),
        residents: Some(residents),
        home: true,
        square_metres: 100.0,
        ..DraftBuilding::default()
    }
}

pub(super) fn city(draft: Draft) -> (City, Findings) {
    draft.join(&rules())
}

#[test]
fn a_door_joins_the_nearest_edge_at_its_foot() {
    let network = network(&[&[(0.0, 0.0), (200.0, 0.0)], &[(0.0, 150.0), (200.0, 150.0)]]);
    let grid = EdgeGrid::new(&network, |_| true);
    let link = grid.nearest(spot(50.0, 30.0), 100.0).unwrap();
    assert!(close(link.to_a, 5_000) && close(link.to_b, 15_000) && close(link.off, 3_000), "{link:?}");
    assert_eq!(link.to_a + link.to_b, network.between(link.a, link.b).unwrap());
    assert!(link.fits(&network));
    let beyond = grid.nearest(spot(230.0, 40.0), 100.0).unwrap();
    assert!(beyond.to_b == 0 && close(beyond.off, 5_000), "past the end: the end itself: {beyond:?}");
    assert!(close(grid.nearest(spot(100.0, 100.5), 100.0).unwrap().off, 4_950), "the other road is nearer");
    assert!(grid.nearest(spot(100.0, -100.2), 100.0).is_none() && grid.nearest(spot(100.0, -99.9), 100.0).is_some());
}

/// Whether the grid finds what trying every edge finds, on a network of long and short edges.
#[test]
fn the_grid_finds_what_trying_every_edge_finds() {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    for number in 0..60 {
        let n = f64::from(number);
        let (x, y) = ((n * 137.0) % 900.0 - 450.0, (n * 211.0) % 900.0 - 450.0);
        lines.push(vec![(x, y), (x + (n * 53.0) % 400.0 - 200.0, y + (n * 89.0) % 400.0 - 200.0)]);
    }
    let lines: Vec<&[(f64, f64)]> = lines.iter().map(Vec::as_slice).collect();
    let network = network(&lines);
    let grid = EdgeGrid::new(&network, |_| true);
    for number in 0..400 {
        let at = spot(f64::from(number * 37 % 1000) - 500.0, f64::from(number * 91 % 1000) - 500.0);
        let single = |edge: Edge| {
            let alone = Network::new(network.spots().to_vec(), vec![edge]);
            EdgeGrid::new(&alone, |_| true).nearest(at, 60.0).map(|link| link.off)
        };
        let least = network.edges().filter_map(single).min();
        assert_eq!(grid.nearest(at, 60.0).map(|link| link.off), least, "{at:?}");
    }
}

#[test]
fn a_way_that_leads_in_is_an_entrance_and_one_that_passes_is_none() {
    let park = || rectangle(0.0, 0.0, 100.0, 100.0);
    let known = |lines: &[&[(f64, f64)]]| {
        let draft = Draft { network: network(lines), grounds: vec![ground(park())], ..Draft::default() };
        let (city, _) = city(draft);
        let at: Vec<Spot> = city.parks[0].entrances.iter().map(|entrance| entrance.at).collect();
        (city.parks[0].known, at)
    };
    // Straight through: in and out. Beside it the street that carries on, so that it is no island.
    let through = known(&[&[(-600.0, 50.0), (50.0, 50.0), (300.0, 50.0)]]);
    assert_eq!(through, (Entrances::Ways, vec![spot(0.0, 50.0), spot(100.0, 50.0)]));
    // A node on the boundary from which a path leads in.
    let inside = known(&[&[(-600.0, 50.0), (0.0, 50.0), (50.0, 50.0)]]);
    assert_eq!(inside, (Entrances::Ways, vec![spot(0.0, 50.0)]));
    // A corner cut off by one edge.
    let (way, at) = known(&[&[(-600.0, 90.0), (-10.0, 90.0), (10.0, 110.0), (600.0, 110.0)]]);
    assert_eq!((way, at.is_empty()), (Entrances::Boundary, false), "touching a corner from outside is not entering");
    // Past it at ten metres: the boundary is used, every 25 m.
    let (past, at) = known(&[&[(-600.0, -10.0), (600.0, -10.0)]]);
    assert_eq!(past, Entrances::Boundary);
    assert!(at.iter().all(|at| at.lat == 0 || at.lat <= spot(0.0, 12.0).lat) && at.len() >= 4, "{at:?}");
    // Past it at thirty metres: nobody gets in.
    assert_eq!(known(&[&[(-600.0, -30.0), (600.0, -30.0)]]), (Entrances::Nowhere, vec![]));
}

#[test]
fn a_districts_own_entrances_come_before_gates_and_these_before_ways() {
    let lines: &[&[(f64, f64)]] =
        &[&[(-600.0, 50.0), (50.0, 50.0)], &[(-600.0, -10.0), (600.0, -10.0)], &[(-600.0, 50.0), (-600.0, -10.0)]];
    let mut own = ground(rectangle(0.0, 0.0, 100.0, 100.0));
    own.gates = vec![spot(60.0, 0.0), spot(100.0, 90.0)];
    let joined = |own: &DraftGround| {
        city(Draft { network: network(lines), grounds: vec![own.clone()], ..Draft::default() }).0.parks.remove(0)
    };
    let gates = joined(&own);
    assert_eq!(gates.known, Entrances::Gates);
    let at: Vec<Spot> = gates.entrances.iter().map(|entrance| entrance.at).collect();
    assert_eq!(at, [spot(60.0, 0.0), spot(0.0, 50.0)], "a gate far from every path lets nobody in, a way does");
    own.given = vec![spot(20.0, 0.0)];
    let given = joined(&own);
    assert_eq!((given.known, given.entrances.len(), given.entrances[0].at), (Entrances::Given, 1, spot(20.0, 0.0)));
    assert!((given.square_metres - 10_000.0).abs() < 70.0, "the ellipsoid is no sphere: {}", given.square_metres);
}

#[test]
fn a_door_beside_an_island_joins_the_streets_and_one_far_from_all_is_unreachable() {
    let lines: &[&[(f64, f64)]] = &[&[(-600.0, 0.0), (600.0, 0.0)], &[(0.0, 50.0), (30.0, 50.0)]];
    let draft = Draft {
        network: network(lines),
        grounds: vec![ground(rectangle(600.0, -20.0, 640.0, 20.0))],
        buildings: vec![home(10.0, 48.0, 3), home(0.0, 400.0, 5), home(580.0, 8.0, 0)],
        ..Draft::default()
    };
    let (city, findings) = city(draft);
    assert_eq!((findings.islands, findings.island_nodes), (1, 2));
    assert!(close(u32::try_from(findings.island_cm).unwrap(), 3_000));
    assert_eq!((findings.unlinked, findings.uninhabited), (1, 1));
    assert!(close(city.buildings[0].link.unwrap().off, 4_800));
    let found = access(&city, |_| true, 100_000);
    assert_eq!(found.buildings[1], Near::NONE, "never 0");
    assert_eq!(found.buildings[1].metres(), None);
    // The road ends at the park's boundary.
    assert!(close(found.buildings[2].cm, 800 + 2_000) && close(found.buildings[0].cm, 4_800 + 59_000));
}

/// A park across a railway: a hundred metres in a straight line, far on foot.
#[test]
fn why_a_near_park_is_far() {
    let lines: &[&[(f64, f64)]] = &[&[(0.0, 0.0), (400.0, 0.0), (400.0, 110.0), (0.0, 110.0), (0.0, 120.0)]];
    let draft = Draft {
        network: network(lines),
        grounds: vec![ground(rectangle(-20.0, 110.0, 20.0, 150.0))],
        buildings: vec![home(0.0, 10.0, 9)],
        ..Draft::default()
    };
    let (city, _) = city(draft);
    assert_eq!(city.parks[0].known, Entrances::Ways);
    let why = why(&city, 0, |_| true, 200_000).unwrap();
    assert_eq!((why.straight.0, why.straight.1.round()), (0, 100.0));
    // Ten metres to the road, round the railway, and in where the way meets the boundary.
    assert!(close(why.cm, 1_000 + 40_000 + 11_000 + 38_000), "{why:?}");
    let along: Vec<Spot> =
        [(0.0, 10.0), (0.0, 0.0), (400.0, 0.0), (400.0, 110.0), (20.0, 110.0)].map(|(x, y)| spot(x, y)).to_vec();
    assert_eq!(why.line, along);
    assert_eq!(super::super::why(&city, 0, |_| true, 50_000).unwrap().line, [], "none within the bound");
    assert!(super::super::why(&city, 0, |park| !park.is_park, 50_000).is_none());
}

#[test]
fn residents_are_estimated_from_flats_before_floors() {
    let of = |new: DraftBuilding| {
        let (city, findings) = city(Draft { buildings: vec![new], ..Draft::default() });
        (city.buildings[0].residents, city.buildings[0].estimated, findings.unlinked)
    };
    let bare = DraftBuilding { home: true, square_metres: 365.0, ..DraftBuilding::default() };
    assert_eq!(of(bare.clone()), (30, true, 1), "three storeys of ten people each");
    assert_eq!(of(DraftBuilding { levels: Some(6.0), ..bare.clone() }).0, 60);
    assert_eq!(of(DraftBuilding { flats: Some(10.0), levels: Some(6.0), ..bare.clone() }).0, 26);
    assert_eq!(of(DraftBuilding { square_metres: 5.0, ..bare.clone() }).0, 1, "a home has somebody in it");
    assert_eq!(of(DraftBuilding { home: false, ..bare.clone() }), (0, false, 1));
    assert_eq!(of(DraftBuilding { residents: Some(0), ..bare }), (0, false, 1));
}
