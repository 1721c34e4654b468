//! Parts of the network that are joined to nothing else.

use super::Network;

/// The parts of a network, each a set of nodes that reach one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The part of every node.
    pub of: Vec<u32>,
    /// The length of every part in centimetres, each edge once.
    pub cm: Vec<u64>,
}

impl Parts {
    /// The parts of a network, in the order of their first nodes.
    pub fn of(network: &Network) -> Self {
        let mut of = vec![u32::MAX; network.len()];
        let mut cm = Vec::new();
        let mut waiting = Vec::new();
        for first in 0..u32::try_from(network.len()).unwrap_or(u32::MAX) {
            if of[first as usize] != u32::MAX {
                continue;
            }
            let part = u32::try_from(cm.len()).unwrap_or(u32::MAX);
            let mut length = 0u64;
            of[first as usize] = part;
            waiting.push(first);
            while let Some(node) = waiting.pop() {
                for arc in network.arcs(node) {
                    length += u64::from(arc.cm);
                    if of[arc.to as usize] == u32::MAX {
                        of[arc.to as usize] = part;
                        waiting.push(arc.to);
                    }
                }
            }
            cm.push(length / 2);
        }
        Self { of, cm }
    }

    /// Which parts are islands: shorter than `metres`, and not the longest of all.
    pub fn islands(&self, metres: f64) -> Vec<bool> {
        let longest = self.cm.iter().copied().max().unwrap_or(0);
        let bound = u64::from(super::centimetres(metres));
        self.cm.iter().map(|cm| *cm < bound && *cm < longest).collect()
    }
}
