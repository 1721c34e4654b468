//! A sharper bound by regions. Sites that compete for the same demands form regions; a demand
//! inside one region counts there as a whole, one between regions counts in each with the share
//! that its candidates are credited with, and every site pays the toll for room. Each region is
//! then solved exactly: together they bound the problem at least as well as the shares did
//! (Lagrangian decomposition, Guignard and Kim 1987), and what is far from its region's best is
//! decided.

use super::{
    dual::{Bound, SCALE},
    instance::{Lists, number},
    problem::{Fate, NONE, Problem},
    search::Search,
};
use std::collections::{BTreeMap, HashMap};

/// A better bound.
pub(super) struct Sharper {
    /// No choice is worth more, scaled; without the problem's base.
    pub value: i64,
    /// What it decides.
    pub fates: Vec<Fate>,
    /// Candidates that the regions chose.
    pub chosen: Vec<u32>,
}

/// The least part of a site that counts as wanted.
const WANTED: f64 = 0.04;
/// Nodes for one region: a region that is not solved bounds as far as it got.
const NODES: u64 = 900;

impl Search<'_> {
    /// Solves each region. `None` when nothing above `target` exists.
    pub(super) fn sharpen(
        &mut self,
        problem: &Problem,
        bound: &Bound,
        target: i64,
        sites: f64,
        depth: u32,
    ) -> Option<Sharper> {
        let region = regions(problem, bound, sites);
        let mut members: Vec<Vec<u32>> = Vec::new();
        for (at, region) in region.iter().enumerate().filter(|(_, region)| **region != NONE) {
            let region = *region as usize;
            if members.len() <= region {
                members.resize(region + 1, Vec::new());
            }
            members[region].push(number(at));
        }
        let inside = |demand: usize| {
            let list = problem.turned.of(demand);
            let first = region[list[0] as usize];
            first != NONE && list.iter().all(|at| region[*at as usize] == first)
        };
        let inside: Vec<bool> = (0..problem.weights.len()).map(inside).collect();
        // Larger regions are harder: the square of how many of the first size they are, rounded up.
        let times = (1u32..).find(|times| f64::from(*times) * self.cut.sites >= sites).map_or(1, u64::from);
        let nodes = NODES * times * times;
        let mut gap = bound.value - target;
        let mut chosen = Vec::new();
        let place: HashMap<u32, u32> = problem.names.iter().copied().zip(0..).collect();
        let mut loss = vec![0; members.len()];
        let mut order: Vec<usize> = (0..members.len()).filter(|at| members[*at].len() > 1).collect();
        order.sort_by_key(|at| members[*at].len());
        for at in order {
            let list = &members[at];
            let mut part = problem.part(list, |demand| {
                let (weight, dual) = (problem.weights[demand], bound.duals[demand]);
                if inside[demand] { (weight * SCALE, dual * SCALE) } else { (dual, dual * SCALE) }
            });
            part.room = None;
            let mut value: i64 = part.weights.iter().zip(&part.duals).map(|(weight, dual)| weight - dual / SCALE).sum();
            for (own, at) in part.own.iter_mut().zip(list) {
                let at = *at as usize;
                let net = bound.nets(problem, at).0;
                // What remains of its own after the toll; its demands come on top.
                *own = problem.own[at] * SCALE - (bound.worth[at] - net);
                value += net.max(0);
            }
            let part = part.reduce(&vec![Fate::Open; list.len()]);
            self.regional = true;
            let answer = self.with_nodes(nodes, |search| search.run(part, value - gap - 1, depth + 1));
            self.regional = false;
            let mut best = answer.bound;
            if let Some((worth, names)) = answer.found {
                best = best.max(worth);
                chosen.extend(names.iter().filter_map(|name| place.get(name)));
            }
            let best = best.min(value);
            if best < value - gap {
                return None;
            }
            loss[at] = value - best;
            gap -= loss[at];
            if self.over() {
                break;
            }
        }
        let value = target + gap;
        let decide = |at: usize| {
            let net = bound.nets(problem, at).0;
            let slack = gap + loss.get(region[at] as usize).copied().unwrap_or(0);
            if problem.group[at] != NONE {
                Fate::Open
            } else if slack + net < 0 {
                Fate::Out
            } else if slack - net < 0 {
                Fate::In
            } else {
                Fate::Open
            }
        };
        let first = bound.fates(problem, target);
        let fates = (0..problem.len()).map(|at| if first[at] == Fate::Open { decide(at) } else { first[at] }).collect();
        Some(Sharper { value, fates, chosen })
    }
}

/// The region of each candidate, or [`NONE`] for one that competes with no wanted site.
fn regions(problem: &Problem, bound: &Bound, most: f64) -> Vec<u32> {
    let wanted: Vec<u32> = (0..number(problem.len())).filter(|at| bound.mean[*at as usize] > WANTED).collect();
    let mut place = vec![NONE; problem.len()];
    wanted.iter().zip(0..).for_each(|(at, new)| place[*at as usize] = new);
    let near: Lists = problem
        .turned
        .iter()
        .map(|list| list.iter().map(|at| place[*at as usize]).filter(|at| *at != NONE).collect::<Vec<u32>>())
        .collect();
    // Those that compete most come together first, as long as a region stays small.
    let mut shared: BTreeMap<(u32, u32), i64> = BTreeMap::new();
    for (demand, list) in near.iter().enumerate() {
        for (at, one) in list.iter().enumerate() {
            list[at + 1..].iter().for_each(|other| *shared.entry((*one, *other)).or_default() += bound.duals[demand]);
        }
    }
    let mut pairs: Vec<((u32, u32), i64)> = shared.into_iter().collect();
    pairs.sort_by_key(|(pair, shared)| (std::cmp::Reverse(*shared), *pair));
    let mut region: Vec<u32> = (0..number(wanted.len())).collect();
    let mut sites: Vec<f64> = wanted.iter().map(|at| bound.mean[*at as usize]).collect();
    let join = |region: &mut Vec<u32>, sites: &mut Vec<f64>, one: u32, other: u32| {
        region.iter_mut().filter(|region| **region == other).for_each(|region| *region = one);
        sites[one as usize] += sites[other as usize];
    };
    for ((one, other), _) in pairs {
        let (one, other) = (region[one as usize], region[other as usize]);
        if one != other && sites[one as usize] + sites[other as usize] <= most {
            join(&mut region, &mut sites, one.min(other), one.max(other));
        }
    }
    let mut votes = vec![0i64; wanted.len()];
    let mut found = vec![NONE; problem.len()];
    for (at, found) in found.iter_mut().enumerate() {
        if place[at] != NONE {
            *found = region[place[at] as usize];
            continue;
        }
        votes.fill(0);
        for demand in problem.covers.of(at) {
            let demand = *demand as usize;
            near.of(demand).iter().for_each(|other| votes[region[*other as usize] as usize] += bound.duals[demand]);
        }
        let best = (0..votes.len()).max_by_key(|region| (votes[*region], std::cmp::Reverse(*region)));
        *found = best.filter(|best| votes[*best] > 0).map_or(NONE, number);
    }
    // Of a group at most one is chosen: its members must be decided together.
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    for at in (0..problem.len()).filter(|at| problem.group[*at] != NONE) {
        found[at] = *first.entry(problem.group[at]).or_insert(found[at]);
    }
    found
}
