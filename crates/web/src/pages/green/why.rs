//! Why a park that is near is far on foot: one door, found by a tap, its key, or a place's name.

use super::{asked::Asked, figures::many, none, sketch, sketch::Sketch, words};
use crate::{
    Site,
    fault::{Fault, html},
    viewer::{Viewer, encode},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use luyuan_app::{
    AppError,
    green::{Measured, UNREACHED},
};

/// So many doors of a place are listed.
const LISTED: usize = 60;

/// A door of a place that was looked for.
struct Found {
    id: String,
    /// The same as it stands in an address.
    word: String,
    residents: u32,
    reached: bool,
}

/// One door's distances.
struct Told {
    id: String,
    place: String,
    park: String,
    straight: String,
    walking: Option<String>,
    reached: bool,
    linked: bool,
    sketch: Option<Sketch>,
}

#[derive(Template)]
#[template(path = "green_why.html")]
struct Page<'a> {
    v: &'a Viewer,
    asked: &'a Asked,
    rules: String,
    goal: String,
    goal_name: String,
    metres: u32,
    q: String,
    place: String,
    found: Vec<Found>,
    told: Option<Told>,
    attribution: String,
}

pub(super) async fn page(State(site): State<Site>, v: Viewer, Query(query): Query<Vec<(String, String)>>) -> Response {
    let asked = match Asked::read(&query) {
        Ok(asked) => asked,
        Err(fault) => return fault.page(&v),
    };
    let measured = match site.app.green(asked.rules.as_deref()).await {
        Ok(Some(measured)) => measured,
        Ok(None) => return none(&v),
        Err(error) => return Fault::from(error).page(&v),
    };
    let get = |name: &str| query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let goal = asked.goal(&measured);
    let (door, q) = (get("door"), get("q"));
    let told = match door {
        "" => None,
        id => match measured.door_by_id(id).and_then(|door| told(&v, &measured, door, goal)) {
            Some(told) => Some(told),
            None => return Fault::from(AppError::NotFound("door")).page(&v),
        },
    };
    let (place, found) = search(&site, &measured, q, goal);
    let named = measured.rules.goals.get(goal);
    html(&Page {
        rules: measured.rules.name.clone(),
        goal: named.map(|goal| goal.code.clone()).unwrap_or_default(),
        goal_name: named.map(|goal| words(&v, &goal.zh, &goal.en)).unwrap_or_default(),
        metres: measured.metres(goal),
        attribution: super::credit(&v, &measured.kept.row),
        q: q.to_owned(),
        v: &v,
        asked: &asked,
        place,
        found,
        told,
    })
}

/// The doors of the place that a name means, those out of reach first.
fn search(site: &Site, measured: &Measured, q: &str, goal: usize) -> (String, Vec<Found>) {
    if q.is_empty() {
        return (String::new(), Vec::new());
    }
    let directory = site.app.directory();
    let Some(place) = directory.search(q, 1).first().copied() else { return (String::new(), Vec::new()) };
    let within = |number: u32| measured.zone_of(number).is_some_and(|zone| zone.code.starts_with(&place.code));
    let mut found: Vec<Found> = measured
        .doors()
        .filter(|door| within(door.number))
        .map(|door| (door, measured.kept.city.buildings[door.number as usize].id.clone()))
        .map(|(door, id)| Found {
            word: encode(&id),
            id,
            residents: door.residents,
            reached: door.reached.checked_shr(u32::try_from(goal).unwrap_or(32)).unwrap_or(0) & 1 == 1,
        })
        .collect();
    found.sort_by(|a, b| (a.reached, &a.id).cmp(&(b.reached, &b.id)));
    found.truncate(LISTED);
    (place.name.clone(), found)
}

fn told(v: &Viewer, measured: &Measured, door: u32, goal: usize) -> Option<Told> {
    let why = measured.why(door, goal)?;
    let building = measured.kept.city.buildings.get(door as usize)?;
    let park = measured.park(why.straight.0)?;
    let walking = (why.cm != UNREACHED).then(|| many(f64::from(why.cm) / 100.0));
    Some(Told {
        id: building.id.clone(),
        place: measured.zone_of(door).map(|zone| zone.name.clone()).unwrap_or_default(),
        park: if park.name.is_empty() { v.t("green-nameless").to_owned() } else { park.name.clone() },
        straight: many(why.straight.1),
        walking,
        reached: measured.door(door)?.reached.checked_shr(u32::try_from(goal).unwrap_or(32)).unwrap_or(0) & 1 == 1,
        linked: building.link.is_some(),
        sketch: sketch::of_why(measured, door, goal, &why),
    })
}
