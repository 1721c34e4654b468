//! Choosing the best next site again and again, and exchanging sites afterwards: good choices, fast,
//! with bounds that say how good.
//!
//! Gains are kept up to date as demands become covered, by the lists turned round: every pair of
//! candidate and demand is touched once. A lazy queue (CELF) gives the same choices and evaluates
//! gains anew; here it would be slower, and the gains are needed anyhow for the bound of the run.

use super::instance::{Instance, Limit, Lists};

/// A choice that is kept up to date while sites come and go.
pub(super) struct Choice<'a> {
    instance: &'a Instance,
    turned: &'a Lists,
    group: Vec<u32>,
    /// How many chosen sites cover each demand.
    count: Vec<u32>,
    /// Residents that each candidate would cover and no chosen site covers.
    gain: Vec<u64>,
    /// How many members of each group are chosen.
    taken: Vec<u32>,
    is_chosen: Vec<bool>,
    pub(super) chosen: Vec<u32>,
    pub(super) spent: i64,
    pub(super) value: u64,
}

const NONE: u32 = u32::MAX;

impl<'a> Choice<'a> {
    pub(super) fn new(instance: &'a Instance, turned: &'a Lists) -> Self {
        let mut group = vec![NONE; instance.candidates()];
        for (at, members) in instance.groups.iter().enumerate() {
            members.iter().for_each(|member| group[*member as usize] = super::instance::number(at));
        }
        let weight = |list: &[u32]| list.iter().map(|demand| instance.weights[*demand as usize]).sum();
        Self {
            instance,
            turned,
            group,
            count: vec![0; instance.weights.len()],
            gain: instance.covers.iter().map(weight).collect(),
            taken: vec![0; instance.groups.len()],
            is_chosen: vec![false; instance.candidates()],
            chosen: Vec::new(),
            spent: 0,
            value: 0,
        }
    }

    pub(super) fn add(&mut self, site: u32) {
        let at = site as usize;
        self.value += self.gain[at];
        for demand in self.instance.covers.of(at) {
            let demand = *demand as usize;
            self.count[demand] += 1;
            if self.count[demand] == 1 {
                let weight = self.instance.weights[demand];
                self.turned.of(demand).iter().for_each(|other| self.gain[*other as usize] -= weight);
            }
        }
        self.spent += self.instance.price(at);
        self.is_chosen[at] = true;
        self.chosen.push(site);
        if let Some(taken) = self.taken.get_mut(self.group[at] as usize) {
            *taken += 1;
        }
    }

    pub(super) fn remove(&mut self, site: u32) {
        let at = site as usize;
        for demand in self.instance.covers.of(at) {
            let demand = *demand as usize;
            self.count[demand] -= 1;
            if self.count[demand] == 0 {
                let weight = self.instance.weights[demand];
                self.turned.of(demand).iter().for_each(|other| self.gain[*other as usize] += weight);
            }
        }
        self.value -= self.gain[at];
        self.spent -= self.instance.price(at);
        self.is_chosen[at] = false;
        self.chosen.retain(|chosen| *chosen != site);
        if let Some(taken) = self.taken.get_mut(self.group[at] as usize) {
            *taken -= 1;
        }
    }

    fn may(&self, at: usize) -> bool {
        !self.is_chosen[at]
            && self.gain[at] > 0
            && self.spent + self.instance.price(at) <= self.instance.room()
            && self.taken.get(self.group[at] as usize).is_none_or(|taken| *taken == 0)
    }

    /// The best candidate that still may be chosen: by residents, or by residents per price.
    fn best(&self, by_ratio: bool) -> Option<u32> {
        let mut best: Option<usize> = None;
        for at in 0..self.gain.len() {
            if self.may(at) && best.is_none_or(|best| self.better(at, best, by_ratio)) {
                best = Some(at);
            }
        }
        best.map(super::instance::number)
    }

    /// Adds those of these sites, in their order, that still may be chosen.
    pub(super) fn add_from(&mut self, sites: impl IntoIterator<Item = u32>) {
        for site in sites {
            if self.may(site as usize) {
                self.add(site);
            }
        }
    }

    /// Fills up with the best of these sites.
    pub(super) fn fill_from(&mut self, sites: &[u32]) {
        loop {
            let open: Vec<u32> = sites.iter().copied().filter(|site| self.may(*site as usize)).collect();
            if open.is_empty() {
                break;
            }
            self.add(open[self.best_of(&open)]);
        }
    }

    /// Which of these gains most per price.
    pub(super) fn best_of(&self, sites: &[u32]) -> usize {
        let better = |one: usize, other: usize| self.better(sites[one] as usize, sites[other] as usize, true);
        (1..sites.len()).fold(0, |best, at| if better(at, best) { at } else { best })
    }

    fn better(&self, one: usize, other: usize, by_ratio: bool) -> bool {
        let worth = |at: usize, price: i64| u128::from(self.gain[at]) * u128::from(price.unsigned_abs());
        if by_ratio {
            worth(one, self.instance.price(other)) > worth(other, self.instance.price(one))
        } else {
            self.gain[one] > self.gain[other]
        }
    }

    pub(super) fn fill(&mut self, by_ratio: bool, mut each: impl FnMut(&Self)) {
        while let Some(site) = self.best(by_ratio) {
            self.add(site);
            each(self);
        }
    }

    /// No choice whatever covers more: what is covered now, and the best gains that fit into the
    /// whole limit (Leskovec et al. 2007, section 3.2; the last one in part). Groups are let go.
    fn bound(&self) -> u64 {
        let room = self.instance.room();
        let mut gains: Vec<(u64, i64)> =
            (0..self.gain.len()).map(|at| (self.gain[at], self.instance.price(at))).filter(|gain| gain.0 > 0).collect();
        let mut sum = u128::from(self.value);
        match self.instance.limit {
            Limit::Sites(sites) => {
                let sites = sites as usize;
                if sites < gains.len() {
                    gains.select_nth_unstable_by_key(sites, |gain| std::cmp::Reverse(gain.0));
                    gains.truncate(sites);
                }
                sum += gains.iter().map(|gain| u128::from(gain.0)).sum::<u128>();
            }
            Limit::Budget(_) => {
                gains.sort_unstable_by(|a, b| {
                    (i128::from(b.0) * i128::from(a.1)).cmp(&(i128::from(a.0) * i128::from(b.1)))
                });
                let mut left = room;
                for (gain, price) in gains {
                    if price <= left {
                        left -= price;
                        sum += u128::from(gain);
                    } else {
                        sum += u128::from(gain) * u128::from(left.unsigned_abs()) / u128::from(price.unsigned_abs());
                        break;
                    }
                }
            }
        }
        u64::try_from(sum).unwrap_or(u64::MAX)
    }

    /// Takes every site out once and fills up again as well as can be, as long as that gains.
    pub(super) fn exchange(&mut self, by_ratio: bool) {
        let mut again = true;
        while again {
            again = false;
            for site in self.chosen.clone() {
                let (before, kept) = (self.value, self.chosen.clone());
                self.remove(site);
                self.fill(by_ratio, |_| {});
                if self.value > before {
                    again = true;
                } else {
                    for new in self.chosen.clone() {
                        if !kept.contains(&new) {
                            self.remove(new);
                        }
                    }
                    if !self.is_chosen[site as usize] {
                        self.add(site);
                    }
                }
            }
        }
    }
}

/// What choosing greedily gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greedy {
    /// The sites in the order in which they were chosen.
    pub chosen: Vec<u32>,
    /// Residents they cover.
    pub covered: u64,
    /// No choice covers more, by the gains of this very run.
    pub bound: u64,
}

impl Greedy {
    /// The share of the optimum that is reached for certain, by the bound of the run: usually far
    /// above the 1 − 1/e = 63 % that holds for every instance (Nemhauser, Wolsey and Fisher 1978).
    pub fn share(&self) -> f64 {
        if self.bound == 0 { 1.0 } else { self.covered as f64 / self.bound as f64 }
    }
}

/// Chooses greedily: with a number of sites by residents gained; with a budget the better of
/// residents per fen, residents, and the best single site (Khuller, Moss and Naor 1999).
pub fn greedy(instance: &Instance) -> Greedy {
    let turned = instance.covers.turned(instance.weights.len());
    greedy_with(instance, &turned)
}

pub(super) fn greedy_with(instance: &Instance, turned: &Lists) -> Greedy {
    let mut bound = Choice::new(instance, turned).bound();
    let mut run = |by_ratio: bool| {
        let mut choice = Choice::new(instance, turned);
        choice.fill(by_ratio, |choice| bound = bound.min(choice.bound()));
        (choice.value, choice.chosen)
    };
    let (mut covered, mut chosen) = run(false);
    if let Limit::Budget(_) = instance.limit {
        // The first site of the run by residents is the best single one: the run is never worse.
        let other = run(true);
        if other.0 > covered {
            (covered, chosen) = other;
        }
    }
    Greedy { chosen, covered, bound }
}
