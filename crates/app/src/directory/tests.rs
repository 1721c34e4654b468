use super::*;
use luyuan_domain::place::Shape;
use uuid::Uuid;

/// A thousandth of a degree of latitude is about 111 m; at the equator one of longitude too.
const METRE: f64 = 1.0 / 111_320.0;

fn id(number: u128) -> PlaceId {
    PlaceId(Uuid::from_u128(number))
}

/// A rectangle in metres from west, south to east, north.
fn place(number: u128, parent: u128, kind: PlaceKind, name: &str, [w, s, e, n]: [f64; 4]) -> Place {
    let ring = [[w, s], [e, s], [e, n], [w, n], [w, s]].map(|[x, y]| [x * METRE, y * METRE]);
    Place {
        id: id(number),
        code: format!("{number}"),
        kind,
        name: name.into(),
        parent: (parent > 0).then(|| id(parent)),
        responsible: None,
        shape: Some(Shape::Polygon(vec![ring.to_vec()])),
        centre: None,
        made: true,
        facts: serde_json::Map::default(),
    }
}

/// Two streets with a gap of 4 m at x = 1000; in the west two communities that meet at y = 500 and
/// two compounds with a lane of 10 m between.
fn directory() -> Directory {
    use PlaceKind::*;
    let places = vec![
        place(1, 0, District, "二七区", [0.0, 0.0, 2000.0, 1000.0]),
        place(11, 1, Street, "京广路街道", [0.0, 0.0, 998.0, 1000.0]),
        place(12, 1, Street, "长江路街道", [1002.0, 0.0, 2000.0, 1000.0]),
        place(111, 11, Community, "金祥社区", [0.0, 0.0, 995.0, 500.0]),
        place(112, 11, Community, "康桥社区", [0.0, 500.0, 995.0, 1000.0]),
        place(1111, 111, Compound, "金祥花园", [100.0, 100.0, 200.0, 200.0]),
        place(1112, 111, Compound, "康桥花园", [210.0, 100.0, 300.0, 200.0]),
        place(1113, 111, Compound, "金祥家园", [300.0, 100.0, 400.0, 200.0]),
        place(11111, 1111, Building, "金祥花园1号楼", [110.0, 110.0, 120.0, 120.0]),
    ];
    Directory::new(places, Vec::new())
}

fn at(x: f64, y: f64) -> Wgs84 {
    Wgs84 { lon: x * METRE, lat: y * METRE }
}

fn names(places: Vec<&Place>) -> Vec<&str> {
    places.into_iter().map(|place| place.name.as_str()).collect()
}

#[test]
fn a_point_has_its_lowest_place() {
    let directory = directory();
    let name = |x, y| directory.locate(at(x, y)).map(|place| place.name.as_str());
    assert_eq!(name(115.0, 115.0), Some("金祥花园1号楼"));
    assert_eq!(name(150.0, 150.0), Some("金祥花园"));
    assert_eq!(name(205.0, 150.0), Some("金祥社区"), "the lane between two compounds");
    assert_eq!(name(1000.0, 150.0), Some("二七区"), "between two streets");
    assert_eq!(name(-1.0, 150.0), None);
}

#[test]
fn a_gap_belongs_to_what_is_nearest_within_reach() {
    let directory = directory();
    let name = |x, gap| directory.locate_near(at(x, 150.0), gap).map(|place| place.name.as_str());
    assert_eq!(name(999.0, 20.0), Some("金祥社区"), "street and community are both filled");
    assert_eq!(name(1001.0, 20.0), Some("长江路街道"), "which has no communities; the other's do not count");
    assert_eq!(name(997.0, 20.0), Some("金祥社区"));
    assert_eq!(name(997.0, 1.0), Some("京广路街道"), "the community is 2 m away");
    assert_eq!(name(999.5, 1.0), Some("二七区"), "the street is 1.5 m away");
    assert_eq!(name(205.0, 20.0), Some("金祥社区"), "a lane is no gap");
    assert_eq!(name(-1.0, 20.0), None, "nobody outside is drawn in");
    assert_eq!(name(150.0, 20.0), Some("金祥花园"));
}

#[test]
fn both_sides_of_a_near_border_are_told() {
    let directory = directory();
    let sides = |x, y| names(directory.sides(at(x, y), 20.0));
    assert_eq!(sides(500.0, 300.0), ["金祥社区"], "far from every border");
    assert_eq!(sides(500.0, 481.0), ["金祥社区", "康桥社区"]);
    assert_eq!(sides(500.0, 519.0), ["康桥社区", "金祥社区"], "what holds the point comes first");
    assert_eq!(sides(500.0, 479.0), ["金祥社区"]);
    assert_eq!(sides(1001.0, 150.0), ["长江路街道", "金祥社区"], "each side's lowest, nearest first");
    assert_eq!(sides(150.0, 150.0), ["金祥花园"], "the community around it is no other side");
    assert_eq!(sides(195.0, 150.0), ["金祥花园", "康桥花园"]);
    assert_eq!(sides(205.0, 150.0), ["金祥社区"], "who stands in the lane is not asked");
    assert_eq!(sides(-500.0, 150.0), [""; 0]);
}

#[test]
fn places_are_found_by_code_name_and_sound_best_first() {
    let directory = directory();
    let found = |typed| names(directory.search(typed, 10));
    assert_eq!(found("1112"), ["康桥花园"]);
    assert_eq!(found("金祥花园"), ["金祥花园"], "buildings are not listed");
    assert_eq!(found("金祥"), ["金祥家园", "金祥花园", "金祥社区"], "compounds first");
    assert_eq!(found("花园"), ["康桥花园", "金祥花园"]);
    assert_eq!(found("jxhy"), ["金祥花园"]);
    assert_eq!(found("kangqiao"), ["康桥花园", "康桥社区"]);
    assert_eq!(found("huayuan"), ["康桥花园", "金祥花园"]);
    assert_eq!(found("  "), [""; 0]);
    assert_eq!(directory.search("路", 1).len(), 1);
}
