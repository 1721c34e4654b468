//! Better choices before proofs: everything but a handful of neighbouring sites is held, and the
//! handful is chosen anew, exactly, among the candidates that the bound thinks well of.

use super::{
    greedy::Choice,
    instance::{Instance, Lists},
    problem::{Fate, Problem},
    search::{Found, Search},
};

/// Sites chosen anew at a time.
const HANDFUL: usize = 12;
/// Nodes for one handful.
const NODES: u64 = 150;

impl Search<'_> {
    /// Improves a choice within the candidates of `core`, as long as that gains.
    pub(super) fn polish(&mut self, instance: &Instance, turned: &Lists, core: &Problem, first: &Found) -> Found {
        let mut choice = Choice::new(instance, turned);
        choice.add_from(
            core.chosen
                .iter()
                .chain(&first.1)
                .copied()
                .filter(|site| core.chosen.contains(site) || core.names.contains(site)),
        );
        choice.fill_from(&core.names);
        let mut best = (choice.value.cast_signed(), choice.chosen);

        let mut again = true;
        while again && !self.over() {
            again = false;
            for site in best.1.clone() {
                if self.over() || !best.1.contains(&site) {
                    continue;
                }
                let free = neighbours(instance, core, &best.1, site);
                let held: Vec<u32> = best.1.iter().copied().filter(|site| !free.contains(site)).collect();
                let fates: Vec<Fate> =
                    core.names.iter().map(|name| if held.contains(name) { Fate::In } else { Fate::Open }).collect();
                let rest = core.reduce(&fates);
                let answer = self.with_nodes(NODES, |search| search.run(rest, best.0, 1));
                if let Some(better) = answer.found {
                    best = better;
                    again = true;
                }
            }
        }
        if best.0 > first.0 { best } else { first.clone() }
    }
}

/// A chosen site and those chosen that compete with it most, directly or by one step.
fn neighbours(instance: &Instance, core: &Problem, chosen: &[u32], site: u32) -> Vec<u32> {
    let mut near = vec![false; instance.weights.len()];
    for demand in instance.covers.of(site as usize) {
        near[*demand as usize] = true;
    }
    let mut wide = near.clone();
    for name in &core.names {
        let list = instance.covers.of(*name as usize);
        if list.iter().any(|demand| near[*demand as usize]) {
            list.iter().for_each(|demand| wide[*demand as usize] = true);
        }
    }
    let score = |other: u32| -> u64 {
        let list = instance.covers.of(other as usize).iter().map(|demand| *demand as usize);
        list.filter(|demand| wide[*demand]).map(|demand| instance.weights[demand]).sum()
    };
    let mut scored: Vec<(u64, u32)> =
        chosen.iter().filter(|other| **other != site).map(|other| (score(*other), *other)).collect();
    scored.sort_by_key(|(score, other)| (std::cmp::Reverse(*score), *other));
    let others = scored.into_iter().filter(|(score, _)| *score > 0).take(HANDFUL - 1).map(|(_, other)| other);
    std::iter::once(site).chain(others).collect()
}
