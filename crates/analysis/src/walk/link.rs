//! Where a door or an entrance joins the network: on an edge, which it splits in thought only.

use super::{Network, UNREACHED};

/// A point beside or on an edge: its foot splits the edge into two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// One end of the edge.
    pub a: u32,
    /// The other; the same as `a` for a point at a node without edges.
    pub b: u32,
    /// From the foot along the edge to `a`, in centimetres.
    pub to_a: u32,
    /// From the foot along the edge to `b`; both together are the edge's length.
    pub to_b: u32,
    /// From the point straight to the foot, in centimetres: walked too.
    pub off: u32,
}

impl Link {
    /// A point at a node.
    pub fn at(node: u32) -> Self {
        Self { a: node, b: node, to_a: 0, to_b: 0, off: 0 }
    }

    /// The edge, the smaller node first.
    pub fn edge(&self) -> (u32, u32) {
        (self.a.min(self.b), self.a.max(self.b))
    }

    /// The ends of the edge, each with the way to it from the point in centimetres.
    pub fn ends(&self) -> [(u32, u32); 2] {
        [(self.a, self.off.saturating_add(self.to_a)), (self.b, self.off.saturating_add(self.to_b))]
    }

    /// How far the point is when its edge's ends are so far; see [`UNREACHED`].
    #[inline]
    pub fn from_ends(&self, at: impl Fn(u32) -> u32) -> u32 {
        let [one, other] = self.ends().map(|(node, cm)| at(node).saturating_add(cm));
        one.min(other)
    }

    /// The way between two points on one edge without touching its ends, in centimetres;
    /// [`UNREACHED`] when they are not on one edge.
    pub fn along(&self, other: &Self) -> u32 {
        if self.edge() != other.edge() {
            return UNREACHED;
        }
        let there = if self.a == other.a { other.to_a } else { other.to_b };
        self.to_a.abs_diff(there).saturating_add(self.off).saturating_add(other.off)
    }

    /// Whether it fits a network: the edge is there and both parts are its length.
    pub fn fits(&self, network: &Network) -> bool {
        let there = |node: u32| (node as usize) < network.len();
        if !there(self.a) || !there(self.b) {
            return false;
        }
        match self.a == self.b {
            true => self.to_a == 0 && self.to_b == 0,
            false => network.between(self.a, self.b) == self.to_a.checked_add(self.to_b),
        }
    }
}
