//! Blocks joined to streets and communities.

use super::{
    flat::{At, area, centroid, distance},
    mesh::{Mesh, Piece, Way},
    plan::{Class, ROADS},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

/// Blocks with their neighbours.
pub(super) struct Blocks {
    pub(super) pieces: Vec<Piece>,
    pub(super) middles: Vec<At>,
    pub(super) areas: Vec<f64>,
    /// For each block, its neighbours and what lies between.
    pub(super) beside: Vec<Vec<(usize, Way)>>,
}

impl Blocks {
    pub(super) fn new(mesh: &Mesh, pieces: &[Piece]) -> Self {
        let pieces: Vec<Piece> = pieces.iter().map(|piece| mesh.whole(piece)).collect();
        let mut owner = HashMap::new();
        for (number, piece) in pieces.iter().enumerate() {
            for at in 0..piece.len() {
                owner.insert((piece[at], piece[(at + 1) % piece.len()]), number);
            }
        }
        let beside = pieces.iter().map(|piece| {
            let mut beside: BTreeMap<usize, Way> = BTreeMap::new();
            for at in 0..piece.len() {
                let (a, b) = (piece[at], piece[(at + 1) % piece.len()]);
                if let Some(other) = owner.get(&(b, a)) {
                    beside.entry(*other).or_insert(mesh.way(a, b));
                }
            }
            beside.into_iter().collect()
        });
        let beside = beside.collect();
        let rings: Vec<Vec<At>> = pieces.iter().map(|piece| mesh.ring(piece)).collect();
        Self {
            middles: rings.iter().map(|ring| centroid(ring)).collect(),
            areas: rings.iter().map(|ring| area(ring)).collect(),
            pieces,
            beside,
        }
    }

    /// The block nearest to a point, of those that are wanted.
    pub(super) fn nearest(&self, at: At, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let far = |block: &usize| distance(self.middles[*block], at);
        (0..self.pieces.len()).filter(|block| wanted(*block)).min_by(|a, b| far(a).total_cmp(&far(b)))
    }

    /// Gives each block to the seed that is nearest over neighbouring blocks; a wide road between
    /// is like a detour, so that borders run along wide roads.
    pub(super) fn spread(&self, seeds: &[usize]) -> Vec<usize> {
        let mut found = vec![usize::MAX; self.pieces.len()];
        let mut next: BinaryHeap<Reverse<(u64, usize, usize)>> =
            seeds.iter().enumerate().map(|(owner, block)| Reverse((0, *block, owner))).collect();
        while let Some(Reverse((cost, block, owner))) = next.pop() {
            if found[block] != usize::MAX {
                continue;
            }
            found[block] = owner;
            for (other, way) in self.beside[block].iter().filter(|(other, _)| found[*other] == usize::MAX) {
                let detour = match way {
                    Way::Road(number) if ROADS[*number].class == Class::Trunk => 450.0,
                    Way::Road(_) => 150.0,
                    _ => 0.0,
                };
                let step = distance(self.middles[block], self.middles[*other]) + detour;
                next.push(Reverse((cost + super::whole_number(step * 100.0) as u64, *other, owner)));
            }
        }
        found
    }

    /// Divides some blocks among seeds, so that the parts have about the same weight: always the
    /// lightest part that can still grow takes the neighbour nearest to its seed.
    pub(super) fn share(&self, among: &[usize], seeds: &[usize], weight: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut owner: HashMap<usize, Option<usize>> = among.iter().map(|block| (*block, None)).collect();
        let mut weights = vec![0.0; seeds.len()];
        let mut open: Vec<Vec<usize>> = vec![Vec::new(); seeds.len()];
        let take =
            |part: usize, block: usize, owner: &mut HashMap<usize, Option<usize>>, open: &mut Vec<Vec<usize>>| {
                owner.insert(block, Some(part));
                open[part].extend(self.beside[block].iter().map(|(other, _)| *other));
                weight(block)
            };
        for (part, block) in seeds.iter().enumerate() {
            weights[part] += take(part, *block, &mut owner, &mut open);
        }
        loop {
            for list in &mut open {
                list.retain(|block| owner.get(block) == Some(&None));
            }
            let growing = (0..seeds.len()).filter(|part| !open[*part].is_empty());
            let Some(part) = growing.min_by(|a, b| weights[*a].total_cmp(&weights[*b])) else { break };
            let seed = self.middles[seeds[part]];
            let far = |block: &usize| distance(self.middles[*block], seed);
            let Some(block) = open[part].iter().copied().min_by(|a, b| far(a).total_cmp(&far(b))) else { break };
            weights[part] += take(part, block, &mut owner, &mut open);
        }
        among.iter().map(|block| owner[block].unwrap_or(0)).collect()
    }
}

/// The rings around some pieces: edges that two of them share are left out, the others chained.
/// The first ring turning left is the outer one; those turning right are holes.
pub(super) fn outline(pieces: &[&Piece]) -> Vec<Piece> {
    let mut edges: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let directed =
        |piece: &Piece| (0..piece.len()).map(|at| (piece[at], piece[(at + 1) % piece.len()])).collect::<Vec<_>>();
    let all: std::collections::HashSet<(usize, usize)> = pieces.iter().flat_map(|piece| directed(piece)).collect();
    for piece in pieces {
        for (a, b) in directed(piece) {
            if !all.contains(&(b, a)) {
                edges.entry(a).or_default().push(b);
            }
        }
    }
    let mut rings = Vec::new();
    while let Some((start, _)) = edges.iter().find(|(_, to)| !to.is_empty()).map(|(from, to)| (*from, to.len())) {
        let mut ring = vec![start];
        let mut at = start;
        while let Some(to) = edges.get_mut(&at).and_then(Vec::pop) {
            // Back at a corner of this ring: what was walked since is a ring of its own.
            if let Some(first) = ring.iter().position(|corner| *corner == to) {
                rings.push(ring.split_off(first));
                if ring.is_empty() {
                    break;
                }
                at = to;
                ring.push(to);
                continue;
            }
            ring.push(to);
            at = to;
        }
    }
    rings
}
