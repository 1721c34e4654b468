//! Lines of the same kind and name put together where they meet, so that a name finds room.

use super::{Feature, Kind, Names, Part, World};
use std::collections::HashMap;

/// Lines of one kind and names, each as its points.
type Group = ((Kind, Names), Vec<Vec<World>>);

/// Joins lines of the same kind and name that meet end to end; where three or more of them meet the
/// line ends. Points and areas are left as they are. The order of the result follows that of the
/// arguments.
pub(super) fn join(features: Vec<Feature>) -> Vec<Feature> {
    let (lines, mut out): (Vec<Feature>, Vec<Feature>) =
        features.into_iter().partition(|feature| feature.kind.is_line());
    let mut groups: HashMap<(Kind, Names), usize> = HashMap::new();
    let mut ordered: Vec<Group> = Vec::new();
    for line in lines {
        let key = (line.kind, line.names);
        let group = *groups.entry(key.clone()).or_insert_with(|| {
            ordered.push((key, Vec::new()));
            ordered.len() - 1
        });
        ordered[group].1.extend(line.parts.into_iter().map(|part| part.points).filter(|points| points.len() > 1));
    }
    for ((kind, names), lines) in ordered {
        out.extend(joined(lines).into_iter().map(|points| Feature {
            kind,
            names: names.clone(),
            parts: vec![Part { points, hole: false }],
        }));
    }
    out
}

fn joined(lines: Vec<Vec<World>>) -> Vec<Vec<World>> {
    let mut ends: HashMap<World, Vec<usize>> = HashMap::new();
    for (number, line) in lines.iter().enumerate() {
        for end in [line.first(), line.last()].into_iter().flatten() {
            ends.entry(*end).or_default().push(number);
        }
    }
    let mut open: Vec<Option<Vec<World>>> = lines.into_iter().map(Some).collect();
    let mut out = Vec::new();
    for first in 0..open.len() {
        let Some(mut line) = open[first].take() else { continue };
        // Forwards, then turned around for what comes before.
        for _ in 0..2 {
            while let Some(end) = line.last().copied() {
                let Some([a, b]) = ends.get(&end).and_then(|here| <[usize; 2]>::try_from(here.as_slice()).ok()) else {
                    break;
                };
                let Some(mut next) = open[a].take().or_else(|| open[b].take()) else { break };
                if next.first() != Some(&end) {
                    next.reverse();
                }
                line.extend(next.into_iter().skip(1));
            }
            line.reverse();
        }
        out.push(line);
    }
    out
}
