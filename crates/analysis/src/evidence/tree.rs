//! The tree: hashes of leaves and nodes, the frontier that grows with each leaf, and which stored
//! hashes a subtree is made of.

use sha2::{Digest, Sha256};
use std::{collections::HashMap, ops::Range};

/// SHA-256.
pub type Hash = [u8; 32];

/// Complete subtrees are kept at every eighth level, as the tiles of C2SP tlog-tiles: what lies
/// between is computed from at most 256 of them.
pub const STRIDE: u8 = 8;

/// The hash of a tree without leaves (RFC 6962 section 2.1).
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of a leaf: SHA-256 of a zero byte and the entry (RFC 6962 section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(entry).finalize().into()
}

/// The hash of a node: SHA-256 of a one byte and its children's hashes (RFC 6962 section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A complete subtree: the `2^level` leaves from `index << level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// Height over the leaves, which are of level 0.
    pub level: u8,
    /// Counted from 0 among the complete subtrees of that level.
    pub index: u64,
}

/// Stored hashes of one level, next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// 0 for leaves, or a multiple of [`STRIDE`].
    pub level: u8,
    /// Which of them.
    pub range: Range<u64>,
}

/// The stored hashes from which a complete subtree is computed.
pub fn span_of(node: Node) -> Span {
    let above = node.level % STRIDE;
    Span { level: node.level - above, range: node.index << above..(node.index + 1) << above }
}

/// The fewest stretches of stored hashes from which some subtrees are computed.
pub fn spans(nodes: &[Node]) -> Vec<Span> {
    let mut all: Vec<Span> = nodes.iter().map(|node| span_of(*node)).collect();
    all.sort_by_key(|span| (span.level, span.range.start, span.range.end));
    let mut joined: Vec<Span> = Vec::new();
    for span in all {
        match joined.last_mut() {
            Some(last) if last.level == span.level && last.range.end >= span.range.start => {
                last.range.end = last.range.end.max(span.range.end);
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// Stored hashes that were read: of leaves (level 0) and of every eighth level.
#[derive(Debug, Clone, Default)]
pub struct Shelf(HashMap<Node, Hash>);

impl Shelf {
    /// Puts one there.
    pub fn put(&mut self, node: Node, hash: Hash) {
        self.0.insert(node, hash);
    }

    /// The hash of a complete subtree; nothing when one that it is made of is missing.
    pub fn hash(&self, node: Node) -> Option<Hash> {
        if let Some(known) = self.0.get(&node) {
            return Some(*known);
        }
        let span = span_of(node);
        let read = |index| self.0.get(&Node { level: span.level, index }).copied();
        let mut row = span.range.map(read).collect::<Option<Vec<Hash>>>()?;
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[pair.len() - 1])).collect();
        }
        row.pop()
    }
}

/// The complete subtrees that make up the leaves of a range, from left to right, as the recursion
/// of RFC 6962 section 2.1 splits them. `start` must be the beginning of such a part.
pub(super) fn cover(range: Range<u64>) -> Vec<Node> {
    let (mut nodes, mut at) = (Vec::new(), range.start);
    while at < range.end {
        let fits = (range.end - at).ilog2();
        let level = if at == 0 { fits } else { fits.min(at.trailing_zeros()) };
        nodes.push(Node { level: u8::try_from(level).unwrap_or(u8::MAX), index: at >> level });
        at += 1 << level;
    }
    nodes
}

/// The hash over hashes of complete subtrees that lie next to each other, larger ones first.
pub(super) fn fold(hashes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    hashes.rev().reduce(|right, left| node_hash(&left, &right))
}

/// The right edge of a tree: the roots of the complete subtrees that its leaves make up. All that
/// is needed to let the tree grow, at most 64 hashes however large it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// The complete subtrees of a tree of so many leaves, from left to right.
    pub fn nodes(size: u64) -> Vec<Node> {
        cover(0..size)
    }

    /// The frontier of a tree of so many leaves, from stored hashes; nothing when one is missing.
    pub fn read(size: u64, shelf: &Shelf) -> Option<Self> {
        let edge = Self::nodes(size).into_iter().map(|node| shelf.hash(node)).collect::<Option<_>>()?;
        Some(Self { size, edge })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tree's head.
    pub fn root(&self) -> Hash {
        fold(self.edge.iter().copied()).unwrap_or_else(empty_root)
    }

    /// Adds a leaf; `kept` gets each subtree of a stored level above the leaves that it completes.
    pub fn add(&mut self, leaf: Hash, mut kept: impl FnMut(Node, Hash)) {
        let (mut hash, mut index, mut level) = (leaf, self.size, 0);
        self.size += 1;
        while index & 1 == 1 {
            let Some(left) = self.edge.pop() else { break };
            hash = node_hash(&left, &hash);
            index >>= 1;
            level += 1;
            if level % STRIDE == 0 {
                kept(Node { level, index }, hash);
            }
        }
        self.edge.push(hash);
    }
}
