//! What is left to decide: candidates neither chosen nor excluded, and demands that are open.

use super::instance::{Instance, Lists, number};
use std::collections::HashMap;

/// No group.
pub(super) const NONE: u32 = u32::MAX;

/// A rest of an instance. Its demands have two candidates or more: what only one can cover is that
/// candidate's own.
#[derive(Debug, Clone, Default)]
pub(super) struct Problem {
    /// Worth of what is chosen for certain.
    pub base: i64,
    /// What is chosen for certain, by its number in the instance.
    pub chosen: Vec<u32>,
    /// What may still be spent; `None` where every candidate has paid its toll already.
    pub room: Option<i64>,
    /// Number of each candidate in the instance.
    pub names: Vec<u32>,
    /// What each takes from the room.
    pub prices: Vec<i64>,
    /// What each is worth alone; below zero where it paid a toll.
    pub own: Vec<i64>,
    /// The group of each, or [`NONE`].
    pub group: Vec<u32>,
    /// The demands of each candidate.
    pub covers: Lists,
    /// The candidates of each demand.
    pub turned: Lists,
    /// What each demand is worth.
    pub weights: Vec<i64>,
    /// The share of each demand that its candidates are credited with in the bound, scaled.
    pub duals: Vec<i64>,
}

/// What is decided about a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing yet.
    Open,
    /// It is chosen.
    In,
    /// It is not.
    Out,
}

impl Problem {
    /// The whole of an instance, with half of each demand credited to its candidates.
    pub fn new(instance: &Instance, turned: &Lists, scale: i64) -> Self {
        let count = instance.candidates();
        let mut group = vec![NONE; count];
        for (at, members) in instance.groups.iter().enumerate() {
            members.iter().for_each(|member| group[*member as usize] = number(at));
        }
        let weights: Vec<i64> = instance.weights.iter().map(|weight| weight.cast_signed()).collect();
        let whole = Self {
            room: Some(instance.room()),
            names: (0..number(count)).collect(),
            prices: (0..count).map(|at| instance.price(at)).collect(),
            own: vec![0; count],
            group,
            duals: weights.iter().map(|weight| weight * scale / 2).collect(),
            weights,
            ..Self::default()
        };
        whole.reduce_of(turned, &vec![Fate::Open; count])
    }

    /// How many candidates.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether every candidate costs one site.
    pub fn is_uniform(&self) -> bool {
        self.prices.iter().all(|price| *price == 1)
    }

    /// Worth of a choice of candidates of this problem.
    pub fn worth(&self, taken: &[u32], seen: &mut Vec<bool>) -> i64 {
        seen.clear();
        seen.resize(self.weights.len(), false);
        let mut sum = self.base;
        for at in taken {
            sum += self.own[*at as usize];
            for demand in self.covers.of(*at as usize) {
                if !std::mem::replace(&mut seen[*demand as usize], true) {
                    sum += self.weights[*demand as usize];
                }
            }
        }
        sum
    }

    /// Names of what is chosen for certain and of these candidates.
    pub fn named(&self, taken: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let taken = taken.into_iter().map(|at| self.names[at as usize]);
        self.chosen.iter().copied().chain(taken).collect()
    }

    /// What remains when something is decided: demands that are covered or that nobody can cover
    /// go, those with the same candidates become one, those with a single one become its own.
    pub fn reduce(&self, fates: &[Fate]) -> Self {
        self.reduce_of(&self.turned, fates)
    }

    fn reduce_of(&self, turned: &Lists, fates: &[Fate]) -> Self {
        let mut rest = Self { base: self.base, chosen: self.chosen.clone(), room: self.room, ..Self::default() };
        let mut done = vec![false; self.weights.len()];
        let mut closed: Vec<u32> = Vec::new();
        for at in (0..self.len()).filter(|at| fates[*at] == Fate::In) {
            rest.chosen.push(self.names[at]);
            rest.room = rest.room.map(|room| room - self.prices[at]);
            rest.base += self.own[at];
            for demand in self.covers.of(at) {
                if !std::mem::replace(&mut done[*demand as usize], true) {
                    rest.base += self.weights[*demand as usize];
                }
            }
            if self.group[at] != NONE {
                closed.push(self.group[at]);
            }
        }
        let mut place = vec![NONE; self.len()];
        for at in 0..self.len() {
            let affordable = rest.room.is_none_or(|room| self.prices[at] <= room);
            if fates[at] == Fate::Open && affordable && !closed.contains(&self.group[at]) {
                place[at] = rest.adopt(self, at);
            }
        }
        rest.turned = Lists::with_room(turned.len(), turned.items());
        let mut same: HashMap<u64, u32> = HashMap::new();
        let mut members = Vec::new();
        for demand in (0..self.weights.len()).filter(|demand| !done[*demand]) {
            members.clear();
            members.extend(turned.of(demand).iter().map(|at| place[*at as usize]).filter(|at| *at != NONE));
            let (weight, dual) = (self.weights[demand], self.duals[demand]);
            match members.as_slice() {
                [] => {}
                [one] => rest.own[*one as usize] += weight,
                several => {
                    // Two lists of one digest are told apart; not to join equal ones does no harm.
                    let at = same.entry(digest(several)).or_insert(NONE);
                    if *at != NONE && rest.turned.of(*at as usize) == several {
                        rest.weights[*at as usize] += weight;
                        rest.duals[*at as usize] += dual;
                    } else {
                        *at = number(rest.weights.len());
                        rest.turned.push(several.iter().copied());
                        rest.weights.push(weight);
                        rest.duals.push(dual);
                    }
                }
            }
        }
        rest.covers = rest.turned.turned(rest.len());
        rest
    }

    /// Takes over a candidate of another problem, without its demands.
    fn adopt(&mut self, from: &Self, at: usize) -> u32 {
        self.names.push(from.names[at]);
        self.prices.push(from.prices[at]);
        self.own.push(from.own[at]);
        self.group.push(from.group[at]);
        number(self.names.len() - 1)
    }

    /// Sets of candidates that share neither demands nor groups.
    pub fn components(&self) -> Vec<Vec<u32>> {
        let mut up: Vec<u32> = (0..number(self.len())).collect();
        for list in self.turned.iter() {
            list.windows(2).for_each(|pair| join(&mut up, pair[0], pair[1]));
        }
        let mut first: HashMap<u32, u32> = HashMap::new();
        for at in (0..self.len()).filter(|at| self.group[*at] != NONE) {
            let one = *first.entry(self.group[at]).or_insert(number(at));
            join(&mut up, one, number(at));
        }
        let mut place = vec![NONE; self.len()];
        let mut parts: Vec<Vec<u32>> = Vec::new();
        for at in 0..number(self.len()) {
            let root = root(&mut up, at) as usize;
            if place[root] == NONE {
                place[root] = number(parts.len());
                parts.push(Vec::new());
            }
            parts[place[root] as usize].push(at);
        }
        parts
    }

    /// Some candidates alone, with the demands that `weigh` gives a weight and a share.
    pub fn part(&self, members: &[u32], mut weigh: impl FnMut(usize) -> (i64, i64)) -> Self {
        let mut part = Self { room: self.room, ..Self::default() };
        let mut demands: Vec<u32> = Vec::new();
        for at in members {
            part.adopt(self, *at as usize);
            demands.extend(self.covers.of(*at as usize));
        }
        demands.sort_unstable();
        demands.dedup();
        let weights: HashMap<u32, u32> = demands.iter().zip(0..).map(|(demand, at)| (*demand, at)).collect();
        for demand in &demands {
            let (weight, dual) = weigh(*demand as usize);
            part.weights.push(weight);
            part.duals.push(dual);
        }
        for at in members {
            part.covers.push(self.covers.of(*at as usize).iter().map(|demand| weights[demand]));
        }
        part.turned = part.covers.turned(demands.len());
        part
    }

    /// Candidates for which another is as good or better whatever else is chosen: it covers what
    /// they cover, costs no more, and stands in no other group.
    pub fn dominated(&self) -> Vec<Fate> {
        let mut fates = vec![Fate::Open; self.len()];
        for at in 0..self.len() {
            let list = self.covers.of(at);
            let Some(rarest) = list.iter().min_by_key(|demand| self.turned.of(**demand as usize).len()) else {
                // Nothing that another could cover as well: it goes only when it gains nothing.
                if self.own[at] <= 0 {
                    fates[at] = Fate::Out;
                }
                continue;
            };
            // With residents of its own it may be wanted beside the other.
            if self.own[at] > 0 {
                continue;
            }
            let beaten = self.turned.of(*rarest as usize).iter().map(|other| *other as usize).any(|other| {
                let better = other != at
                    && fates[other] == Fate::Open
                    && self.prices[other] <= self.prices[at]
                    && self.own[other] >= self.own[at]
                    && (self.group[other] == NONE || self.group[other] == self.group[at]);
                better && within(list, self.covers.of(other))
            });
            if beaten {
                fates[at] = Fate::Out;
            }
        }
        fates
    }
}

/// Whether every number of one ascending list is in the other.
fn within(few: &[u32], many: &[u32]) -> bool {
    let mut rest = many.iter();
    few.len() <= many.len() && few.iter().all(|wanted| rest.by_ref().find(|found| *found >= wanted) == Some(wanted))
}

/// FNV-1a over whole numbers, mixed at the end.
fn digest(list: &[u32]) -> u64 {
    let sum = list.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, item| {
        (hash ^ u64::from(*item)).wrapping_mul(0x0100_0000_01B3).rotate_left(23)
    });
    sum ^ (sum >> 29)
}

fn root(up: &mut [u32], mut at: u32) -> u32 {
    while up[at as usize] != at {
        up[at as usize] = up[up[at as usize] as usize];
        at = up[at as usize];
    }
    at
}

fn join(up: &mut [u32], one: u32, other: u32) {
    let (one, other) = (root(up, one), root(up, other));
    up[one.max(other) as usize] = one.min(other);
}
