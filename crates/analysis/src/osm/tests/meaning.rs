//! What tags mean, on maps small enough to see.

use super::{map::Map, *};
use crate::walk::{EdgeKind, UNREACHED, access};

fn draft(map: &Map) -> (Draft, Left) {
    of(&map.bytes(), &Cut::Whole).unwrap()
}

/// How a way with these tags is walked; nothing when it is not.
fn walked(tags: map::Tags<'_>) -> Option<EdgeKind> {
    let mut map = Map::new();
    map.node(1, 0.0, 0.0, &[]).node(2, 50.0, 0.0, &[]).node(3, 0.0, 50.0, &[]);
    map.way(1, &[1, 2], tags).way(2, &[1, 3], &[("highway", "path")]);
    let (draft, _) = draft(&map);
    draft.network.edges().find(|edge| draft.network.spot(edge.b).lat == 0).map(|edge| edge.kind)
}

#[test]
fn ways_carry_walkers_by_the_rules() {
    use EdgeKind::{Crossing, Path, Stairs, Street};
    for (tags, wanted) in [
        (&[("highway", "footway")][..], Some(Path)),
        (&[("highway", "steps")], Some(Stairs)),
        (&[("highway", "footway"), ("footway", "crossing")], Some(Crossing)),
        (&[("highway", "residential")], Some(Street)),
        (&[("highway", "residential"), ("sidewalk", "separate")], None),
        (&[("highway", "secondary"), ("sidewalk:both", "separate")], None),
        (&[("highway", "primary")], None),
        (&[("highway", "primary"), ("sidewalk", "both")], Some(Street)),
        (&[("highway", "primary"), ("foot", "yes")], Some(Street)),
        (&[("highway", "motorway")], None),
        (&[("highway", "footway"), ("access", "private")], None),
        (&[("highway", "footway"), ("access", "private"), ("foot", "yes")], Some(Path)),
        (&[("highway", "footway"), ("foot", "no")], None),
        (&[("highway", "service"), ("foot", "use_sidepath")], None),
        (&[("highway", "proposed")], None),
        (&[("railway", "rail")], None),
        (&[("footway", "crossing")], None),
    ] {
        assert_eq!(walked(tags), wanted, "{tags:?}");
    }
}

/// Two sidewalks, a road between them, one crossing 300 m away: across is 600 m.
#[test]
fn two_sides_of_a_road_are_joined_only_at_the_crossing() {
    let mut map = Map::new();
    for (id, x, y) in
        [(1, 0.0, 0.0), (2, 300.0, 0.0), (3, 600.0, 0.0), (11, 0.0, 20.0), (12, 300.0, 20.0), (13, 600.0, 20.0)]
    {
        map.node(id, x, y, &[]);
    }
    map.node(21, 0.0, 10.0, &[]).node(22, 300.0, 10.0, &[("highway", "crossing")]).node(23, 600.0, 10.0, &[]);
    map.way(1, &[1, 2, 3], &[("highway", "footway"), ("footway", "sidewalk")]);
    map.way(2, &[11, 12, 13], &[("highway", "footway"), ("footway", "sidewalk")]);
    map.way(3, &[21, 22, 23], &[("highway", "secondary"), ("sidewalk", "separate"), ("name", "京广路")]);
    map.way(4, &[2, 22, 12], &[("highway", "footway"), ("footway", "crossing")]);
    let (draft, left) = draft(&map);
    assert_eq!((draft.network.len(), left), (7, Left::default()));
    assert_eq!(draft.streets.iter().map(|street| street.name.as_str()).collect::<Vec<_>>(), ["京广路"]);
    let node = |x: f64, y: f64| {
        let units = |metres: f64| (metres / 111_195.079_734 * 1e7).round() as i32;
        let at = Spot { lon: units(x), lat: units(y) };
        draft.network.spots().iter().position(|own| *own == at).unwrap() as u32
    };
    let seeds = [crate::walk::Seed { node: node(0.0, 0.0), cm: 0, source: 0 }];
    let found = crate::walk::reach(&draft.network, &seeds, 100_000);
    assert!(crate::walk::Found::cm(&found, node(0.0, 20.0)).abs_diff(62_000) < 6);
}

#[test]
fn a_closed_gate_and_a_wall_stop_and_an_open_gate_does_not() {
    let reached = |tags: map::Tags<'_>| {
        let mut map = Map::new();
        map.node(1, 0.0, 0.0, &[]).node(2, 50.0, 0.0, tags).node(3, 100.0, 0.0, &[]).node(4, 0.0, 50.0, &[]);
        map.way(1, &[1, 2, 3], &[("highway", "path")]).way(2, &[1, 4], &[("highway", "path")]);
        draft(&map).0.network.edge_count() == 3
    };
    assert!(reached(&[("barrier", "gate")]) && reached(&[("barrier", "bollard")]) && reached(&[("barrier", "kerb")]));
    assert!(
        !reached(&[("barrier", "gate"), ("access", "private")]) && !reached(&[("barrier", "gate"), ("locked", "yes")])
    );
    assert!(reached(&[("barrier", "gate"), ("access", "private"), ("foot", "yes")]));
    assert!(!reached(&[("barrier", "wall")]) && !reached(&[("barrier", "gate"), ("foot", "no")]));
}

/// A park of two parts, one with a pond, put together from pieces in either direction; a third ring
/// is torn.
#[test]
fn a_multipolygon_has_parts_and_holes_and_what_is_open_is_told() {
    let mut map = Map::new();
    let squares = [(0, 0.0, 0.0, 100.0), (10, 20.0, 20.0, 30.0), (20, 300.0, 0.0, 50.0), (30, 600.0, 0.0, 50.0)];
    for (id, x, y, side) in squares {
        map.node(id + 1, x, y, &[]).node(id + 2, x + side, y, &[]).node(id + 3, x + side, y + side, &[]);
        map.node(id + 4, x, y + side, &[]);
    }
    map.way(1, &[1, 2, 3], &[]).way(2, &[1, 4, 3], &[]).way(3, &[11, 12, 13, 14, 11], &[]);
    map.way(4, &[21, 22], &[]).way(5, &[23, 22], &[]).way(6, &[23, 24, 21], &[]).way(7, &[31, 32, 33], &[]);
    map.way(8, &[1, 2], &[("highway", "footway")]);
    let members = [(1, "outer"), (3, "inner"), (2, "outer"), (4, ""), (5, "outer"), (6, "outer"), (7, "outer")];
    map.relation(5, &members, &[("type", "multipolygon"), ("leisure", "park"), ("name", "五一公园")]);
    map.relation(6, &[(99, "outer")], &[("type", "multipolygon"), ("landuse", "grass")]);
    map.relation(7, &members, &[("type", "route"), ("leisure", "park")]);
    let (draft, left) = draft(&map);
    assert_eq!(draft.grounds.len(), 1);
    let park = &draft.grounds[0];
    assert_eq!((park.id.as_str(), park.name.as_str(), park.is_park), ("relation/5", "五一公园", true));
    assert_eq!(park.ground.iter().map(|part| part.interiors().len()).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(left.unclosed, 2, "a torn ring, and one of which nothing is in the file");
    let area = crate::walk::square_metres(&park.ground);
    let wanted = 10_000.0 - 900.0 + 2_500.0;
    assert!((area / wanted - 1.0).abs() < 0.007, "{area}");
}

#[test]
fn grounds_that_cross_themselves_are_left_out_by_name() {
    let mut map = Map::new();
    map.node(1, 0.0, 0.0, &[]).node(2, 50.0, 50.0, &[]).node(3, 50.0, 0.0, &[]).node(4, 0.0, 50.0, &[]);
    map.way(1, &[1, 2, 3, 4, 1], &[("leisure", "park")]).way(2, &[1, 2], &[("highway", "path")]);
    map.way(3, &[1, 2, 1], &[("leisure", "park")]).way(4, &[1, 2, 3], &[("leisure", "park")]);
    let (draft, left) = draft(&map);
    assert!(draft.grounds.is_empty());
    assert_eq!((left.invalid, left.invalid_count), (vec![("way/1".to_owned(), "shape.crossing")], 1));
}

#[test]
fn homes_doors_and_what_is_open_to_all_are_told_apart() {
    let mut map = Map::new();
    let mut id = 0;
    let mut square = |map: &mut Map, x: f64, tags: map::Tags<'_>, door: map::Tags<'_>| {
        id += 10;
        map.node(id, x, 0.0, door).node(id + 1, x + 20.0, 0.0, &[]).node(id + 2, x + 20.0, 20.0, &[]);
        map.node(id + 3, x, 20.0, &[]).way(id, &[id, id + 1, id + 2, id + 3, id], tags);
    };
    square(&mut map, 0.0, &[("building", "apartments"), ("building:levels", "6")], &[("entrance", "main")]);
    square(&mut map, 100.0, &[("building", "yes")], &[]);
    square(&mut map, 200.0, &[("building", "yes"), ("shop", "supermarket")], &[]);
    square(&mut map, 300.0, &[("building", "yes"), ("building:flats", "12"), ("shop", "bakery")], &[]);
    square(&mut map, 400.0, &[("building", "no")], &[]);
    square(&mut map, 500.0, &[("leisure", "garden"), ("access", "private")], &[]);
    square(&mut map, 600.0, &[("leisure", "garden")], &[("barrier", "gate")]);
    square(&mut map, 700.0, &[("landuse", "residential")], &[]);
    map.node(1, 0.0, -5.0, &[]).node(2, 900.0, -5.0, &[]).way(1, &[1, 2], &[("highway", "residential")]);
    let (draft, _) = draft(&map);
    assert_eq!((draft.grounds.len(), draft.residential.len()), (1, 1));
    let (city, findings) = draft.join(&rules());
    let residents: Vec<u32> = city.buildings.iter().map(|building| building.residents).collect();
    // 400 m² of ground: six storeys, three where none are told, none in a shop, 12 flats.
    assert_eq!(residents, [66, 33, 0, 31]);
    assert_eq!(city.buildings[0].at, Spot { lon: 0, lat: 0 }, "the door, not the middle");
    assert_eq!((findings.estimated, findings.uninhabited), (3, 1));
    assert_eq!(city.parks[0].known, Entrances::Gates);
    let found = access(&city, |park| park.is_park, 100_000);
    assert!(found.buildings.iter().all(|near| near.cm != UNREACHED));
    assert!(found.buildings[0].cm.abs_diff(500 + 60_000 + 500) < 5, "{:?}", found.buildings[0]);
}
