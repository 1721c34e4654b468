//! Clusters for the map: one pass over the points against the same cells gathered in a hash map
//! with the Mercator formula for every point.

use luyuan_analysis::clusters::{View, gather_in};
use luyuan_benches::{Chance, best_of_three, ratio, sizes};
use std::{collections::HashMap, f64::consts::PI};

fn main() {
    for size in sizes() {
        let mut chance = Chance(5);
        let points: Vec<(f64, f64)> =
            (0..size).map(|_| (chance.between(113.50, 113.67), chance.between(34.60, 34.767))).collect();
        for zoom in [11.0, 14.0, 17.0] {
            let (clusters, time) = best_of_three(|| gather_in(&points, View::ALL, zoom, |_| true));
            assert_eq!(clusters.iter().map(|cluster| cluster.count).sum::<usize>(), size);
            let cells = 256.0 * f64::exp2(zoom) / 56.0;
            let (peer, peer_time) = best_of_three(|| {
                let mut found: HashMap<(i64, i64), (u32, f64, f64)> = HashMap::new();
                for (lon, lat) in &points {
                    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
                    let cell = (((lon / 360.0 + 0.5) * cells) as i64, (y * cells) as i64);
                    let sum = found.entry(cell).or_default();
                    *sum = (sum.0 + 1, sum.1 + lon, sum.2 + lat);
                }
                found
            });
            println!(
                "{size} points at zoom {zoom}: {:.2} ms to {} clusters; hash map {:.2} ms, {} cells",
                time * 1e3,
                clusters.len(),
                peer_time * 1e3,
                peer.len(),
            );
            let (ours, theirs) = (format!("{:.2} ms", time * 1e3), format!("{:.2} ms hash map", peer_time * 1e3));
            ratio(
                &format!("map clusters, zoom {zoom}"),
                &size.to_string(),
                &ours,
                &theirs,
                peer_time / time,
                "< 20 ms",
            );
        }
    }
}
