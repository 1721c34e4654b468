use super::super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// A small network, bounded by what fits on a page: nodes, edges and points on edges.
#[derive(Debug, Clone)]
struct Small {
    network: Network,
    gates: Vec<Link>,
    doors: Vec<Link>,
}

fn small() -> impl Strategy<Value = Small> {
    let edges = prop::collection::vec((0u32..9, 0u32..9, 0u32..40), 0..18);
    let point = || (any::<prop::sample::Index>(), 0.0f64..=1.0, 0u32..6);
    let points = (prop::collection::vec(point(), 0..5), prop::collection::vec(point(), 0..7));
    (edges, points).prop_map(|(edges, (gates, doors))| {
        let spots = (0..9).map(|lon| Spot { lon, lat: 0 }).collect();
        let edges = edges.into_iter().map(|(a, b, cm)| Edge { a, b, cm, kind: EdgeKind::Path }).collect();
        let network = Network::new(spots, edges);
        let all: Vec<Edge> = network.edges().collect();
        let link = |(at, share, off): (prop::sample::Index, f64, u32)| {
            if all.is_empty() {
                return Link { off, ..Link::at(at.index(9) as u32) };
            }
            let edge = all[at.index(all.len())];
            let to_a = (f64::from(edge.cm) * share) as u32;
            Link { a: edge.a, b: edge.b, to_a, to_b: edge.cm - to_a, off }
        };
        Small { gates: gates.into_iter().map(link).collect(), doors: doors.into_iter().map(link).collect(), network }
    })
}

impl Small {
    /// All distances by Floyd and Warshall over a network in which every gate and every door is a node
    /// of its own and every edge is really split at them; from every node and door to every gate.
    fn by_brute_force(&self) -> (Vec<Vec<u64>>, Vec<Vec<u64>>) {
        const FAR: u64 = u64::MAX / 4;
        let nodes = self.network.len();
        let points: Vec<Link> = self.gates.iter().chain(&self.doors).copied().collect();
        let count = nodes + points.len() * 2;
        let mut far = vec![vec![FAR; count]; count];
        for (at, row) in far.iter_mut().enumerate() {
            row[at] = 0;
        }
        let mut join = |a: usize, b: usize, cm: u32| {
            let cm = u64::from(cm).min(far[a][b]);
            (far[a][b], far[b][a]) = (cm, cm);
        };
        // The foot of every point is a node, and the point itself another one beside it.
        let mut feet: HashMap<(u32, u32), Vec<(u32, usize)>> = HashMap::new();
        for (number, point) in points.iter().enumerate() {
            let (foot, own) = (nodes + number * 2, nodes + number * 2 + 1);
            join(foot, own, point.off);
            if point.a == point.b {
                join(foot, point.a as usize, 0);
                continue;
            }
            let along = if point.a < point.b { point.to_a } else { point.to_b };
            feet.entry(point.edge()).or_default().push((along, foot));
        }
        for edge in self.network.edges() {
            let mut stops = vec![(0, edge.a as usize)];
            let mut own = feet.remove(&(edge.a, edge.b)).unwrap_or_default();
            own.sort_unstable();
            stops.extend(own);
            stops.push((edge.cm, edge.b as usize));
            for pair in stops.windows(2) {
                join(pair[0].1, pair[1].1, pair[1].0 - pair[0].0);
            }
        }
        for over in 0..count {
            for from in 0..count {
                for to in 0..count {
                    far[from][to] = far[from][to].min(far[from][over] + far[over][to]);
                }
            }
        }
        let to_gates = |from: usize| (0..self.gates.len()).map(|gate| far[from][nodes + gate * 2 + 1]).collect();
        let door = |door: usize| to_gates(nodes + (self.gates.len() + door) * 2 + 1);
        ((0..nodes).map(to_gates).collect(), (0..self.doors.len()).map(door).collect())
    }
}

/// The nearest within the bound and the first of those that are as near.
fn best(row: &[u64], bound: u32) -> Option<(u32, u32)> {
    let least = row.iter().copied().min().filter(|least| *least <= u64::from(bound))?;
    let first = row.iter().position(|cm| *cm == least)?;
    Some((least as u32, first as u32))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_search_equals_brute_force(small in small(), bound in 0u32..120) {
        let (nodes, doors) = small.by_brute_force();
        let mut gates = Gates::default();
        for link in &small.gates {
            gates.push(0, *link);
        }
        let mut walker = Walker::new(small.network.len());
        // What an earlier search left behind changes nothing.
        walker.run(&small.network, &[Seed { node: 0, cm: 0, source: 7 }], u32::MAX - 1);
        walker.run(&small.network, &gates.seeds(), bound);
        for (node, row) in (0..).zip(&nodes) {
            let found = (walker.cm(node) != UNREACHED).then(|| (walker.cm(node), walker.source(node)));
            prop_assert_eq!(found, best(row, bound), "node {}", node);
            prop_assert_eq!(walker.touched().contains(&node), found.is_some());
        }
        for (link, row) in small.doors.iter().zip(&doors) {
            prop_assert!(link.fits(&small.network));
            let near = gates.nearest(link, &walker, bound);
            let found = (near.cm != UNREACHED).then_some((near.cm, near.gate));
            prop_assert_eq!(found, best(row, bound), "{:?}", link);
        }
        prop_assert_eq!(reach(&small.network, &gates.seeds(), bound), walker.into_reach());
    }

    #[test]
    fn a_network_keeps_the_shortest_of_each_edge_both_ways(
        edges in prop::collection::vec((0u32..6, 0u32..8, 0u32..9), 0..30),
    ) {
        let spots = vec![Spot::default(); 6];
        let network = Network::new(spots, edges.iter().map(|(a, b, cm)| Edge { a: *a, b: *b, cm: *cm, kind: EdgeKind::Path }).collect());
        for a in 0..6 {
            for b in 0..6 {
                let same = |(x, y, _): &&(u32, u32, u32)| (*x, *y) == (a, b) || (*x, *y) == (b, a);
                let least = edges.iter().filter(same).map(|(.., cm)| *cm).min().filter(|_| a != b);
                prop_assert_eq!(network.between(a, b), least);
            }
        }
        prop_assert_eq!(network.edges().count(), network.edge_count());
    }
}

/// Nothing but rows and a heap: the nearest seed of each node, and of several the first.
fn by_heap(network: &Network, seeds: &[Seed], bound: u32) -> Vec<(u32, u32)> {
    use std::{cmp::Reverse, collections::BinaryHeap};
    let mut best = vec![(UNREACHED, u32::MAX); network.len()];
    let mut heap: BinaryHeap<_> = seeds.iter().map(|seed| Reverse((seed.cm, seed.source, seed.node))).collect();
    while let Some(Reverse((cm, source, node))) = heap.pop() {
        if cm <= bound && (cm, source) < best[node as usize] {
            best[node as usize] = (cm, source);
            heap.extend(network.arcs(node).iter().map(|arc| Reverse((cm + arc.cm, source, arc.to))));
        }
    }
    best
}

#[test]
fn a_large_network_is_searched_part_by_part_as_if_at_once() {
    // More nodes than are spread together, edges from nothing to 90 m, and many ways of one length.
    const SIDE: u32 = 300;
    let mut state = 7u64;
    let mut chance = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut edges = Vec::new();
    for node in 0..SIDE * SIDE {
        for (there, to) in [(node % SIDE + 1 < SIDE, node + 1), (node / SIDE + 1 < SIDE, node + SIDE)] {
            if there && chance(8) > 0 {
                edges.push(Edge { a: node, b: to, cm: (chance(10) * 1_000) as u32, kind: EdgeKind::Path });
            }
        }
    }
    let spot = |node: u32| Spot { lon: (node % SIDE * 3_000) as i32, lat: (node / SIDE * 3_000) as i32 };
    let plain = Network::new((0..SIDE * SIDE).map(spot).collect(), edges);
    let seeds: Vec<Seed> = (0..700)
        .map(|source| Seed { node: chance(u64::from(SIDE * SIDE)) as u32, cm: chance(5_000) as u32, source })
        .collect();
    let mut walker = Walker::new(plain.len());
    for bound in [30_000, 50_000, 2_000_000] {
        walker.run(&plain, &seeds, bound);
        let found: Vec<(u32, u32)> = (0..SIDE * SIDE).map(|node| (walker.cm(node), walker.source(node))).collect();
        assert_eq!(found, by_heap(&plain, &seeds, bound), "within {bound}");
    }

    // The same city with its nodes in another order.
    let arranged = plain.clone().arranged();
    assert_eq!(arranged.edge_count(), plain.edge_count());
    let place: HashMap<Spot, u32> = arranged.spots().iter().zip(0..).map(|(spot, node)| (*spot, node)).collect();
    let moved: Vec<Seed> = seeds.iter().map(|seed| Seed { node: place[&spot(seed.node)], ..*seed }).collect();
    let (one, other) = (reach(&plain, &seeds, 50_000), reach(&arranged, &moved, 50_000));
    for node in 0..SIDE * SIDE {
        let there = place[&spot(node)];
        assert_eq!((one.cm(node), one.source(node)), (other.cm(there), other.source(there)));
    }
    let near = |network: &Network| {
        network.edges().filter(|edge| edge.a.abs_diff(edge.b) < 64).count() as f64 / network.edge_count() as f64
    };
    assert!(near(&arranged) > 0.8 && near(&plain) < 0.6, "{} of {}", near(&arranged), near(&plain));
}

#[test]
fn parts_of_a_network_are_told_apart_and_the_longest_is_no_island() {
    let edge = |a, b, cm| Edge { a, b, cm, kind: EdgeKind::Path };
    let network =
        Network::new(vec![Spot::default(); 7], vec![edge(0, 1, 500), edge(1, 2, 600), edge(3, 4, 90), edge(5, 4, 10)]);
    let parts = Parts::of(&network);
    assert_eq!(parts.of, [0, 0, 0, 1, 1, 1, 2]);
    assert_eq!(parts.cm, [1100, 100, 0]);
    assert_eq!(parts.islands(50.0), [false, true, true], "the longest stays, however short");
    assert_eq!(parts.islands(0.5), [false, false, true]);
}

#[test]
fn lengths_are_centimetres_on_the_sphere_and_never_the_mark_of_nothing() {
    // A ten-thousandth of a degree of latitude on a sphere of 6,371,008.8 m: 11.1195 m.
    let (a, b) = (Spot { lon: 0, lat: 0 }, Spot { lon: 0, lat: 1_000 });
    assert_eq!((a.cm_to(b), b.cm_to(a), a.cm_to(a)), (1112, 1112, 0));
    assert_eq!(centimetres(f64::INFINITY), UNREACHED - 1);
    assert_eq!((centimetres(-1.0), centimetres(f64::NAN)), (0, 0));
    let spot = Spot::of(luyuan_domain::geo::Wgs84 { lon: -179.999_999_96, lat: 89.999_999_94 });
    assert_eq!(spot, Spot { lon: -1_800_000_000, lat: 899_999_999 });
}
