//! Real extracts, broken ones, and small maps drawn by hand and written as an extract.

#![allow(clippy::cast_possible_truncation)] // small numbers of drawn towns

mod broken;
mod map;
mod meaning;
mod seed;

use super::*;
use crate::walk::Entrances;
use std::fs;

fn rules() -> WalkRules {
    WalkRules::parse("walking-2020.toml", include_str!("../../../../data/erqi/rulesets/walking-2020.toml")).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{}/../../data/osm/{name}.osm.pbf", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn of(bytes: &[u8], cut: &Cut) -> Result<(Draft, Left), OsmError> {
    read(|| Ok(bytes), cut, &rules(), |_| {})
}

#[test]
fn real_extracts_become_cities() {
    for (name, nodes, buildings, grounds) in
        [("monaco", 20_000, 23_000, 40), ("helsinki", 5_000, 400, 150), ("heidelberg", 150_000, 1, 100)]
    {
        let bytes = file(name);
        let mut heard = Vec::new();
        let (draft, left) =
            read(|| Ok(bytes.as_slice()), &Cut::Whole, &rules(), |progress| heard.push(progress)).unwrap();
        assert!(
            draft.network.len() > nodes && draft.buildings.len() > buildings && draft.grounds.len() > grounds,
            "{name}"
        );
        assert!(heard.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes && pair[0].pass <= pair[1].pass));
        let size = bytes.len() as u64;
        assert_eq!(heard.last().map(|last| (last.bytes, last.pass)), Some((size * 3, 3)), "{name}");
        assert!(left.invalid_count < 5 && draft.attribution.contains("OpenStreetMap"));
        let (city, findings) = draft.join(&rules());
        assert!(city.parks.iter().all(|park| park.square_metres > 0.0), "{name}");
        let linked = city.buildings.iter().flat_map(|building| building.link).all(|link| link.fits(&city.network));
        let entered = city.parks.iter().flat_map(|park| &park.entrances).flat_map(|entrance| entrance.link);
        assert!(linked && entered.into_iter().all(|link| link.fits(&city.network)), "{name}");
        assert!(city.parks.iter().all(|park| park.entrances.is_empty() == (park.known == Entrances::Nowhere)));
        assert!(findings.islands > 0 && findings.island_nodes < city.network.len() / 10, "{name}: {findings:?}");
    }
}

#[test]
fn a_box_and_an_area_cut_the_same_piece_out() {
    let bytes = file("monaco");
    let (whole, _) = of(&bytes, &Cut::Whole).unwrap();
    let (low, high) = (Spot { lon: 74_150_000, lat: 437_300_000 }, Spot { lon: 74_300_000, lat: 437_400_000 });
    let (boxed, _) = of(&bytes, &Cut::Box(low, high)).unwrap();
    let corner = |lon: i32, lat: i32| {
        let at = Spot { lon, lat }.position();
        (at.lon, at.lat)
    };
    let ring = [(low.lon, low.lat), (high.lon, low.lat), (high.lon, high.lat), (low.lon, high.lat), (low.lon, low.lat)];
    let ring: Vec<(f64, f64)> = ring.map(|(lon, lat)| corner(lon, lat)).to_vec();
    let area = MultiPolygon(vec![geo::Polygon::new(ring.into(), vec![])]);
    let (cut, _) = of(&bytes, &Cut::Area(area)).unwrap();
    assert_eq!(boxed, cut);
    assert!(boxed.network.len() < whole.network.len() / 2 && boxed.buildings.len() > 100);
    let inside = |at: &Spot| (low.lon..=high.lon).contains(&at.lon) && (low.lat..=high.lat).contains(&at.lat);
    let wanted = whole.buildings.len();
    assert!(wanted > boxed.buildings.len());
    // An edge that leads across the cut is kept whole: one of its ends may lie outside.
    assert!(
        boxed.network.edges().all(|edge| inside(&boxed.network.spot(edge.a)) || inside(&boxed.network.spot(edge.b)))
    );
    let away = Cut::Box(Spot { lon: 0, lat: 0 }, Spot { lon: 1, lat: 1 });
    assert_eq!(of(&bytes, &away).unwrap_err().code(), "osm_nothing_to_walk");
}
