//! Proofs that a leaf is in a tree, and that one tree grew out of another (RFC 6962 section 2.1.1
//! and 2.1.2), made from stored hashes and verified without them (RFC 9162 section 2.1.3.2 and
//! 2.1.4.2).

use super::tree::{Hash, Node, Shelf, cover, fold, node_hash};
use std::ops::Range;
use thiserror::Error;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The leaf or the older tree is not inside the tree.
    #[error("it is not inside a tree of that size")]
    Outside,
    /// There are more or fewer hashes than there must be.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// It leads to another root.
    #[error("it leads to another root")]
    Root,
}

/// A proof that can be made: its parts, from first to last, each a run of leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(Vec<Vec<Node>>);

impl Plan {
    /// The complete subtrees whose hashes it needs.
    pub fn nodes(&self) -> Vec<Node> {
        self.0.iter().flatten().copied().collect()
    }

    /// The proof, from stored hashes; nothing when one is missing.
    pub fn made(&self, shelf: &Shelf) -> Option<Vec<Hash>> {
        let part = |nodes: &Vec<Node>| {
            let hashes = nodes.iter().map(|node| shelf.hash(*node)).collect::<Option<Vec<_>>>()?;
            fold(hashes.into_iter())
        };
        self.0.iter().map(part).collect()
    }
}

/// The largest power of two below a number of leaves that is at least two.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The plan of the proof that the leaf `index` is in the tree of `size` leaves.
///
/// # Errors
/// [`ProofError::Outside`] when it is not.
pub fn inclusion(index: u64, size: u64) -> Result<Plan, ProofError> {
    if index >= size {
        return Err(ProofError::Outside);
    }
    let (mut parts, mut range) = (Vec::new(), 0..size);
    while range.end - range.start > 1 {
        let middle = range.start + split(range.end - range.start);
        let other: Range<u64>;
        (range, other) = if index < middle {
            (range.start..middle, middle..range.end)
        } else {
            (middle..range.end, range.start..middle)
        };
        parts.push(cover(other));
    }
    parts.reverse();
    Ok(Plan(parts))
}

/// The plan of the proof that the tree of `new` leaves grew out of that of `old`.
///
/// # Errors
/// [`ProofError::Outside`] when it is smaller, or the older one is empty: out of nothing grows
/// anything.
pub fn consistency(old: u64, new: u64) -> Result<Plan, ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Outside);
    }
    let (mut parts, mut range, mut known) = (Vec::new(), 0..new, true);
    // SUBPROOF of RFC 6962 section 2.1.2, from the root down.
    while old != range.end {
        let middle = range.start + split(range.end - range.start);
        if old <= middle {
            parts.push(cover(middle..range.end));
            range.end = middle;
        } else {
            parts.push(cover(range.start..middle));
            range.start = middle;
            known = false;
        }
    }
    if !known {
        parts.push(cover(range));
    }
    parts.reverse();
    Ok(Plan(parts))
}

/// Checks that a leaf is in a tree with a root.
///
/// # Errors
/// As [`ProofError`] says.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for part in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(part, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, part);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that a tree grew out of an older one. Trees of the same size have the same root and an
/// empty proof.
///
/// # Errors
/// As [`ProofError`] says.
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Outside);
    }
    if old == new {
        return match (proof.is_empty(), old_root == new_root) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let (first, rest) = match (old.is_power_of_two(), proof.split_first()) {
        (true, _) => (old_root, proof),
        (false, Some((first, rest))) => (first, rest),
        (false, None) => return Err(ProofError::Length),
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut older, mut newer) = (*first, *first);
    for part in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            older = node_hash(part, &older);
            newer = node_hash(part, &newer);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            newer = node_hash(&newer, part);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if older == *old_root && newer == *new_root { Ok(()) } else { Err(ProofError::Root) }
}
