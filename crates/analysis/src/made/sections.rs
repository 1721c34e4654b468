//! Named roads cut into sections between one wide road and the next.

use super::{
    flat::{At, along, distance, edges, left, minus, to_edge, unit},
    mesh::{Mesh, Way},
    plan::{ROADS, TRIAL},
};
use std::collections::{BTreeMap, BTreeSet};

/// A section of a road.
pub(super) struct Section {
    /// Number of the road in the plan.
    pub(super) road: usize,
    /// What it begins and ends at: a road's number, none at the district's border.
    pub(super) ends: [Option<usize>; 2],
    /// Its middle line.
    pub(super) line: Vec<At>,
    /// Its ground.
    pub(super) ring: Vec<At>,
}

/// A shorter piece joins the section before it.
const LEAST: f64 = 260.0;

/// The sections of all named roads, kept off the border by their own width.
pub(super) fn sections(mesh: &Mesh, border: &[At]) -> Vec<Section> {
    let mut own: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    let mut crossing: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for ((a, b), way) in mesh.ways() {
        if let Way::Road(number) = way {
            own.entry(number).or_default().push((a, b));
            for corner in [a, b] {
                crossing.entry(corner).or_default().insert(number);
            }
        }
    }
    let mut found = Vec::new();
    for (road, edges) in own {
        for path in paths(&edges, &mesh.corners) {
            // The wider of the other roads that meet here names the end.
            let meets = |corner: usize| {
                let others = crossing.get(&corner).into_iter().flatten().copied();
                others.filter(|other| *other != road).max_by_key(|other| (ROADS[*other].class, usize::MAX - other))
            };
            let trial = |other: usize| ROADS[road].name == TRIAL.0 && TRIAL.1.contains(&ROADS[other].name);
            let wide =
                |corner: usize| meets(corner).filter(|other| ROADS[*other].class >= ROADS[road].class || trial(*other));
            let mut start = 0;
            for at in 1..path.len() {
                let last = at + 1 == path.len();
                let length = |from: usize, to: usize| {
                    path[from..=to]
                        .windows(2)
                        .map(|pair| distance(mesh.corners[pair[0]], mesh.corners[pair[1]]))
                        .sum::<f64>()
                };
                let short = length(start, at) < LEAST || (!last && length(at, path.len() - 1) < LEAST);
                if !last && (short || wide(path[at]).is_none()) {
                    continue;
                }
                let line: Vec<At> = path[start..=at].iter().map(|corner| mesh.corners[*corner]).collect();
                let ends = [meets(path[start]), meets(path[at])];
                found.extend(ground(line, ROADS[road].class.half_width(), border).map(|(line, ring)| Section {
                    road,
                    ends,
                    line,
                    ring,
                }));
                start = at;
            }
        }
    }
    found
}

/// Edges joined end to end, each path in the direction of the plan.
pub(super) fn paths(edges: &[(usize, usize)], corners: &[At]) -> Vec<Vec<usize>> {
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (a, b) in edges {
        beside.entry(*a).or_default().push(*b);
        beside.entry(*b).or_default().push(*a);
    }
    let mut paths = Vec::new();
    // Ends first, then what is left of loops.
    let ends: Vec<usize> = beside.iter().filter(|(_, to)| to.len() == 1).map(|(at, _)| *at).collect();
    let all: Vec<usize> = beside.keys().copied().collect();
    for start in ends.into_iter().chain(all.iter().flat_map(|at| std::iter::repeat_n(*at, 4))) {
        if beside.get(&start).is_none_or(Vec::is_empty) {
            continue;
        }
        let mut path = vec![start];
        let mut at = start;
        while let Some(next) = beside.get_mut(&at).and_then(Vec::pop) {
            if let Some(back) = beside.get_mut(&next) {
                back.retain(|other| *other != at);
            }
            path.push(next);
            at = next;
        }
        // From north to south, from west to east, as addresses are told.
        let way = minus(corners[at], corners[start]);
        if way[0] - way[1] < 0.0 {
            path.reverse();
        }
        paths.push(path);
    }
    paths
}

/// A line's longest stretch that keeps off the border, and the ground on both sides of it.
fn ground(line: Vec<At>, half: f64, border: &[At]) -> Option<(Vec<At>, Vec<At>)> {
    let border: Vec<(At, At)> = edges(border).collect();
    let free = |at: At| {
        let reach = half + 4.0;
        let near = border.iter().filter(|(a, b)| {
            (a[0].min(b[0]) - reach..=a[0].max(b[0]) + reach).contains(&at[0])
                && (a[1].min(b[1]) - reach..=a[1].max(b[1]) + reach).contains(&at[1])
        });
        near.map(|(a, b)| to_edge(at, *a, *b)).fold(f64::INFINITY, f64::min) > reach
    };
    // Points every few metres, so that a road ends close before the border.
    let mut fine: Vec<(At, bool)> = Vec::new();
    for pair in line.windows(2) {
        let steps = super::whole_number(distance(pair[0], pair[1]) / 6.0) + 1;
        let step = minus(pair[1], pair[0]);
        fine.extend((0..steps).map(|at| (along(pair[0], step, at as f64 / steps as f64), at == 0)));
    }
    fine.extend(line.last().map(|at| (*at, true)));
    let runs = fine.split(|(at, _)| !free(*at));
    let run = runs.max_by_key(|run| run.len()).filter(|run| run.len() > 8)?;
    let last = run.len() - 1;
    let kept: Vec<At> = run
        .iter()
        .enumerate()
        .filter(|(at, (_, corner))| *corner || *at == 0 || *at == last)
        .map(|(_, (at, _))| *at)
        .collect();
    let ring = both_sides(&kept, half);
    Some((kept, ring))
}

/// The ground within so many metres of a line, square at its ends.
fn both_sides(line: &[At], half: f64) -> Vec<At> {
    let side = |sign: f64| {
        (0..line.len()).map(move |at| {
            let before = unit(minus(line[at], line[at.saturating_sub(1)]));
            let after = unit(minus(line[(at + 1).min(line.len() - 1)], line[at]));
            let (before, after) = match at {
                0 => (after, after),
                at if at + 1 == line.len() => (before, before),
                _ => (before, after),
            };
            let mean = unit([before[0] + after[0], before[1] + after[1]]);
            // At a bend the edge lies farther out by the cosine of half the angle.
            let cosine = super::flat::dot(mean, after).max(0.5);
            along(line[at], left(mean), sign * half / cosine)
        })
    };
    let mut ring: Vec<At> = side(-1.0).collect();
    ring.extend(side(1.0).collect::<Vec<_>>().into_iter().rev());
    ring
}

/// The section's name: 京广路（航海路—长江路）.
pub(super) fn name(section: &Section) -> String {
    let end = |end: Option<usize>| end.map_or("区界", |road| ROADS[road].name);
    let [from, to] = section.ends.map(end);
    format!("{}（{from}—{to}）", ROADS[section.road].name)
}

/// Whether it is the trial section of the district's report.
pub(super) fn is_trial(section: &Section) -> bool {
    let (road, ends) = TRIAL;
    ROADS[section.road].name == road
        && section.ends.iter().flatten().all(|end| ends.contains(&ROADS[*end].name))
        && section.ends.iter().flatten().count() == 2
}
