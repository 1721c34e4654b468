//! From an instance to a proven plan.

use super::{
    dual::{Bound, Effort, SCALE},
    greedy::{Choice, Greedy, greedy_with},
    instance::{Instance, InstanceError, Limit, Lists},
    problem::{Fate, Problem},
    search::{Cut, Found, Search, improve, shrink},
};

/// How long to search.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// Problems to look at, at most.
    pub nodes: u64,
    /// Asked now and then: whether to stop with the best found so far.
    pub stop: &'a dyn Fn() -> bool,
}

/// A plan, and what is proven about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The candidates, in the order in which they gain most for their price.
    pub chosen: Vec<u32>,
    /// Residents covered.
    pub covered: u64,
    /// No plan covers more than this.
    pub bound: u64,
    /// The greedy plan beside it.
    pub greedy: Greedy,
    /// Problems looked at.
    pub nodes: u64,
}

impl Outcome {
    /// Whether no plan is better.
    pub fn is_optimal(&self) -> bool {
        self.covered == self.bound
    }

    /// How much better a plan could be at most, as a share of the bound.
    pub fn gap(&self) -> f64 {
        if self.bound == 0 { 0.0 } else { (self.bound - self.covered) as f64 / self.bound as f64 }
    }
}

/// How long the bound of the whole is improved before what it decides is dropped.
const ROOT: Effort = Effort { rounds: 300, least: 0.0 };

/// Chooses the sites that cover most, and proves it as far as the effort goes.
///
/// # Errors
/// When the instance is not sound.
pub fn solve(instance: &Instance, patience: &Patience<'_>) -> Result<Outcome, InstanceError> {
    solve_cut(instance, patience, Cut::default())
}

pub(super) fn solve_cut(instance: &Instance, effort: &Patience<'_>, cut: Cut) -> Result<Outcome, InstanceError> {
    instance.check()?;
    let turned = instance.covers.turned(instance.weights.len());
    let greedy = greedy_with(instance, &turned);
    let mut choice = Choice::new(instance, &turned);
    greedy.chosen.iter().for_each(|site| choice.add(*site));
    choice.exchange(false);
    let best = (choice.value.cast_signed(), choice.chosen);
    let mut search = Search { nodes: 0, most: effort.nodes, stopped: false, stop: effort.stop, cut, regional: false };
    let (best, bound) = search.root(instance, &turned, Problem::new(instance, &turned, SCALE), best);
    let bound = bound.min(greedy.bound.cast_signed()).max(best.0);
    let chosen = in_order(instance, &turned, &best.1);
    Ok(Outcome { chosen, covered: best.0.cast_unsigned(), bound: bound.cast_unsigned(), greedy, nodes: search.nodes })
}

impl Search<'_> {
    /// Brings the bound down as far as it goes, improves the best choice, and searches the rest.
    fn root(&mut self, instance: &Instance, turned: &Lists, mut problem: Problem, mut best: Found) -> (Found, i64) {
        let (mut seen, mut ceiling) = (Vec::new(), i64::MAX);
        let mut polished = false;
        loop {
            let before = ceiling;
            let (bound, better) = improve(&problem, best.0, ROOT, &mut seen);
            best = better.unwrap_or(best);
            ceiling = ceiling.min(problem.base + bound.value.div_euclid(SCALE));
            if ceiling <= best.0 || self.over() {
                return (best.clone(), ceiling.max(best.0));
            }
            let rounded = rounded(instance, turned, &problem, &bound);
            if rounded.0 > best.0 {
                best = rounded;
            }
            let slow = before.saturating_sub(ceiling) <= (ceiling - best.0) / 30;
            if slow && !polished {
                polished = true;
                let core = core(&problem, &bound, &best.1);
                best = self.with_nodes(20_000, |search| search.polish(instance, turned, &core, &best));
            }
            let fates = bound.fates(&problem, (best.0 + 1 - problem.base) * SCALE);
            let many = problem.len();
            problem = shrink(problem, bound, &fates).0;
            if slow && polished && problem.len() * 20 >= many * 19 {
                break;
            }
        }
        let answer = self.run(problem, best.0, 0);
        best = answer.found.unwrap_or(best);
        (best.clone(), answer.bound.min(ceiling).max(best.0))
    }
}

/// The candidates that the bound thinks well of, and those of a choice.
fn core(problem: &Problem, bound: &Bound, chosen: &[u32]) -> Problem {
    let mut order: Vec<usize> = (0..problem.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(bound.nets(problem, *at).0), *at));
    let wanted = bound.mean.iter().filter(|mean| **mean > 0.5).count();
    let mut fates = vec![Fate::Out; problem.len()];
    order.iter().take(wanted * 4).for_each(|at| fates[*at] = Fate::Open);
    for (at, fate) in fates.iter_mut().enumerate() {
        if bound.mean[at] > 0.003 || chosen.contains(&problem.names[at]) {
            *fate = Fate::Open;
        }
    }
    let mut problem = problem.clone();
    problem.duals.clone_from(&bound.duals);
    problem.reduce(&fates)
}

/// The candidates that the bound took most often, filled up and exchanged.
fn rounded(instance: &Instance, turned: &Lists, problem: &Problem, bound: &Bound) -> Found {
    let mut order: Vec<usize> = (0..problem.len()).filter(|at| bound.mean[*at] > 0.05).collect();
    order.sort_by(|a, b| bound.mean[*b].total_cmp(&bound.mean[*a]).then(a.cmp(b)));
    let mut choice = Choice::new(instance, turned);
    choice.add_from(problem.chosen.iter().copied().chain(order.into_iter().map(|at| problem.names[at])));
    choice.fill(matches!(instance.limit, Limit::Budget(_)), |_| {});
    choice.exchange(false);
    (choice.value.cast_signed(), choice.chosen)
}

/// The sites of a plan in the order in which each gains most for its price beside those before it.
fn in_order(instance: &Instance, turned: &Lists, chosen: &[u32]) -> Vec<u32> {
    let mut choice = Choice::new(instance, turned);
    let mut left = chosen.to_vec();
    left.sort_unstable();
    let mut order = Vec::new();
    while !left.is_empty() {
        let at = choice.best_of(&left);
        let site = left.remove(at);
        choice.add(site);
        order.push(site);
    }
    order
}
