//! What is asked: who could be covered by what, at what cost, and how much may be spent.

use crate::rows::starts;

/// Lists of numbers one behind the other: list `i` is `items[offsets[i]..offsets[i + 1]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { offsets: vec![0], items: Vec::new() }
    }
}

impl Lists {
    /// None yet, with room for so many lists of so many numbers together.
    pub(super) fn with_room(lists: usize, items: usize) -> Self {
        let mut offsets = Vec::with_capacity(lists + 1);
        offsets.push(0);
        Self { offsets, items: Vec::with_capacity(items) }
    }

    /// How many lists.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers in all lists together.
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// One list; empty where there is none of that number.
    #[inline]
    pub fn of(&self, list: usize) -> &[u32] {
        match (self.offsets.get(list), self.offsets.get(list + 1)) {
            (Some(from), Some(to)) => &self.items[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// Adds a list behind the others.
    pub fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.items.extend(list);
        self.offsets.push(number(self.items.len()));
    }

    /// Every list in turn.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.offsets.windows(2).map(|ends| &self.items[ends[0] as usize..ends[1] as usize])
    }

    /// The other way round: for each of `count` numbers the lists that name it, ascending.
    pub fn turned(&self, count: usize) -> Self {
        let offsets = starts(count, self.items.iter().map(|item| *item as usize));
        let mut next = offsets.clone();
        let mut items = vec![0; self.items.len()];
        for (list, members) in self.iter().enumerate() {
            for member in members {
                let place = &mut next[*member as usize];
                items[*place as usize] = number(list);
                *place += 1;
            }
        }
        Self { offsets, items }
    }
}

impl<L: IntoIterator<Item = u32>> FromIterator<L> for Lists {
    fn from_iter<T: IntoIterator<Item = L>>(lists: T) -> Self {
        let mut all = Self::default();
        lists.into_iter().for_each(|list| all.push(list));
        all
    }
}

/// A position in a list as it is kept; lists of more than 2³² − 1 are refused by [`Instance::check`].
#[inline]
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A count as a signed number.
#[inline]
pub(super) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How much may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// At most so many sites, whatever they cost.
    Sites(u32),
    /// Sites whose costs add up to at most so many fen.
    Budget(i64),
}

/// Where next: a maximal covering location problem (Church and ReVelle 1974), with a budget where
/// one is given. Demands that are covered already are left out by whoever makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// For each candidate the demands that it would cover, each once.
    pub covers: Lists,
    /// Residents of each demand (a building, usually).
    pub weights: Vec<u64>,
    /// What each candidate costs, in fen.
    pub costs: Vec<i64>,
    /// Candidates of which at most one may be chosen, such as variants of one site; a candidate
    /// is in one group at most.
    pub groups: Vec<Vec<u32>>,
    /// How much may be chosen.
    pub limit: Limit,
}

/// Why an instance cannot be solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// A list has another length than the candidates.
    #[error("{costs} costs for {candidates} candidates")]
    Lengths {
        /// How many costs.
        costs: usize,
        /// How many candidates.
        candidates: usize,
    },
    /// A candidate covers a demand that does not exist.
    #[error("candidate {candidate} covers demand {demand}, which does not exist")]
    NoDemand {
        /// The candidate.
        candidate: u32,
        /// What it names.
        demand: u32,
    },
    /// A candidate names a demand twice.
    #[error("candidate {candidate} names demand {demand} twice")]
    Twice {
        /// The candidate.
        candidate: u32,
        /// What it names.
        demand: u32,
    },
    /// A cost is negative.
    #[error("candidate {0} has a negative cost")]
    Cost(u32),
    /// A group names a candidate that does not exist or is in another group.
    #[error("candidate {0} of a group does not exist or is in two groups")]
    Group(u32),
    /// Numbers so large that sums could overflow.
    #[error("the residents or the costs are too many to be added up")]
    TooLarge,
}

/// The largest sum of residents that is computed with: more than live on earth.
const MOST_RESIDENTS: u64 = 1 << 34;
/// The largest sum of costs, in fen: 176 thousand million yuan.
const MOST_FEN: u64 = 1 << 44;

impl Instance {
    /// How many candidates.
    pub fn candidates(&self) -> usize {
        self.covers.len()
    }

    /// Whether it can be solved.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), InstanceError> {
        let candidates = self.candidates();
        if self.costs.len() != candidates {
            return Err(InstanceError::Lengths { costs: self.costs.len(), candidates });
        }
        let mut seen = vec![u32::MAX; self.weights.len()];
        for (candidate, list) in self.covers.iter().enumerate() {
            let candidate = number(candidate);
            for demand in list {
                match seen.get_mut(*demand as usize) {
                    None => return Err(InstanceError::NoDemand { candidate, demand: *demand }),
                    Some(last) if *last == candidate => {
                        return Err(InstanceError::Twice { candidate, demand: *demand });
                    }
                    Some(last) => *last = candidate,
                }
            }
        }
        if let Some(at) = self.costs.iter().position(|cost| *cost < 0) {
            return Err(InstanceError::Cost(number(at)));
        }
        let mut grouped = vec![false; candidates];
        for member in self.groups.iter().flatten() {
            match grouped.get_mut(*member as usize) {
                Some(taken) if !*taken => *taken = true,
                _ => return Err(InstanceError::Group(*member)),
            }
        }
        let residents = self.weights.iter().try_fold(0u64, |sum, weight| sum.checked_add(*weight));
        let costs = self.costs.iter().try_fold(0u64, |sum, cost| sum.checked_add(cost.unsigned_abs()));
        match (residents, costs) {
            (Some(residents), Some(costs)) if residents <= MOST_RESIDENTS && costs <= MOST_FEN => Ok(()),
            _ => Err(InstanceError::TooLarge),
        }
    }

    /// What a candidate takes from the limit: 1 of the sites, or its cost.
    pub(super) fn price(&self, candidate: usize) -> i64 {
        match self.limit {
            Limit::Sites(_) => 1,
            Limit::Budget(_) => self.costs[candidate],
        }
    }

    /// What the prices may add up to.
    pub(super) fn room(&self) -> i64 {
        match self.limit {
            Limit::Sites(sites) => i64::from(sites),
            Limit::Budget(fen) => fen,
        }
    }

    /// Residents covered by a choice, each counted once.
    pub fn covered(&self, chosen: &[u32]) -> u64 {
        let mut seen = vec![false; self.weights.len()];
        let demands = chosen.iter().flat_map(|candidate| self.covers.of(*candidate as usize));
        demands
            .filter(|demand| !std::mem::replace(&mut seen[**demand as usize], true))
            .map(|demand| self.weights[*demand as usize])
            .sum()
    }

    /// Whether a choice keeps to the limit and the groups.
    pub fn allows(&self, chosen: &[u32]) -> bool {
        let price: i64 = chosen.iter().map(|candidate| self.price(*candidate as usize)).sum();
        price <= self.room()
            && self.groups.iter().all(|group| group.iter().filter(|member| chosen.contains(member)).count() <= 1)
    }
}
