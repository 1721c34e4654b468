//! Where next: which candidates bring most residents within reach, for a number of sites or a budget.

use super::{Edit, Measured};
use crate::{
    App, AppError,
    city::{crossing_sites, entrance_sites, grid_sites, read_sites},
};
use luyuan_analysis::{
    siting::{self, Limit, Patience, Site},
    walk::City,
};
use luyuan_domain::{
    geo::System,
    ruleset::{SitingRules, WalkRules},
};
use luyuan_store::StoreError;
use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Most candidates of one question: what a district clears in years.
pub const MOST_SITES: usize = 20_000;

/// Where candidates come from: one of these or several.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A grid so many metres apart, outside parks.
    pub grid: Option<f64>,
    /// A list of cleared land, vacant lots, wide pavements, entrances, crossings.
    pub list: Option<List>,
    /// Entrances that the city proposes, so many metres apart at least.
    pub entrances: Option<f64>,
    /// Crossings that the city proposes, so many metres apart at least.
    pub crossings: Option<f64>,
}

/// A list of candidates.
#[derive(Debug, Clone)]
pub struct List {
    /// The file.
    pub bytes: Vec<u8>,
    /// GeoJSON; otherwise CSV.
    pub geojson: bool,
    /// Its coordinate system.
    pub crs: System,
    /// The field in which it was sent, for errors.
    pub field: &'static str,
}

/// How much may be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So many sites.
    Sites(u32),
    /// So many fen together.
    Fen(i64),
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The candidate's key.
    pub id: String,
    /// What is done.
    pub edit: Edit,
    /// Its cost in fen.
    pub fen: i64,
    /// The cost came with the candidate; otherwise it follows the rules, which are assumed.
    pub own_cost: bool,
    /// Residents who come within reach with it, beside the steps before it.
    pub residents: u64,
    /// Residents gained for each yuan; none for what costs nothing.
    pub per_yuan: Option<f64>,
    /// Residents within reach after it.
    pub covered: u64,
}

/// A plan with what is proven about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// The steps.
    pub steps: Vec<Step>,
    /// Candidates that there are.
    pub candidates: usize,
    /// Candidates that were measured and planned with: all of them, unless the time was over before.
    pub measured: usize,
    /// Candidates that cannot be built, because no path comes near or they count for nothing.
    pub refused: usize,
    /// Residents whom the plan brings within reach.
    pub gained: u64,
    /// Residents whom the greedy plan would bring.
    pub greedy: u64,
    /// No plan brings more than so many.
    pub bound: u64,
    /// Nobody can do better; otherwise the time was over.
    pub optimal: bool,
    /// What everything costs, in fen.
    pub fen: i64,
}

impl App {
    /// Plans on a thread of its own, one plan at a time, for at most the seconds of the settings;
    /// what is found by then comes with its proven gap.
    ///
    /// # Errors
    /// [`AppError::Store`] (busy) while another plan is computed; [`AppError::Wrong`] for a goal that
    /// the rules do not have, a list that cannot be read, too many candidates.
    pub async fn where_next(
        &self,
        measured: Arc<Measured>,
        goal: usize,
        most: Most,
        from: Sources,
    ) -> Result<Next, AppError> {
        let busy = |_| AppError::Store(StoreError::Busy("another plan is being computed".into()));
        let turn = self.planning.clone().try_acquire_owned().map_err(busy)?;
        let now = self.env.now();
        let (walk, costs) = (self.rulebook().walking(now)?, self.rulebook().siting(now)?);
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let work = move || {
            let _turn = turn;
            plan(&measured, goal, most, &from, &walk, &costs, &told)
        };
        let mut work = tokio::task::spawn_blocking(work);
        let done = tokio::select! {
            done = &mut work => done,
            () = tokio::time::sleep(self.settings.siting) => {
                stop.store(true, Ordering::Relaxed);
                work.await
            }
        };
        done.map_err(|error| AppError::File(error.to_string()))?
    }
}

fn plan(
    measured: &Measured,
    goal: usize,
    most: Most,
    from: &Sources,
    walk: &WalkRules,
    costs: &SitingRules,
    stop: &AtomicBool,
) -> Result<Next, AppError> {
    let sites = candidates(measured, goal, from, walk, costs)?;
    if sites.len() > MOST_SITES {
        return Err(AppError::wrong("candidates", "green_candidates", MOST_SITES.to_string()));
    }
    let limit = match most {
        Most::Sites(sites) => Limit::Sites(sites),
        Most::Fen(fen) => Limit::Budget(fen),
    };
    let stopped = || stop.load(Ordering::Relaxed);
    let found = siting::measure(&measured.base, goal, &sites, limit, 1, |_, _| !stopped());
    let patience = Patience { nodes: u64::MAX, stop: &stopped };
    let chosen = siting::choose(&measured.base, goal, &sites, &found, &patience);
    let chosen = chosen.map_err(|error| AppError::wrong("candidates", "green_list", error.to_string()))?;
    let steps: Vec<Step> = chosen
        .steps
        .iter()
        .filter_map(|step| {
            let site = sites.get(step.site as usize)?;
            Some(Step {
                id: site.id.clone(),
                edit: site.edit.clone(),
                fen: site.fen,
                own_cost: site.own_cost,
                residents: step.residents,
                per_yuan: step.per_yuan(site),
                covered: step.covered,
            })
        })
        .collect();
    Ok(Next {
        candidates: sites.len(),
        measured: found.looked,
        refused: found.refused.len(),
        gained: steps.iter().map(|step| step.residents).sum(),
        greedy: chosen.outcome.greedy.covered,
        bound: chosen.outcome.bound,
        optimal: chosen.outcome.is_optimal(),
        fen: steps.iter().map(|step| step.fen).sum(),
        steps,
    })
}

fn candidates(
    measured: &Measured,
    goal: usize,
    from: &Sources,
    walk: &WalkRules,
    costs: &SitingRules,
) -> Result<Vec<Site>, AppError> {
    let city = &*measured.kept.city;
    let mut sites = Vec::new();
    if let Some(metres) = from.grid {
        sites.extend(grid_sites(city, costs, metres));
    }
    if let Some(metres) = from.entrances {
        sites.extend(entrance_sites(&measured.base, goal, costs, Some(metres))?);
    }
    if let Some(metres) = from.crossings {
        sites.extend(crossing_sites(&measured.base, goal, costs, Some(metres))?);
    }
    // Outside the district nobody builds.
    sites.retain(|site| measured.check(std::slice::from_ref(&site.edit)).is_ok());
    if let Some(list) = &from.list {
        sites.extend(listed(list, city, walk, costs)?);
    }
    Ok(sites)
}

fn listed(list: &List, city: &City, walk: &WalkRules, costs: &SitingRules) -> Result<Vec<Site>, AppError> {
    let unread = |error: std::io::Error| AppError::File(error.to_string());
    let ending = if list.geojson { ".geojson" } else { ".csv" };
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().map_err(unread)?;
    file.write_all(&list.bytes).map_err(unread)?;
    read_sites(file.path(), Some(list.crs), city, costs, walk).map_err(|bad| bad.sent(list.field))
}
