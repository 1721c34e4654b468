use super::*;
use proptest::prelude::*;

fn open(payload: u32, lon: f64, lat: f64, class: u32, placed_at: i64) -> Open<u32> {
    Open { payload, at: Wgs84 { lon, lat }, class, placed_at }
}

/// Every order looked at, with the same positions rounded the same way.
fn plainly(orders: &[Open<u32>], probe: &Probe) -> Vec<(u32, f64)> {
    let plane = Local::around(probe.at);
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    let mut found: Vec<(u32, f64)> = orders
        .iter()
        .filter(|open| probe.class.is_none_or(|class| class == open.class) && open.placed_at >= probe.since)
        .map(|open| (open.payload, plane.distance(Wgs84 { lon: round(open.at.lon), lat: round(open.at.lat) })))
        .filter(|(_, metres)| *metres <= probe.metres)
        .collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    found.truncate(probe.most);
    found
}

prop_compose! {
    fn order()(lon in 113.640f64..113.646, lat in 34.720f64..34.724, class in 0u32..4, placed_at in 0i64..50)
        -> (f64, f64, u32, i64) { (lon, lat, class, placed_at) }
}

proptest! {
    #[test]
    fn a_probe_finds_what_looking_at_all_finds(
        orders in prop::collection::vec(order(), 0..300),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        (lon, lat) in (113.639f64..113.647, 34.719f64..34.725),
        class in prop::option::of(0u32..4), metres in 0.0f64..900.0, since in 0i64..50, most in 0usize..40,
    ) {
        let mut orders: Vec<Open<u32>> =
            (0..).zip(orders).map(|(payload, (lon, lat, class, at))| open(payload, lon, lat, class, at)).collect();
        let mut index = SimilarIndex::default();
        for order in &orders {
            prop_assert!(index.insert(order));
            prop_assert!(!index.insert(order), "twice is once");
        }
        for at in removed {
            if !orders.is_empty() {
                let gone = orders.swap_remove(at.index(orders.len()));
                prop_assert!(index.remove(&gone));
                prop_assert!(!index.remove(&gone));
            }
        }
        prop_assert_eq!(index.len(), orders.len());
        let probe = Probe { at: Wgs84 { lon, lat }, class, metres, since, most };
        let (found, right) = (index.near(&probe), plainly(&orders, &probe));
        prop_assert_eq!(found.len(), right.len());
        for ((one, near), (other, also)) in found.into_iter().zip(right) {
            prop_assert_eq!(one, other);
            prop_assert!((near - also).abs() < 1e-9);
        }
    }
}

#[test]
fn the_same_trouble_at_the_same_door() {
    let mut index = SimilarIndex::default();
    assert!(index.is_empty());
    let lamp = open(1, 113.6484, 34.6990, 1037, 1_000);
    index.insert(&lamp);
    index.insert(&open(2, 113.6486, 34.6990, 1037, 2_000));
    index.insert(&open(3, 113.6484, 34.6990, 6010, 2_000));
    let probe = Probe { at: lamp.at, class: Some(1037), metres: 50.0, since: 0, most: 5 };
    let found = index.near(&probe);
    assert_eq!(found.iter().map(|(payload, _)| *payload).collect::<Vec<_>>(), [1, 2]);
    assert!(found[0].1 < 0.01 && (found[1].1 - 18.28).abs() < 0.05, "{found:?}");
    let keys = |probe: &Probe| index.near(probe).into_iter().map(|(payload, _)| payload).collect::<Vec<_>>();
    assert_eq!(keys(&Probe { since: 1_500, ..probe }), [2]);
    assert_eq!(keys(&Probe { class: None, ..probe }), [1, 3, 2]);
    assert_eq!(keys(&Probe { most: 1, ..probe }), [1]);
    assert_eq!(keys(&Probe { metres: f64::NAN, ..probe }), [0u32; 0]);
    // A probe as wide as the country looks at every cell, not at every cell there could be.
    assert_eq!(keys(&Probe { metres: 3e6, ..probe }), [1, 2]);
}

/// The antimeridian and the poles are far from any district, but must not be errors.
#[test]
fn the_ends_of_the_earth() {
    let mut index = SimilarIndex::default();
    for (payload, (lon, lat)) in (0..).zip([(180.0, 0.0), (-180.0, 0.0), (0.0, 90.0), (0.0, -90.0)]) {
        let order = open(payload, lon, lat, 0, 0);
        index.insert(&order);
        let probe = Probe { at: order.at, class: None, metres: 10.0, since: 0, most: 9 };
        assert_eq!(index.near(&probe), [(payload, 0.0)]);
    }
}
