//! Branch and bound: a node improves its bound, drops what the bound decides, falls into parts that
//! are solved by themselves, or tries the candidate that the bound is least sure about both ways.

use super::{
    dual::{self, Bound, Effort, SCALE},
    problem::{Fate, Problem},
};

/// A choice with its worth, by numbers of the instance.
pub(super) type Found = (i64, Vec<u32>);

/// What a search of a problem gives.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The best choice, when it is better than the floor that was given.
    pub found: Option<Found>,
    /// No choice is worth more than this or than the floor.
    pub bound: i64,
}

/// A search under way.
pub(super) struct Search<'a> {
    /// Problems looked at so far.
    pub nodes: u64,
    /// Stops at so many.
    pub most: u64,
    /// Whether it stopped before its end.
    pub stopped: bool,
    /// Asked now and then whether to stop.
    pub stop: &'a dyn Fn() -> bool,
    /// When and how problems are cut into regions.
    pub cut: Cut,
    /// Whether a region is being searched: its worth is scaled already, and it is not cut again.
    pub regional: bool,
}

/// When and how problems are cut into regions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// From so many candidates.
    pub from: usize,
    /// Sites that a region should have about.
    pub sites: f64,
}

impl Default for Cut {
    fn default() -> Self {
        Self { from: 400, sites: 7.0 }
    }
}

/// How long a node improves its bound when it begins, and after it has shrunk.
const FIRST: Effort = Effort { rounds: 300, least: 0.03 };
const AGAIN: Effort = Effort { rounds: 90, least: 0.03 };
/// Nodes for choosing among what the regions chose.
const AMONG: u64 = 400;

impl Search<'_> {
    /// Whether it is time to stop.
    pub fn over(&mut self) -> bool {
        self.stopped = self.stopped || self.nodes >= self.most || (self.stop)();
        self.stopped
    }

    /// Does a piece of work that may look at so many nodes, and afterwards goes on.
    pub fn with_nodes<T>(&mut self, nodes: u64, work: impl FnOnce(&mut Self) -> T) -> T {
        let most = self.most;
        self.most = most.min(self.nodes + nodes);
        let done = work(self);
        self.most = most;
        self.stopped = self.nodes >= most || (self.stop)();
        done
    }

    /// The best choice of a problem that is worth more than `floor`.
    pub fn run(&mut self, mut problem: Problem, mut floor: i64, depth: u32) -> Answer {
        if self.over() {
            return Answer { found: None, bound: i64::MAX };
        }
        self.nodes += 1;
        let (mut found, mut seen) = (None, Vec::new());
        let mut effort = FIRST;
        let mut ceiling = i64::MAX;
        let mut sites = self.cut.sites;
        let mean = loop {
            if let Some(taken) = settled(&problem) {
                let worth = problem.worth(&taken, &mut seen);
                if worth > floor {
                    (floor, found) = (worth, Some((worth, problem.named(taken))));
                }
                return Answer { found, bound: floor };
            }
            let (bound, better) = improve(&problem, floor, effort, &mut seen);
            if let Some(better) = better {
                (floor, found) = (better.0, Some(better));
            }
            ceiling = ceiling.min(problem.base + bound.value.div_euclid(SCALE));
            if ceiling <= floor {
                return Answer { found, bound: floor };
            }
            if self.over() {
                return Answer { found, bound: ceiling };
            }
            let target = (floor + 1 - problem.base) * SCALE;
            let mut fates = bound.fates(&problem, target);
            let many = problem.len();
            let mut larger = false;
            if !self.regional
                && open(&fates) * 10 >= many * 9
                && many >= self.cut.from
                && bound.mean.iter().sum::<f64>() > sites
            {
                let Some(sharper) = self.sharpen(&problem, &bound, target, sites, depth) else {
                    return Answer { found, bound: floor };
                };
                ceiling = ceiling.min(problem.base + sharper.value.div_euclid(SCALE));
                if ceiling <= floor {
                    return Answer { found, bound: floor };
                }
                if let Some(better) = self.among(&problem, &bound, &sharper.chosen, floor, depth) {
                    (floor, found) = (better.0, Some(better));
                }
                fates = sharper.fates;
                larger = open(&fates) * 10 >= many * 9;
                // Larger regions see further.
                sites *= if larger { 1.7 } else { 1.0 };
            }
            let (rest, mean) = shrink(problem, bound, &fates);
            problem = rest;
            if !larger && problem.len() * 10 >= many * 9 && settled(&problem).is_none() {
                break mean;
            }
            effort = AGAIN;
        };
        let parts = problem.components();
        let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
        let answer = if largest * 10 < problem.len() * 9 && (problem.room.is_none() || problem.is_uniform()) {
            self.combine(&problem, &parts, floor, depth)
        } else {
            self.branch(&problem, &mean, floor, depth)
        };
        Answer { bound: answer.bound.min(ceiling).max(floor), found: answer.found.or(found) }
    }

    /// A better choice among those that the regions chose and the bound took.
    fn among(&mut self, problem: &Problem, bound: &Bound, chosen: &[u32], floor: i64, depth: u32) -> Option<Found> {
        let mut fates: Vec<Fate> =
            bound.mean.iter().map(|mean| if *mean > 0.02 { Fate::Open } else { Fate::Out }).collect();
        chosen.iter().for_each(|at| fates[*at as usize] = Fate::Open);
        let mut rest = problem.clone();
        rest.duals.clone_from(&bound.duals);
        let rest = rest.reduce(&fates);
        let regional = std::mem::replace(&mut self.regional, true);
        let answer = self.with_nodes(AMONG, |search| search.run(rest, floor, depth + 1));
        self.regional = regional;
        answer.found
    }

    /// Tries the least certain candidate both ways.
    fn branch(&mut self, problem: &Problem, mean: &[f64], mut floor: i64, depth: u32) -> Answer {
        let unsure = |at: usize| mean[at].min(1.0 - mean[at]);
        let at = (0..problem.len()).max_by(|a, b| unsure(*a).total_cmp(&unsure(*b)).then(b.cmp(a))).unwrap_or(0);
        let (mut found, mut bound) = (None, floor);
        for fate in [Fate::In, Fate::Out] {
            let mut fates = vec![Fate::Open; problem.len()];
            fates[at] = fate;
            let answer = self.run(problem.reduce(&fates), floor, depth + 1);
            if let Some(better) = answer.found {
                (floor, found) = (better.0, Some(better));
            }
            bound = bound.max(answer.bound);
        }
        Answer { found, bound: bound.max(floor) }
    }
}

/// A problem without a question: nothing to choose, or room for everything.
fn settled(problem: &Problem) -> Option<Vec<u32>> {
    let all = || (0..super::instance::number(problem.len())).collect();
    let fits = problem.room.is_none_or(|room| problem.prices.iter().sum::<i64>() <= room);
    let free = fits
        && problem.own.iter().all(|own| *own >= 0)
        && problem.group.iter().all(|group| *group == super::problem::NONE);
    free.then(all)
}

/// How many candidates are open.
pub(super) fn open(fates: &[Fate]) -> usize {
    fates.iter().filter(|fate| **fate == Fate::Open).count()
}

/// Improves the bound of a problem; and the best choice above the floor that was met on the way.
pub(super) fn improve(problem: &Problem, floor: i64, effort: Effort, seen: &mut Vec<bool>) -> (Bound, Option<Found>) {
    let (mut best, mut most) = (None, floor);
    let target = (floor + 1 - problem.base) * SCALE;
    let bound = dual::bound(problem, target, effort, |taken| {
        let whole: Vec<u32> = taken.iter().filter(|(_, part)| *part == 1.0).map(|(at, _)| *at).collect();
        let worth = problem.worth(&whole, seen);
        if worth > most {
            (most, best) = (worth, Some(whole));
        }
    });
    let better = best.map(|taken| (most, problem.named(taken)));
    (bound, better)
}

/// What remains, with the shares and means of the bound: without candidates that others beat.
pub(super) fn shrink(mut problem: Problem, bound: Bound, fates: &[Fate]) -> (Problem, Vec<f64>) {
    problem.duals = bound.duals;
    let mut rest = problem.reduce(fates);
    let beaten = rest.dominated();
    if beaten.contains(&Fate::Out) {
        rest = rest.reduce(&beaten);
    }
    // Names keep their order through every reduction.
    let mut at = 0;
    let mean = rest.names.iter().map(|name| {
        while problem.names[at] != *name {
            at += 1;
        }
        bound.mean[at]
    });
    let mean = mean.collect();
    (rest, mean)
}
