//! Green within reach: which share of the residents has it, place by place, what a change would
//! bring, why a park that is near is far.

mod asked;
pub(crate) mod edits;
mod figures;
pub(crate) mod next;
mod scenarios;
mod sketch;
mod why;

use crate::{
    Site,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use asked::Asked;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use figures::{Choice, Figure, Line, figures, lines};
use luyuan_app::{
    AppError,
    city::{CityKind, CityRow},
    green::{Edit, Measured},
};
use luyuan_domain::ruleset::{Goal, GreenRules, Measure};
use serde_json::json;

/// Whom to name for a city, in the viewer's language when it is made.
fn credit(v: &Viewer, city: &CityRow) -> String {
    if city.kind == CityKind::Made { v.t("map-made").to_owned() } else { city.attribution.clone() }
}

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/green", get(page))
        .route("/green/map", get(map))
        .route("/green/why", get(why::page))
        .route("/green/next", get(next::form).post(next::plan))
        .route("/green/scenarios", get(scenarios::list).post(scenarios::keep))
        .route("/green/scenarios/{id}", get(scenarios::one))
        .route("/green/scenarios/{id}/removal", get(scenarios::ask_removal).post(scenarios::remove))
}

/// A change as the list on the page shows it.
pub(crate) struct Change {
    /// What it is, in words.
    pub words: String,
    /// The address without it.
    pub without: String,
    /// How it stands in an address.
    pub word: String,
}

/// The page's own part of what somebody typed to add a change, kept when it is refused.
#[derive(Default)]
struct Typed {
    add: String,
    at: String,
    to: String,
    size: String,
    park: String,
}

#[derive(Template)]
#[template(path = "green.html")]
struct Page<'a> {
    v: &'a Viewer,
    set: String,
    trust: (&'static str, String),
    source: String,
    sets: Vec<Choice>,
    goals: Vec<Choice>,
    figures: Vec<Figure>,
    standard: Option<Standard>,
    made: bool,
    attribution: String,
    asked: &'a Asked,
    goal: String,
    goal_name: String,
    lines: Vec<Line>,
    inside: Option<String>,
    path: Vec<(String, String)>,
    changes: Vec<Change>,
    changed: bool,
    edits: String,
    rules: String,
    wrong: Vec<String>,
    typed: Typed,
    parks: Vec<Choice>,
    may_keep: bool,
}

/// Beside it: what a national standard finds in a straight line.
struct Standard {
    name: String,
    source: String,
    land: String,
    residents: String,
    wanted: String,
}

async fn page(State(site): State<Site>, v: Viewer, Query(query): Query<Vec<(String, String)>>) -> Response {
    let asked = match Asked::read(&query) {
        Ok(asked) => asked,
        Err(fault) => return fault.page(&v),
    };
    let measured = match site.app.green(asked.rules.as_deref()).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return none(&v),
        Err(error) => return Fault::from(error).page(&v),
    };
    let typed = typed(&query);
    let mut wrong = Vec::new();
    let mut edits = asked.edits.clone();
    if !typed.add.is_empty() {
        match add(&site, &measured, &typed, &edits) {
            Ok(edit) => {
                edits.push(edit);
                return Redirect::to(&asked.address(&edits)).into_response();
            }
            Err(error) => wrong = sentences(&v, error),
        }
    }
    let goal = asked.goal(&measured);
    let shown = match figures(&v, &measured, &edits) {
        Ok(shown) => shown,
        Err(error) if wrong.is_empty() => {
            // What stands in the address cannot be tried: the page stays usable without it.
            wrong = sentences(&v, error);
            edits.clear();
            match figures(&v, &measured, &[]) {
                Ok(shown) => shown,
                Err(error) => return Fault::from(error).page(&v),
            }
        }
        Err(error) => return Fault::from(error).page(&v),
    };
    let inside = asked.inside.as_deref().and_then(|code| measured.zone(code));
    let rules = &measured.rules;
    let page = Page {
        set: name_of(&v, rules),
        trust: (rules.provenance.status.code(), v.code("status", rules.provenance.status.code())),
        source: rules.provenance.source.clone(),
        sets: match sets(&site, &v, rules) {
            Ok(sets) => sets,
            Err(error) => return Fault::from(error).page(&v),
        },
        goals: goals(&v, rules, goal),
        standard: match standard(&site, &v).await {
            Ok(standard) => standard,
            Err(error) => return Fault::from(error).page(&v),
        },
        made: measured.kept.row.kind.code() == "made",
        attribution: credit(&v, &measured.kept.row),
        goal: rules.goals.get(goal).map(|goal| goal.code.clone()).unwrap_or_default(),
        goal_name: rules.goals.get(goal).map(|goal| words(&v, &goal.zh, &goal.en)).unwrap_or_default(),
        lines: lines(&v, &measured, goal, inside, &edits, &asked),
        inside: inside.map(|at| measured.zones[at].name.clone()),
        path: path(&measured, inside, &asked),
        changes: changes(&v, &measured, &edits, &asked),
        changed: !edits.is_empty(),
        edits: serde_json::to_string(&edits).unwrap_or_default(),
        rules: rules.name.clone(),
        figures: shown,
        parks: parks(&v, &measured, &typed.park),
        may_keep: v.may("plan"),
        asked: &asked,
        v: &v,
        wrong,
        typed,
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, html(&page)).into_response()
}

#[derive(Template)]
#[template(path = "green_none.html")]
struct None_<'a> {
    v: &'a Viewer,
}

/// No city is kept yet: what to do about it.
pub(super) fn none(v: &Viewer) -> Response {
    html(&None_ { v })
}

fn typed(query: &[(String, String)]) -> Typed {
    let get = |name: &str| {
        query.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    Typed { add: get("add"), at: get("at"), to: get("to"), size: get("size"), park: get("park") }
}

/// The change that a form describes.
fn add(site: &Site, measured: &Measured, typed: &Typed, before: &[Edit]) -> Result<Edit, AppError> {
    let place = |field: &'static str, text: &str| {
        let street = || site.app.search_streets(text, 1).pop().map(|street| street.at);
        let named = || site.app.directory().search(text, 1).first().and_then(|place| place.centre).or_else(street);
        let found = edits::position(text).or_else(|| if text.is_empty() { None } else { named() });
        found.ok_or_else(|| AppError::wrong(field, "green_where", text.to_owned()))
    };
    let edit = match typed.add.as_str() {
        "park" | "green" => {
            let square_metres: f64 =
                typed.size.parse().map_err(|_| AppError::wrong("size", "green_area", "10000000"))?;
            Edit::Park { entrances: vec![place("at", &typed.at)?], square_metres, is_park: typed.add == "park" }
        }
        "crossing" => Edit::Crossing { from: place("at", &typed.at)?, to: place("to", &typed.to)? },
        "entrance" => Edit::Entrance { park: typed.park.clone(), at: place("at", &typed.at)? },
        "without-park" => Edit::WithoutPark { park: typed.park.clone() },
        _ => return Err(AppError::wrong("add", "green_kind", "")),
    };
    let all: Vec<Edit> = before.iter().cloned().chain([edit.clone()]).collect();
    measured.try_out(&all, |_| ())?;
    Ok(edit)
}

pub(super) fn sentences(v: &Viewer, error: AppError) -> Vec<String> {
    Fault::from(error).sentences(v).into_iter().map(|(_, sentence)| sentence).collect()
}

pub(super) fn words(v: &Viewer, zh: &str, en: &str) -> String {
    if v.language.code() == "en" { en.to_owned() } else { zh.to_owned() }
}

pub(super) fn name_of(v: &Viewer, rules: &GreenRules) -> String {
    words(v, &rules.zh, &rules.en)
}

fn sets(site: &Site, v: &Viewer, chosen: &GreenRules) -> Result<Vec<Choice>, AppError> {
    let sets = site.app.green_sets()?;
    let choice = |set: &std::sync::Arc<GreenRules>| Choice {
        value: set.name.clone(),
        words: format!("{} · {}", name_of(v, set), set.valid_from),
        chosen: set.name == chosen.name,
    };
    Ok(sets.iter().map(choice).collect())
}

fn goals(v: &Viewer, rules: &GreenRules, chosen: usize) -> Vec<Choice> {
    let goals = rules.goals.iter().enumerate();
    goals
        .map(|(at, goal)| Choice {
            value: goal.code.clone(),
            words: words(v, &goal.zh, &goal.en),
            chosen: at == chosen,
        })
        .collect()
}

/// The standard that measures in a straight line and names a share to be reached, if one is in force.
async fn standard(site: &Site, v: &Viewer) -> Result<Option<Standard>, AppError> {
    let sets = site.app.green_sets()?;
    let fits = |goal: &&Goal| goal.measure == Measure::Straight && goal.percent.is_some();
    // Of several the strictest: a mandatory standard rather than what a title asks for.
    let wanting = sets.iter().filter_map(|set| Some((set, set.goals.iter().find(fits)?)));
    let Some((set, _)) = wanting.max_by_key(|(set, goal)| (goal.strictly, std::cmp::Reverse(set.valid_from))) else {
        return Ok(None);
    };
    let Some(measured) = site.app.green(Some(&set.name)).await? else { return Ok(None) };
    let Some(goal) = set.goals.iter().position(|goal| fits(&goal)) else { return Ok(None) };
    let Some(row) = measured.row(goal, Measure::Straight, None) else { return Ok(None) };
    let wanted = set.goals[goal].percent.map(|percent| format!("{percent}%")).unwrap_or_default();
    Ok(Some(Standard {
        name: name_of(v, set),
        source: set.goals[goal].provenance.source.clone(),
        land: figures::percent(row.land),
        residents: figures::percent(row.residents),
        wanted,
    }))
}

fn path(measured: &Measured, inside: Option<usize>, asked: &Asked) -> Vec<(String, String)> {
    let mut path = Vec::new();
    let mut next = inside.and_then(|at| measured.zones[at].parent);
    while let Some(at) = next {
        path.push((asked.inside(&measured.zones[at].code), measured.zones[at].name.clone()));
        next = measured.zones[at].parent;
    }
    path.reverse();
    path
}

/// The changes in words, each with the address without it.
pub(super) fn changes(v: &Viewer, measured: &Measured, edits: &[Edit], asked: &Asked) -> Vec<Change> {
    let change = |(at, edit): (usize, &Edit)| {
        let rest: Vec<Edit> =
            edits.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, edit)| edit.clone()).collect();
        Change { words: in_words(v, measured, edit), without: asked.address(&rest), word: edits::written(edit) }
    };
    edits.iter().enumerate().map(change).collect()
}

fn in_words(v: &Viewer, measured: &Measured, edit: &Edit) -> String {
    let park = |id: &str| {
        let found = measured.parks().iter().find(|park| park.id == id);
        found.map(|park| park.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(id).to_owned()
    };
    let near = |at: &luyuan_domain::geo::Wgs84| format!("{:.5}, {:.5}", at.lon, at.lat);
    match edit {
        Edit::Park { entrances, square_metres, is_park } => {
            let kind = if *is_park { "green-new-park" } else { "green-new-green" };
            let at = entrances.first().map(near).unwrap_or_default();
            format!("{} · {at}", v.with(kind, "size", figures::many(*square_metres)))
        }
        Edit::Entrance { park: id, at } => format!("{} · {}", v.with("green-new-entrance", "park", park(id)), near(at)),
        Edit::Crossing { from, to } => format!("{} · {} → {}", v.t("green-new-crossing"), near(from), near(to)),
        Edit::WithoutPark { park: id } => v.with("green-without-park", "park", park(id)),
        Edit::WithoutEntrance { park: id, at } => {
            format!("{} · {}", v.with("green-without-entrance", "park", park(id)), near(at))
        }
    }
}

fn parks(v: &Viewer, measured: &Measured, chosen: &str) -> Vec<Choice> {
    let mut parks: Vec<Choice> = measured
        .parks()
        .iter()
        .filter(|park| !park.name.is_empty() || measured.parks().len() < 200)
        .map(|park| {
            let kind = v.t(if park.is_park { "green-a-park" } else { "green-a-green" });
            let name = if park.name.is_empty() { &park.id } else { &park.name };
            let words = format!("{name} · {kind} · {} m²", figures::many(park.square_metres));
            Choice { value: park.id.clone(), words, chosen: park.id == chosen }
        })
        .collect();
    parks.sort_by(|a, b| a.words.cmp(&b.words));
    parks.truncate(500);
    parks
}

/// Everything that the map draws, for the page's script.
async fn map(State(site): State<Site>, v: Viewer, Query(query): Query<Vec<(String, String)>>) -> Response {
    let rules = query.iter().find(|(name, _)| name == "rules").map(|(_, value)| value.as_str());
    let measured = match site.app.green(rules).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return Fault::from(AppError::NotFound("city")).problem(&v),
        Err(error) => return Fault::from(error).problem(&v),
    };
    let round = |value: f64| (value * 1e6).round() / 1e6;
    let buildings = &measured.kept.city.buildings;
    let doors: Vec<_> = measured
        .doors()
        .map(|door| {
            json!([buildings[door.number as usize].id, round(door.lon), round(door.lat), door.residents, door.reached])
        })
        .collect();
    let parks: Vec<_> = measured
        .parks()
        .iter()
        .map(|park| {
            let parts: Vec<Vec<Vec<[f64; 2]>>> = park
                .ground
                .0
                .iter()
                .map(|part| {
                    let rings = std::iter::once(part.exterior()).chain(part.interiors());
                    rings.map(|ring| ring.0.iter().map(|at| [round(at.x), round(at.y)]).collect()).collect()
                })
                .collect();
            let properties = json!({ "id": park.id, "name": park.name, "park": park.is_park });
            json!({ "type": "Feature", "properties": properties, "geometry": { "type": "MultiPolygon", "coordinates": parts } })
        })
        .collect();
    let gates = measured.parks().iter().flat_map(|park| &park.entrances).map(|gate| gate.at.position());
    let gates: Vec<_> = gates.map(|at| json!([round(at.lon), round(at.lat)])).collect();
    let goals: Vec<_> = measured.rules.goals.iter().map(|goal| goal.code.as_str()).collect();
    let body = json!({
        "goals": goals, "doors": doors, "entrances": gates, "attribution": measured.kept.row.attribution,
        "parks": { "type": "FeatureCollection", "features": parks },
    });
    let headers = [(axum::http::header::CACHE_CONTROL, "public, max-age=60")];
    (headers, axum::Json(body)).into_response()
}
