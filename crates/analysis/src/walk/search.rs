//! Bounded shortest ways from many sources at once (Dijkstra 1959) on whole centimetres.

#[cfg(doc)]
use super::UNREACHED;
use super::{Network, queue::Queue};

/// Where a search begins: so far from this node already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// A node.
    pub node: u32,
    /// How far the source is from it, in centimetres.
    pub cm: u32,
    /// Which source, as the caller numbers them.
    pub source: u32,
}

/// For every node how far its nearest source is, and which. Of several at the same distance the one
/// with the smallest number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Distance and source of each node in one number, so that the smaller number is the better.
    labels: Vec<u64>,
}

impl Reach {
    /// How far each node is, in centimetres; see [`UNREACHED`].
    pub fn centimetres(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.labels.iter().map(|label| halves(*label).0)
    }
}

/// Nothing found yet: worse than everything.
const NOTHING: u64 = u64::MAX;

/// What a search found at nodes.
pub trait Found {
    /// How far the nearest source is, in centimetres; see [`UNREACHED`].
    fn cm(&self, node: u32) -> u32;
    /// Which source it is; `u32::MAX` where none is reached.
    fn source(&self, node: u32) -> u32;
}

/// Numbers beyond the network are not reached.
impl Found for Reach {
    #[inline]
    fn cm(&self, node: u32) -> u32 {
        halves(self.labels.get(node as usize).copied().unwrap_or(NOTHING)).0
    }

    #[inline]
    fn source(&self, node: u32) -> u32 {
        halves(self.labels.get(node as usize).copied().unwrap_or(NOTHING)).1
    }
}

/// The nearest source of every node within `bound` centimetres.
pub fn reach(network: &Network, seeds: &[Seed], bound: u32) -> Reach {
    let mut walker = Walker::new(network.len());
    walker.run(network, seeds, bound);
    walker.into_reach()
}

/// A workspace for searches on one network, so that a search costs what it touches and nothing is
/// allocated again.
#[derive(Debug, Clone)]
pub struct Walker {
    labels: Vec<u64>,
    touched: Vec<u32>,
    queue: Queue,
}

/// Seeds of so many neighbouring nodes are spread together. Nodes lie in memory as they lie in the
/// city (`Network::arranged`), so that what one spreading touches stays in the processor's caches,
/// however large the city.
const TOGETHER: u32 = 1 << 15;

impl Walker {
    /// For networks of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self { labels: vec![NOTHING; nodes], touched: Vec::new(), queue: Queue::default() }
    }

    /// What the last search found, for every node.
    pub fn into_reach(self) -> Reach {
        Reach { labels: self.labels }
    }

    /// The nodes that the last search reached, in no particular order.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Searches within `bound` centimetres; what was found before is forgotten.
    pub fn run(&mut self, network: &Network, seeds: &[Seed], bound: u32) {
        for node in self.touched.drain(..) {
            self.labels[node as usize] = NOTHING;
        }
        if network.len() <= TOGETHER as usize || seeds.len() < 2 {
            return self.spread(network, seeds, bound);
        }
        let mut sorted = seeds.to_vec();
        sorted.sort_unstable_by_key(|seed| seed.node);
        // What one part found stands where the next one is no nearer, so that in the end each node has
        // the nearest of all.
        for part in sorted.chunk_by(|one, other| one.node / TOGETHER == other.node / TOGETHER) {
            self.spread(network, part, bound);
        }
    }

    fn spread(&mut self, network: &Network, seeds: &[Seed], bound: u32) {
        self.queue.begin(bound);
        for seed in seeds {
            self.improve(seed.node, label(seed.cm, seed.source), bound);
        }
        while let Some((cm, node)) = self.queue.pop() {
            let (now, source) = halves(self.labels[node as usize]);
            if cm > now {
                continue;
            }
            for arc in network.arcs(node) {
                self.improve(arc.to, label(cm.saturating_add(arc.cm), source), bound);
            }
        }
    }

    #[inline]
    fn improve(&mut self, node: u32, new: u64, bound: u32) {
        let old = &mut self.labels[node as usize];
        let cm = halves(new).0;
        // Equal ways go to the source with the smaller number, so that the answer does not depend on
        // the order of work.
        if new >= *old || cm > bound {
            return;
        }
        if *old == NOTHING {
            self.touched.push(node);
        }
        *old = new;
        self.queue.push(cm, node);
    }
}

impl Found for Walker {
    #[inline]
    fn cm(&self, node: u32) -> u32 {
        halves(self.labels[node as usize]).0
    }

    #[inline]
    fn source(&self, node: u32) -> u32 {
        halves(self.labels[node as usize]).1
    }
}

/// Two numbers in one: ordered by the first, then by the second.
#[inline]
pub(crate) fn label(cm: u32, source: u32) -> u64 {
    u64::from(cm) << 32 | u64::from(source)
}

/// The two numbers of a label.
#[inline]
#[allow(clippy::cast_possible_truncation)] // the two halves
pub(crate) fn halves(label: u64) -> (u32, u32) {
    ((label >> 32) as u32, label as u32)
}
