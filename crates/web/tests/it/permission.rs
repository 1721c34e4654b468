//! Who may do what, at every address: each route of the site is crossed with everybody who might ask,
//! and the answers stand in a table. A route that is missing from the table fails.

mod actors;
pub mod routes;
mod table;

use crate::district::{GARDEN, Site, on_both};
use actors::{Asker, CALLED, PHONE, everybody};
use axum::http::{Method, StatusCode};
use luyuan_app::orders::{Contact, Place, Placed, Seen, Whistling};
use luyuan_domain::actor::Actor;
use std::collections::BTreeSet;
use table::{COLUMNS, ROWS};

#[test]
fn the_table_names_every_route_once_and_no_other() {
    let found = routes::all();
    for known in ["GET /", "POST /orders", "POST /orders/{number}/acceptance", "GET /events", "GET /api/v1/orders"] {
        assert!(found.contains(known), "{known} is not found in the source: {found:#?}");
    }
    let mut listed = BTreeSet::new();
    for (route, answers) in ROWS {
        assert!(listed.insert(*route), "{route} stands twice");
        assert_eq!(answers.split_whitespace().count(), COLUMNS.len(), "{route}: one answer for each who asks");
    }
    let listed: BTreeSet<String> = listed.iter().map(|route| route.split('?').next().unwrap().to_owned()).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(missing.is_empty(), "say in table.rs who may: {missing:#?}");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "no longer there: {gone:#?}");
}

/// How an answer is written in the table: A allowed, R refused, H hidden, M sent elsewhere.
fn letter(method: &Method, status: StatusCode) -> char {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => 'R',
        StatusCode::NOT_FOUND => 'H',
        status if status.is_redirection() && method == Method::GET => 'M',
        status if status.is_server_error() => '!',
        _ => 'A',
    }
}

/// The orders that requests are about: one that is not public, with a photo, in hand, to which
/// another organisation was called; and a public one, whose secret opens nothing of the first.
pub struct Ground {
    order: Placed,
    other: Placed,
    photo: String,
    reporter: String,
    whistle: String,
    /// A pocket park in the garden.
    edit: String,
    /// A scenario with it, kept by the garden's organisation.
    scenario: String,
}

impl Ground {
    async fn new(site: &Site) -> Self {
        let photo = site.app.keep_photo(crate::pictures::jpeg(), false).await.unwrap();
        let contact = Contact { phone: PHONE.into(), ..Contact::default() };
        let order = site.place(Place { private: true, photos: vec![photo], contact, ..site.lamp() }).await;
        let other = site.place(site.lamp()).await;
        let (staff, seen) = (site.staff(GARDEN), Seen { number: order.number.clone(), version: None });
        site.app.accept(&staff, &seen).await.unwrap();
        site.app.contact(&staff, &seen, "已联系".into()).await.unwrap();
        let to = site.app.directory().org_by_code(CALLED).unwrap().id;
        let whistled = site.app.whistle(&staff, &seen, Whistling { to, ask: "请修灯".into() }).await.unwrap();
        let detail = site.app.order(&Actor::System, &order.number, None).await.unwrap();
        let (reporter, whistle) = (detail.reporters[0].id.to_string(), whistled.whistles[0].id.to_string());
        let at = site.app.directory().place_by_code(GARDEN).unwrap().centre.unwrap();
        let edit = format!("park@{},{}@600", at.lon, at.lat);
        let measured = site.app.green(None).await.unwrap().unwrap();
        let park = luyuan_app::green::Edit::Park { entrances: vec![at], square_metres: 600.0, is_park: true };
        let keep =
            luyuan_app::green::Keep { name: "口袋公园".into(), ruleset: "green-300-500".into(), edits: vec![park] };
        let scenario = site.app.keep_scenario(&staff, &measured, keep).await.unwrap().to_string();
        Self { order, other, photo: photo.to_string(), reporter, whistle, edit, scenario }
    }
}

/// Sends what `asker` would send to a route.
async fn ask(site: &Site, ground: &Ground, route: &str, asker: &Asker) -> (char, StatusCode) {
    let (method, path) = route.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let secret = asker.secret.map(|own| if own { ground.order.secret.clone() } else { ground.other.secret.clone() });
    let status = site.open(routes::Sent { ground, asker, secret }.build(&method, path)).await.status();
    (letter(&method, status), status)
}

#[tokio::test]
async fn everybody_may_exactly_what_the_table_says() {
    on_both(|site, engine| async move {
        let folder = tempfile::tempdir().unwrap();
        site.app.open_log(folder.path()).await.unwrap();
        site.app.seal().await.unwrap();
        let askers = everybody(&site).await;
        let names: Vec<_> = askers.iter().map(|asker| asker.name).collect();
        assert_eq!(names, COLUMNS);
        let mut ground = Ground::new(&site).await;
        let mut wrong = Vec::new();
        // Logging out ends the sessions that the rest needs.
        let ends = |route: &str| route == "POST /logout" || route == "POST /mine/end";
        let (last, first): (Vec<_>, Vec<_>) = ROWS.iter().partition(|(route, _)| ends(route));
        for (route, expected) in first.into_iter().chain(last) {
            let mut answers = Vec::new();
            for asker in &askers {
                let (answer, status) = ask(&site, &ground, route, asker).await;
                answers.push(answer.to_string());
                // What was changed is made anew, so that everybody finds the same.
                if ["POST", "DELETE"].iter().any(|method| route.starts_with(method))
                    && (status.is_success() || status.is_redirection())
                {
                    ground = Ground::new(&site).await;
                }
            }
            let expected: Vec<_> = expected.split_whitespace().collect();
            if answers != expected {
                wrong.push(format!("    (\"{route}\", \"{}\"),", answers.join(" ")));
            }
        }
        assert!(wrong.is_empty(), "{engine}: the answers are\n{}\n{COLUMNS:?}", wrong.join("\n"));
    })
    .await;
}
