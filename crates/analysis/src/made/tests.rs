//! The made district keeps what the article counts, and lies inside the real boundary.

use super::*;

fn make() -> (Polygon, Vec<Made>) {
    let text = include_str!("../../../../data/erqi/places/boundary_wgs84.geojson");
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let ring = json["features"][0]["geometry"]["coordinates"][0].as_array().unwrap();
    let ring: Vec<Coord> =
        ring.iter().map(|at| Coord { x: at[0].as_f64().unwrap(), y: at[1].as_f64().unwrap() }).collect();
    let boundary = Polygon::new(LineString::from(ring), vec![]);
    let listed = |text: &str| -> Vec<Listed> {
        let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.map(|row| Listed { code: row[0].into(), name: row[1].into() }).collect()
    };
    let streets = listed(include_str!("../../../../data/erqi/places/erqi_streets.csv"));
    let communities = listed(include_str!("../../../../data/erqi/places/erqi_villages.csv"));
    let made = district(&boundary, &streets, &communities, ERQI, 410_103);
    (boundary, made)
}

#[test]
fn it_has_what_the_article_counts_and_stays_inside() {
    let (boundary, made) = make();
    let count = |kind| made.iter().filter(|place| place.kind == kind).count();
    assert_eq!((count(MadeKind::Street), count(MadeKind::Community)), (16, 176));
    assert_eq!((count(MadeKind::Compound), count(MadeKind::Building)), (727, 1926));
    let codes: std::collections::HashSet<_> = made.iter().map(|place| &place.code).collect();
    assert_eq!(codes.len(), made.len(), "codes are unique");
    for place in
        made.iter().filter(|place| matches!(place.kind, MadeKind::Compound | MadeKind::Building | MadeKind::Park))
    {
        assert!(boundary.contains(&place.area), "{} leaves the district", place.name);
    }
    // Streets cover the district without overlap.
    let streets: f64 =
        made.iter().filter(|place| place.kind == MadeKind::Street).map(|place| place.area.unsigned_area()).sum();
    assert!((streets / boundary.unsigned_area() - 1.0).abs() < 1e-6);
    // Every compound lies in its community, every building in its compound.
    let by_code: std::collections::HashMap<_, _> = made.iter().map(|place| (place.code.as_str(), place)).collect();
    for place in made.iter().filter(|place| matches!(place.kind, MadeKind::Compound | MadeKind::Building)) {
        let parent = by_code[place.parent.as_deref().unwrap()];
        assert!(parent.area.contains(&place.area), "{} leaves {}", place.name, parent.name);
    }
    for name in ["金祥花园", "绿云小区", "淮园", "京广路", "红云路", "兴华街"] {
        assert!(made.iter().any(|place| place.name == name), "{name}");
    }
}

#[test]
fn it_is_the_same_every_time() {
    assert_eq!(make().1, make().1);
}
