//! Against the vectors of Certificate Transparency's reference code, a tree by the definition, and
//! the examples of the specifications.

mod notes;
mod receipts;
mod vectors;

use super::*;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// MTH by its definition in RFC 6962 section 2.1, nothing spared.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let mut middle = 1;
            while middle * 2 < many.len() {
                middle *= 2;
            }
            node_hash(&defined(&many[..middle]), &defined(&many[middle..]))
        }
    }
}

/// PATH by its definition in RFC 6962 section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let mut middle = 1;
    while middle * 2 < leaves.len() {
        middle *= 2;
    }
    let (left, right) = leaves.split_at(middle);
    let (mut proof, other) =
        if index < middle { (path(index, left), defined(right)) } else { (path(index - middle, right), defined(left)) };
    proof.push(other);
    proof
}

/// SUBPROOF by its definition in RFC 6962 section 2.1.2.
fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![defined(leaves)] };
    }
    let mut middle = 1;
    while middle * 2 < leaves.len() {
        middle *= 2;
    }
    let (left, right) = leaves.split_at(middle);
    let (mut proof, other) = if old <= middle {
        (subproof(old, left, known), defined(right))
    } else {
        (subproof(old - middle, right, false), defined(left))
    };
    proof.push(other);
    proof
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(format!("leaf {at}").as_bytes())).collect()
}

/// What a log of these leaves has stored, and its frontier.
fn grown(leaves: &[Hash]) -> (Shelf, Frontier) {
    let (mut shelf, mut frontier) = (Shelf::default(), Frontier::default());
    for leaf in leaves {
        shelf.put(Node { level: 0, index: frontier.size() }, *leaf);
        let mut kept = Vec::new();
        frontier.add(*leaf, |node, hash| kept.push((node, hash)));
        kept.into_iter().for_each(|(node, hash)| shelf.put(node, hash));
    }
    (shelf, frontier)
}

/// Only what the spans of some nodes name: what a database would be asked for.
fn asked(shelf: &Shelf, nodes: &[Node]) -> Shelf {
    let mut part = Shelf::default();
    for span in spans(nodes) {
        assert_eq!(span.level % STRIDE, 0);
        for index in span.range {
            let node = Node { level: span.level, index };
            part.put(node, shelf.hash(node).unwrap());
        }
    }
    part
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_tree_and_its_proofs_are_those_of_the_definition(size in 1_usize..700, at in 0_usize..700, old in 1_usize..700) {
        let (at, old) = (at % size, 1 + old % size);
        let leaves = leaves(size);
        let (shelf, frontier) = grown(&leaves);
        let root = defined(&leaves);
        prop_assert_eq!(frontier.root(), root);
        let again = asked(&shelf, &Frontier::nodes(size as u64));
        prop_assert_eq!(Frontier::read(size as u64, &again), Some(frontier));

        let plan = inclusion(at as u64, size as u64).unwrap();
        let proof = plan.made(&asked(&shelf, &plan.nodes())).unwrap();
        prop_assert_eq!(&proof, &path(at, &leaves));
        prop_assert_eq!(verify_inclusion(at as u64, size as u64, &leaves[at], &proof, &root), Ok(()));

        let plan = consistency(old as u64, size as u64).unwrap();
        let grew = plan.made(&asked(&shelf, &plan.nodes())).unwrap();
        prop_assert_eq!(&grew, &subproof(old, &leaves, true));
        let before = defined(&leaves[..old]);
        prop_assert_eq!(verify_consistency((old as u64, &before), (size as u64, &root), &grew), Ok(()));
    }

    #[test]
    fn a_proof_that_was_touched_is_refused(size in 2_u64..300, at in 0_u64..300, old in 1_u64..300, byte in 0_usize..32, pick in 0_usize..16) {
        let (at, old) = (at % size, 1 + old % (size - 1));
        let all = leaves(usize::try_from(size).unwrap());
        let (shelf, frontier) = grown(&all);
        let (root, leaf) = (frontier.root(), all[usize::try_from(at).unwrap()]);
        let proof = inclusion(at, size).unwrap().made(&shelf).unwrap();
        let refused = |index, size, leaf: &Hash, proof: &[Hash], root: &Hash| {
            verify_inclusion(index, size, leaf, proof, root).is_err()
        };
        let flipped = |hash: &Hash| { let mut other = *hash; other[byte] ^= 1; other };
        let mut touched = proof.clone();
        let nth = pick % proof.len();
        touched[nth] = flipped(&touched[nth]);
        prop_assert!(refused(at, size, &leaf, &touched, &root));
        prop_assert!(refused(at, size, &flipped(&leaf), &proof, &root));
        prop_assert!(refused(at, size, &leaf, &proof, &flipped(&root)));
        prop_assert!(refused(at, size, &leaf, &proof[1..], &root));
        prop_assert!(refused(at, size, &leaf, &proof[..proof.len() - 1], &root));
        prop_assert!(refused(at, size, &leaf, &[proof.as_slice(), &[root]].concat(), &root));
        prop_assert!(refused(at ^ 1, size, &leaf, &proof, &root));
        prop_assert!(refused(size, size, &leaf, &proof, &root));

        let before = defined(&all[..usize::try_from(old).unwrap()]);
        let grew = consistency(old, size).unwrap().made(&shelf).unwrap();
        let refused = |old, before: &Hash, grew: &[Hash], root: &Hash| {
            verify_consistency((old, before), (size, root), grew).is_err()
        };
        let mut touched = grew.clone();
        let nth = pick % grew.len();
        touched[nth] = flipped(&touched[nth]);
        prop_assert!(refused(old, &before, &touched, &root));
        prop_assert!(refused(old, &flipped(&before), &grew, &root));
        prop_assert!(refused(old, &before, &grew, &flipped(&root)));
        prop_assert!(refused(old, &before, &grew[1..], &root));
        prop_assert!(refused(old, &before, &grew[..grew.len() - 1], &root));
        prop_assert!(refused(old, &before, &[grew.as_slice(), &[root]].concat(), &root));
        prop_assert!(refused(0, &before, &grew, &root) && refused(size + 1, &before, &grew, &root));
    }
}

#[test]
fn a_proof_of_a_large_log_reads_little() {
    // A hundred million leaves; the hashes do not matter.
    let size = 100_000_000;
    for at in [0, 1, 255, 256, 65_535, 77_777_777, size - 1] {
        let spans = spans(&inclusion(at, size).unwrap().nodes());
        let hashes: u64 = spans.iter().map(|span| span.range.end - span.range.start).sum();
        assert!(hashes <= 8 * 256 && spans.len() <= 16, "{at}: {hashes} hashes in {} stretches", spans.len());
    }
}

#[test]
fn what_is_not_stored_is_noticed() {
    let all = leaves(600);
    let (shelf, _) = grown(&all);
    let plan = inclusion(3, 600).unwrap();
    let mut part = Shelf::default();
    for span in spans(&plan.nodes()) {
        for index in span.range.skip(1) {
            let node = Node { level: span.level, index };
            part.put(node, shelf.hash(node).unwrap());
        }
    }
    assert_eq!(plan.made(&part), None);
}
