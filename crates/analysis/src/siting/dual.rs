//! The Lagrangian bound: each demand is shared between "covered" and the candidates that cover it,
//! and a toll is asked for room; what then remains decides each candidate by itself. Every number
//! is an integer in fixed point, rounded so that the bound is never too low: a proof does not
//! depend on the accuracy of floating point.
//!
//! The shares are improved by the volume algorithm (Barahona and Anbil 2000): steps against the
//! average of the choices made so far, which at the same time tends to a solution of the linear
//! relaxation and says what to branch on.

use super::{
    instance::number,
    problem::{Fate, NONE, Problem},
};

/// Fixed point of worth: units of 1/256.
pub(super) const SCALE: i64 = 1 << 8;
/// Fixed point of the toll for one unit of room: units of 2⁻²⁰ of scaled worth.
const FINE: u32 = 20;

/// A bound with what it says about each candidate.
pub(super) struct Bound {
    /// No choice is worth more, scaled; without the problem's base.
    pub value: i64,
    /// The shares that give it.
    pub duals: Vec<i64>,
    /// What each candidate is credited with at these shares, scaled.
    pub worth: Vec<i64>,
    /// The toll for room that gives it: from the lower to the upper one.
    pub tolls: (i64, i64),
    /// How often each was taken on the way, 0 to 1.
    pub mean: Vec<f64>,
}

/// What is tried and found, one evaluation after the other.
struct Pricing<'a> {
    problem: &'a Problem,
    worth: Vec<i64>,
    order: Vec<i64>,
    /// Taken candidates, and which part of each.
    taken: Vec<(u32, f64)>,
    tolls: (i64, i64),
    simple: bool,
    /// Of each group: its best member and what that one is worth after tolls.
    groups: Vec<(u32, i64)>,
}

/// What so much room costs, rounded down.
fn cost(toll: i64, room: i64) -> i64 {
    i64::try_from((i128::from(toll) * i128::from(room)) >> FINE).unwrap_or(i64::MAX)
}

impl<'a> Pricing<'a> {
    fn new(problem: &'a Problem) -> Self {
        let groups = problem.group.iter().filter(|group| **group != NONE).max().map_or(0, |most| *most as usize + 1);
        Self {
            problem,
            worth: vec![0; problem.len()],
            order: Vec::new(),
            taken: Vec::new(),
            tolls: (0, 0),
            simple: groups == 0 && problem.is_uniform(),
            groups: vec![(NONE, 0); groups],
        }
    }

    /// Credits every candidate and takes the best: the worth of that is a bound.
    fn evaluate(&mut self, duals: &[i64]) -> i64 {
        let problem = self.problem;
        for (at, worth) in self.worth.iter_mut().enumerate() {
            let shares: i64 = problem.covers.of(at).iter().map(|demand| duals[*demand as usize]).sum();
            *worth = problem.own[at] * SCALE + shares;
        }
        let kept: i64 = problem.weights.iter().zip(duals).map(|(weight, dual)| weight * SCALE - dual).sum();
        self.taken.clear();
        kept + match problem.room {
            Some(room) if self.simple => self.take_best(usize::try_from(room).unwrap_or(0)),
            Some(room) => self.take_within(room),
            None => {
                self.tolls = (0, 0);
                self.take_at(0);
                self.value_at(0, 0)
            }
        }
    }

    /// So many sites of one price, no groups.
    fn take_best(&mut self, sites: usize) -> i64 {
        if sites == 0 {
            self.tolls = (i64::MAX >> 1, i64::MAX >> 1);
            return 0;
        }
        self.order.clear();
        self.order.extend(self.worth.iter().filter(|worth| **worth > 0));
        if self.order.len() <= sites {
            self.tolls = (0, 0);
            self.take_at(0);
            return self.value_at(0, 0);
        }
        let (_, last, rest) = self.order.select_nth_unstable_by(sites - 1, |a, b| b.cmp(a));
        let last = *last;
        let next = rest.iter().copied().max().unwrap_or(0);
        self.tolls = (next << FINE, last << FINE);
        let mut sum = 0;
        let equal = self.worth.iter().filter(|worth| **worth > last).count();
        let mut equal = sites - equal;
        for (at, worth) in self.worth.iter().enumerate() {
            let take = *worth > last || (*worth == last && equal > 0);
            if take {
                equal -= usize::from(*worth == last);
                self.taken.push((number(at), 1.0));
                sum += worth;
            }
        }
        sum
    }

    /// Whatever pays more than the toll; of a group the best. What they cost together.
    fn take_at(&mut self, toll: i64) -> i64 {
        self.taken.clear();
        self.groups.fill((NONE, 0));
        let mut spent = 0;
        for (at, worth) in self.worth.iter().enumerate() {
            let net = worth - cost(toll, self.problem.prices[at]);
            if net <= 0 {
                continue;
            }
            match self.groups.get_mut(self.problem.group[at] as usize) {
                Some(best) if net > best.1 => *best = (number(at), net),
                Some(_) => {}
                None => {
                    self.taken.push((number(at), 1.0));
                    spent += self.problem.prices[at];
                }
            }
        }
        for (at, _) in self.groups.iter().filter(|(at, _)| *at != NONE) {
            self.taken.push((*at, 1.0));
            spent += self.problem.prices[*at as usize];
        }
        spent
    }

    /// What the taken are worth after tolls, and the toll of the whole room, rounded up.
    fn value_at(&self, toll: i64, room: i64) -> i64 {
        let net = |at: u32| self.worth[at as usize] - cost(toll, self.problem.prices[at as usize]);
        let sum: i64 = self.taken.iter().map(|(at, _)| net(*at)).sum();
        sum.saturating_add(if toll == 0 { 0 } else { cost(toll, room).saturating_add(1) })
    }

    /// The toll at which what pays fits into the room, found by halving; the one that is left out
    /// at the edge is taken in part.
    fn take_within(&mut self, room: i64) -> i64 {
        if self.take_at(0) <= room {
            self.tolls = (0, 0);
            return self.value_at(0, 0);
        }
        let ratio =
            |at: usize| (i128::from(self.worth[at].max(0)) << FINE) / i128::from(self.problem.prices[at].max(1));
        let most = (0..self.worth.len()).map(ratio).max().unwrap_or(0);
        // Below `low` too much is taken; at `high` it fits.
        let (mut low, mut high) = (0i64, i64::try_from(most).unwrap_or(i64::MAX >> 1).saturating_add(1));
        while high - low > 1 + (high >> 30) {
            let middle = low + (high - low) / 2;
            if self.take_at(middle) > room {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.tolls = (high, high);
        self.take_at(low);
        let wanted = self.taken.clone();
        let spent = self.take_at(high);
        let value = self.value_at(high, room);
        let edge = wanted.iter().map(|(at, _)| *at).find(|at| !self.taken.iter().any(|(taken, _)| taken == at));
        if let Some(at) = edge {
            let part = (room - spent) as f64 / self.problem.prices[at as usize].max(1) as f64;
            self.taken.push((at, part.clamp(0.0, 0.999)));
        }
        value
    }
}

/// How long to improve a bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// At most so many steps.
    pub rounds: u32,
    /// Gives up when 30 steps close less than this part of the gap.
    pub least: f64,
}

/// Improves the shares until the bound is below `target` (scaled, without the base) or the effort
/// is spent. `each` sees every choice that is made on the way.
pub(super) fn bound(problem: &Problem, target: i64, effort: Effort, mut each: impl FnMut(&[(u32, f64)])) -> Bound {
    let mut pricing = Pricing::new(problem);
    let mut centre = problem.duals.clone();
    let most: Vec<i64> = problem.weights.iter().map(|weight| weight * SCALE).collect();
    let mut value = pricing.evaluate(&centre);
    let (mut worth, mut tolls) = (pricing.worth.clone(), pricing.tolls);
    let mut cover = vec![0.0; most.len()];
    let mut mean = vec![0.0; problem.len()];
    each(&pricing.taken);
    count(problem, &pricing.taken, &mut cover);
    pricing.taken.iter().for_each(|(at, part)| mean[*at as usize] = *part);
    let (mut now, mut trial) = (vec![0.0; most.len()], centre.clone());
    let (mut reach, mut weight) = (1.0f64, 0.1f64);
    let (mut idle, mut checked) = (0, value);
    for round in 1..=effort.rounds {
        let norm: f64 = (0..most.len())
            .map(|at| (cover[at] - 1.0, centre[at], most[at]))
            .filter(|(over, share, most)| !(*over < 0.0 && share == most || *over > 0.0 && *share == 0))
            .map(|(over, ..)| over * over)
            .sum();
        if value < target || norm < 1e-9 {
            break;
        }
        let step = reach * ((value - target) as f64 + SCALE as f64) / norm;
        for (at, share) in trial.iter_mut().enumerate() {
            *share = nearest(centre[at] as f64 - step * (cover[at] - 1.0)).clamp(0, most[at]);
        }
        let tried = pricing.evaluate(&trial);
        each(&pricing.taken);
        now.fill(0.0);
        count(problem, &pricing.taken, &mut now);
        let along: f64 = now.iter().zip(&cover).map(|(now, cover)| (now - 1.0) * (cover - 1.0)).sum();
        cover.iter_mut().zip(&now).for_each(|(cover, now)| *cover += weight * (now - *cover));
        mean.iter_mut().for_each(|mean| *mean *= 1.0 - weight);
        pricing.taken.iter().for_each(|(at, part)| mean[*at as usize] += weight * part);
        if tried < value {
            reach *= if along > 0.0 { 1.1 } else { 1.0 };
            (value, idle, tolls) = (tried, 0, pricing.tolls);
            centre.copy_from_slice(&trial);
            worth.copy_from_slice(&pricing.worth);
        } else {
            idle += 1;
            if idle % 20 == 0 {
                reach *= 0.66;
            }
        }
        reach = reach.clamp(1e-5, 2.0);
        if round % 30 == 0 {
            let closed = (checked - value) as f64 / ((checked - target) as f64).max(1.0);
            if closed < effort.least {
                break;
            }
            if closed < 0.005 {
                weight = (weight * 0.7).max(1e-3);
            }
            checked = value;
        }
    }
    Bound { value, duals: centre, worth, tolls, mean }
}

/// Adds how often each demand is covered.
fn count(problem: &Problem, taken: &[(u32, f64)], cover: &mut [f64]) {
    for (at, part) in taken {
        problem.covers.of(*at as usize).iter().for_each(|demand| cover[*demand as usize] += part);
    }
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "kept within the weights by its caller")]
fn nearest(number: f64) -> i64 {
    number.round() as i64
}

impl Bound {
    /// What each candidate is worth beyond the upper toll and beyond the lower one, scaled.
    pub fn nets(&self, problem: &Problem, at: usize) -> (i64, i64) {
        let price = problem.prices[at];
        (self.worth[at] - cost(self.tolls.1, price), self.worth[at] - cost(self.tolls.0, price))
    }

    /// What is decided by this bound: whoever, chosen or left out, keeps every choice below
    /// `target`.
    pub fn fates(&self, problem: &Problem, target: i64) -> Vec<Fate> {
        let groups = problem.group.iter().filter(|group| **group != NONE).max().map_or(0, |most| *most as usize + 1);
        // The best and the second best of each group.
        let mut best = vec![(0i64, 0i64); groups];
        for at in 0..problem.len() {
            if let Some((first, second)) = best.get_mut(problem.group[at] as usize) {
                let net = self.nets(problem, at).0;
                if net > *first {
                    (*first, *second) = (net, *first);
                } else {
                    *second = (*second).max(net);
                }
            }
        }
        let decide = |at: usize| {
            let (upper, lower) = self.nets(problem, at);
            let (first, second) = best.get(problem.group[at] as usize).copied().unwrap_or((upper.max(0), 0));
            if self.value - first + upper < target {
                Fate::Out
            } else if lower > 0 && lower >= first && self.value - lower + second < target {
                Fate::In
            } else {
                Fate::Open
            }
        };
        (0..problem.len()).map(decide).collect()
    }
}
