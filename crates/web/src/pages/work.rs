//! The staff's side: an inbox by deadline, and an order with its one next action foremost.

use super::{
    contact, deliveries,
    filter::{OPEN, Wanted, soon, written},
    list::{Choice, states, streets},
    login,
    order::{Station, Step, stations, steps},
    photos::{Shown, shown},
    row::{Names, Row, answers},
};
use crate::{
    Site,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use luyuan_app::{
    AppError,
    contact::Behind,
    directory::Directory,
    orders::{Detail, Filter},
};
use luyuan_domain::{
    actor::Action,
    ids::{OrgId, PlaceId},
    orders::{Diversion, Kind, Order, Refusal, State as Stand, Timetable},
};

/// Rows of a page.
const ROWS: i64 = 50;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/work", get(inbox)).route("/work/orders/{number}", get(order))
}

/// A tab of the inbox: address, words, count, chosen.
struct Tab {
    href: String,
    words: String,
    count: i64,
    chosen: bool,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "work.html")]
struct Inbox<'a> {
    v: &'a Viewer,
    org: String,
    wanted: &'a Wanted,
    tabs: Vec<Tab>,
    rows: Vec<Row<'a>>,
    next: Option<String>,
    states: Vec<Choice>,
    streets: Vec<Choice>,
    below: bool,
}

/// The codes of the places that both a list is narrowed to and a role is bound to; a place's code
/// begins with that of what contains it.
fn within(directory: &Directory, wanted: Vec<String>, bound: &[PlaceId]) -> Vec<String> {
    let bound = bound.iter().filter_map(|place| directory.place(*place)).map(|place| place.code.clone());
    let lower = |bound: &String| match wanted.is_empty() {
        true => vec![bound.clone()],
        false => {
            let each = wanted.iter().filter(|asked| asked.starts_with(bound) || bound.starts_with(*asked));
            each.map(|asked| asked.max(bound).clone()).collect()
        }
    };
    let both: Vec<String> = bound.flat_map(|bound| lower(&bound)).collect();
    // No place has such a code: nothing is both.
    if both.is_empty() { vec!["-".to_owned()] } else { both }
}

/// What an organisation's inbox shows for an address.
fn inbox_of(site: &Site, v: &Viewer, staff: OrgId, wanted: &Wanted) -> Filter {
    let directory = site.app.directory();
    let mut filter = wanted.filter(false, v.now);
    if let Some(bound) = v.staff.as_ref().and_then(|staff| staff.grants.bound_to(Action::ReadInternal)) {
        filter.places = within(&directory, filter.places, &bound);
    }
    if filter.states.is_empty() {
        filter.states = OPEN.iter().map(|state| (*state).to_owned()).collect();
    }
    if wanted.desk == "called" {
        filter.whistled = vec![staff];
        return filter;
    }
    // Who stands above others also sees what is with those below; the top sees all, also what
    // nobody holds yet.
    if directory.top().map(|top| top.id) != Some(staff) {
        filter.holders = directory.below(staff);
    }
    filter.unassigned = wanted.desk == "triage";
    filter.supervised = wanted.desk == "supervised";
    filter
}

/// The tabs: by deadline, then what was asked of this organisation, waits for it to decide, or is
/// supervised. The latter are left out while they are empty.
async fn tabs(site: &Site, v: &Viewer, staff: OrgId, wanted: &Wanted) -> Result<Vec<Tab>, AppError> {
    let by_due = Wanted { desk: String::new(), due: "all".into(), ..wanted.clone() };
    let counts = site.app.count_by_due(inbox_of(site, v, staff, &by_due), v.now, soon(v.now)).await?;
    let counts = [("late", counts.late), ("soon", counts.soon), ("fine", counts.fine), ("all", counts.all)];
    let tab = |(code, count)| Tab {
        href: by_due.with("due", code),
        words: v.code("tab", code),
        count,
        chosen: wanted.desk.is_empty() && wanted.due == code,
        code,
    };
    let mut tabs: Vec<Tab> = counts.into_iter().map(tab).collect();
    for code in ["called", "triage", "supervised"] {
        let of = Wanted { desk: code.into(), ..by_due.clone() };
        let chosen = wanted.desk == code;
        let found = site.app.count(inbox_of(site, v, staff, &of)).await?;
        let count = found.iter().map(|(_, count)| count).sum();
        if chosen || count > 0 {
            tabs.push(Tab { href: by_due.with("desk", code), words: v.code("tab", code), count, chosen, code });
        }
    }
    Ok(tabs)
}

async fn inbox(State(site): State<Site>, v: Viewer, Query(mut wanted): Query<Wanted>) -> Response {
    let Some(staff) = v.staff.clone() else { return login::first(&site, &v).await };
    if !staff.may(Action::ReadInternal) {
        return match v.administers() {
            true => Redirect::to("/admin").into_response(),
            false => Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v),
        };
    }
    if let Err(fault) = wanted.check(&site) {
        return fault.page(&v);
    }
    if wanted.due.is_empty() {
        wanted.due = "all".into();
    }
    let filter = inbox_of(&site, &v, staff.org, &wanted);
    let below = filter.holders.len() != 1;
    let (tabs, page) =
        tokio::join!(tabs(&site, &v, staff.org, &wanted), site.app.orders(filter, wanted.cursor(), ROWS));
    let (tabs, page) = match (tabs, page) {
        (Ok(tabs), Ok(page)) => (tabs, page),
        (Err(error), _) | (_, Err(error)) => return Fault::from(error).page(&v),
    };
    let names = Names::of(&site.app);
    let row = |order| {
        let mut row = Row::of(&names, &v, order);
        // Who was called has a deadline of its own.
        let called = order.whistles.iter().find(|whistle| whistle.to == staff.org && whistle.report.is_none());
        if let Some(due) = called.filter(|_| wanted.desk == "called").and_then(|whistle| whistle.due) {
            row.due = Some(v.due(due));
        }
        row
    };
    let inbox = Inbox {
        v: &v,
        org: site.app.directory().org_name(staff.org),
        wanted: &wanted,
        tabs,
        rows: page.orders.iter().map(|order| row(order)).collect(),
        next: page.next.as_ref().map(|cursor| wanted.with("after", &written(cursor))),
        states: states(&v, &wanted),
        streets: streets(&site, &wanted),
        below,
    };
    html(&inbox)
}

#[derive(Template)]
#[template(path = "work_order.html")]
struct WorkOrder<'a> {
    v: &'a Viewer,
    refused: &'a Refused,
    row: Row<'a>,
    order: &'a Order,
    detail: &'a Detail,
    stations: Vec<Station>,
    steps: Vec<Step>,
    photos: Vec<Shown>,
    people: Vec<Behind>,
    /// For what contact data may be shown: code, words.
    purposes: Vec<(String, String)>,
    whistles: Vec<(String, String, String, bool, String)>,
    may_accept: bool,
    may_handle: bool,
    may_triage: bool,
    may_merge: bool,
    may_call_back: bool,
    may_erase: bool,
    /// Open orders of the same kind nearby.
    duplicates: Vec<Row<'a>>,
    /// A reply needs a photo.
    evidence: bool,
    answers: Vec<(String, String)>,
    point: Option<(f64, f64)>,
    own_whistle: Option<String>,
    /// What was told over other channels.
    told: Vec<deliveries::Line>,
    orgs: Vec<(String, String)>,
    diversions: Vec<(&'static str, String)>,
    above: String,
}

impl WorkOrder<'_> {
    /// What was typed into a field of a form before it was refused.
    fn kept(&self, act: &str, field: &str) -> &str {
        let fields = self.refused.fields.iter().filter(|_| self.refused.act == act);
        fields.clone().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// Whether somebody rated the present reply.
    fn rated(&self, person: &Behind) -> bool {
        person.rating.as_ref().is_some_and(|(round, _)| *round == self.order.reworks)
    }

    /// Whether a form was refused, so that it stands open.
    fn was(&self, act: &str) -> bool {
        self.refused.act == act
    }
}

/// What was typed into a form that was refused, and why it was.
#[derive(Default)]
pub(super) struct Refused {
    /// Which form: the last part of its address.
    pub act: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// Why, in words.
    pub sentences: Vec<String>,
}

async fn order(State(site): State<Site>, v: Viewer, Path(number): Path<String>) -> Response {
    show(&site, &v, &number, &Refused::default()).await
}

/// The page of an order for staff; with what they typed before, if that was refused.
pub(super) async fn show(site: &Site, v: &Viewer, number: &str, refused: &Refused) -> Response {
    let Some(staff) = v.staff.clone() else { return login::first(site, v).await };
    let detail = match site.app.order(&v.actor(), number, None).await {
        Ok(detail) if detail.internal => detail,
        Ok(_) => return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(v),
        Err(error) => return Fault::from(error).page(v),
    };
    let order = &detail.order;
    let directory = site.app.directory();
    let touched = directory.touched(order);
    let actor = v.actor();
    let allowed = |action| touched.may(&actor, action, &[]);
    let open_state = !order.state.ended() && !matches!(order.state, Stand::Replied { .. });
    let own_whistle = order.whistles.iter().find(|whistle| whistle.to == staff.org && whistle.report.is_none());
    let people = match site.app.behind(&actor, &detail).await {
        Ok(people) => people,
        Err(error) => return Fault::from(error).page(v),
    };
    let may_merge = allowed(Action::Merge) && open_state;
    let similar = match order.location.point.filter(|_| may_merge) {
        Some(at) => match site.app.similar(at, &order.category).await {
            Ok(found) => found,
            Err(error) => return Fault::from(error).page(v),
        },
        None => Vec::new(),
    };
    let names = Names::of(&site.app);
    let others = similar.iter().filter(|other| other.id != order.id);
    let duplicates = others.map(|other| Row::of(&names, v, other)).collect();
    let rules = site.app.rulebook().on(order.placed_at).ok();
    let told = match site.app.deliveries_of(order.id).await {
        Ok(told) => told.iter().map(|one| deliveries::line(v, one)).collect(),
        Err(error) => return Fault::from(error).page(v),
    };
    let page = WorkOrder {
        v,
        refused,
        row: Row::of(&names, v, order),
        order,
        detail: &detail,
        stations: stations(v, order),
        steps: steps(&site.app, v, &detail.events, true),
        photos: detail.files.iter().map(|file| shown(number, "", file)).collect(),
        people,
        purposes: contact::purposes(site, v),
        told,
        whistles: order
            .whistles
            .iter()
            .map(|w| {
                let due = w.due.map(|due| v.left(due)).unwrap_or_default();
                let report = w.report.as_ref().map(|report| report.text.clone());
                (directory.org_name(w.to), w.ask.clone(), due, report.is_some(), report.unwrap_or_default())
            })
            .collect(),
        may_accept: allowed(Action::Accept) && matches!(order.state, Stand::Routed { .. }),
        may_handle: allowed(Action::Handle),
        may_triage: allowed(Action::Triage) && open_state,
        may_merge,
        duplicates,
        evidence: order.kind != Kind::Enquiry && rules.is_some_and(|day| day.wants_evidence(&order.category)),
        answers: answers(&site.app, v, order),
        point: order.location.point.map(|point| (point.lon, point.lat)),
        may_erase: allowed(Action::CallBack),
        may_call_back: allowed(Action::CallBack) && matches!(order.state, Stand::Replied { .. }),
        own_whistle: own_whistle.filter(|_| allowed(Action::Report)).map(|whistle| whistle.id.to_string()),
        orgs: directory
            .orgs()
            .iter()
            .filter(|org| {
                org.place.is_none()
                    || touched.above.contains(&org.id)
                    || Some(org.id) == touched.holder
                    || org.parent == Some(staff.org)
            })
            .map(|org| (org.code.clone(), org.name.clone()))
            .collect(),
        diversions: Diversion::ALL.iter().map(|reason| (reason.code(), v.code("diversion", reason.code()))).collect(),
        above: touched.above.first().map(|org| directory.org_name(*org)).unwrap_or_default(),
    };
    html(&page)
}
