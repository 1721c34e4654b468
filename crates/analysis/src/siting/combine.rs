//! Parts that share no demand are solved by themselves, for every number of sites that a better
//! choice could give them, and put together again.

use super::{
    dual::{self, Effort, SCALE},
    instance::whole,
    problem::{Fate, Problem},
    search::{Answer, Found, Search},
};

/// A part, and what the bound says of it.
struct Part {
    problem: Problem,
    /// Its share of the bound, scaled, after the toll for its sites.
    value: i64,
    /// What its candidates are credited with, best first, scaled.
    worth: Vec<i64>,
    /// What is kept of its demands, scaled.
    kept: i64,
}

impl Part {
    /// The part with room for so many sites; as it is where sites have paid.
    fn limited(&self, sites: usize, counted: bool) -> Problem {
        if !counted {
            return self.problem.clone();
        }
        let limited = Problem { room: Some(whole(sites)), ..self.problem.clone() };
        limited.reduce(&vec![Fate::Open; self.problem.len()])
    }

    /// What the bound says of so many sites, scaled, before tolls.
    fn at_most(&self, sites: usize, counted: bool) -> i64 {
        if counted { self.kept + self.worth.iter().take(sites).sum::<i64>() } else { self.value }
    }
}

/// The best choice of a part for a number of sites.
struct Offer {
    sites: usize,
    found: Found,
}

/// No steps: the bound as it stands.
const LOOK: Effort = Effort { rounds: 0, least: 0.0 };

impl Search<'_> {
    /// The best choice of a problem that falls into parts and is worth more than `floor`. Candidates
    /// cost one site each, or nothing beyond the toll that they have paid.
    pub(super) fn combine(&mut self, problem: &Problem, parts: &[Vec<u32>], floor: i64, depth: u32) -> Answer {
        let bound = dual::bound(problem, i64::MIN, LOOK, |_| {});
        // Of one toll: with a toll for each site the parts are independent.
        let toll = |at: usize| bound.worth[at] - bound.nets(problem, at).0;
        let toll = if problem.len() > 0 { toll(0) } else { 0 };
        let mut list: Vec<Part> = parts.iter().map(|members| part(problem, members, &bound.worth, toll)).collect();
        list.sort_by_key(|part| part.problem.len());
        // How far the bound is above what would be better than the floor.
        let (counted, room) = (problem.room.is_some(), problem.room.unwrap_or(0));
        let most = usize::try_from(room).unwrap_or(0);
        let mut gap =
            list.iter().map(|part| part.value).sum::<i64>() + toll * room - (floor + 1 - problem.base) * SCALE;
        let mut offers = Vec::new();
        for part in &list {
            let (mut best, mut found) = (i64::MIN, Vec::new());
            for sites in 0..=if counted { part.problem.len().min(most) } else { 0 } {
                let spent = toll * whole(sites);
                let needed = part.value - gap + spent;
                if part.at_most(sites, counted) < needed {
                    continue;
                }
                let least = needed.div_euclid(SCALE) + i64::from(needed.rem_euclid(SCALE) > 0);
                let answer = self.run(part.limited(sites, counted), least - 1, depth + 1);
                if self.stopped {
                    return Answer { found: None, bound: i64::MAX };
                }
                if let Some(one) = answer.found {
                    best = best.max(one.0 * SCALE - spent);
                    found.push(Offer { sites, found: one });
                }
            }
            gap -= part.value - best.max(part.value - gap - 1);
            if gap < 0 {
                return Answer { found: None, bound: floor };
            }
            offers.push(found);
        }
        match fill(&offers, most) {
            Some((worth, picked)) if problem.base + worth > floor => {
                let worth = problem.base + worth;
                let names = offers.iter().zip(picked).flat_map(|(offers, at)| offers[at].found.1.iter().copied());
                Answer { found: Some((worth, problem.chosen.iter().copied().chain(names).collect())), bound: worth }
            }
            _ => Answer { found: None, bound: floor },
        }
    }
}

fn part(problem: &Problem, members: &[u32], worth: &[i64], toll: i64) -> Part {
    let part = problem.part(members, |demand| (problem.weights[demand], problem.duals[demand]));
    let mut worth: Vec<i64> = members.iter().map(|at| worth[*at as usize]).collect();
    worth.sort_unstable_by(|a, b| b.cmp(a));
    let kept: i64 = part.weights.iter().zip(&part.duals).map(|(weight, dual)| weight * SCALE - dual).sum();
    let value = kept + worth.iter().map(|worth| (worth - toll).max(0)).sum::<i64>();
    Part { problem: part, value, worth, kept }
}

/// One offer of each part, so that they use the sites best: worth, and which.
fn fill(offers: &[Vec<Offer>], sites: usize) -> Option<(i64, Vec<usize>)> {
    let mut best: Vec<Option<i64>> = vec![None; sites + 1];
    best[0] = Some(0);
    let mut picks: Vec<Vec<usize>> = Vec::new();
    for list in offers {
        let (mut next, mut pick) = (vec![None; sites + 1], vec![usize::MAX; sites + 1]);
        for (used, worth) in best.iter().enumerate().filter_map(|(used, worth)| Some((used, (*worth)?))) {
            for (at, offer) in list.iter().enumerate().filter(|(_, offer)| used + offer.sites <= sites) {
                let (all, worth) = (used + offer.sites, worth + offer.found.0);
                if next[all].is_none_or(|other| other < worth) {
                    (next[all], pick[all]) = (Some(worth), at);
                }
            }
        }
        best = next;
        picks.push(pick);
    }
    let mut used = (0..=sites).filter(|used| best[*used].is_some()).max_by_key(|used| best[*used])?;
    let worth = best[used]?;
    let mut picked = Vec::new();
    for (list, pick) in offers.iter().zip(&picks).rev() {
        picked.push(pick[used]);
        used -= list.get(pick[used])?.sites;
    }
    picked.reverse();
    Some((worth, picked))
}
