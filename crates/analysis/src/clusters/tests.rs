use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn totals_equal_the_list(
        points in prop::collection::vec((113.4f64..113.8, 34.5f64..34.9), 0..400), zoom in 0f64..26.0,
    ) {
        let clusters = gather(points.iter().copied(), zoom);
        prop_assert_eq!(clusters.iter().map(|cluster| cluster.count).sum::<usize>(), points.len());
        for cluster in clusters.iter().filter(|cluster| cluster.count == 1) {
            let (lon, lat) = points[cluster.first];
            prop_assert!((cluster.lon - lon).abs() < 1e-9 && (cluster.lat - lat).abs() < 1e-9);
        }
    }

    /// In a view, with a filter, anywhere on earth: what is counted is what a list of them counts.
    #[test]
    fn a_view_counts_what_it_shows(
        points in prop::collection::vec((-180.0f64..=180.0, -90.0f64..=90.0), 0..300),
        (a, b) in ((-180.0f64..180.0, -90.0f64..90.0), (-180.0f64..180.0, -90.0f64..90.0)),
        zoom in 0f64..20.0, every in 1usize..4,
    ) {
        let view = View { west: a.0.min(b.0), south: a.1.min(b.1), east: a.0.max(b.0), north: a.1.max(b.1) };
        let clusters = gather_in(&points, view, zoom, |index| index % every == 0);
        let listed = points.iter().enumerate().filter(|(at, (lon, lat))| at % every == 0 && view.holds(*lon, *lat));
        prop_assert_eq!(clusters.iter().map(|cluster| cluster.count).sum::<usize>(), listed.count());
        prop_assert!(clusters.iter().all(|cluster| view.holds(cluster.lon, cluster.lat)));
    }

    /// The list of rows answers as the formula does, but for a point on a border itself.
    #[test]
    fn rows_follow_the_formula(lat in -85.0f64..85.0, span in 0.0f64..30.0, share in 0.0f64..1.0, zoom in 0f64..16.0) {
        let (south, north) = (lat, (lat + span).min(85.0));
        let cells = 256.0 * zoom.exp2() / 56.0;
        let (rows, at) = (Rows::new(south, north, cells), south + (north - south) * share);
        let exact = rows::height(at) * cells;
        let found = rows.of(at);
        prop_assert!(found == rows::floor(exact) || (exact - exact.round()).abs() < 1e-6, "{found} {exact}");
    }
}

#[test]
fn clusters_do_not_lie_on_one_another() {
    // Two orders at one door on both sides of a cell's border are one cluster.
    let zoom = 15.0;
    let cells = 256.0 * f64::exp2(zoom) / 56.0;
    let border = ((113.6f64 / 360.0 + 0.5) * cells).ceil() / cells * 360.0 - 180.0;
    let clusters = gather([(border - 1e-6, 34.7), (border + 1e-6, 34.7)], zoom);
    assert_eq!(clusters.len(), 1);
    assert_eq!((clusters[0].count, clusters[0].first), (2, 0));
    // A hundred metres apart they are two at street level and one on the map of the district.
    let pair = [(113.6, 34.7), (113.6011, 34.7)];
    assert_eq!((gather(pair, 18.0).len(), gather(pair, 11.0).len()), (2, 1));
}

#[test]
fn what_has_no_position_is_in_no_view() {
    assert_eq!(gather([(f64::NAN, 34.7), (113.6, f64::INFINITY)], 12.0), []);
    assert_eq!(gather([], 12.0), []);
    let poles = gather([(0.0, 90.0), (0.0, -90.0), (180.0, 0.0)], 3.0);
    assert_eq!(poles.iter().map(|cluster| cluster.count).sum::<usize>(), 3);
}
