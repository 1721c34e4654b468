//! Rings put together from ways that meet at their ends.

use std::collections::HashMap;

/// Joins ways to closed rings of node numbers, in the order in which they are given; how many pieces
/// were left over because they do not close.
pub(super) fn join(ways: Vec<Vec<i64>>) -> (Vec<Vec<i64>>, usize) {
    let mut rings = Vec::new();
    let mut open: Vec<Option<Vec<i64>>> = Vec::new();
    for way in ways.into_iter().filter(|way| way.len() > 1) {
        if way.first() == way.last() {
            rings.push(way);
        } else {
            open.push(Some(way));
        }
    }
    let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
    for (number, way) in open.iter().enumerate() {
        for end in way.iter().flat_map(|way| [way.first(), way.last()]).flatten() {
            ends.entry(*end).or_default().push(number);
        }
    }
    let mut unclosed = 0;
    for first in 0..open.len() {
        let Some(mut ring) = open[first].take() else { continue };
        while ring.first() != ring.last() {
            let Some(end) = ring.last().copied() else { break };
            let next = ends.get(&end).into_iter().flatten().copied().find(|number| open[*number].is_some());
            let Some(mut way) = next.and_then(|number| open[number].take()) else { break };
            if way.first() != Some(&end) {
                way.reverse();
            }
            ring.extend(way.into_iter().skip(1));
        }
        if ring.first() == ring.last() && ring.len() > 3 {
            rings.push(ring);
        } else {
            unclosed += 1;
        }
    }
    rings.retain(|ring| ring.len() > 3);
    (rings, unclosed)
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn pieces_of_any_direction_close_and_what_does_not_is_counted() {
        let ways = vec![vec![1, 2, 3], vec![5, 4, 3], vec![5, 1], vec![10, 11, 12, 10], vec![20, 21], vec![21, 22]];
        let (rings, unclosed) = join(ways);
        assert_eq!(rings, [vec![10, 11, 12, 10], vec![1, 2, 3, 4, 5, 1]]);
        assert_eq!(unclosed, 1, "20 to 22 are one piece");
        // Two rings that touch in a node close each by itself or as one line through it, never lost.
        let (rings, unclosed) = join(vec![vec![1, 2, 3], vec![3, 1], vec![3, 4, 5], vec![5, 3]]);
        assert_eq!((rings.len(), unclosed), (2, 0));
        assert_eq!(join(vec![vec![1, 2], vec![2, 1], vec![7]]), (vec![], 1), "there and back encloses nothing");
    }
}
