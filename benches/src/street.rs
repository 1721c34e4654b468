//! A made town for measuring: a street-like walking network from a fixed seed, with buildings where
//! people live close together, and candidates for a park.
//!
//! Junctions lie on a jittered grid about 27 m apart, so that 204,304 of them cover as much ground
//! as the district (about 150 km²). An eighth of the paths is missing, and every sixteenth line is
//! a railway or a wide road that is crossed only here and there: walking is longer than flying.

use crate::Chance;
use luyuan_analysis::{
    siting::{Instance, Limit, Lists},
    walk::{Building, City, Edge, EdgeKind, Link, Network, Seed, Spot, Walker},
};
use luyuan_domain::geo::Wgs84;

/// The town.
pub struct Street {
    /// Network and buildings; no parks.
    pub city: City,
    /// The junction of each candidate, none twice.
    pub candidates: Vec<u32>,
}

/// Junctions on a side: 204,304 in all, with 50,000 buildings and 20,000 candidates.
pub const SIDE: usize = 452;
const SPACING: f64 = 27.5;

/// Makes a town of `side` × `side` junctions.
pub fn street(side: usize, buildings: usize, candidates: usize, seed: u64) -> Street {
    let mut chance = Chance(seed);
    let at: Vec<(f64, f64)> = (0..side * side)
        .map(|node| {
            let mut jitter = || chance.between(-0.3, 0.3);
            ((node % side) as f64 * SPACING + jitter() * SPACING, (node / side) as f64 * SPACING + jitter() * SPACING)
        })
        .collect();
    let mut edges = Vec::new();
    for node in 0..at.len() {
        let (column, row) = (node % side, node / side);
        let barrier = |line: usize, along: usize| line % 16 == 7 && along % 11 != (line / 16) % 11;
        let mut join = |other: usize, keep: bool| {
            let wind = chance.between(1.0, 1.08);
            if keep && chance.between(0.0, 1.0) > 0.125 {
                let metres = (at[node].0 - at[other].0).hypot(at[node].1 - at[other].1) * wind;
                let cm = ((metres * 100.0).round() as u32).max(1);
                edges.push(Edge { a: node as u32, b: other as u32, cm, kind: EdgeKind::Path });
            }
        };
        if column + 1 < side {
            join(node + 1, !barrier(column, row));
        }
        if row + 1 < side {
            join(node + side, !barrier(row, column));
        }
    }
    // Metres of a degree of longitude and of latitude at 34.7° north.
    let spots: Vec<Spot> =
        at.iter().map(|(x, y)| Spot::of(Wgs84 { lon: 113.6 + x / 91_430.0, lat: 34.7 + y / 111_195.08 })).collect();
    let extent = side as f64;
    let centres: Vec<(f64, f64, f64)> = (0..60)
        .map(|_| (chance.between(0.0, extent), chance.between(0.0, extent), chance.between(0.02, 0.08) * extent))
        .collect();
    let mut homes = Vec::new();
    while homes.len() < buildings {
        let (x, y) = if chance.below(4) == 0 {
            (chance.between(0.0, extent), chance.between(0.0, extent))
        } else {
            let (x, y, spread) = centres[chance.below(60) as usize];
            let mut bell = || (0..6).map(|_| chance.between(-0.5, 0.5)).sum::<f64>() * 1.4 * spread;
            (x + bell(), y + bell())
        };
        if x < 0.0 || y < 0.0 || x >= extent || y >= extent {
            continue;
        }
        let node = (y as usize * side + x as usize) as u32;
        let off = chance.below(3_000) as u32;
        // Houses of one family up to towers.
        let residents = chance.between(1.2f64.ln(), 300f64.ln()).exp() as u32 + 1;
        homes.push(Building {
            id: homes.len().to_string(),
            at: spots[node as usize],
            link: Some(Link { off, ..Link::at(node) }),
            residents,
            estimated: false,
            square_metres: 0.0,
        });
    }
    let mut taken = vec![false; at.len()];
    let mut chosen = Vec::new();
    while chosen.len() < candidates {
        let node = chance.below(at.len() as u64) as usize;
        if !std::mem::replace(&mut taken[node], true) {
            chosen.push(node as u32);
        }
    }
    let city = City { network: Network::new(spots, edges), buildings: homes, ..City::default() };
    Street { city, candidates: chosen }
}

impl Street {
    /// Which buildings each candidate reaches within so many centimetres.
    pub fn covers(&self, bound: u32) -> Lists {
        let mut doors = vec![Vec::new(); self.city.network.len()];
        for (number, building) in (0u32..).zip(&self.city.buildings) {
            if let Some(link) = &building.link {
                doors[link.a as usize].push((number, link.off));
            }
        }
        let mut walker = Walker::new(self.city.network.len());
        let mut covers = Lists::default();
        for (source, node) in (0u32..).zip(&self.candidates) {
            walker.run(&self.city.network, &[Seed { node: *node, cm: 0, source }], bound);
            let found = walker.touched().iter().flat_map(|node| {
                let cm = luyuan_analysis::walk::Found::cm(&walker, *node);
                doors[*node as usize].iter().filter(move |(_, off)| cm + off <= bound).map(|(number, _)| *number)
            });
            let mut found: Vec<u32> = found.collect();
            found.sort_unstable();
            covers.push(found);
        }
        covers
    }

    /// Where `sites` of the candidates cover most residents.
    pub fn instance(&self, covers: Lists, sites: u32) -> Instance {
        Instance {
            costs: vec![0; covers.len()],
            covers,
            weights: self.city.buildings.iter().map(|building| u64::from(building.residents)).collect(),
            groups: Vec::new(),
            limit: Limit::Sites(sites),
        }
    }
}
