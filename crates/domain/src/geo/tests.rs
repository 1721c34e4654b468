//! The conversions against the district's boundary, which is known in both systems, and against
//! themselves.

use super::*;
use proptest::prelude::*;

const WGS: &str = include_str!("../../../../data/erqi/places/boundary_wgs84.geojson");
const GCJ: &str = include_str!("../../../../data/erqi/places/boundary_gcj02.geojson");

fn ring(text: &str) -> Vec<[f64; 2]> {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(json["features"][0]["geometry"]["coordinates"][0].clone()).unwrap()
}

#[test]
fn the_boundary_agrees_in_both_systems() {
    let (wgs, gcj) = (ring(WGS), ring(GCJ));
    assert_eq!((wgs.len(), gcj.len()), (588, 588));
    let mut worst = [0.0f64; 2];
    for ([lon, lat], [x, y]) in wgs.into_iter().zip(gcj) {
        let (w, g) = (Wgs84 { lon, lat }, Gcj02 { lon: x, lat: y });
        let (forth, back) = (w.to_gcj02(), g.to_wgs84());
        worst[0] = worst[0].max((forth.lon - x).abs()).max((forth.lat - y).abs());
        worst[1] = worst[1].max((back.lon - lon).abs()).max((back.lat - lat).abs());
    }
    println!("worst {worst:?}");
    // Both files are rounded to six digits: half a unit each, and nothing more.
    assert!(worst[0] < 1.1e-6 && worst[1] < 1.1e-6, "{worst:?}");
}

/// Values printed by the published implementations for 天安门 (`coordtransform` 1.0, `eviltransform`).
#[test]
fn known_values() {
    let gcj = Wgs84 { lon: 116.404, lat: 39.915 }.to_gcj02();
    assert!((gcj.lon - 116.410_244_499_169_38).abs() < 1e-9, "{gcj:?}");
    assert!((gcj.lat - 39.916_404_281_501_64).abs() < 1e-9, "{gcj:?}");
    let bd = Gcj02 { lon: 116.404, lat: 39.915 }.to_bd09();
    assert!((bd.lon - 116.410_369_491_170_55).abs() < 1e-6, "{bd:?}");
    assert!((bd.lat - 39.921_336_993_510_21).abs() < 1e-6, "{bd:?}");
}

#[test]
fn abroad_nothing_is_shifted() {
    for (lon, lat) in [(-71.0589, 42.3601), (7.4246, 43.7384), (0.0, 0.0), (151.2, -33.9)] {
        let at = Wgs84::new(lon, lat).unwrap();
        let (gcj, bd) = (at.to_gcj02(), at.to_bd09());
        assert_eq!((gcj.lon, gcj.lat, bd.lon, bd.lat), (lon, lat, lon, lat));
        assert_eq!((gcj.to_wgs84(), bd.to_wgs84()), (at, at));
    }
}

#[test]
fn what_is_no_position_is_refused() {
    for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (180.1, 0.0), (34.7, 113.6)] {
        assert_eq!(Wgs84::new(lon, lat), None);
        assert_eq!(System::Gcj02.read(lon, lat), None);
    }
}

#[test]
fn systems_have_codes() {
    for system in [System::Wgs84, System::Gcj02, System::Bd09] {
        assert_eq!(System::parse(system.code()), Some(system));
    }
    assert_eq!(System::parse("GCJ-02"), Some(System::Gcj02));
    assert_eq!(System::parse("EPSG:4326"), None);
    let [lon, lat] = ring(GCJ)[0];
    let read = System::Gcj02.read(lon, lat).unwrap();
    assert_eq!(read, Gcj02 { lon, lat }.to_wgs84());
}

/// A degree of latitude on the sphere, and 天安门 to 二七塔 by the closed formula.
#[test]
fn distances() {
    let (a, b) = (Wgs84 { lon: 113.6, lat: 34.0 }, Wgs84 { lon: 113.6, lat: 35.0 });
    assert!((a.metres_to(b) - 111_195.08).abs() < 0.01);
    let (south, north) = (Wgs84 { lon: 10.0, lat: -90.0 }, Wgs84 { lon: -40.0, lat: 90.0 });
    assert!((south.metres_to(north) - EARTH_RADIUS * std::f64::consts::PI).abs() < 1e-3);
}

proptest! {
    #[test]
    fn there_and_back(lon in 73.5f64..135.0, lat in 18.0f64..53.5) {
        let at = Wgs84 { lon, lat };
        for back in [at.to_gcj02().to_wgs84(), at.to_bd09().to_wgs84()] {
            prop_assert!((back.lon - lon).abs() < 1e-7 && (back.lat - lat).abs() < 1e-7, "{back:?}");
        }
        let again = at.to_gcj02().to_bd09().to_gcj02();
        prop_assert!((again.lon - at.to_gcj02().lon).abs() < 1e-7 && (again.lat - at.to_gcj02().lat).abs() < 1e-7);
        // The shift is real, and never a kilometre.
        let moved = at.metres_to(Wgs84 { lon: at.to_gcj02().lon, lat: at.to_gcj02().lat });
        prop_assert!((1.0..1000.0).contains(&moved), "{moved}");
    }

    #[test]
    fn the_plane_is_near_the_sphere(
        lon in 113.0f64..114.0, lat in 34.0f64..35.0, dx in -8000.0f64..8000.0, dy in -8000.0f64..8000.0,
    ) {
        let plane = Local::around(Wgs84 { lon, lat });
        let to = plane.position([dx, dy]);
        let (flat, round) = (plane.distance(to), Wgs84 { lon, lat }.metres_to(to));
        prop_assert!((flat - dx.hypot(dy)).abs() < 1e-6);
        prop_assert!((flat - round).abs() <= round * 1e-3 + 1e-6, "{flat} {round}");
    }

    #[test]
    fn distance_is_a_distance(
        a in (-180.0f64..180.0, -90.0f64..90.0), b in (-180.0f64..180.0, -90.0f64..90.0),
        c in (-180.0f64..180.0, -90.0f64..90.0),
    ) {
        let [a, b, c] = [a, b, c].map(|(lon, lat)| Wgs84 { lon, lat });
        prop_assert_eq!(a.metres_to(a), 0.0);
        prop_assert!((a.metres_to(b) - b.metres_to(a)).abs() < 1e-6);
        prop_assert!(a.metres_to(c) <= a.metres_to(b) + b.metres_to(c) + 1e-6);
    }
}
