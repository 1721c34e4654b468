#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use super::*;
use geo::{Area, BoundingRect, Coord, Geometry, LineString, MultiPolygon, Polygon};
use mvt_reader::{Reader, feature::Value};
use proptest::prelude::*;

/// What an independent reader finds in a tile: layer, kind, name, geometry.
fn read(bytes: &[u8]) -> Vec<(String, String, String, Geometry<f32>)> {
    let reader = Reader::new(bytes.to_vec()).unwrap();
    let names = reader.get_layer_names().unwrap();
    let mut found = Vec::new();
    for (number, layer) in names.into_iter().enumerate() {
        for feature in reader.get_features(number).unwrap() {
            let tags = feature.properties.clone().unwrap_or_default();
            let text = |key: &str| match tags.get(key) {
                Some(Value::String(text)) => text.clone(),
                _ => String::new(),
            };
            found.push((layer.clone(), text("kind"), text("name"), feature.get_geometry().clone()));
        }
    }
    found
}

/// The tile of degrees.
fn tile_of(zoom: u8, lon: f64, lat: f64) -> (u32, u32) {
    let at = World::of(lon, lat);
    (at.x >> (32 - zoom), at.y >> (32 - zoom))
}

/// A position in a tile's units, by the formula of the OpenStreetMap wiki ("Slippy map tilenames").
fn units(zoom: u8, (x, y): (u32, u32), lon: f64, lat: f64) -> (f64, f64) {
    let count = f64::from(1u32 << zoom);
    let lat = lat.to_radians();
    let across = (lon + 180.0) / 360.0 * count;
    let down = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * count;
    ((across - f64::from(x)) * 4096.0, (down - f64::from(y)) * 4096.0)
}

fn line(points: &[(f64, f64)]) -> LineString {
    points.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect()
}

fn square(west: f64, south: f64, side: f64) -> LineString {
    line(&[(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)])
}

/// In the middle of a tile of zoom 14.
const HERE: (f64, f64) = (113.63, 34.715);

#[test]
fn a_tile_is_numbered_as_everywhere() {
    // 二七塔, zoom 14: the tile that the formula of the wiki gives.
    assert_eq!(tile_of(14, 113.6602, 34.7526), (13364, 6503));
    assert_eq!(tile_of(8, 0.0, 0.0), (128, 128));
    let (lon, lat) = World::of(HERE.0, HERE.1).degrees();
    assert!((lon - HERE.0).abs() < 1e-7 && (lat - HERE.1).abs() < 1e-7);
}

#[test]
fn what_is_drawn_lies_where_it_is_to_the_unit() {
    let (lon, lat) = HERE;
    let road = line(&[(lon, lat), (lon + 0.003, lat + 0.001), (lon + 0.005, lat - 0.001)]);
    let base = Base::new("A".into(), vec![Feature::line(Kind::Primary, Names::of("京广路"), &road)]);
    let tile = tile_of(14, lon, lat);
    let found = read(&base.tile(14, tile.0, tile.1).unwrap());
    let [(layer, kind, name, Geometry::LineString(drawn))] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((layer.as_str(), kind.as_str(), name.as_str()), ("road", "primary", "京广路"));
    assert_eq!(drawn.0.len(), 3);
    for (at, wanted) in drawn.0.iter().zip(&road.0) {
        let (x, y) = units(14, tile, wanted.x, wanted.y);
        assert!((f64::from(at.x) - x).abs() <= 0.6 && (f64::from(at.y) - y).abs() <= 0.6, "{at:?} is not {x} {y}");
    }
}

#[test]
fn areas_keep_their_holes_and_turn_as_the_specification_wants() {
    let (lon, lat) = HERE;
    let park = |reverse: bool| {
        let mut hole = square(lon + 0.001, lat + 0.001, 0.001);
        if reverse {
            hole.0.reverse();
        }
        let area = MultiPolygon(vec![Polygon::new(square(lon, lat, 0.004), vec![hole])]);
        Base::new("A".into(), vec![Feature::area(Kind::Park, Names::of("碧沙岗公园"), &area)])
    };
    let (x, y) = tile_of(14, lon + 0.002, lat + 0.002);
    for reverse in [false, true] {
        let found = read(&park(reverse).tile(14, x, y).unwrap());
        let area = found.iter().find(|(layer, ..)| layer == "land").unwrap();
        // A ring that turns the wrong way would have been read as a second area.
        let polygon = match &area.3 {
            Geometry::Polygon(polygon) => polygon.clone(),
            Geometry::MultiPolygon(many) if many.0.len() == 1 => many.0[0].clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(polygon.interiors().len(), 1);
        let share = polygon.unsigned_area() / Polygon::new(polygon.exterior().clone(), vec![]).unsigned_area();
        assert!((share - 15.0 / 16.0).abs() < 0.02, "{share}");
        let label = found.iter().find(|(layer, ..)| layer == "label").unwrap();
        assert_eq!((label.1.as_str(), label.2.as_str()), ("park_name", "碧沙岗公园"));
    }
}

#[test]
fn nothing_is_drawn_where_nothing_is_and_no_tile_is_invented() {
    let (lon, lat) = HERE;
    let base =
        Base::new(String::new(), vec![Feature::line(Kind::Minor, Names::default(), &line(&[HERE, (lon + 0.01, lat)]))]);
    let (x, y) = tile_of(14, lon, lat);
    assert!(base.tile(14, x, y).is_some());
    assert_eq!(base.tile(14, x + 5, y), None);
    assert_eq!(base.tile(11, x >> 3, y >> 3), None, "small streets wait for a nearer zoom");
    assert_eq!(
        (base.tile(7, 0, 0), base.tile(17, 0, 0), base.tile(8, 256, 0), base.tile(14, x, u32::MAX)),
        (None, None, None, None)
    );
    assert_eq!(Base::default().tile(14, x, y), None);
}

#[test]
fn pieces_of_a_road_become_one_so_that_its_name_has_room() {
    let (lon, lat) = HERE;
    let at = |step: f64| (lon + step / 1000.0, lat);
    let piece =
        |from: f64, to: f64, name: &str| Feature::line(Kind::Minor, Names::of(name), &line(&[at(from), at(to)]));
    // The second is written backwards; the fourth has another name.
    let base = Base::new(
        "A".into(),
        vec![
            piece(0.0, 1.0, "福华街"),
            piece(2.0, 1.0, "福华街"),
            piece(2.0, 3.0, "福华街"),
            piece(3.0, 4.0, "兴华街"),
        ],
    );
    assert_eq!(base.len(), 2);
}

#[test]
fn small_things_wait_and_points_go_as_one_zooms_out() {
    let (lon, lat) = HERE;
    let house = MultiPolygon(vec![Polygon::new(square(lon, lat, 0.0001), vec![])]);
    let shaky: Vec<(f64, f64)> =
        (0..400).map(|step| (lon + f64::from(step) * 1e-4, lat + f64::from(step % 2) * 1e-5)).collect();
    let features = vec![
        Feature::area(Kind::Building, Names::default(), &house),
        Feature::line(Kind::Primary, Names::default(), &line(&shaky)),
    ];
    let base = Base::new("A".into(), features);
    let kinds = |zoom: u8| -> Vec<(String, usize)> {
        let (x, y) = tile_of(zoom, lon, lat);
        let count = |geometry: &Geometry<f32>| match geometry {
            Geometry::LineString(line) => line.0.len(),
            Geometry::MultiLineString(lines) => lines.0.iter().map(|line| line.0.len()).sum(),
            _ => 0,
        };
        read(&base.tile(zoom, x, y).unwrap()).into_iter().map(|(layer, _, _, at)| (layer, count(&at))).collect()
    };
    assert_eq!(kinds(8), [("road".to_owned(), 2)], "a metre to and fro is not seen from there");
    assert!(kinds(16).iter().any(|(layer, _)| layer == "building"));
    assert!(kinds(16).iter().any(|(layer, points)| layer == "road" && *points > 10));
}

#[test]
fn names_are_spelled_as_on_signs() {
    for (name, spelled) in [
        ("京广路", "Jingguang Lu"),
        ("长江路", "Changjiang Lu"),
        ("大学路", "Daxue Lu"),
        ("嵩山路", "Songshan Lu"),
        ("马寨大道", "Mazhai Dadao"),
        ("西安路", "Xi'an Lu"),
        ("绿云小区", "Lüyun Xiaoqu"),
        ("107国道", "107 Guodao"),
    ] {
        assert_eq!(latin(name).as_deref(), Some(spelled));
    }
    assert_eq!(latin("Mannerheimintie"), None);
}

#[test]
fn a_base_comes_back_from_its_bytes_and_damage_is_told() {
    let (lon, lat) = HERE;
    let area = MultiPolygon(vec![Polygon::new(square(lon, lat, 0.004), vec![square(lon + 0.001, lat + 0.001, 0.001)])]);
    let features = vec![
        Feature::area(Kind::Park, Names::of("淮园"), &area),
        Feature::line(Kind::Primary, Names::of("京广路"), &line(&[HERE, (lon + 0.01, lat + 0.01)])),
        Feature::point(Kind::Suburb, Names::of("五里堡街道"), World::of(lon, lat)),
    ];
    let base = Base::new("© nobody".into(), features);
    let bytes = base.encode();
    assert_eq!(Base::decode(&bytes), Ok(base));
    assert_eq!(Base::decode(b"LYCITY1\n"), Err(BadBase::Form));
    for end in 8..bytes.len() {
        assert!(matches!(Base::decode(&bytes[..end]), Err(BadBase::Damaged(_))), "torn at {end}");
    }
    for at in 8..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= 0x80;
        // Whatever it is then: told or drawn, never a panic or endless memory.
        let _ = Base::decode(&bent).map(|base| base.tile(8, 208, 101));
    }
}

fn walk() -> impl Strategy<Value = Vec<(f64, f64)>> {
    proptest::collection::vec((-0.02..0.02f64, -0.02..0.02f64), 2..40)
        .prop_map(|steps| steps.into_iter().map(|(x, y)| (HERE.0 + x, HERE.1 + y)).collect())
}

/// Where the stretches of lines cross the vertical line x = `at`, and how much of a move along it is a
/// move away from the stretch: little where that is steep.
fn crossings(tile: Option<Vec<u8>>, at: f32) -> Vec<(f32, f32)> {
    let drawn = tile.iter().flat_map(|bytes| read(bytes)).flat_map(|(.., drawn)| match drawn {
        Geometry::LineString(line) => vec![line],
        Geometry::MultiLineString(lines) => lines.0,
        _ => vec![],
    });
    let lines: Vec<LineString<f32>> = drawn.collect();
    let cross = lines.iter().flat_map(LineString::lines).filter(|line| (line.start.x < at) != (line.end.x < at));
    let mut found: Vec<(f32, f32)> = cross
        .map(|line| {
            let (across, down) = (line.end.x - line.start.x, line.end.y - line.start.y);
            (line.start.y + down * (at - line.start.x) / across, across.abs() / across.hypot(down))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_leaves_a_tile_and_its_buffer(points in walk(), zoom in 8u8..=16, area in any::<bool>()) {
        let feature = if area {
            let mut ring = points.clone();
            ring.push(points[0]);
            Feature::area(Kind::Park, Names::default(), &MultiPolygon(vec![Polygon::new(line(&ring), vec![])]))
        } else {
            Feature::line(Kind::Primary, Names::default(), &line(&points))
        };
        let base = Base::new("A".into(), vec![feature]);
        let (x, y) = tile_of(zoom, HERE.0, HERE.1);
        for (x, y) in [(x, y), (x + 1, y), (x, y + 1)] {
            let first = base.tile(zoom, x, y);
            prop_assert_eq!(&first, &base.tile(zoom, x, y), "the same bytes");
            for (.., drawn) in first.iter().flat_map(|bytes| read(bytes)) {
                let rect = drawn.bounding_rect().unwrap();
                let (low, high) = (-BUFFER as f32, (EXTENT + BUFFER) as f32);
                prop_assert!(rect.min().x >= low && rect.min().y >= low && rect.max().x <= high && rect.max().y <= high, "{:?}", rect);
            }
        }
    }

    #[test]
    fn neighbours_meet_at_their_edge(points in walk(), zoom in 12u8..=16) {
        let base = Base::new("A".into(), vec![Feature::line(Kind::Primary, Names::default(), &line(&points))]);
        let (x, y) = tile_of(zoom, HERE.0, HERE.1);
        // A quarter unit off the grid, so that no point lies on the line itself.
        let left = crossings(base.tile(zoom, x, y), 4096.25);
        let right = crossings(base.tile(zoom, x + 1, y), 0.25);
        prop_assert_eq!(left.len(), right.len(), "{:?} {:?}", left, right);
        // Each is cut at another place, and rounded there by half a unit.
        let apart = |(a, b): (&(f32, f32), &(f32, f32))| (a.0 - b.0).abs() * a.1.min(b.1);
        for pair in left.iter().zip(&right) {
            prop_assert!(apart(pair) <= 1.5, "{:?}", pair);
        }
    }
}

#[test]
fn a_town_of_openstreetmap_is_drawn_with_its_names() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/osm/monaco.osm.pbf");
    let open = || std::fs::File::open(&file);
    let (base, _) = crate::osm::base(open, &crate::osm::Cut::Whole, |_| {}).unwrap();
    assert_eq!(base.attribution, crate::osm::ATTRIBUTION);
    let [west, south, east, north] = base.bounds().unwrap();
    let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut names = std::collections::BTreeSet::new();
    let (low, high) = (tile_of(14, west, north), tile_of(14, east, south));
    for (x, y) in (low.0..=high.0).flat_map(|x| (low.1..=high.1).map(move |y| (x, y))) {
        for (layer, _, name, _) in base.tile(14, x, y).iter().flat_map(|bytes| read(bytes)) {
            *seen.entry(layer.clone()).or_default() += 1;
            if layer == "road" {
                names.insert(name);
            }
        }
    }
    for layer in ["land", "waterway", "building", "road", "rail", "label"] {
        assert!(seen.contains_key(layer), "{layer} is missing: {seen:?}");
    }
    assert!(names.contains("Boulevard des Moulins"), "{names:?}");
    assert_eq!(Base::decode(&base.encode()), Ok(base));
}
