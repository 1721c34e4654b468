//! The rules in force: deadlines, bounds, lists and calendars, each with its source and how far it
//! can be trusted.

use crate::{
    Site,
    fault::{Fault, html},
    i18n::Language,
    viewer::Viewer,
};
use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use luyuan_app::rules::Day;
use luyuan_domain::{
    orders::Urgency,
    ruleset::{Level, Provenance, Ruleset, Status, Step},
    telling::clock,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/rules", get(rules))
}

/// A line of a table: what, its value, how far it can be trusted, from where.
struct Line {
    what: String,
    value: String,
    status: &'static str,
    trust: String,
    source: String,
}

/// A table with its heading.
struct Table {
    id: &'static str,
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct Rules<'a> {
    v: &'a Viewer,
    name: String,
    since: String,
    trust: (&'static str, String),
    source: String,
    tables: Vec<Table>,
}

fn line(v: &Viewer, what: String, value: String, from: &Provenance) -> Line {
    let trust = v.code("status", from.status.code());
    Line { what, value, status: from.status.code(), trust, source: from.source.clone() }
}

fn deadlines(v: &Viewer, rules: &Ruleset) -> Vec<Line> {
    let of = |deadline: &luyuan_domain::ruleset::Deadline| {
        let step = v.code("step", deadline.step.code());
        let what = match deadline.urgency {
            Some(urgency) => format!("{step} · {}", v.code("urgency", urgency.code())),
            None => step,
        };
        let clock = format!("limit-{}", deadline.limit.clock.code());
        line(v, what, v.with(&clock, "n", deadline.limit.amount), &deadline.provenance)
    };
    let at = |deadline: &&luyuan_domain::ruleset::Deadline| {
        let step = Step::ALL.iter().position(|step| *step == deadline.step);
        (step, deadline.urgency.and_then(|own| Urgency::ALL.iter().position(|other| *other == own)))
    };
    let mut sorted: Vec<_> = rules.deadline.iter().collect();
    sorted.sort_by_key(at);
    sorted.into_iter().map(of).collect()
}

fn bounds(v: &Viewer, rules: &Ruleset) -> Vec<Line> {
    let shown = Ruleset::BOUNDS
        .into_iter()
        .filter_map(|name| Some(line(v, v.code("bound", name), rules.bound(name)?.to_string(), rules.origin(name)?)));
    shown.collect()
}

/// Who is told what, and when.
fn telling(site: &Site, v: &Viewer) -> Vec<Line> {
    let Some(list) = site.app.telling_today() else { return Vec::new() };
    let (from, until) = list.quiet.times();
    let mut lines = vec![
        line(v, v.t("telling-quiet").to_owned(), format!("{from}–{until}"), &list.quiet_from),
        line(v, v.t("rules-digest").to_owned(), clock(list.digest_at), &list.digest_from),
        line(v, v.t("event-late_soon").to_owned(), v.with("hours", "n", list.soon_hours), &list.soon_from),
        line(v, v.t("event-late").to_owned(), v.with("hours", "n", list.late_hours), &list.soon_from),
    ];
    let waits = list.retry_seconds.iter().map(|wait| v.with("rules-seconds", "n", wait)).collect::<Vec<_>>();
    lines.push(line(v, v.t("rules-retry").to_owned(), waits.join(v.t("list-comma")), &list.retry_from));
    let lease = v.with("rules-seconds", "n", list.lease_seconds);
    lines.push(line(v, v.t("rules-lease").to_owned(), lease, &list.retry_from));
    lines.extend(list.rules.iter().map(|rule| {
        let ways: Vec<_> = rule.channels.iter().map(|way| v.code("way", way.code())).collect();
        let what = format!("{} → {}", v.code("event", &rule.event), v.code("audience", rule.audience.code()));
        let at_once = if rule.at_once { format!(" · {}", v.t("rules-at-once")) } else { String::new() };
        line(v, what, format!("{}{at_once}", ways.join(v.t("list-comma"))), &rule.provenance)
    }));
    lines
}

fn lists(site: &Site, v: &Viewer, day: &Day) -> Vec<Table> {
    let rules = &day.rules.rules;
    let zh = v.language == Language::Zh;
    let directory = site.app.directory();
    let name = |code: &str| match day.category(code) {
        Some(category) if zh => category.zh.clone(),
        Some(category) => category.en.clone(),
        None if code.is_empty() => v.t("rules-every").to_owned(),
        None => format!("{code}…"),
    };
    let to = |level: &Level| match level {
        Level::Lowest => v.t("level-lowest").to_owned(),
        Level::Community => v.t("level-community").to_owned(),
        Level::Street => v.t("level-street").to_owned(),
        Level::District => v.t("level-district").to_owned(),
        Level::Org(code) => directory.org_by_code(code).map_or_else(|| code.clone(), |org| org.name.clone()),
    };
    let dispatch = rules.dispatch.iter().map(|rule| line(v, name(&rule.category), to(&rule.to), &rule.provenance));
    let shown = |required: bool| v.t(if required { "evidence-yes" } else { "evidence-no" }).to_owned();
    let evidence =
        rules.evidence.iter().map(|rule| line(v, name(&rule.category), shown(rule.required), &rule.provenance));
    let diversions = rules.diversions.iter().map(|rule| {
        let counted = v.t(if rule.excluded_from_rates { "rates-left-out" } else { "rates-counted" });
        line(v, v.code("diversion", rule.reason.code()), counted.to_owned(), &rule.provenance)
    });
    let rating = rules.rating.satisfied.iter().map(|step| v.code("satisfied", step.code())).collect::<Vec<_>>();
    let [response, solution, satisfaction] = rules.rating.weights;
    let rating = [
        (v.t("rating-satisfied").to_owned(), rating.join(v.t("list-comma"))),
        (v.t("rating-weights").to_owned(), format!("{response} / {solution} / {satisfaction} %")),
    ];
    let rating = rating.into_iter().map(|(what, value)| line(v, what, value, &rules.rating.provenance));
    let calendars = day.rules.calendar.notices().iter().map(|(year, status, source)| {
        line(v, year.to_string(), String::new(), &Provenance { status: *status, source: source.clone() })
    });
    let catalogues = site.app.rulebook();
    let catalogues = catalogues.all().catalogues().iter().map(|own| {
        let from = Provenance { status: own.status, source: own.source.clone() };
        let count = v.with("catalogue-items", "n", own.category.len());
        line(v, own.edition.clone(), format!("{} {} · {count}", v.t("rules-since"), own.valid_from), &from)
    });
    let roles = site.app.rulebook().roles(v.now).ok();
    let roles = roles.iter().flat_map(|table| {
        let apart = v.t(if table.separate.0 { "separate-yes" } else { "separate-no" }).to_owned();
        let each = table.rules.iter().map(|rule| {
            let may = rule.may.each().map(|action| v.code("may", action.code())).collect::<Vec<_>>();
            line(v, v.code("role", rule.role.code()), may.join(v.t("list-comma")), &rule.provenance)
        });
        each.chain([line(v, v.t("separate").to_owned(), apart, &table.separate.1)]).collect::<Vec<_>>()
    });
    let privacy = site.app.rulebook().privacy(v.now).ok();
    let privacy = privacy.iter().flat_map(|rules| {
        let days = |days: u32| v.with("keep-days", "n", days);
        let kept =
            rules.keep.iter().map(|one| line(v, v.code("keep", one.what.code()), days(one.days), &one.provenance));
        let purposes = rules.purposes.iter().map(|one| {
            let words = if zh { one.zh.clone() } else { one.en.clone() };
            line(v, v.t("purpose-may").to_owned(), words, &one.provenance)
        });
        kept.chain(purposes).collect::<Vec<_>>()
    });
    let residents = site.app.rulebook().residents(v.now).ok();
    let residents = residents.iter().flat_map(|rules| {
        rules
            .bounds
            .iter()
            .map(|(bound, value, from)| line(v, v.code("resident", bound.code()), value.to_string(), from))
    });
    let table = |id: &'static str, lines: Vec<Line>| Table { id, title: v.code("rules-table", id), lines };
    vec![
        table("dispatch", dispatch.collect()),
        table("evidence", evidence.collect()),
        table("diversions", diversions.collect()),
        table("rating", rating.collect()),
        table("roles", roles.collect()),
        table("privacy", privacy.collect()),
        table("residents", residents.collect()),
        table("catalogues", catalogues.collect()),
        table("calendars", calendars.collect()),
        table("telling", telling(site, v)),
    ]
}

async fn rules(State(site): State<Site>, v: Viewer) -> Response {
    let day = match site.app.rulebook().on(v.now) {
        Ok(day) => day,
        Err(error) => return Fault::from(error).page(&v),
    };
    let rules = &day.rules.rules;
    let mut tables = vec![
        Table { id: "deadlines", title: v.code("rules-table", "deadlines"), lines: deadlines(&v, rules) },
        Table { id: "bounds", title: v.code("rules-table", "bounds"), lines: bounds(&v, rules) },
    ];
    tables.extend(lists(&site, &v, &day).into_iter().filter(|table| !table.lines.is_empty()));
    let status: Status = rules.status;
    let page = Rules {
        v: &v,
        name: rules.name.clone(),
        since: rules.valid_from.to_string(),
        trust: (status.code(), v.code("status", status.code())),
        source: rules.source.clone(),
        tables,
    };
    html(&page)
}
