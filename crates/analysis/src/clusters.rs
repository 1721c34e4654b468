//! Points gathered for a map so that their totals equal the list's: every point is in exactly one
//! cluster, none is dropped.

use std::collections::BTreeMap;

/// Points that stand together on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Mean longitude in degrees.
    pub lon: f64,
    /// Mean latitude in degrees.
    pub lat: f64,
    /// How many points.
    pub count: usize,
    /// Index of one of them, for a cluster of one.
    pub first: usize,
}

/// Width of a cluster on the screen, in pixels of a 256-pixel tile: wider than a fingertip.
const WIDTH: f64 = 56.0;

/// Least distance of two clusters on the screen, in pixels.
const NEAREST: f64 = 40.0;

/// Gathers points (longitude, latitude in degrees) at a zoom of the web map (0 = the whole earth in
/// one tile). Cells are squares of the Mercator plane, so that clusters do not jump while panning.
pub fn gather(points: impl IntoIterator<Item = (f64, f64)>, zoom: f64) -> Vec<Cluster> {
    let cells = 256.0 * zoom.clamp(0.0, 24.0).exp2() / WIDTH;
    let mut found: BTreeMap<(i64, i64), Cluster> = BTreeMap::new();
    for (index, (lon, lat)) in points.into_iter().enumerate() {
        let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
        let cell = (floor((lon / 360.0 + 0.5) * cells), floor(y * cells));
        let cluster = found.entry(cell).or_insert(Cluster { lon: 0.0, lat: 0.0, count: 0, first: index });
        cluster.count += 1;
        // A running mean: no sum grows too large to be exact.
        let share = 1.0 / cluster.count as f64;
        cluster.lon += (lon - cluster.lon) * share;
        cluster.lat += (lat - cluster.lat) * share;
    }
    apart(found, cells)
}

/// Joins neighbours that would lie on top of each other on the screen.
fn apart(mut found: BTreeMap<(i64, i64), Cluster>, cells: f64) -> Vec<Cluster> {
    let keys: Vec<(i64, i64)> = found.keys().copied().collect();
    let plane = |cluster: &Cluster| {
        let y = (1.0 - cluster.lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
        ((cluster.lon / 360.0 + 0.5) * cells, y * cells)
    };
    for (x, y) in keys {
        for next in [(x, y + 1), (x + 1, y - 1), (x + 1, y), (x + 1, y + 1)] {
            let (Some(own), Some(other)) = (found.get(&(x, y)), found.get(&next)) else { continue };
            let ((ax, ay), (bx, by)) = (plane(own), plane(other));
            if (ax - bx).hypot(ay - by) * WIDTH >= NEAREST {
                continue;
            }
            // The neighbour is looked at later than this one, so chains join as well.
            let Some(own) = found.remove(&(x, y)) else { break };
            if let Some(other) = found.get_mut(&next) {
                let share = own.count as f64 / (own.count + other.count) as f64;
                other.lon += (own.lon - other.lon) * share;
                other.lat += (own.lat - other.lat) * share;
                other.count += own.count;
            }
            break;
        }
    }
    found.into_values().collect()
}

#[allow(clippy::cast_possible_truncation)] // at most 2^24 · 5 cells a side
fn floor(value: f64) -> i64 {
    value.floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn totals_equal_the_list(points in prop::collection::vec((113.4f64..113.8, 34.5f64..34.9), 0..400), zoom in 0f64..20.0) {
            let clusters = gather(points.iter().copied(), zoom);
            prop_assert_eq!(clusters.iter().map(|cluster| cluster.count).sum::<usize>(), points.len());
            for cluster in clusters.iter().filter(|cluster| cluster.count == 1) {
                let (lon, lat) = points[cluster.first];
                prop_assert!((cluster.lon - lon).abs() < 1e-9 && (cluster.lat - lat).abs() < 1e-9);
            }
        }
    }
}
