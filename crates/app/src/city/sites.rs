//! Candidates for new green from a file or a grid, and the plan that is written down for others.

use super::{
    Loaded,
    bad_rows::{BadRows, Why},
    features::Features,
    placed::Frame,
};
use crate::AppError;
use geo::{Coord, MultiPolygon};
use luyuan_analysis::{
    siting::{self, Chosen, Limit, Measured, Site, grid},
    walk::{City, Spot, square_metres},
    whatif::{Base, Edit},
};
use luyuan_domain::{
    geo::{Local, System, Wgs84},
    ruleset::{GreenRules, Proposals, Proposing, SiteKind, SitingRules, WalkRules},
};
use serde_json::{Map, Value, json};
use std::{collections::HashSet, path::Path};

/// What the costs are when none are named.
const COSTS: &str = "siting-2020.toml";

/// Costs from a file, or the shipped ones.
///
/// # Errors
/// As [`super::walk_rules`].
pub fn siting_rules(file: Option<&Path>) -> Result<SitingRules, AppError> {
    let (name, text) = super::text(file, COSTS)?;
    SitingRules::parse(&name, &text).map_err(|wrong| AppError::Rules(wrong.to_string()))
}

/// Reads candidates: areas or points with `kind` (cleared, vacant, pavement or free; free when it is
/// not told), points with kind `entrance` and the key of their `park`, lines with kind `crossing`
/// from one side of a road to the other. `square_metres`, `yuan` and `group` are read where they are
/// told.
///
/// # Errors
/// [`BadRows`] with the row, and what is wrong.
pub fn read_sites(
    file: &Path,
    crs: Option<System>,
    city: &City,
    costs: &SitingRules,
    walk: &WalkRules,
) -> Result<Vec<Site>, BadRows> {
    let features = Features::read(file, crs)?;
    Frame::around(&city.network).check(&features)?;
    let mut seen = HashSet::new();
    let mut sites = Vec::with_capacity(features.rows.len());
    for row in &features.rows {
        let wrong = |why: Why| features.bad(row, why);
        let id = row.key();
        if !seen.insert(id.clone()) {
            return Err(wrong(Why::Twice(id)));
        }
        let code = row.get("kind");
        let kind = if code.is_empty() { Some(SiteKind::Free) } else { SiteKind::parse(code) };
        let kind = kind.ok_or_else(|| wrong(Why::Kind { code: code.to_owned() }))?;
        let rule = costs.cost(kind);
        let (edit, area, length) = match kind {
            SiteKind::Crossing => {
                let lines = features.lines(row)?;
                let [from, to] = *lines.first().map_or(&[][..], Vec::as_slice) else {
                    return Err(wrong(Why::Crossing));
                };
                let crossing = Edit::Crossing { from: from.position(), to: to.position() };
                (crossing, 0.0, f64::from(from.cm_to(to)) / 100.0)
            }
            SiteKind::Entrance => {
                let at = features.point(row)?.ok_or_else(|| wrong(Why::NoPoint))?.position();
                let park = row.get("park").to_owned();
                if city.parks.iter().all(|known| known.id != park) {
                    return Err(wrong(Why::NoPark(park)));
                }
                (Edit::Entrance { park, at }, 0.0, 0.0)
            }
            _ => {
                let told: Option<f64> = features.number(row, "square_metres")?;
                if told.is_some_and(|told| !(told > 0.0 && told < 1.0e9)) {
                    return Err(wrong(Why::Area));
                }
                let (entrances, drawn) = match features.area(row)? {
                    Some(ground) => (around(&ground, walk.boundary_step), Some(square_metres(&ground))),
                    None => {
                        let at = features.point(row)?.ok_or_else(|| wrong(Why::NoPlace))?;
                        (vec![at.position()], None)
                    }
                };
                let area = told.or(drawn).unwrap_or(rule.usual_m2);
                (Edit::Park { entrances, square_metres: area, is_park: true }, area, 0.0)
            }
        };
        let own: Option<f64> = features.number(row, "yuan")?;
        if own.is_some_and(|own| !(0.0..=1.0e10).contains(&own)) {
            return Err(wrong(Why::Cost));
        }
        #[allow(clippy::cast_possible_truncation)] // bounded above
        let fen = own.map_or_else(|| rule.fen(area, length), |yuan| (yuan * 100.0).round() as i64);
        let group = row.get("group").to_owned();
        sites.push(Site { id, kind, edit, fen, own_cost: own.is_some(), group });
    }
    Ok(sites)
}

/// One candidate of usual size and cost for each point of a grid outside parks.
pub fn grid_sites(city: &City, costs: &SitingRules, metres: f64) -> Vec<Site> {
    let rule = costs.cost(SiteKind::Free);
    let site = |(number, at): (usize, Wgs84)| Site {
        id: format!("grid-{number}"),
        kind: SiteKind::Free,
        edit: Edit::Park { entrances: vec![at], square_metres: rule.usual_m2, is_park: true },
        fen: rule.fen(rule.usual_m2, 0.0),
        own_cost: false,
        group: String::new(),
    };
    (1..).zip(grid(city, metres)).map(site).collect()
}

/// Entrances that the city itself proposes for a goal, each with its usual cost: where a path passes
/// a park's boundary but the way in is far. At least `spacing` metres apart; the usual distance of
/// the costs when none is told.
///
/// # Errors
/// [`AppError::Wrong`] when the costs are a text from before anything was proposed.
pub fn entrance_sites(
    base: &Base,
    goal: usize,
    costs: &SitingRules,
    spacing: Option<f64>,
) -> Result<Vec<Site>, AppError> {
    let proposals = proposals(costs, "entrances")?;
    let spacing = spacing.unwrap_or_else(|| proposals.metres(Proposing::Spacing));
    let rule = costs.cost(SiteKind::Entrance);
    let parks = &base.city().parks;
    let site = |(number, opening): (usize, siting::Opening)| Site {
        id: format!("entrance-{number}"),
        kind: SiteKind::Entrance,
        edit: Edit::Entrance { park: parks[opening.park as usize].id.clone(), at: opening.at },
        fen: rule.fen(0.0, 0.0),
        own_cost: false,
        group: String::new(),
    };
    Ok((1..).zip(siting::openings(base, goal, proposals, spacing)).map(site).collect())
}

/// Crossings that the city itself proposes for a goal, each with its usual cost: where two ways lie
/// side by side but the way round is long. As far apart as [`entrance_sites`].
///
/// # Errors
/// As [`entrance_sites`].
pub fn crossing_sites(
    base: &Base,
    goal: usize,
    costs: &SitingRules,
    spacing: Option<f64>,
) -> Result<Vec<Site>, AppError> {
    let proposals = proposals(costs, "crossings")?;
    let spacing = spacing.unwrap_or_else(|| proposals.metres(Proposing::Spacing));
    let rule = costs.cost(SiteKind::Crossing);
    let site = |(number, zebra): (usize, siting::Zebra)| Site {
        id: format!("crossing-{number}"),
        kind: SiteKind::Crossing,
        edit: Edit::Crossing { from: zebra.from, to: zebra.to },
        fen: rule.fen(0.0, zebra.from.metres_to(zebra.to)),
        own_cost: false,
        group: String::new(),
    };
    Ok((1..).zip(siting::zebras(base, goal, proposals, spacing)).map(site).collect())
}

fn proposals<'r>(costs: &'r SitingRules, field: &str) -> Result<&'r Proposals, AppError> {
    costs.proposals.as_ref().ok_or_else(|| AppError::wrong(field, "green_proposals", costs.name.clone()))
}

/// Points along a boundary: open ground is entered from everywhere.
fn around(ground: &MultiPolygon, step: f64) -> Vec<Wgs84> {
    let mut points: Vec<Wgs84> = Vec::new();
    for part in ground {
        let mut since = step;
        for pair in part.exterior().0.windows(2) {
            let at = |share: f64| Coord {
                x: pair[0].x + (pair[1].x - pair[0].x) * share,
                y: pair[0].y + (pair[1].y - pair[0].y) * share,
            };
            let [a, b] = [at(0.0), at(1.0)].map(|at| Wgs84 { lon: at.x, lat: at.y });
            let ([dx, dy], [ox, oy]) = {
                let plane = Local::around(a);
                (plane.metres(b.lon, b.lat), plane.metres(a.lon, a.lat))
            };
            let length = (dx - ox).hypot(dy - oy);
            let mut along = (step - since).max(0.0);
            while along < length {
                let at = at(along / length);
                points.push(Wgs84 { lon: at.x, lat: at.y });
                along += step;
            }
            since = length - (along - step);
        }
    }
    points
}

/// A plan with everything that it was made from.
pub struct PlanOut<'o> {
    /// The city.
    pub loaded: &'o Loaded,
    /// What it was measured by.
    pub rules: &'o GreenRules,
    /// The goal of the rules that is planned for, by its position.
    pub goal: usize,
    /// What the costs follow.
    pub costs: &'o SitingRules,
    /// The candidates.
    pub sites: &'o [Site],
    /// What they bring each by itself.
    pub measured: &'o Measured,
    /// The city as it is.
    pub base: &'o Base,
    /// The plan.
    pub chosen: &'o Chosen,
}

/// Columns of a step.
const COLUMNS: [&str; 14] = [
    "step",
    "id",
    "kind",
    "lon_wgs84",
    "lat_wgs84",
    "square_metres",
    "cost_yuan",
    "cost_status",
    "residents_gained",
    "residents_gained_per_yuan",
    "residents_covered_after",
    "goal",
    "ruleset",
    "cost_ruleset",
];

impl PlanOut<'_> {
    /// Writes the steps, as GeoJSON or CSV by the file's name.
    ///
    /// # Errors
    /// [`AppError::Import`] when the file cannot be written or has another ending.
    pub fn write(&self, file: &Path) -> Result<(), AppError> {
        let cannot = |error: String| AppError::Import(format!("{} cannot be written: {error}", file.display()));
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("geojson" | "json") => {
                let text = serde_json::to_vec(&self.geojson()).map_err(|error| cannot(error.to_string()))?;
                std::fs::write(file, text).map_err(|error| cannot(error.to_string()))
            }
            Some("csv") => self.csv(file).map_err(|error| cannot(error.to_string())),
            _ => Err(cannot("name it .geojson or .csv".into())),
        }
    }

    fn values(&self, step: usize) -> Vec<Value> {
        let taken = &self.chosen.steps[step];
        let site = &self.sites[taken.site as usize];
        let at = first(&site.edit);
        let area = match &site.edit {
            Edit::Park { square_metres, .. } => Value::from((square_metres * 10.0).round() / 10.0),
            _ => Value::Null,
        };
        let status = if site.own_cost { "given" } else { self.costs.cost(site.kind).provenance.status.code() };
        vec![
            (step + 1).into(),
            site.id.as_str().into(),
            site.kind.code().into(),
            at.lon.into(),
            at.lat.into(),
            area,
            (site.fen as f64 / 100.0).into(),
            status.into(),
            taken.residents.into(),
            taken.per_yuan(site).map(|ratio| (ratio * 1.0e6).round() / 1.0e6).into(),
            taken.covered.into(),
            self.rules.goals[self.goal].code.as_str().into(),
            self.rules.name.as_str().into(),
            self.costs.name.as_str().into(),
        ]
    }

    fn geojson(&self) -> Value {
        let features: Vec<Value> = (0..self.chosen.steps.len())
            .map(|step| {
                let properties: Map<String, Value> =
                    COLUMNS.iter().map(|name| (*name).to_owned()).zip(self.values(step)).collect();
                let edit = &self.sites[self.chosen.steps[step].site as usize].edit;
                json!({ "type": "Feature", "geometry": shape(edit), "properties": properties })
            })
            .collect();
        json!({ "type": "FeatureCollection", "luyuan": self.summary(), "features": features })
    }

    /// The proof and the edits, so that the plan can be opened as a scenario.
    fn summary(&self) -> Value {
        let (outcome, before) = (&self.chosen.outcome, self.base.residents(self.goal));
        let edits: Vec<&Edit> = self.chosen.steps.iter().map(|step| &self.sites[step.site as usize].edit).collect();
        json!({
            "ruleset": self.rules.name,
            "goal": self.rules.goals[self.goal].code,
            "cost_ruleset": self.costs.name,
            "cost_status": self.costs.provenance.status.code(),
            "attribution": self.loaded.city.attribution,
            "limit": match self.measured.instance.limit {
                Limit::Sites(sites) => json!({ "sites": sites }),
                Limit::Budget(fen) => json!({ "yuan": fen as f64 / 100.0 }),
            },
            "candidates": self.sites.len(),
            "candidates_measured": self.measured.looked,
            "candidates_refused": self.measured.refused.len(),
            "residents": before.total,
            "residents_covered_before": before.covered,
            "residents_covered_after": self.after(),
            "cost_yuan": self.fen() as f64 / 100.0,
            "optimal": outcome.is_optimal(),
            "gained_by_single_candidates": outcome.covered,
            "gained_at_most": outcome.bound,
            "gap_percent": outcome.gap() * 100.0,
            "greedy_gained": outcome.greedy.covered,
            "greedy_share_proven_percent": outcome.greedy.share() * 100.0,
            "edits": edits,
        })
    }

    fn fen(&self) -> i64 {
        self.chosen.steps.iter().map(|step| self.sites[step.site as usize].fen).sum()
    }

    fn after(&self) -> u64 {
        self.chosen.steps.last().map_or(self.base.residents(self.goal).covered, |step| step.covered)
    }

    fn csv(&self, file: &Path) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(file)?;
        writer.write_record(COLUMNS)?;
        for step in 0..self.chosen.steps.len() {
            writer.write_record(self.values(step).iter().map(super::out::text))?;
        }
        writer.flush().map_err(csv::Error::from)
    }

    /// The plan in a few lines: the proof, greedy beside it, every step.
    pub fn lines(&self) -> Vec<String> {
        let (outcome, before) = (&self.chosen.outcome, self.base.residents(self.goal));
        let proof = if outcome.is_optimal() {
            "optimal=true: no plan from these candidates gains more".to_owned()
        } else {
            let gap = outcome.gap() * 100.0;
            format!("optimal=unproven gap={gap:.3}%: a plan could gain {} at most", outcome.bound)
        };
        let greedy = &outcome.greedy;
        let share = greedy.share() * 100.0;
        let mut lines = vec![
            format!(
                "goal={} ruleset={} costs={} ({})",
                self.rules.goals[self.goal].code,
                self.rules.name,
                self.costs.name,
                self.costs.provenance.status.code()
            ),
            format!(
                "candidates={} measured={} refused={} residents={} covered={} within_reach_of_candidates={}",
                self.sites.len(),
                self.measured.looked,
                self.measured.refused.len(),
                before.total,
                before.covered,
                self.measured.instance.weights.iter().sum::<u64>()
            ),
            format!("gained={} {proof}", outcome.covered),
            format!("greedy={} (at least {share:.1}% of the best)", greedy.covered),
        ];
        if self.measured.looked < self.sites.len() {
            lines.push(format!(
                "the time was over: {} of {} candidates were measured, and only those are planned with; \
                 take fewer candidates or a longer --limit",
                self.measured.looked,
                self.sites.len()
            ));
        }
        for (number, step) in (1..).zip(&self.chosen.steps) {
            let site = &self.sites[step.site as usize];
            let ratio = step.per_yuan(site).map_or_else(|| "free".to_owned(), |ratio| format!("{ratio:.6}"));
            lines.push(format!(
                "{number}. {} {}: residents={} cost_yuan={:.2} residents_per_yuan={ratio}",
                site.kind.code(),
                site.id,
                step.residents,
                site.fen as f64 / 100.0
            ));
        }
        lines.push(format!("covered_after={} cost_yuan={:.2}", self.after(), self.fen() as f64 / 100.0));
        for (site, error) in self.measured.refused.iter().take(5) {
            lines.push(format!("refused: {} ({error})", self.sites[*site as usize].id));
        }
        lines
    }
}

/// Where an edit is; a whole park less is nowhere.
fn first(edit: &Edit) -> Wgs84 {
    edit.at().unwrap_or(Wgs84 { lon: 0.0, lat: 0.0 })
}

fn shape(edit: &Edit) -> Value {
    let point = |at: &Wgs84| {
        let at = Spot::of(*at).position();
        json!([at.lon, at.lat])
    };
    match edit {
        Edit::Park { entrances, .. } if entrances.len() > 1 => {
            json!({ "type": "MultiPoint", "coordinates": entrances.iter().map(point).collect::<Vec<_>>() })
        }
        Edit::Crossing { from, to } => json!({ "type": "LineString", "coordinates": [point(from), point(to)] }),
        other => json!({ "type": "Point", "coordinates": point(&first(other)) }),
    }
}
