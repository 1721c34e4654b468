//! Distances of a scenario over those of the base: only what changed is kept.

use super::{
    base::{Base, Layer},
    plan::Plan,
};
use crate::walk::{Found, Link, UNREACHED, halves, label, queue::Queue};

/// Changed distances, told apart from older ones by their mark.
#[derive(Debug, Clone)]
pub(super) struct Overlay {
    /// Mark and distance of each node, in one number.
    over: Vec<u64>,
    now: u32,
    /// Nodes that changed.
    pub touched: Vec<u32>,
    queue: Queue,
    /// Whether new ways begin at a node.
    crossed: Vec<bool>,
}

impl Overlay {
    pub fn new(base: &Base) -> Self {
        let nodes = base.city.network.len() + 128;
        Self {
            over: vec![0; nodes],
            now: 0,
            touched: Vec::with_capacity(4096),
            queue: Queue::default(),
            crossed: vec![false; nodes],
        }
    }

    /// How far the nearest gate of a layer is from a node now.
    #[inline]
    pub fn cm(&self, layer: &Layer, node: u32) -> u32 {
        let (mark, cm) = halves(self.over[node as usize]);
        if mark == self.now { cm } else { layer.access.nodes.cm(node) }
    }

    fn is_set(&self, node: u32) -> bool {
        halves(self.over[node as usize]).0 == self.now
    }

    #[inline]
    fn set(&mut self, node: u32, cm: u32) {
        if !self.is_set(node) {
            self.touched.push(node);
        }
        self.over[node as usize] = label(self.now, cm);
    }

    #[inline]
    fn improve(&mut self, layer: &Layer, node: u32, cm: u32) {
        if cm <= layer.access.bound && cm < self.cm(layer, node) {
            self.set(node, cm);
            self.queue.push(cm, node);
        }
    }

    /// Computes a layer anew where a plan changes it.
    pub fn run(&mut self, base: &Base, layer: &Layer, plan: &Plan, removed: &[u32], added: &[Link]) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.over.fill(0);
            self.now = 1;
        }
        self.touched.clear();
        self.queue.begin(layer.access.bound);
        plan.ways.iter().for_each(|(from, ..)| self.crossed[*from as usize] = true);
        self.forget(base, layer, removed);
        for link in added {
            link.ends().into_iter().for_each(|(node, cm)| self.improve(layer, node, cm));
        }
        self.begin_at_feet(base, layer, plan, removed, added);
        while let Some((cm, node)) = self.queue.pop() {
            if cm > self.cm(layer, node) {
                continue;
            }
            if (node as usize) < base.city.network.len() {
                for arc in base.city.network.arcs(node) {
                    self.improve(layer, arc.to, cm.saturating_add(arc.cm));
                }
            }
            if self.crossed[node as usize] {
                for (_, to, way) in plan.ways.iter().filter(|(from, ..)| *from == node) {
                    self.improve(layer, *to, cm.saturating_add(*way));
                }
            }
        }
        plan.ways.iter().for_each(|(from, ..)| self.crossed[*from as usize] = false);
    }

    /// Lets go what is nearest to a gate that is gone, and begins at its surroundings and at other
    /// gates among it. Whoever lies on a shortest way to a gate is nearest to that gate as well, so
    /// that they are all found by walking from its ends.
    fn forget(&mut self, base: &Base, layer: &Layer, removed: &[u32]) {
        let nodes = &layer.access.nodes;
        let gone = |node: u32| removed.binary_search(&nodes.source(node)).is_ok();
        for gate in removed {
            let Some((_, link)) = layer.access.gates.get(*gate) else { continue };
            for (node, _) in link.ends() {
                if gone(node) && !self.is_set(node) {
                    self.set(node, UNREACHED);
                }
            }
        }
        let mut next = 0;
        while next < self.touched.len() {
            let node = self.touched[next];
            next += 1;
            for arc in base.city.network.arcs(node) {
                if gone(arc.to) && !self.is_set(arc.to) {
                    self.set(arc.to, UNREACHED);
                }
            }
        }
        for at in 0..next {
            let node = self.touched[at];
            for arc in base.city.network.arcs(node) {
                if !gone(arc.to) && nodes.cm(arc.to) != UNREACHED {
                    self.improve(layer, node, nodes.cm(arc.to).saturating_add(arc.cm));
                }
                // A gate on an edge beside the node; one at the node itself is on some edge as well.
                for gate in layer.access.gates.on_edge((node.min(arc.to), node.max(arc.to))) {
                    self.spread_from(layer, *gate, node, removed);
                }
            }
            for gate in layer.access.gates.on_edge((node, node)) {
                self.spread_from(layer, *gate, node, removed);
            }
        }
    }

    fn spread_from(&mut self, layer: &Layer, gate: u32, node: u32, removed: &[u32]) {
        if removed.binary_search(&gate).is_ok() {
            return;
        }
        if let Some((_, link)) = layer.access.gates.get(gate) {
            link.ends().into_iter().filter(|(end, _)| *end == node).for_each(|(_, cm)| self.improve(layer, node, cm));
        }
    }

    /// Ends of crossings are as far as their edge's ends allow, or as a gate on the same edge.
    fn begin_at_feet(&mut self, base: &Base, layer: &Layer, plan: &Plan, removed: &[u32], added: &[Link]) {
        let nodes = u32::try_from(base.city.network.len()).unwrap_or(u32::MAX);
        for (number, foot) in (nodes..).zip(&plan.feet) {
            let mut least = UNREACHED;
            for (node, cm) in foot.ends() {
                least = least.min(self.cm(layer, node).saturating_add(cm));
            }
            for gate in layer.access.gates.on_edge(foot.edge()) {
                if removed.binary_search(gate).is_err() {
                    let along = layer.access.gates.get(*gate).map_or(UNREACHED, |(_, link)| link.along(foot));
                    least = least.min(along);
                }
            }
            for link in added {
                least = least.min(link.along(foot));
            }
            self.improve(layer, number, least);
        }
    }
}
