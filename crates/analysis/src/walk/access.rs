//! How far it is from every node and every building to the nearest ground that counts.

use super::{City, Link, Park, Reach, Seed, UNREACHED, Walker, search::Found};
use std::collections::HashMap;

/// The entrances of the grounds that count, numbered in the order of the parks. Entrances that no
/// path comes near to are left out.
#[derive(Debug, Clone, Default)]
pub struct Gates {
    /// The park of every gate, by its position in the city's list, and where the gate joins the network.
    list: Vec<(u32, Link)>,
    by_edge: HashMap<(u32, u32), Vec<u32>>,
    /// A bit for the smaller node of each edge with a gate: most doors stand on an edge without one,
    /// and are done with after a look at it.
    marked: Vec<u64>,
}

impl Gates {
    /// The gates of the parks that `counts` takes.
    pub fn of(city: &City, counts: impl Fn(&Park) -> bool) -> Self {
        let mut gates = Self::default();
        for (number, park) in (0..).zip(&city.parks).filter(|(_, park)| counts(park)) {
            for link in park.entrances.iter().filter_map(|entrance| entrance.link) {
                gates.push(number, link);
            }
        }
        gates
    }

    /// Adds a gate; its number.
    pub fn push(&mut self, park: u32, link: Link) -> u32 {
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let (word, bit) = mark(link.edge());
        if word >= self.marked.len() {
            self.marked.resize(word + 1, 0);
        }
        self.marked[word] |= bit;
        self.by_edge.entry(link.edge()).or_default().push(number);
        self.list.push((park, link));
        number
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The park of a gate and where it joins the network.
    pub fn get(&self, gate: u32) -> Option<(u32, Link)> {
        self.list.get(gate as usize).copied()
    }

    /// The gates on an edge, given by its smaller node first.
    #[inline]
    pub fn on_edge(&self, edge: (u32, u32)) -> &[u32] {
        let (word, bit) = mark(edge);
        if self.marked.get(word).is_none_or(|marked| marked & bit == 0) {
            return &[];
        }
        self.by_edge.get(&edge).map_or(&[], Vec::as_slice)
    }

    /// Where a search from all gates begins.
    pub fn seeds(&self) -> Vec<Seed> {
        let ends = (0..)
            .zip(&self.list)
            .flat_map(|(source, (_, link))| link.ends().map(|(node, cm)| Seed { node, cm, source }));
        ends.collect()
    }

    /// The nearest gate of a point, given what a search from all gates found at nodes; within `bound`
    /// centimetres. Of several at the same distance the one with the smallest number.
    pub fn nearest(&self, at: &Link, found: &impl Found, bound: u32) -> Near {
        let over_ends = at.ends().map(|(node, cm)| (found.cm(node).saturating_add(cm), found.source(node)));
        let along = self.on_edge(at.edge()).iter().map(|gate| (self.list[*gate as usize].1.along(at), *gate));
        let (cm, gate) = over_ends.into_iter().chain(along).min().unwrap_or((UNREACHED, u32::MAX));
        if cm > bound { Near::NONE } else { Near { cm, gate } }
    }
}

/// Where the bit of an edge stands: which word, and the bit in it.
#[inline]
fn mark(edge: (u32, u32)) -> (usize, u64) {
    (edge.0 as usize / 64, 1 << (edge.0 % 64))
}

/// The nearest gate of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// How far on foot, in centimetres; [`UNREACHED`] when none is within the bound.
    pub cm: u32,
    /// Which gate; `u32::MAX` when none is.
    pub gate: u32,
}

impl Near {
    /// Nothing within the bound: never told as a distance of 0.
    pub const NONE: Self = Self { cm: UNREACHED, gate: u32::MAX };

    /// Metres; none when nothing is within the bound.
    pub fn metres(self) -> Option<f64> {
        (self.cm != UNREACHED).then(|| f64::from(self.cm) / 100.0)
    }
}

/// What a search from all gates found.
#[derive(Debug, Clone)]
pub struct Access {
    /// How far was looked, in centimetres.
    pub bound: u32,
    /// The gates.
    pub gates: Gates,
    /// Distance and gate of every node.
    pub nodes: Reach,
    /// The nearest gate of every building.
    pub buildings: Vec<Near>,
}

/// Distances of all nodes and buildings to the nearest gate of the parks that `counts` takes, within
/// `bound` centimetres on foot.
pub fn access(city: &City, counts: impl Fn(&Park) -> bool, bound: u32) -> Access {
    let gates = Gates::of(city, counts);
    let mut walker = Walker::new(city.network.len());
    walker.run(&city.network, &gates.seeds(), bound);
    let nodes = walker.into_reach();
    let near = |link: &Option<Link>| link.as_ref().map_or(Near::NONE, |link| gates.nearest(link, &nodes, bound));
    let buildings = city.buildings.iter().map(|building| near(&building.link)).collect();
    Access { bound, gates, nodes, buildings }
}
