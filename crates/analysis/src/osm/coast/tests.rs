//! Coasts drawn by hand, coasts at random against the land that they enclose, and real ones.

use super::*;
use crate::osm::{Cut, base::features};
use proptest::prelude::*;

const LOW: World = World { x: 3_000_000_000, y: 1_500_000_000 };
const SIDE: u32 = 1_000_000;

fn frame() -> Frame {
    Frame { low: LOW, high: World { x: LOW.x + SIDE, y: LOW.y + SIDE } }
}

/// A point of the box, in thousandths from its north-western corner.
fn at(x: i64, y: i64) -> World {
    let along = |from: u32, by: i64| u32::try_from(i64::from(from) + by * 1000).unwrap();
    World { x: along(LOW.x, x), y: along(LOW.y, y) }
}

/// Fills what lines through points leave, each point a node of its own unless it is named twice.
fn fill(lines: &[&[(i64, i64)]]) -> (Vec<Feature>, Sea) {
    let number = |(x, y): (i64, i64)| (x + 100_000) * 1_000_000 + y + 100_000;
    let ways = lines.iter().map(|line| line.iter().map(|at| number(*at)).collect()).collect();
    let spot = |node: i64| Some(at(node / 1_000_000 - 100_000, node % 1_000_000 - 100_000));
    sea(ways, spot, frame())
}

fn wet(features: &[Feature], point: World) -> bool {
    let point = (f64::from(point.x), f64::from(point.y));
    let inside = |part: &Part| {
        let ring: Vec<At> = part.points.iter().map(|at| (f64::from(at.x), f64::from(at.y))).collect();
        within(&ring, point)
    };
    features.iter().flat_map(|feature| &feature.parts).filter(|part| inside(part)).count() % 2 == 1
}

fn check(lines: &[&[(i64, i64)]], sea: &[(i64, i64)], land: &[(i64, i64)]) {
    let (features, told) = fill(lines);
    assert!(matches!(told, Sea::Filled(_)), "{told:?}");
    for (points, is) in [(sea, true), (land, false)] {
        for point in points {
            assert_eq!(wet(&features, at(point.0, point.1)), is, "{point:?} in {features:?}");
        }
    }
    for part in features.iter().flat_map(|feature| &feature.parts) {
        assert!(part.points.len() > 3 && part.points.first() == part.points.last(), "closed: {part:?}");
        let frame = frame();
        let inside =
            |at: &World| (frame.low.x..=frame.high.x).contains(&at.x) && (frame.low.y..=frame.high.y).contains(&at.y);
        assert!(part.points.iter().all(inside), "within the box: {part:?}");
    }
}

#[test]
fn the_land_lies_on_the_left() {
    // Southwards through the middle: the west, on the right, is sea. Northwards: the east.
    check(&[&[(500, -10), (500, 1010)]], &[(100, 500), (499, 10)], &[(501, 500), (900, 900)]);
    check(&[&[(500, 1010), (500, -10)]], &[(501, 500), (900, 900)], &[(100, 500)]);
    // In two ways, given in any order, with a corner between them.
    check(&[&[(500, 500), (-5, 700)], &[(500, -5), (500, 500)]], &[(100, 100)], &[(600, 600), (300, 900)]);
    // A bay: in at the east, out at the east.
    check(&[&[(1010, 800), (300, 500), (1010, 200)]], &[(900, 500), (310, 500)], &[(100, 500), (900, 100)]);
    // A strait between two coasts.
    check(
        &[&[(300, 1010), (300, -10)], &[(700, -10), (700, 1010)]],
        &[(500, 500), (310, 990)],
        &[(100, 500), (900, 500)],
    );
}

#[test]
fn islands_are_land_in_the_sea_and_lagoons_are_water_on_land() {
    let island: &[(i64, i64)] = &[(400, 400), (400, 600), (600, 600), (600, 400), (400, 400)];
    let lagoon: &[(i64, i64)] = &[(450, 450), (550, 450), (550, 550), (450, 550), (450, 450)];
    check(&[island], &[(10, 10), (990, 500)], &[(500, 500)]);
    check(&[lagoon], &[(500, 500)], &[(10, 10), (420, 420)]);
    check(&[lagoon, island], &[(10, 10), (500, 500)], &[(420, 420), (590, 500)]);
    // A ring that leaves the box, whatever its first point: its coast is cut at the edge.
    check(&[&[(500, 500), (500, 1500), (1500, 1500), (1500, 500), (500, 500)]], &[(100, 100)], &[(900, 900)]);
    check(&[&[(1500, 1500), (1500, 500), (500, 500), (500, 1500), (1500, 1500)]], &[(100, 100)], &[(900, 900)]);
}

#[test]
fn a_broken_coast_fills_nothing_and_says_where() {
    let broken = |lines: &[&[(i64, i64)]], near: (i64, i64)| {
        let (features, told) = fill(lines);
        let Sea::Broken { at: (lon, lat) } = told else { panic!("{told:?}") };
        let found = World::of(lon, lat);
        let wanted = at(near.0, near.1);
        assert!(features.is_empty());
        assert!(found.x.abs_diff(wanted.x) < 2000 && found.y.abs_diff(wanted.y) < 2000, "{found:?}, not {near:?}");
    };
    broken(&[&[(500, -10), (500, 500)]], (500, 500));
    broken(&[&[(500, 400), (500, 1010)]], (500, 400));
    // Two neighbours that both run south contradict one another.
    broken(&[&[(300, -10), (300, 1010)], &[(700, -10), (700, 1010)]], (300, 0));
    // An island on land.
    broken(&[&[(500, -10), (500, 1010)], &[(700, 400), (700, 600), (800, 600), (800, 400), (700, 400)]], (700, 400));
    assert_eq!(fill(&[&[(-500, -10), (-500, 500)]]).1, Sea::None, "outside of the box it does not matter");
    assert_eq!(fill(&[]).1, Sea::None);
}

#[test]
fn a_line_that_the_extract_cuts_off_beside_the_edge_reaches_it() {
    // Nodes 1 to 4; the file does not hold 1 and 4, which lie outside.
    let spot = |node: i64| match node {
        2 => Some(at(500, 1)),
        3 => Some(at(500, 999)),
        _ => None,
    };
    let (features, told) = sea(vec![vec![1, 2, 3, 4]], spot, frame());
    assert_eq!(told, Sea::Filled(1));
    assert!(wet(&features, at(100, 500)) && !wet(&features, at(900, 500)) && wet(&features, at(100, 0)));
    // A ring of which a point is missing is cut there, not where it begins.
    let spot = |node: i64| match node {
        1 => Some(at(500, 500)),
        2 => Some(at(400, 999)),
        4 => Some(at(600, 999)),
        _ => None,
    };
    let (features, told) = sea(vec![vec![1, 2, 3, 4, 1]], spot, frame());
    assert_eq!(told, Sea::Filled(1));
    assert!(wet(&features, at(100, 500)) && !wet(&features, at(500, 900)));
}

proptest! {
    /// An island of any shape around which the sea lies, wherever the box cuts it: a point of the box is
    /// sea exactly when it is not in the island.
    #[test]
    fn what_is_not_land_is_sea(
        middle in (-300i64..1300, -300i64..1300),
        radii in prop::collection::vec(100i64..1500, 5..24),
        begun in 0usize..24,
        cuts in prop::collection::vec(1usize..24, 0..4),
        points in prop::collection::vec((1i64..999, 1i64..999), 40),
    ) {
        let count = radii.len();
        // Against the clock as seen on the map: the land on the left.
        let corner = |number: usize| {
            let turn = -std::f64::consts::TAU * (number % count) as f64 / count as f64;
            let radius = radii[number % count] as f64;
            #[allow(clippy::cast_possible_truncation)]
            let by = |share: f64| (radius * share) as i64;
            at(middle.0 + by(turn.cos()), middle.1 + by(turn.sin()))
        };
        let ring: Vec<i64> = (0..=count).map(|number| ((number + begun) % count) as i64).collect();
        let mut ends: Vec<usize> = cuts.into_iter().filter(|cut| *cut < count).collect();
        ends.sort_unstable();
        ends.dedup();
        let bounds: Vec<usize> = [vec![0], ends, vec![count]].concat();
        let mut ways: Vec<Vec<i64>> = bounds.windows(2).map(|pair| ring[pair[0]..=pair[1]].to_vec()).collect();
        ways.reverse();
        let land: Vec<At> =
            (0..=count).map(&corner).map(|at| (f64::from(at.x), f64::from(at.y))).collect();
        let (features, told) = sea(ways, |node| Some(corner(usize::try_from(node).unwrap())), frame());
        let touches = land.iter().any(|at| frame().holds(*at))
            || land.windows(2).any(|pair| frame().cut(pair[0], pair[1]).is_some());
        prop_assert_eq!(told == Sea::None, !touches, "{:?}", told);
        prop_assert!(!matches!(told, Sea::Broken { .. }), "{:?}", told);
        for (x, y) in points {
            let point = at(x, y);
            let lands = [(0.0, 0.0), (5.0, 0.0), (-5.0, 0.0), (0.0, 5.0), (0.0, -5.0)]
                .map(|(dx, dy)| within(&land, (f64::from(point.x) + dx, f64::from(point.y) + dy)));
            let is_land = lands[0];
            // On the coast itself either is right.
            if touches && lands.iter().all(|land| *land == is_land) {
                prop_assert_eq!(wet(&features, point), !is_land, "{},{}: {:?}", x, y, &features);
            }
        }
    }
}

fn real(name: &str, cut: &Cut) -> (Vec<Feature>, Sea) {
    let bytes = std::fs::read(format!("{}/../../data/osm/{name}.osm.pbf", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (features, told) = features(|| Ok(bytes.as_slice()), cut, |_| {}).unwrap();
    // The sea has no name and more corners than any basin.
    (features.into_iter().filter(|feature| feature.kind == Kind::Water && feature.names.is_empty()).collect(), told)
}

#[test]
fn the_sea_of_monaco_and_of_helsinki() {
    use crate::walk::Spot;
    let spot = |lon: f64, lat: f64| Spot::of(luyuan_domain::geo::Wgs84 { lon, lat });
    let (whole, told) = real("monaco", &Cut::Whole);
    assert_eq!(told, Sea::Filled(1));
    let place = |lon, lat| World::of(lon, lat);
    // Open sea, Port Hercule, the harbour of Fontvieille; the Rock, the casino, La Turbie.
    for (lon, lat) in [(7.46, 43.72), (7.36, 43.711), (7.4265, 43.7345), (7.421, 43.7293)] {
        assert!(wet(&whole, place(lon, lat)), "{lon}, {lat}");
    }
    for (lon, lat) in [(7.4246, 43.7306), (7.4283, 43.7392), (7.4, 43.745), (7.4155, 43.7275), (7.35, 43.76)] {
        assert!(!wet(&whole, place(lon, lat)), "{lon}, {lat}");
    }
    // A piece of it: the same, cut there and half a kilometre further.
    let (boxed, told) = real("monaco", &Cut::Box(spot(7.415, 43.73), spot(7.43, 43.74)));
    assert!(matches!(told, Sea::Filled(_)), "{told:?}");
    assert!(wet(&boxed, place(7.4265, 43.7345)) && !wet(&boxed, place(7.4246, 43.7306)));
    assert!(!wet(&boxed, place(7.46, 43.72)), "outside of the box nothing is filled");
    // Helsinki: Kaisaniemenlahti and the South Harbour; the cathedral and the railway station.
    let (helsinki, told) = real("helsinki", &Cut::Whole);
    assert!(matches!(told, Sea::Filled(_)), "{told:?}");
    for (lon, lat) in [(24.946, 60.1768), (24.9425, 60.1783), (24.953, 60.1671), (24.95335, 60.1658)] {
        assert!(wet(&helsinki, place(lon, lat)), "{lon}, {lat}");
    }
    for (lon, lat) in [(24.9522, 60.1704), (24.9414, 60.1719), (24.9475, 60.1690)] {
        assert!(!wet(&helsinki, place(lon, lat)), "{lon}, {lat}");
    }
    assert_eq!(real("heidelberg", &Cut::Whole).1, Sea::None);
}
