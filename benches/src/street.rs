//! A made town for measuring: a street-like walking network from a fixed seed, with buildings where
//! people live close together, and candidates for a park.
//!
//! Junctions lie on a jittered grid about 27 m apart, so that 204,304 of them cover as much ground
//! as the district (about 150 km²). An eighth of the paths is missing, and every sixteenth line is
//! a railway or a wide road that is crossed only here and there: walking is longer than flying.

use crate::Chance;

/// The town.
pub struct Street {
    /// Junctions in metres east and north of a corner.
    pub at: Vec<(f64, f64)>,
    /// Where the paths of a junction begin, and one more.
    pub offsets: Vec<u32>,
    /// Where each path leads.
    pub heads: Vec<u32>,
    /// How long each path is, in centimetres.
    pub lengths: Vec<u32>,
    /// The junction at each building's door.
    pub doors: Vec<u32>,
    /// How far each building's door is from its junction, in centimetres.
    pub steps: Vec<u32>,
    /// Who lives in each building.
    pub residents: Vec<u64>,
    /// The junction of each candidate, none twice.
    pub candidates: Vec<u32>,
}

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
    let mut paths: Vec<Vec<(u32, u32)>> = vec![Vec::new(); at.len()];
    for node in 0..at.len() {
        let (column, row) = (node % side, node / side);
        let barrier = |line: usize, along: usize| line % 16 == 7 && along % 11 != (line / 16) % 11;
        let mut join = |other: usize, keep: bool| {
            let wind = chance.between(1.0, 1.08);
            if keep && chance.between(0.0, 1.0) > 0.125 {
                let length = ((at[node].0 - at[other].0).hypot(at[node].1 - at[other].1) * wind * 100.0).round() as u32;
                paths[node].push((other as u32, length.max(1)));
                paths[other].push((node as u32, length.max(1)));
            }
        };
        if column + 1 < side {
            join(node + 1, !barrier(column, row));
        }
        if row + 1 < side {
            join(node + side, !barrier(row, column));
        }
    }
    let mut offsets = vec![0];
    let (mut heads, mut lengths) = (Vec::new(), Vec::new());
    for list in &paths {
        for (head, length) in list {
            heads.push(*head);
            lengths.push(*length);
        }
        offsets.push(heads.len() as u32);
    }
    let extent = side as f64;
    let centres: Vec<(f64, f64, f64)> = (0..60)
        .map(|_| (chance.between(0.0, extent), chance.between(0.0, extent), chance.between(0.02, 0.08) * extent))
        .collect();
    let (mut doors, mut steps, mut residents) = (Vec::new(), Vec::new(), Vec::new());
    while doors.len() < buildings {
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
        doors.push((y as usize * side + x as usize) as u32);
        steps.push(chance.below(3_000) as u32);
        // Houses of one family up to towers.
        residents.push(chance.between(1.2f64.ln(), 300f64.ln()).exp() as u64 + 1);
    }
    let mut taken = vec![false; at.len()];
    let mut chosen = Vec::new();
    while chosen.len() < candidates {
        let node = chance.below(at.len() as u64) as usize;
        if !std::mem::replace(&mut taken[node], true) {
            chosen.push(node as u32);
        }
    }
    Street { at, offsets, heads, lengths, doors, steps, residents, candidates: chosen }
}
