//! Where next: which new parks, entrances and crossings bring most residents within reach.

use super::{Change, asked::Asked, changes, figures::many, none, sentences, words};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use luyuan_app::{
    AppError,
    green::{List, Measured, Most, Next, Sources},
};
use luyuan_domain::{geo::System, ruleset::Proposing};
use std::sync::Arc;

/// Bounds of what may be asked for: sites, yuan, metres of the grid, metres between entrances and
/// between crossings.
pub(crate) const SITES: std::ops::RangeInclusive<u32> = 1..=60;
pub(crate) const YUAN: std::ops::RangeInclusive<f64> = 1.0..=1.0e10;
pub(crate) const GRID: std::ops::RangeInclusive<f64> = 100.0..=2000.0;
pub(crate) const EVERY: std::ops::RangeInclusive<f64> = 20.0..=2000.0;

/// What was typed, kept when it is refused.
struct Typed {
    by: String,
    sites: String,
    budget: String,
    from: String,
    grid: String,
    crs: String,
    /// Whether entrances are proposed, and how far apart.
    entrances: bool,
    entrances_every: String,
    /// Whether crossings are, and how far apart.
    crossings: bool,
    crossings_every: String,
}

/// A step as the page shows it.
struct Line {
    what: String,
    yuan: String,
    assumed: bool,
    residents: String,
    per_yuan: String,
    covered: String,
}

/// A plan as the page shows it.
struct Shown {
    lines: Vec<Line>,
    gained: String,
    greedy: String,
    yuan: String,
    candidates: usize,
    /// When the time was over before all were measured: how many of how many were.
    measured: Option<String>,
    refused: usize,
    optimal: bool,
    gap: String,
    address: String,
    words: Vec<String>,
}

#[derive(Template)]
#[template(path = "green_next.html")]
struct Page<'a> {
    v: &'a Viewer,
    typed: Typed,
    rules: String,
    goal: String,
    goal_name: String,
    made: bool,
    seconds: u64,
    shown: Option<Shown>,
    wrong: Vec<String>,
    may_keep: bool,
    attribution: String,
}

pub(super) async fn form(State(site): State<Site>, v: Viewer, Query(query): Query<Vec<(String, String)>>) -> Response {
    let get = |name: &str| query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    answer(&site, &v, get("rules"), get("goal"), None).await
}

pub(super) async fn plan(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    answer(&site, &v, form.get("rules"), form.get("goal"), Some(&form)).await
}

async fn answer(site: &Site, v: &Viewer, rules: &str, goal: &str, form: Option<&Form>) -> Response {
    let measured = match site.app.green(Some(rules)).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return none(v),
        Err(error) => return Fault::from(error).page(v),
    };
    let mut asked = Asked { rules: Some(measured.rules.name.clone()), goal: Some(goal.to_owned()), ..Asked::default() };
    let at = asked.goal(&measured);
    asked.goal = measured.rules.goals.get(at).map(|goal| goal.code.clone());
    let get = |name: &str, usual: &str| {
        form.map(|form| form.get(name)).filter(|value| !value.is_empty()).unwrap_or(usual).to_owned()
    };
    let spacing = site.app.rulebook().siting(v.now).ok();
    let spacing = spacing.and_then(|costs| Some(many(costs.proposals.as_ref()?.metres(Proposing::Spacing))));
    let spacing = spacing.unwrap_or_default();
    let ticked = |name: &str| form.is_some_and(|form| form.get(name) == "1");
    let typed = Typed {
        entrances: ticked("entrances"),
        entrances_every: get("entrances_every", &spacing),
        crossings: ticked("crossings"),
        crossings_every: get("crossings_every", &spacing),
        by: get("by", "sites"),
        sites: get("sites", "5"),
        budget: get("budget", "1500000"),
        from: get("from", "grid"),
        grid: get("grid", "400"),
        crs: get("crs", "gcj02"),
    };
    let done = match form {
        None => None,
        Some(form) => Some(run(site, measured.clone(), at, &typed, form).await),
    };
    let (shown, error) = match done {
        None => (None, None),
        Some(Ok(next)) => (Some(shown(v, &measured, &asked, &next)), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let status = error.as_ref().map_or(StatusCode::OK, |error| Fault::from(error.clone()).status);
    let page = Page {
        v,
        typed,
        goal_name: measured.rules.goals.get(at).map(|goal| words(v, &goal.zh, &goal.en)).unwrap_or_default(),
        goal: asked.goal.clone().unwrap_or_default(),
        rules: measured.rules.name.clone(),
        made: measured.kept.row.kind.code() == "made",
        seconds: site.app.settings.siting.as_secs(),
        may_keep: v.may("plan"),
        attribution: super::credit(v, &measured.kept.row),
        wrong: error.map(|error| sentences(v, error)).unwrap_or_default(),
        shown,
    };
    (status, html(&page)).into_response()
}

async fn run(site: &Site, measured: Arc<Measured>, goal: usize, typed: &Typed, form: &Form) -> Result<Next, AppError> {
    let number = |text: &str| text.replace([',', '，'], "").parse::<f64>().ok().filter(|number| number.is_finite());
    let most = match typed.by.as_str() {
        "budget" => {
            let yuan = number(&typed.budget).filter(|yuan| YUAN.contains(yuan));
            let yuan = yuan.ok_or_else(|| AppError::wrong("budget", "green_budget", many(*YUAN.end())))?;
            #[allow(clippy::cast_possible_truncation)] // bounded above
            Most::Fen((yuan * 100.0).round() as i64)
        }
        _ => {
            let sites = typed.sites.parse().ok().filter(|sites| SITES.contains(sites));
            Most::Sites(sites.ok_or_else(|| AppError::wrong("sites", "green_sites", SITES.end().to_string()))?)
        }
    };
    let metres = |field: &'static str, text: &str| {
        let metres = number(text).filter(|metres| EVERY.contains(metres));
        metres.ok_or_else(|| AppError::wrong(field, "green_every", EVERY.start().to_string()))
    };
    let mut from = Sources::default();
    match typed.from.as_str() {
        "list" => {
            let file = form.photos.first().ok_or_else(|| AppError::wrong("list", "green_no_list", ""))?;
            let crs = System::parse(&typed.crs).ok_or_else(|| AppError::wrong("crs", "green_crs", ""))?;
            let geojson = file.trim_ascii_start().starts_with(b"{");
            from.list = Some(List { bytes: file.to_vec(), geojson, crs, field: "list" });
        }
        "none" if typed.entrances || typed.crossings => {}
        "none" => return Err(AppError::wrong("from", "green_no_candidates", "")),
        _ => {
            let metres = number(&typed.grid).filter(|metres| GRID.contains(metres));
            from.grid = Some(metres.ok_or_else(|| AppError::wrong("grid", "green_grid", GRID.start().to_string()))?);
        }
    }
    if typed.entrances {
        from.entrances = Some(metres("entrances_every", &typed.entrances_every)?);
    }
    if typed.crossings {
        from.crossings = Some(metres("crossings_every", &typed.crossings_every)?);
    }
    site.app.where_next(measured, goal, most, from).await
}

fn shown(v: &Viewer, measured: &Measured, asked: &Asked, next: &Next) -> Shown {
    #[allow(clippy::cast_precision_loss)] // money and people of a city
    let yuan = |fen: i64| many(fen as f64 / 100.0);
    #[allow(clippy::cast_precision_loss)]
    let people = |count: u64| many(count as f64);
    let edits: Vec<_> = next.steps.iter().map(|step| step.edit.clone()).collect();
    let in_words: Vec<Change> = changes(v, measured, &edits, asked);
    let lines = next.steps.iter().zip(&in_words).map(|(step, change)| Line {
        what: change.words.clone(),
        yuan: yuan(step.fen),
        assumed: !step.own_cost,
        residents: people(step.residents),
        // For ten thousand yuan, as budgets are spoken of.
        per_yuan: step.per_yuan.map_or_else(|| "–".to_owned(), |each| format!("{:.1}", each * 10_000.0)),
        covered: people(step.covered),
    });
    #[allow(clippy::cast_precision_loss)]
    let gap =
        if next.bound == 0 { 0.0 } else { 100.0 * (1.0 - next.gained.min(next.bound) as f64 / next.bound as f64) };
    Shown {
        lines: lines.collect(),
        gained: people(next.gained),
        greedy: people(next.greedy),
        yuan: yuan(next.fen),
        candidates: next.candidates,
        measured: (next.measured < next.candidates).then(|| {
            let [measured, all] = [next.measured, next.candidates].map(|count| count.to_string());
            v.language.with("green-next-measured", &[("n", &measured), ("all", &all)])
        }),
        refused: next.refused,
        optimal: next.optimal,
        gap: format!("{gap:.1}%"),
        address: asked.address(&edits),
        words: in_words.into_iter().map(|change| change.word).collect(),
    }
}
