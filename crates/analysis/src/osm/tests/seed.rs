//! The small town from which `cargo xtask fuzz` bends its extracts: a little of everything that is
//! read, unpacked, so that what is bent reaches the parser and not only the checksum before it.

use super::{map::Map, *};
use crate::osm::{Sea, base};

fn town() -> Vec<u8> {
    let mut map = Map::new();
    // Streets 100 m apart, the last one sealed by a barrier.
    for column in 0..4 {
        for row in 0..3 {
            let tags: &[(&str, &str)] = if (column, row) == (3, 1) { &[("barrier", "wall")] } else { &[] };
            map.node(1 + column * 3 + row, column as f64 * 100.0, row as f64 * 100.0, tags);
        }
    }
    map.way(1, &[1, 4, 7, 10], &[("highway", "residential"), ("name", "京广路"), ("name:en", "Jingguang Lu")]);
    map.way(2, &[2, 5, 8, 11], &[("highway", "footway"), ("footway", "crossing")]);
    map.way(3, &[3, 6, 9, 12], &[("highway", "steps"), ("access", "private"), ("foot", "yes")]);
    for column in 0..4 {
        let first = 1 + column * 3;
        map.way(4 + column, &[first, first + 1, first + 2], &[("highway", "primary"), ("sidewalk", "both")]);
    }
    // A park with a hole as a relation, a gate on its boundary; homes with and without doors.
    for (id, x, y) in [(20, 110.0, 10.0), (21, 190.0, 10.0), (22, 190.0, 90.0), (23, 110.0, 90.0)] {
        map.node(id, x, y, if id == 20 { &[("barrier", "gate")] } else { &[] });
    }
    for (id, x, y) in [(24, 130.0, 30.0), (25, 150.0, 30.0), (26, 150.0, 50.0)] {
        map.node(id, x, y, &[]);
    }
    map.way(10, &[20, 21, 22], &[]).way(11, &[22, 23, 20], &[]).way(12, &[24, 25, 26, 24], &[("natural", "water")]);
    map.relation(
        1,
        &[(10, "outer"), (11, "outer"), (12, "inner")],
        &[("type", "multipolygon"), ("leisure", "park"), ("name", "二七公园")],
    );
    for (id, x, y) in [(30, 20.0, 20.0), (31, 60.0, 20.0), (32, 60.0, 40.0), (33, 20.0, 40.0)] {
        map.node(id, x, y, if id == 31 { &[("entrance", "main")] } else { &[] });
    }
    map.way(
        13,
        &[30, 31, 32, 33, 30],
        &[("building", "apartments"), ("building:levels", "6"), ("building:flats", "48")],
    );
    map.way(14, &[1, 2, 5, 4, 1], &[("landuse", "residential")]);
    map.node(40, 0.0, 250.0, &[("place", "town"), ("name", "郑州市"), ("name:en", "Zhengzhou")]);
    // The coast in the north, the sea beyond it.
    map.node(50, 320.0, 220.0, &[]).node(51, 150.0, 240.0, &[]).node(52, -20.0, 220.0, &[]);
    map.way(15, &[50, 51, 52], &[("natural", "coastline")]);
    map.bytes()
}

#[test]
fn the_fuzzers_town_is_read_whole() {
    let bytes = town();
    let (draft, left) = of(&bytes, &Cut::Whole).unwrap();
    assert_eq!((draft.buildings.len(), draft.grounds.len(), draft.residential.len()), (1, 1, 1), "{left:?}");
    assert!(draft.streets.iter().any(|street| street.name == "京广路"));
    let (map, sea) = base(|| Ok(bytes.as_slice()), &Cut::Whole, |_| {}).unwrap();
    assert!(map.len() > 10 && sea == Sea::Filled(1), "{sea:?}");
    // The file from which is bent is this one; where this one changes it is written anew.
    let file = format!("{}/../../fuzz/corpus/pbf/town.osm.pbf", env!("CARGO_MANIFEST_DIR"));
    if fs::read(&file).ok().as_deref() != Some(bytes.as_slice()) {
        fs::write(&file, &bytes).unwrap();
        panic!("{file} was written anew: look at it and run this again");
    }
}
