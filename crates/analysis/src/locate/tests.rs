//! The index against `geo`, point by point.

use super::*;
use geo::{Area, Coord, Distance, Euclidean, Intersects, LineString, Point, Polygon, Validation};
use proptest::prelude::*;

fn ring(corners: &[(f64, f64)]) -> LineString {
    LineString::from(corners.to_vec())
}

fn square(x: f64, y: f64, side: f64) -> MultiPolygon {
    Polygon::new(ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)]), vec![]).into()
}

fn at(lon: f64, lat: f64) -> Wgs84 {
    Wgs84 { lon, lat }
}

/// The lowest key that `geo` finds, with no index at all.
fn plainly(shapes: &[(u32, u8, MultiPolygon)], layer: u8, point: Wgs84) -> Option<u32> {
    let point = Point::new(point.lon, point.lat);
    shapes.iter().filter(|(_, of, shape)| *of == layer && shape.intersects(&point)).map(|(key, ..)| *key).min()
}

/// A ring around a centre: corners at growing angles, snapped to a coarse lattice so that points,
/// corners and edges coincide often.
fn star(radii: &[f64], (x, y): (f64, f64), scale: f64) -> LineString {
    let corners = radii.iter().enumerate().map(|(at, radius)| {
        let angle = std::f64::consts::TAU * at as f64 / radii.len() as f64;
        let snap = |value: f64| (value * 256.0).round() / 256.0;
        Coord { x: snap(x + radius * scale * angle.cos()), y: snap(y + radius * scale * angle.sin()) }
    });
    let mut line = LineString::from(corners.collect::<Vec<_>>());
    line.close();
    line
}

prop_compose! {
    fn part()(
        radii in prop::collection::vec(0.3f64..1.0, 3..24),
        centre in (110.0f64..112.0, 30.0f64..32.0),
        hole in prop::option::of(prop::collection::vec(0.3f64..1.0, 3..9)),
    ) -> Polygon {
        let holes = hole.iter().map(|radii| star(radii, centre, 0.09)).collect();
        Polygon::new(star(&radii, centre, 0.5), holes)
    }
}

fn shapes() -> impl Strategy<Value = Vec<(u32, u8, MultiPolygon)>> {
    let shape = prop::collection::vec(part(), 1..4).prop_map(MultiPolygon);
    let valid = shape.prop_filter("valid", |shape| check(shape).is_ok() && shape.iter().all(Validation::is_valid));
    prop::collection::vec((0u8..3, valid), 1..12).prop_map(|shapes| {
        // Keys fall while the list grows, so that order and key disagree.
        (0..).zip(shapes).map(|(number, (layer, shape))| (900 - number, layer, shape)).collect()
    })
}

proptest! {
    #[test]
    fn it_finds_what_geo_finds(
        shapes in shapes(),
        points in prop::collection::vec((109.5f64..112.5, 29.5f64..32.5), 64),
        lattice in prop::collection::vec((0u16..768, 0u16..768), 64),
    ) {
        let (index, rejected) = PlaceIndex::build(shapes.clone());
        prop_assert_eq!(rejected, vec![]);
        let corners = shapes.iter().flat_map(|(.., shape)| shape.iter().flat_map(|part| part.exterior().0.clone()));
        let edges = shapes.iter().flat_map(|(.., shape)| shape.iter().flat_map(|part| part.exterior().lines()));
        let middles = edges.map(|line| (line.start + line.end) / 2.0);
        let lattice = lattice.iter().map(|(x, y)| Coord { x: 109.5 + f64::from(*x) / 256.0, y: 29.5 + f64::from(*y) / 256.0 });
        let points = points.iter().map(|(x, y)| Coord { x: *x, y: *y });
        for point in points.chain(corners).chain(middles).chain(lattice).map(|point| at(point.x, point.y)) {
            let found = index.at(point);
            for layer in 0..3 {
                prop_assert_eq!(found[usize::from(layer)], plainly(&shapes, layer, point), "{:?}", point);
            }
        }
    }

    #[test]
    fn the_nearest_is_the_nearest(
        shapes in shapes(), point in (109.5f64..112.5, 29.5f64..32.5), reach in 0.0f64..60_000.0,
    ) {
        let (index, _) = PlaceIndex::build(shapes.clone());
        let point = at(point.0, point.1);
        let plane = luyuan_domain::geo::Local::around(point);
        // The same plane, all polygons.
        let mut all: Vec<Near> = shapes.iter().filter(|(_, layer, _)| *layer == 0).map(|(key, _, shape)| {
            use geo::MapCoords;
            let flat = shape.map_coords(|at| { let [x, y] = plane.metres(at.x, at.y); Coord { x, y } });
            Near { key: *key, metres: Euclidean.distance(&Point::new(0.0, 0.0), &flat) }
        }).filter(|near| near.metres <= reach).collect();
        all.sort_by(|a, b| a.metres.total_cmp(&b.metres).then(a.key.cmp(&b.key)));
        let found = index.near_boundary(point, 0, reach);
        prop_assert_eq!(found.len(), all.len(), "{:?} {:?}", found, all);
        for (found, right) in found.iter().zip(&all) {
            prop_assert!((found.metres - right.metres).abs() < 1e-6, "{:?} {:?}", found, right);
        }
        let nearest = index.nearest(point, 0, reach);
        prop_assert_eq!(nearest.map(|near| near.key), found.first().map(|near| near.key));
    }

    /// A square cut into cells has neither gap nor overlap, whatever the point.
    #[test]
    fn a_partition_answers_everywhere(x in 0.0f64..1.0, y in 0.0f64..1.0) {
        let cells = (0..49u32).map(|key| (key, 0, square(f64::from(key % 7) / 7.0, f64::from(key / 7) / 7.0, 1.0 / 7.0)));
        let (index, _) = PlaceIndex::build(cells.collect());
        // One seventh is no double: neighbours may miss by one unit in the last place.
        prop_assert!(index.at_or_near(at(x, y), 0.001)[0].is_some());
    }
}

#[test]
fn borders_belong_to_the_lowest_key() {
    let (index, _) = PlaceIndex::build(vec![(7, 0, square(0.0, 0.0, 1.0)), (3, 0, square(1.0, 0.0, 1.0))]);
    let found = |x, y| index.at(at(x, y))[0];
    assert_eq!((found(0.5, 0.5), found(1.5, 0.5)), (Some(7), Some(3)));
    assert_eq!((found(1.0, 0.5), found(1.0, 1.0), found(1.0, 0.0)), (Some(3), Some(3), Some(3)));
    assert_eq!((found(0.0, 0.0), found(2.0, 1.0), found(2.1, 0.5)), (Some(7), Some(3), None));
    assert_eq!(index.at(at(f64::NAN, 0.5)), [None; LAYERS]);
}

#[test]
fn a_gap_goes_to_the_nearest_within_the_tolerance() {
    // Two squares with a gap of 0.001° of longitude, 111.2 m at the equator.
    let (index, _) = PlaceIndex::build(vec![(1, 2, square(0.0, 0.0, 0.01)), (2, 2, square(0.011, 0.0, 0.01))]);
    let gap = at(0.0103, 0.005);
    assert_eq!(index.at(gap)[2], None);
    let near = index.nearest(gap, 2, 50.0).unwrap();
    assert_eq!(near.key, 1);
    assert!((near.metres - 33.36).abs() < 0.01, "{near:?}");
    assert_eq!(index.nearest(gap, 2, 33.0), None);
    assert_eq!((index.nearest(gap, 2, f64::NAN), index.nearest(gap, 2, -1.0)), (None, None));
    assert_eq!(index.at_or_near(gap, 50.0)[2], Some(1));
    let asked: Vec<u32> = index.near_boundary(gap, 2, 100.0).iter().map(|near| near.key).collect();
    assert_eq!(asked, [1, 2]);
    assert_eq!(index.near_boundary(at(0.005, 0.005), 2, 100.0), [Near { key: 1, metres: 0.0 }]);
    // Far outside: found only when the tolerance is as wide.
    let far = at(0.5, 0.005);
    assert_eq!(index.nearest(far, 2, 10_000.0), None);
    assert_eq!(index.nearest(far, 2, 100_000.0).map(|near| near.key), Some(2));
    assert_eq!((index.nearest(gap, 5, 50.0), index.nearest(gap, 200, 50.0)), (None, None));
}

#[test]
fn holes_and_parts() {
    let hole = ring(&[(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)]);
    let with_hole = Polygon::new(square(0.0, 0.0, 1.0).0[0].exterior().clone(), vec![hole]);
    let shape = MultiPolygon(vec![with_hole, square(3.0, 3.0, 1.0).0[0].clone(), square(0.4, 0.4, 0.2).0[0].clone()]);
    let (index, rejected) = PlaceIndex::build(vec![(5, 0, shape)]);
    assert_eq!(rejected, []);
    let found = |x, y| index.at(at(x, y))[0].is_some();
    assert!(found(0.1, 0.1) && found(3.5, 3.5) && found(0.5, 0.5) && found(0.25, 0.5));
    assert!(!found(0.3, 0.3) && !found(2.0, 2.0));
}

#[test]
fn what_cannot_answer_is_left_out_and_told() {
    let of = |corners: &[(f64, f64)]| MultiPolygon(vec![Polygon::new(ring(corners), vec![])]);
    let holed = |hole: &[(f64, f64)]| {
        MultiPolygon(vec![Polygon::new(square(0.0, 0.0, 1.0).0[0].exterior().clone(), vec![ring(hole)])])
    };
    let cases = [
        (of(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]), ShapeProblem::Crossing),
        (of(&[(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 1.0)]), ShapeProblem::Crossing),
        (of(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]), ShapeProblem::NoArea),
        (of(&[(0.0, 0.0), (1.0, 1.0)]), ShapeProblem::NoArea),
        (of(&[(5.0, 5.0)]), ShapeProblem::NoArea),
        (of(&[(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0)]), ShapeProblem::NotFinite),
        (of(&[(0.0, 0.0), (f64::INFINITY, 0.0), (1.0, 1.0)]), ShapeProblem::NotFinite),
        (of(&[(34.7, 113.6), (34.8, 113.6), (34.8, 113.7)]), ShapeProblem::OutOfRange),
        (holed(&[(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)]), ShapeProblem::HoleOutside),
        (holed(&[(0.5, 0.5), (3.0, 0.5), (0.5, 0.7)]), ShapeProblem::Crossing),
    ];
    for (key, (shape, problem)) in (0..).zip(cases) {
        let good = (99, 1, square(0.0, 0.0, 1.0));
        let (index, rejected) = PlaceIndex::build(vec![(key, 1, shape), good]);
        assert_eq!(rejected, [Rejected { key, layer: 1, problem }]);
        assert_eq!(index.at(at(0.5, 0.5))[1], Some(99));
    }
    let twice = vec![(1, 0, square(0.0, 0.0, 1.0)), (1, 0, square(5.0, 5.0, 1.0)), (1, 8, square(0.0, 0.0, 1.0))];
    let (index, rejected) = PlaceIndex::build(twice);
    let codes: Vec<&str> = rejected.iter().map(|rejected| rejected.problem.code()).collect();
    assert_eq!(codes, ["shape.no_such_layer", "shape.key_twice"]);
    assert_eq!((index.at(at(0.5, 0.5))[0], index.at(at(5.5, 5.5))[0]), (Some(1), None));
}

#[test]
fn nothing_and_empty_shapes_hold_nothing() {
    let (index, rejected) = PlaceIndex::build(vec![(1, 0, MultiPolygon(vec![]))]);
    assert_eq!((index.at(at(0.0, 0.0)), rejected), ([None; LAYERS], vec![]));
    assert_eq!(PlaceIndex::default().near_boundary(at(0.0, 0.0), 0, 10.0), []);
}

#[test]
fn places_stand_in_the_layer_of_their_level() {
    use luyuan_domain::{ids::PlaceId, place::PlaceKind};
    let ring = |low: f64, high: f64| vec![[low, low], [high, low], [high, high], [low, high], [low, low]];
    let place = |code: &str, kind, shape| Place {
        id: PlaceId(uuid::Uuid::nil()),
        code: code.into(),
        kind,
        name: String::new(),
        parent: None,
        responsible: None,
        shape,
        centre: None,
        made: true,
        facts: serde_json::Map::new(),
    };
    let places = [
        place("1", PlaceKind::District, Some(Shape::Polygon(vec![ring(0.0, 9.0), ring(4.0, 5.0)]))),
        place("11", PlaceKind::Town, Some(Shape::MultiPolygon(vec![vec![ring(0.0, 1.0)], vec![ring(2.0, 3.0)]]))),
        place("12", PlaceKind::Street, None),
        place("13", PlaceKind::Street, Some(Shape::Point([8.0, 8.0]))),
        place("P1", PlaceKind::Park, Some(Shape::Polygon(vec![ring(0.0, 1.0)]))),
    ];
    let (index, rejected) = PlaceIndex::of_places(&places);
    assert_eq!(rejected, []);
    assert_eq!(index.at(at(2.5, 2.5))[..2], [Some(0), Some(1)]);
    assert_eq!(index.at(at(8.0, 8.0))[..2], [Some(0), None]);
    assert_eq!(index.at(at(4.5, 4.5)), [None; LAYERS]);
}

/// Wrong data of a moderate size must not fill the memory: the same polygon a thousand times, and a
/// comb of long teeth.
#[test]
fn memory_stays_bounded() {
    let round: Vec<(f64, f64)> = (0..400)
        .map(|step| f64::from(step) / 400.0 * std::f64::consts::TAU)
        .map(|angle| (110.0 + angle.cos(), 30.0 + angle.sin()))
        .collect();
    let shape = MultiPolygon(vec![Polygon::new(ring(&round), vec![])]);
    let (index, rejected) = PlaceIndex::build((0..1000).map(|key| (key, 0, shape.clone())).collect());
    assert!(rejected.is_empty() && index.bytes() < 200_000_000, "{}", index.bytes());
    assert_eq!((index.at(at(110.2, 30.2))[0], index.at(at(111.2, 30.2))[0]), (Some(0), None));
    assert_eq!(index.near_boundary(at(110.2, 30.2), 0, 5.0).len(), 1000);

    let teeth = (0..4_000).flat_map(|tooth| {
        let x = f64::from(tooth) * 1e-4;
        [(x, 0.0), (x, 1.0), (x + 5e-5, 1.0), (x + 5e-5, 0.0)]
    });
    let comb: Vec<(f64, f64)> = teeth.chain([(0.4, -0.1), (0.0, -0.1)]).collect();
    let shapes = vec![(1, 0, MultiPolygon(vec![Polygon::new(ring(&comb), vec![])]))];
    let (index, rejected) = PlaceIndex::build(shapes.clone());
    assert!(rejected.is_empty() && index.bytes() < 50_000_000, "{rejected:?} {}", index.bytes());
    for step in 0..500u32 {
        let point = at(f64::from(step) * 8.13e-4, f64::from(step % 23) * 0.05 - 0.05);
        assert_eq!(index.at(point)[0], plainly(&shapes, 0, point), "{point:?}");
    }
}

/// The real boundary: 588 corners, against `geo` over a lattice of its box.
#[test]
fn the_district() {
    let text = include_str!("../../../../data/erqi/places/boundary_wgs84.geojson");
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let corners: Vec<[f64; 2]> =
        serde_json::from_value(json["features"][0]["geometry"]["coordinates"][0].clone()).unwrap();
    let corners: Vec<(f64, f64)> = corners.into_iter().map(|[x, y]| (x, y)).collect();
    let shapes = vec![(410_103, 0, MultiPolygon(vec![Polygon::new(ring(&corners), vec![])]))];
    let (index, rejected) = PlaceIndex::build(shapes.clone());
    assert_eq!(rejected, []);
    let mut inside = 0u32;
    for step in 0..40_000u32 {
        let point = at(113.49 + f64::from(step % 200) * 0.001, 34.59 + f64::from(step / 200) * 0.001);
        assert_eq!(index.at(point)[0], plainly(&shapes, 0, point), "{point:?}");
        inside += u32::from(index.at(point)[0].is_some());
    }
    // A lattice of 0.001° counts the area as well as the shape's own formula does.
    let area = shapes[0].2.unsigned_area() * 1e6;
    assert!((f64::from(inside) - area).abs() < 0.01 * area, "{inside} {area}");
}
