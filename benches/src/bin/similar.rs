//! The similar-order probe among open orders: `SimilarIndex` against an R*-tree of points (rstar)
//! that is asked for everything within the distance and filtered, the same answers.

use luyuan_analysis::similar::{Open, Probe, SimilarIndex};
use luyuan_benches::{Chance, quantile, ratio, sizes};
use luyuan_domain::geo::{Local, Wgs84};
use rstar::{AABB, PointDistance, RTree, RTreeObject};
use std::time::Instant;

const PROBES: usize = 4_000;
const PEER_PROBES: usize = 400;
const DAY: i64 = 86_400_000;

#[derive(Clone, Copy)]
struct Dot {
    metres: [f64; 2],
    open: Open<u32>,
}

impl RTreeObject for Dot {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_point(self.metres)
    }
}

impl PointDistance for Dot {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        (self.metres[0] - point[0]).powi(2) + (self.metres[1] - point[1]).powi(2)
    }
}

fn main() {
    for size in sizes() {
        run(size);
    }
}

/// Half of the orders anywhere in the district, half at twenty spots of a hundred metres, as where
/// a main has burst; sixty classes, some much more often; a month of orders.
fn orders(size: usize, chance: &mut Chance) -> Vec<Open<u32>> {
    let spots: Vec<[f64; 2]> =
        (0..20).map(|_| [chance.between(113.55, 113.66), chance.between(34.65, 34.76)]).collect();
    (0..size)
        .map(|number| {
            let [lon, lat] = if number % 2 == 0 {
                [chance.between(113.50, 113.67), chance.between(34.60, 34.767)]
            } else {
                let [lon, lat] = spots[chance.below(20) as usize];
                [lon + chance.between(-5e-4, 5e-4), lat + chance.between(-5e-4, 5e-4)]
            };
            let class = (chance.between(0.0, 1.0).powi(3) * 60.0) as u32;
            let placed_at = (number as f64 / size as f64 * 30.0 * DAY as f64) as i64;
            // To the seventh digit, as the index keeps them.
            let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
            Open { payload: number as u32, at: Wgs84 { lon: round(lon), lat: round(lat) }, class, placed_at }
        })
        .collect()
}

fn run(size: usize) {
    let mut chance = Chance(3);
    let orders = orders(size, &mut chance);
    let start = Instant::now();
    let mut index = SimilarIndex::default();
    for order in &orders {
        index.insert(order);
    }
    let built = start.elapsed();
    let plane = Local::around(Wgs84 { lon: 113.585, lat: 34.685 });
    let tree = RTree::bulk_load(
        orders.iter().map(|open| Dot { metres: plane.metres(open.at.lon, open.at.lat), open: *open }).collect(),
    );
    for (what, metres, days, dense) in [
        ("similar orders, 50 m, 1 day", 50.0, 1, false),
        ("similar orders, 50 m, 1 day, dense spots", 50.0, 1, true),
        ("similar orders, 200 m, 30 days, dense spots", 200.0, 30, true),
    ] {
        let probes: Vec<Probe> = (0..PROBES)
            .map(|_| {
                // A probe where an order is: most orders are at a dense spot.
                let number = chance.below(size as u64 / 2) as usize * 2 + usize::from(dense);
                let near = orders[number.min(size - 1)];
                Probe { at: near.at, class: Some(near.class), metres, since: (30 - days) * DAY, most: 10 }
            })
            .collect();
        let mut times: Vec<f64> = Vec::with_capacity(PROBES);
        let mut found = Vec::with_capacity(PROBES);
        for probe in &probes {
            let start = Instant::now();
            found.push(index.near(probe));
            times.push(start.elapsed().as_secs_f64() * 1e6);
        }
        let mut peer_times: Vec<f64> = Vec::with_capacity(PEER_PROBES);
        for (probe, ours) in probes.iter().zip(&found).take(PEER_PROBES) {
            let start = Instant::now();
            let at = plane.metres(probe.at.lon, probe.at.lat);
            let mut theirs: Vec<(u32, f64)> = tree
                .locate_within_distance(at, metres * metres)
                .filter(|dot| Some(dot.open.class) == probe.class && dot.open.placed_at >= probe.since)
                .map(|dot| (dot.open.payload, dot.distance_2(&at).sqrt()))
                .collect();
            theirs.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            theirs.truncate(probe.most);
            peer_times.push(start.elapsed().as_secs_f64() * 1e6);
            // The peer's plane has one middle for all: distances differ by less than a thousandth,
            // and one order may lie on the other side of the limit.
            let close = ours.iter().zip(&theirs).all(|(a, b)| (a.1 - b.1).abs() < 1e-3 * a.1 + 0.01);
            assert!(close && ours.len().abs_diff(theirs.len()) <= 1, "{ours:?} {theirs:?}");
        }
        times.sort_by(f64::total_cmp);
        peer_times.sort_by(f64::total_cmp);
        let (p50, p99, peer) = (quantile(&times, 0.5), quantile(&times, 0.99), quantile(&peer_times, 0.5));
        println!(
            "{size} {what}: p50 {p50:.1} µs, p99 {p99:.1} µs; rstar p50 {peer:.1} µs, p99 {:.1} µs",
            quantile(&peer_times, 0.99)
        );
        ratio(
            what,
            &size.to_string(),
            &format!("{p50:.1} µs"),
            &format!("{peer:.1} µs rstar"),
            peer / p50,
            "p50 < 700 µs",
        );
    }
    let start = Instant::now();
    for order in orders.iter().step_by(10) {
        assert!(index.remove(order));
    }
    println!(
        "{size} built in {:.0} ms, {:.1} bytes an order; {:.2} µs to remove one",
        built.as_secs_f64() * 1e3,
        index.bytes() as f64 / size as f64,
        start.elapsed().as_secs_f64() * 1e7 / size as f64,
    );
}
