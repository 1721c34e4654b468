//! Kept scenarios: the list, one or two side by side, a sheet to print.

use super::{
    Change,
    asked::Asked,
    changes, edits,
    figures::{Choice, Figure, Line, figures, lines},
    name_of, none, sentences,
};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use luyuan_app::{
    AppError,
    green::{Keep, Kept},
};
use luyuan_domain::{ids::ScenarioId, orders::Refusal};

/// A scenario in the list.
struct Item {
    id: String,
    name: String,
    org: String,
    when: String,
    edits: usize,
}

#[derive(Template)]
#[template(path = "green_scenarios.html")]
struct List<'a> {
    v: &'a Viewer,
    items: Vec<Item>,
}

fn item(site: &Site, v: &Viewer, kept: &Kept) -> Item {
    Item {
        id: kept.id.to_string(),
        name: kept.name.clone(),
        org: site.app.directory().org_name(kept.org),
        when: v.when(kept.made_at),
        edits: kept.edits.len(),
    }
}

pub(super) async fn list(State(site): State<Site>, v: Viewer) -> Response {
    match site.app.scenarios().await {
        Ok(kept) => html(&List { items: kept.iter().map(|kept| item(&site, &v, kept)).collect(), v: &v }),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// Keeps what the form holds, and shows it.
pub(super) async fn keep(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let read: Option<Vec<_>> = form.all("edit").map(edits::read).collect();
    let Some(edits) = read else { return Fault::query("edit", "green_edit", "").page(&v) };
    let measured = match site.app.green(Some(form.get("rules"))).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return Fault::from(AppError::NotFound("city")).page(&v),
        Err(error) => return Fault::from(error).page(&v),
    };
    let keep = Keep { name: form.get("name").to_owned(), ruleset: measured.rules.name.clone(), edits };
    match site.app.keep_scenario(&v.actor(), &measured, keep).await {
        Ok(id) => Redirect::to(&format!("/green/scenarios/{id}")).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// A scenario with its figures.
struct Side {
    item: Item,
    address: String,
    set: String,
    rules: String,
    edits: String,
    figures: Vec<Figure>,
    changes: Vec<Change>,
    lines: Vec<Line>,
    wrong: Vec<String>,
    may_remove: bool,
}

#[derive(Template)]
#[template(path = "green_scenario.html")]
struct Page<'a> {
    v: &'a Viewer,
    sides: Vec<Side>,
    goal: String,
    others: Vec<Choice>,
    made: bool,
    attribution: String,
    address: String,
}

pub(super) async fn one(
    State(site): State<Site>,
    v: Viewer,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let beside = query.iter().find(|(name, _)| name == "beside").map_or("", |(_, value)| value.as_str());
    let mut kept = Vec::new();
    for wanted in [id.as_str(), beside].into_iter().filter(|wanted| !wanted.is_empty()) {
        let Ok(wanted) = wanted.parse() else { return Fault::from(AppError::NotFound("scenario")).page(&v) };
        match site.app.kept_scenario(wanted).await {
            Ok(one) => kept.push(one),
            Err(error) => return Fault::from(error).page(&v),
        }
    }
    // Both by the rules of the first, if they are still in force: otherwise by the usual ones.
    let rules = kept.first().map(|kept| kept.ruleset.clone()).unwrap_or_default();
    let measured = match site.app.green(Some(&rules)).await {
        Err(AppError::Wrong(_)) => site.app.green(None).await,
        other => other,
    };
    let measured = match measured {
        Ok(Some(measured)) => measured,
        Ok(None) => return none(&v),
        Err(error) => return Fault::from(error).page(&v),
    };
    let goal = Asked::default().goal(&measured);
    let mut sides = Vec::new();
    for one in &kept {
        let asked = Asked { rules: Some(measured.rules.name.clone()), edits: one.edits.clone(), ..Asked::default() };
        // The city may have changed since: what cannot be joined any more is said, not hidden.
        let (shown, wrong) = match figures(&v, &measured, &one.edits) {
            Ok(shown) => (shown, Vec::new()),
            Err(error) => (Vec::new(), sentences(&v, error)),
        };
        let changed = lines(&v, &measured, goal, None, &one.edits, &asked);
        sides.push(Side {
            item: item(&site, &v, one),
            address: asked.address(&one.edits),
            set: name_of(&v, &measured.rules),
            rules: measured.rules.name.clone(),
            edits: serde_json::to_string(&one.edits).unwrap_or_default(),
            changes: changes(&v, &measured, &one.edits, &asked),
            lines: changed.into_iter().filter(|line| !line.gain.is_empty()).collect(),
            figures: shown,
            wrong,
            may_remove: site.app.may_remove_scenario(&v.actor(), one),
        });
    }
    let others = match site.app.scenarios().await {
        Ok(all) => all.into_iter().filter(|other| other.id.to_string() != id),
        Err(error) => return Fault::from(error).page(&v),
    };
    let others = others.map(|other| Choice {
        chosen: other.id.to_string() == beside,
        value: other.id.to_string(),
        words: other.name,
    });
    html(&Page {
        goal: measured.rules.goals.get(goal).map(|goal| goal.code.clone()).unwrap_or_default(),
        others: others.collect(),
        made: measured.kept.row.kind.code() == "made",
        attribution: super::credit(&v, &measured.kept.row),
        address: format!("{}/green/scenarios/{id}", site.address),
        v: &v,
        sides,
    })
}

#[derive(Template)]
#[template(path = "green_removal.html")]
struct Removal<'a> {
    v: &'a Viewer,
    item: Item,
    changes: Vec<Change>,
}

fn identity(id: &str) -> Result<ScenarioId, AppError> {
    id.parse().map_err(|_| AppError::NotFound("scenario"))
}

/// The scenario behind an address, if the viewer may remove it.
async fn removable(site: &Site, v: &Viewer, id: &str) -> Result<Kept, AppError> {
    let kept = site.app.kept_scenario(identity(id)?).await?;
    match site.app.may_remove_scenario(&v.actor(), &kept) {
        true => Ok(kept),
        false => Err(Refusal::NotPermitted.into()),
    }
}

/// Asks once more before a scenario is removed.
pub(super) async fn ask_removal(State(site): State<Site>, v: Viewer, Path(id): Path<String>) -> Response {
    let kept = match removable(&site, &v, &id).await {
        Ok(kept) => kept,
        Err(error) => return Fault::from(error).page(&v),
    };
    let changes = match site.app.green(None).await {
        Ok(Some(measured)) => changes(&v, &measured, &kept.edits, &Asked::default()),
        Ok(None) => Vec::new(),
        Err(error) => return Fault::from(error).page(&v),
    };
    html(&Removal { item: item(&site, &v, &kept), changes, v: &v })
}

/// Removes it, and shows those that are left.
pub(super) async fn remove(State(site): State<Site>, v: Viewer, Path(id): Path<String>, _form: Form) -> Response {
    let removed = match identity(&id) {
        Ok(id) => site.app.remove_scenario(&v.actor(), id).await,
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => Redirect::to("/green/scenarios").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
