//! Bounded shortest ways from many sources at once (Dijkstra 1959) on whole centimetres.

use super::{Network, UNREACHED};
use std::{cmp::Reverse, collections::BinaryHeap};

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
    /// Centimetres, or [`UNREACHED`].
    pub cm: Vec<u32>,
    /// The source; `u32::MAX` where none is reached.
    pub source: Vec<u32>,
}

/// What a search found at nodes.
pub trait Found {
    /// How far the nearest source is, in centimetres; see [`UNREACHED`].
    fn cm(&self, node: u32) -> u32;
    /// Which source it is; `u32::MAX` where none is reached.
    fn source(&self, node: u32) -> u32;
}

impl Found for Reach {
    #[inline]
    fn cm(&self, node: u32) -> u32 {
        self.cm[node as usize]
    }

    #[inline]
    fn source(&self, node: u32) -> u32 {
        self.source[node as usize]
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
    cm: Vec<u32>,
    source: Vec<u32>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<u64>>,
}

impl Walker {
    /// For networks of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self { cm: vec![UNREACHED; nodes], source: vec![u32::MAX; nodes], touched: Vec::new(), heap: BinaryHeap::new() }
    }

    /// What the last search found, for every node.
    pub fn into_reach(self) -> Reach {
        Reach { cm: self.cm, source: self.source }
    }

    /// The nodes that the last search reached, in no particular order.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Searches within `bound` centimetres; what was found before is forgotten.
    pub fn run(&mut self, network: &Network, seeds: &[Seed], bound: u32) {
        for node in self.touched.drain(..) {
            self.cm[node as usize] = UNREACHED;
            self.source[node as usize] = u32::MAX;
        }
        self.heap.clear();
        for seed in seeds {
            self.improve(seed.node, seed.cm, seed.source, bound);
        }
        while let Some(Reverse(entry)) = self.heap.pop() {
            let (cm, node) = unpack(entry);
            if cm > self.cm[node as usize] {
                continue;
            }
            let source = self.source[node as usize];
            for arc in network.arcs(node) {
                self.improve(arc.to, cm.saturating_add(arc.cm), source, bound);
            }
        }
    }

    #[inline]
    fn improve(&mut self, node: u32, cm: u32, source: u32, bound: u32) {
        let at = node as usize;
        let old = self.cm[at];
        // Equal ways go to the source with the smaller number, so that the answer does not depend on
        // the order of work.
        if cm > bound || cm > old || (cm == old && source >= self.source[at]) {
            return;
        }
        if old == UNREACHED {
            self.touched.push(node);
        }
        self.cm[at] = cm;
        self.source[at] = source;
        self.heap.push(Reverse(u64::from(cm) << 32 | u64::from(node)));
    }
}

impl Found for Walker {
    #[inline]
    fn cm(&self, node: u32) -> u32 {
        self.cm[node as usize]
    }

    #[inline]
    fn source(&self, node: u32) -> u32 {
        self.source[node as usize]
    }
}

/// Distance and node of an entry of the queue.
#[allow(clippy::cast_possible_truncation)] // the two halves
fn unpack(entry: u64) -> (u32, u32) {
    ((entry >> 32) as u32, entry as u32)
}
