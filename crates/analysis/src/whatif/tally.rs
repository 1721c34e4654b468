//! Who is near enough in a scenario, and who was not before.

use super::{
    base::{Base, Layer},
    overlay::Overlay,
    plan::Plan,
};
use crate::walk::{Link, Share, UNREACHED};

/// A building whose coverage changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The building, by its position in the city.
    pub building: u32,
    /// Whether it is near enough now; otherwise it was.
    pub gained: bool,
}

/// What a scenario changes for one goal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GoalChange {
    /// Homes near enough, of all.
    pub homes: Share,
    /// Residents near enough, of all.
    pub residents: Share,
    /// Residents near enough in each zone.
    pub zones: Vec<Share>,
    /// Homes that gain, and that lose.
    pub homes_gained: u64,
    /// Homes that lose it.
    pub homes_lost: u64,
    /// Residents who gain.
    pub residents_gained: u64,
    /// Residents who lose it.
    pub residents_lost: u64,
    /// Every building that changes, also those in which nobody lives.
    pub changes: Vec<Change>,
}

/// Room to compute scenarios in, for one caller at a time.
#[derive(Debug, Clone)]
pub struct Workspace {
    overlay: Overlay,
    goals: Vec<GoalChange>,
    /// Buildings looked at in this layer, and those that changed in this goal.
    seen: Vec<u32>,
    moved: Vec<(u32, bool)>,
    delta: Vec<i8>,
    now: u32,
}

impl Workspace {
    /// Room for scenarios over a base.
    pub fn new(base: &Base) -> Self {
        let buildings = base.city.buildings.len();
        Self {
            overlay: Overlay::new(base),
            goals: vec![GoalChange::default(); base.goals()],
            seen: vec![0; buildings],
            moved: Vec::with_capacity(1024),
            delta: vec![0; buildings],
            now: 0,
        }
    }

    /// What a scenario changes, for every goal of the rules in their order.
    pub fn run(&mut self, base: &Base, plan: &Plan) -> &[GoalChange] {
        for goal in 0..base.goals() {
            self.run_goal(base, plan, goal);
        }
        &self.goals
    }

    /// What a scenario changes for one goal of the rules; none when there is no such goal.
    pub fn run_for(&mut self, base: &Base, plan: &Plan, goal: usize) -> Option<&GoalChange> {
        if goal < base.goals() {
            self.run_goal(base, plan, goal);
        }
        self.goals.get(goal)
    }

    fn run_goal(&mut self, base: &Base, plan: &Plan, goal: usize) {
        self.moved.clear();
        for (at, layer) in base.layers.iter().enumerate().filter(|(_, layer)| layer.goal == goal) {
            let (removed, added) = (&plan.removed[at], &plan.added[at]);
            if removed.is_empty() && added.is_empty() && plan.ways.is_empty() {
                continue;
            }
            self.overlay.run(base, layer, plan, removed, added);
            self.look(base, layer, plan, removed, added);
        }
        self.count(base, goal);
    }

    /// Looks at every building that the changes of a layer can touch.
    fn look(&mut self, base: &Base, layer: &Layer, plan: &Plan, removed: &[u32], added: &[Link]) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.seen.fill(0);
            self.now = 1;
        }
        let nodes = base.city.network.len();
        let gone = removed.iter().filter_map(|gate| layer.access.gates.get(*gate)).map(|(_, link)| link.a);
        let beside = added.iter().chain(&plan.feet).map(|link| link.a).chain(gone);
        let touched = self.overlay.touched.iter().copied().filter(|node| (*node as usize) < nodes);
        for node in touched.chain(beside) {
            for (building, link) in base.doors.at(node) {
                let at = *building as usize;
                if std::mem::replace(&mut self.seen[at], self.now) == self.now {
                    continue;
                }
                let covered = near(&self.overlay, base, layer, plan, removed, added, link) <= layer.access.bound;
                let was = layer.access.buildings[at].cm != UNREACHED;
                if covered != was {
                    self.delta[at] += if covered { 1 } else { -1 };
                    self.moved.push((*building, covered));
                }
            }
        }
    }

    /// Adds up the buildings that moved in a goal.
    fn count(&mut self, base: &Base, goal: usize) {
        let (change, totals) = (&mut self.goals[goal], &base.totals[goal]);
        change.zones.clone_from(&totals.zones);
        (change.homes, change.residents) = (totals.homes, totals.residents);
        (change.homes_gained, change.homes_lost, change.residents_gained, change.residents_lost) = (0, 0, 0, 0);
        change.changes.clear();
        for (building, _) in self.moved.drain(..) {
            let at = building as usize;
            let before = i16::from(base.hits[goal][at]);
            let after = before + i16::from(std::mem::take(&mut self.delta[at]));
            if (before > 0) == (after > 0) {
                continue;
            }
            let gained = after > 0;
            change.changes.push(Change { building, gained });
            let people = u64::from(base.city.buildings[at].residents);
            if people == 0 {
                continue;
            }
            let add = |share: &mut Share, weight: u64| {
                share.covered = if gained { share.covered + weight } else { share.covered - weight };
            };
            add(&mut change.homes, 1);
            add(&mut change.residents, people);
            base.zones.of(at).iter().for_each(|zone| add(&mut change.zones[*zone as usize], people));
            if gained {
                change.homes_gained += 1;
                change.residents_gained += people;
            } else {
                change.homes_lost += 1;
                change.residents_lost += people;
            }
        }
    }
}

/// How far a point is from the nearest gate of a layer now.
fn near(overlay: &Overlay, base: &Base, layer: &Layer, plan: &Plan, removed: &[u32], added: &[Link], at: &Link) -> u32 {
    let mut least = at.from_ends(|node| overlay.cm(layer, node));
    for gate in layer.access.gates.on_edge(at.edge()) {
        if removed.binary_search(gate).is_err() {
            least = least.min(layer.access.gates.get(*gate).map_or(UNREACHED, |(_, link)| link.along(at)));
        }
    }
    for link in added {
        least = least.min(link.along(at));
    }
    let nodes = u32::try_from(base.city.network.len()).unwrap_or(u32::MAX);
    for (number, foot) in (nodes..).zip(&plan.feet) {
        let along = foot.along(at);
        if along != UNREACHED {
            least = least.min(overlay.cm(layer, number).saturating_add(along));
        }
    }
    least
}
