//! What a city proposes by itself, on drawings near the equator whose answers can be seen.

use crate::{
    siting::{Limit, Opening, Site, Zebra, measure, openings, zebras},
    walk::*,
    whatif::{Base, Edit},
};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use luyuan_domain::{
    geo::Wgs84,
    ruleset::{GreenRules, Proposals, SiteKind, SitingRules, WalkRules},
};
use std::sync::Arc;

/// Metres of a degree on the sphere.
const DEGREE: f64 = 111_195.079_734;
/// The goal of 500 metres to a park.
const PARK: usize = 1;

fn position(x: f64, y: f64) -> Wgs84 {
    Wgs84 { lon: x / DEGREE, lat: y / DEGREE }
}

/// Metres of a position, to the nearest.
fn metres(at: Wgs84) -> (i64, i64) {
    ((at.lon * DEGREE).round() as i64, (at.lat * DEGREE).round() as i64)
}

fn rectangle(x: f64, y: f64, to_x: f64, to_y: f64) -> MultiPolygon {
    let ring = [(x, y), (to_x, y), (to_x, to_y), (x, to_y), (x, y)].map(|(x, y)| {
        let at = position(x, y);
        Coord { x: at.lon, y: at.lat }
    });
    MultiPolygon(vec![Polygon::new(LineString::from(ring.to_vec()), vec![])])
}

/// A street with a node every 50 metres.
fn street(from: (f64, f64), to: (f64, f64), spots: &mut Vec<Spot>, edges: &mut Vec<Edge>) {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 50.0).ceil();
    let mut last = None;
    for step in 0..=steps as u32 {
        let share = f64::from(step) / steps;
        let at = Spot::of(position(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
        let known = spots.iter().position(|spot| *spot == at);
        let node = known.unwrap_or_else(|| {
            spots.push(at);
            spots.len() - 1
        }) as u32;
        if let Some(last) = last.replace(node) {
            let cm = spots[last as usize].cm_to(at);
            edges.push(Edge { a: last, b: node, cm, kind: EdgeKind::Street });
        }
    }
}

struct Drawn {
    streets: Vec<[(f64, f64); 2]>,
    park: MultiPolygon,
    gates: Vec<(f64, f64)>,
    houses: Vec<(f64, f64, f64)>,
}

impl Drawn {
    fn base(&self) -> Base {
        let walk = include_str!("../../../../../data/erqi/rulesets/walking-2020.toml");
        let walk = WalkRules::parse("walking", walk).unwrap();
        let green = include_str!("../../../../../data/erqi/rulesets/green-300-500.toml");
        let green = GreenRules::parse("green", green).unwrap();
        let (mut spots, mut edges) = (Vec::new(), Vec::new());
        self.streets.iter().for_each(|[from, to]| street(*from, *to, &mut spots, &mut edges));
        let given = self.gates.iter().map(|(x, y)| Spot::of(position(*x, *y))).collect();
        let ground = DraftGround {
            id: "P".into(),
            name: String::new(),
            is_park: true,
            ground: self.park.clone(),
            given,
            gates: Vec::new(),
        };
        let houses = self.houses.iter().enumerate().map(|(number, (x, y, square_metres))| DraftBuilding {
            id: number.to_string(),
            at: Spot::of(position(*x, *y)),
            residents: Some(10),
            square_metres: *square_metres,
            ..DraftBuilding::default()
        });
        let draft = Draft {
            network: Network::new(spots, edges),
            grounds: vec![ground],
            buildings: houses.collect(),
            ..Draft::default()
        };
        Base::new(Arc::new(draft.join(&walk).0), &[], &green, &walk, false)
    }
}

fn rules() -> Proposals {
    let text = include_str!("../../../../../data/erqi/rulesets/siting-2020.toml");
    SitingRules::parse("siting", text).unwrap().proposals.unwrap()
}

/// Residents whom each edit by itself brings a park.
fn gained(base: &Base, edits: Vec<Edit>) -> Vec<u64> {
    let site =
        |edit| Site { id: String::new(), kind: SiteKind::Entrance, edit, fen: 1, own_cost: true, group: String::new() };
    let sites: Vec<Site> = edits.into_iter().map(site).collect();
    let found = measure(base, PARK, &sites, Limit::Sites(1), 1, |_, _| true);
    assert_eq!(found.refused, [], "what is proposed can be built");
    let of = |list: &[u32]| list.iter().map(|demand| found.instance.weights[*demand as usize]).sum();
    found.instance.covers.iter().map(of).collect()
}

fn opened(found: &[Opening]) -> Vec<Edit> {
    found.iter().map(|opening| Edit::Entrance { park: "P".into(), at: opening.at }).collect()
}

/// A walled park of 400 by 200 m between two streets that meet 700 m further east. Its gate is at
/// the southern one.
fn walled() -> Drawn {
    Drawn {
        streets: vec![
            [(-100.0, -10.0), (1100.0, -10.0)],
            [(-100.0, 215.0), (1100.0, 215.0)],
            [(1100.0, -10.0), (1100.0, 215.0)],
        ],
        park: rectangle(0.0, 0.0, 400.0, 200.0),
        gates: vec![(200.0, -10.0)],
        houses: vec![(200.0, 235.0, 100.0)],
    }
}

#[test]
fn gates_are_proposed_where_a_path_passes_the_wall_and_the_way_in_is_far() {
    let base = walled().base();
    let found = openings(&base, PARK, &rules(), 100.0);
    let north: Vec<_> = found.iter().filter(|opening| metres(opening.at).1 == 200).collect();
    assert!(north.len() >= 4, "every hundred metres along the north: {found:?}");
    // Nobody north reaches a park: the whole distance but the 15 m to the path is saved.
    assert!(north.iter().all(|opening| (opening.saved - 485.0).abs() < 0.1), "{found:?}");
    // In the south nobody walks 100 m less before the path is 100 m from the gate.
    let south = found.iter().map(|opening| metres(opening.at)).filter(|(_, y)| *y == 0);
    assert!(south.clone().count() > 0 && south.into_iter().all(|(x, _)| (x - 200).abs() >= 100), "{found:?}");
    for (at, one) in found.iter().enumerate() {
        assert!(found[..at].iter().all(|other| other.at.metres_to(one.at) >= 99.98), "{found:?}");
    }
    assert!(gained(&base, opened(&found)).contains(&10));
    assert!(openings(&base, PARK, &rules(), 50.0).len() > found.len(), "nearer to one another there are more");
}

#[test]
fn a_path_inside_the_wall_is_not_taken_for_one_outside() {
    let mut drawn = walled();
    drawn.streets.extend([[(200.0, -10.0), (200.0, 192.0)], [(200.0, 192.0), (390.0, 192.0)]]);
    drawn.streets.push([(200.0, 192.0), (10.0, 192.0)]);
    let base = drawn.base();
    let found = openings(&base, PARK, &rules(), 100.0);
    let north: Vec<_> = found.iter().filter(|opening| metres(opening.at).1 > 150).cloned().collect();
    assert!(north.iter().any(|opening| metres(opening.at).1 == 215), "joined outside: {found:?}");
    assert!(north.iter().all(|opening| metres(opening.at).1 >= 200), "{found:?}");
    assert!(gained(&base, opened(&north)).contains(&10), "{found:?}");
}

#[test]
fn an_open_boundary_and_a_ground_that_counts_for_nothing_need_no_gate() {
    let mut drawn = walled();
    drawn.gates.clear();
    let base = drawn.base();
    assert_eq!(base.city().parks[0].known, Entrances::Boundary);
    assert_eq!(openings(&base, PARK, &rules(), 100.0), []);
    assert_eq!(openings(&walled().base(), 9, &rules(), 100.0), [], "no such goal");
}

/// Two streets that meet 1,100 m east; at the western end of the southern one is a park's gate.
fn parted(apart: f64) -> Drawn {
    Drawn {
        streets: vec![[(0.0, 0.0), (1000.0, 0.0)], [(0.0, apart), (1000.0, apart)], [(1000.0, 0.0), (1000.0, apart)]],
        park: rectangle(-200.0, -100.0, -10.0, 0.0),
        gates: vec![(0.0, 0.0)],
        houses: vec![(50.0, apart + 10.0, 100.0)],
    }
}

#[test]
fn crossings_are_proposed_where_the_other_side_is_near_and_the_way_round_is_long() {
    let base = parted(40.0).base();
    let found = zebras(&base, PARK, &rules(), 100.0);
    let [first, ..] = found.as_slice() else { panic!("none") };
    assert_eq!((metres(first.from), metres(first.to)), ((0, 0), (0, 40)), "the best comes first: {found:?}");
    assert!((first.saved - 460.0).abs() < 0.1, "{first:?}");
    // 150 m are saved up to 310 m from the gate.
    assert!(found.iter().all(|zebra| metres(zebra.from).0 <= 310 && metres(zebra.from).0 == metres(zebra.to).0));
    assert_eq!(found.len(), 4, "0, 100, 200, 300: {found:?}");
    let edits = found.iter().map(|zebra: &Zebra| Edit::Crossing { from: zebra.from, to: zebra.to });
    assert_eq!(gained(&base, edits.collect())[..1], [10]);
    assert_eq!(zebras(&base, PARK, &rules(), 100.0), found, "the same again");
}

#[test]
fn no_crossing_leads_through_a_house_over_a_hole_in_the_map_or_across_too_wide_a_road() {
    for apart in [2.0, 70.0] {
        assert_eq!(zebras(&parted(apart).base(), PARK, &rules(), 100.0), [], "{apart}");
    }
    let mut built = parted(40.0);
    built.houses = (0..=31).map(|number| (f64::from(number) * 10.0, 20.0, 150.0)).collect();
    assert_eq!(zebras(&built.base(), PARK, &rules(), 100.0), []);
    // The streets are joined 100 m on: the way round is short.
    let mut joined = parted(40.0);
    joined.streets.extend([[(0.0, 0.0), (0.0, 40.0)], [(100.0, 0.0), (100.0, 40.0)]]);
    assert_eq!(zebras(&joined.base(), PARK, &rules(), 100.0), []);
    // Inside a park nothing has to be crossed.
    let mut inside = parted(40.0);
    inside.park = rectangle(-200.0, -100.0, 1100.0, 100.0);
    assert_eq!(zebras(&inside.base(), PARK, &rules(), 100.0), []);
}

/// A park every ten metres along both streets.
fn row() -> Vec<Site> {
    let site = |number: u32| Site {
        id: number.to_string(),
        kind: SiteKind::Free,
        edit: Edit::Park {
            entrances: vec![position(f64::from(number % 100) * 10.0, if number < 100 { 0.0 } else { 40.0 })],
            square_metres: 600.0,
            is_park: true,
        },
        fen: i64::from(number),
        own_cost: true,
        group: String::new(),
    };
    (0..200).map(site).collect()
}

#[test]
fn what_is_measured_until_the_time_is_over_lies_everywhere_and_is_what_it_would_be() {
    let mut drawn = parted(40.0);
    drawn.houses = (0..40).map(|number| (f64::from(number) * 25.0, 50.0, 100.0)).collect();
    let (base, sites) = (drawn.base(), row());
    let reached = |found: &crate::siting::Measured, candidate: usize| {
        let list = found.instance.covers.of(candidate).iter();
        let mut buildings: Vec<u32> = list.map(|demand| found.buildings[*demand as usize]).collect();
        buildings.sort_unstable();
        buildings
    };
    let whole = measure(&base, PARK, &sites, Limit::Sites(3), 1, |_, _| true);
    assert_eq!((whole.looked, whole.sites.len()), (200, 200));
    let part = measure(&base, PARK, &sites, Limit::Sites(3), 1, |done, all| {
        assert_eq!(all, 200);
        done < 100
    });
    assert!(part.looked >= 100 && part.looked < 200 && part.sites.is_sorted(), "{}", part.looked);
    // Of every fifth of the list about a fifth.
    for fifth in 0..5 {
        let here = part.sites.iter().filter(|site| **site / 40 == fifth).count();
        assert!(here.abs_diff(part.looked / 5) <= 6, "{here} in fifth {fifth} of {}", part.looked);
    }
    for (candidate, site) in part.sites.iter().enumerate() {
        assert_eq!(reached(&part, candidate), reached(&whole, *site as usize));
        assert_eq!(part.instance.costs[candidate], i64::from(*site));
    }
    let all = measure(&base, PARK, &sites, Limit::Sites(3), 4, |_, _| true);
    assert_eq!((all.looked, &all.sites), (200, &whole.sites));
    assert_eq!(all.instance, whole.instance, "several hands find the same");
    let none = measure(&base, PARK, &sites, Limit::Sites(3), 2, |_, _| false);
    assert_eq!((none.looked, none.sites.len()), (0, 0));
}
