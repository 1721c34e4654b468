//! Candidates of a city: what each would bring by itself, and what a plan brings step by step.

use super::{
    instance::{Instance, Limit, Lists, number},
    solve::{Outcome, Patience, solve},
};
use crate::{
    locate::PlaceIndex,
    walk::{City, Spot},
    whatif::{Base, Edit, EditError, Plan, Workspace},
};
use luyuan_domain::{
    geo::{Local, Wgs84},
    ruleset::SiteKind,
};
use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
};

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its key.
    pub id: String,
    /// What is done there.
    pub kind: SiteKind,
    /// The same as a change of the city.
    pub edit: Edit,
    /// Its cost in fen.
    pub fen: i64,
    /// Whether that cost came with the candidate; otherwise it follows the rules.
    pub own_cost: bool,
    /// Of candidates of one group at most one is chosen; empty for none.
    pub group: String,
}

/// Candidates measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Where next, as a problem. Its candidates are `sites`, its demands `buildings`.
    pub instance: Instance,
    /// The candidates that can be built, by their position in the list.
    pub sites: Vec<u32>,
    /// The buildings that are not near enough and that some candidate would bring within reach.
    pub buildings: Vec<u32>,
    /// Candidates that cannot be built, by their position, and why.
    pub refused: Vec<(u32, EditError)>,
    /// How many candidates were measured: all of them, unless the time was over before.
    pub looked: usize,
}

/// Measures what each candidate by itself brings within reach for a goal, over a city as it is: who
/// is near enough already is left out. `hands` threads work at it, at least one.
///
/// It goes on until `go_on` says no when it hears how many of how many are done. Candidates are taken
/// by handfuls of neighbours, in strides over the whole city, so that those that were reached when it
/// stops lie everywhere in it; the answer says how many they are.
pub fn measure(
    base: &Base,
    goal: usize,
    sites: &[Site],
    limit: Limit,
    hands: usize,
    mut go_on: impl FnMut(usize, usize) -> bool,
) -> Measured {
    let handfuls = handfuls(sites);
    let order: Vec<usize> = strides(handfuls.len()).collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(!go_on(0, sites.len())));
    let (mut found, mut refused, mut looked) = (Vec::new(), Vec::new(), 0);
    // Handed over and not laid down, so that nobody runs far ahead of the one who may say stop.
    let (tell, told) = mpsc::sync_channel(0);
    thread::scope(|scope| {
        for _ in 0..hands.clamp(1, handfuls.len().max(1)) {
            let (tell, handfuls, order, next, stop) = (tell.clone(), &handfuls, &order, &next, &stop);
            scope.spawn(move || {
                let (mut room, mut plan) = (Workspace::new(base), Plan::new(base));
                while !stop.load(Relaxed) {
                    let Some(handful) = order.get(next.fetch_add(1, Relaxed)) else { break };
                    let look = |at: &u32| (*at, alone(base, goal, &sites[*at as usize], &mut room, &mut plan));
                    let seen: Vec<_> = handfuls[*handful].iter().map(look).collect();
                    if tell.send(seen).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        for seen in told {
            looked += seen.len();
            for (at, gained) in seen {
                match gained {
                    Ok(gained) => found.push((at, gained)),
                    Err(error) => refused.push((at, error)),
                }
            }
            if !go_on(looked, sites.len()) {
                stop.store(true, Relaxed);
            }
        }
    });
    // In the order of the list, whoever was done first: of candidates that are alike the first is chosen.
    found.sort_unstable_by_key(|(at, _)| *at);
    refused.sort_by_key(|(at, _)| *at);
    // Demands beside one another in the city are so in memory as well: who goes through those of one
    // candidate stays in the processor's caches.
    let mut wanted = vec![false; base.city().buildings.len()];
    found.iter().flat_map(|(_, gained)| gained).for_each(|building| wanted[*building as usize] = true);
    let mut buildings: Vec<u32> = (0..number(wanted.len())).filter(|building| wanted[*building as usize]).collect();
    let node = |building: &u32| base.city().buildings[*building as usize].link.map(|link| link.a);
    buildings.sort_by_cached_key(|building| (node(building), *building));
    let mut place = vec![u32::MAX; wanted.len()];
    buildings.iter().zip(0..).for_each(|(building, demand)| place[*building as usize] = demand);
    let items = found.iter().map(|(_, gained)| gained.len()).sum();
    let mut covers = Lists::with_room(found.len(), items);
    let mut kept = Vec::with_capacity(found.len());
    for (at, mut gained) in found {
        gained.iter_mut().for_each(|building| *building = place[*building as usize]);
        gained.sort_unstable();
        covers.push(gained);
        kept.push(at);
    }
    let residents = |building: &u32| u64::from(base.city().buildings[*building as usize].residents);
    let mut groups: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (candidate, at) in kept.iter().enumerate() {
        let group = sites[*at as usize].group.as_str();
        if !group.is_empty() {
            groups.entry(group).or_default().push(number(candidate));
        }
    }
    let instance = Instance {
        covers,
        weights: buildings.iter().map(residents).collect(),
        costs: kept.iter().map(|at| sites[*at as usize].fen).collect(),
        groups: groups.into_values().filter(|members| members.len() > 1).collect(),
        limit,
    };
    Measured { instance, sites: kept, buildings, refused, looked }
}

/// The homes that a candidate by itself brings within reach.
fn alone(base: &Base, goal: usize, site: &Site, room: &mut Workspace, plan: &mut Plan) -> Result<Vec<u32>, EditError> {
    plan.fill(base, std::slice::from_ref(&site.edit)).map_err(|(_, error)| error)?;
    let changes = room.run_for(base, plan, goal).map_or(&[][..], |change| &change.changes);
    let gained = changes.iter().filter(|change| change.gained).map(|change| change.building);
    Ok(gained.filter(|building| base.city().buildings[*building as usize].residents > 0).collect())
}

/// So many candidates are measured before somebody is told, and may say that it is enough; fewer of a
/// short list.
const HANDFUL: usize = 64;

/// Candidates that lie beside one another, by handfuls: what one touches is still in the processor's
/// caches for the next.
fn handfuls(sites: &[Site]) -> Vec<Vec<u32>> {
    let spot = |at: &usize| sites[*at].edit.at().map(Spot::of);
    let spots = (0..sites.len()).filter_map(|at| spot(&at));
    let low = spots.reduce(|low, spot| Spot { lon: low.lon.min(spot.lon), lat: low.lat.min(spot.lat) });
    let low = low.unwrap_or_default();
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.sort_by_cached_key(|at| (spot(at).map(|spot| spot.along_curve(low)), *at));
    let size = (sites.len() / HANDFUL).clamp(1, HANDFUL);
    order.chunks(size).map(|handful| handful.iter().map(|at| number(*at)).collect()).collect()
}

/// Every position once, in steps of about the golden section of all: whenever one stops, those
/// before lie evenly.
fn strides(count: usize) -> impl Iterator<Item = usize> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a part of the count
    let mut step = ((count as f64) * 0.618_033_988_75) as usize;
    let common = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    while step > 1 && common(step, count) != 1 {
        step -= 1;
    }
    let step = step.max(1);
    (0..count).scan(0, move |at, _| Some(std::mem::replace(at, (*at + step) % count)))
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The candidate, by its position in the list.
    pub site: u32,
    /// Residents who come within reach with it, beside the steps before it.
    pub residents: u64,
    /// Residents within reach after it, of the whole city.
    pub covered: u64,
}

impl Step {
    /// Residents gained for each yuan; none for what costs nothing.
    pub fn per_yuan(&self, site: &Site) -> Option<f64> {
        (site.fen > 0).then(|| self.residents as f64 * 100.0 / site.fen as f64)
    }
}

/// A plan with its proof and its steps.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// What was proven. Residents are those whom single candidates bring within reach.
    pub outcome: Outcome,
    /// The steps, each computed over those before it: what a crossing opens to a new park is in it.
    pub steps: Vec<Step>,
}

/// Chooses among measured candidates and computes the plan step by step.
///
/// # Errors
/// As [`solve`].
pub fn choose(
    base: &Base,
    goal: usize,
    sites: &[Site],
    measured: &Measured,
    patience: &Patience<'_>,
) -> Result<Chosen, super::InstanceError> {
    let outcome = solve(&measured.instance, patience)?;
    let (mut room, mut plan) = (Workspace::new(base), Plan::new(base));
    let (mut edits, mut steps) = (Vec::new(), Vec::new());
    let mut covered = base.residents(goal).covered;
    for candidate in &outcome.chosen {
        let site = measured.sites[*candidate as usize];
        edits.push(sites[site as usize].edit.clone());
        // Each can be built by itself; together at most the number of crossings stands against it.
        if plan.fill(base, &edits).is_err() {
            edits.pop();
            continue;
        }
        let now = room.run_for(base, &plan, goal).map_or(covered, |change| change.residents.covered);
        steps.push(Step { site, residents: now.saturating_sub(covered), covered: now });
        covered = now;
    }
    Ok(Chosen { outcome, steps })
}

/// Points of a grid over a city, `metres` apart, outside its parks: places to try where nothing is
/// known of free land.
pub fn grid(city: &City, metres: f64) -> Vec<Wgs84> {
    let spots = city.network.spots();
    let Some(first) = spots.first().map(|spot| spot.position()) else { return Vec::new() };
    let (mut low, mut high) = (first, first);
    for at in spots.iter().map(|spot| spot.position()) {
        low = Wgs84 { lon: low.lon.min(at.lon), lat: low.lat.min(at.lat) };
        high = Wgs84 { lon: high.lon.max(at.lon), lat: high.lat.max(at.lat) };
    }
    let parks =
        PlaceIndex::build(city.parks.iter().zip(0..).map(|(park, key)| (key, 0, park.ground.clone())).collect()).0;
    let [lon, lat] = Local::around(high).degree();
    let (wide, tall) = (metres.max(1.0) / lon, metres.max(1.0) / lat);
    let mut points = Vec::new();
    let mut at = Wgs84 { lon: low.lon + wide / 2.0, lat: low.lat + tall / 2.0 };
    while at.lat < high.lat {
        while at.lon < high.lon {
            if parks.at(at)[0].is_none() {
                points.push(at);
            }
            at.lon += wide;
        }
        at = Wgs84 { lon: low.lon + wide / 2.0, lat: at.lat + tall };
    }
    points
}
