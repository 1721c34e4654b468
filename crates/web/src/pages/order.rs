//! One order as the public and its reporters see it.

use super::{
    admin::unkept,
    mine,
    photos::{Shown, shown},
    places::square,
    row::{Names, Row, answers},
};
use crate::{
    Site,
    fault::{Fault, MOST_BODY, html},
    form::Form,
    viewer::{Viewer, encode},
};
use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::orders::Recorded;
use luyuan_app::{
    App, AppError,
    orders::{Answering, Detail, Rate, Seen},
};
use luyuan_domain::{
    actor::Actor,
    orders::{Order, Satisfied, Solved, State as Stand, What},
};
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/orders/{number}", get(order))
        .route("/orders/{number}/rating", post(rate))
        .route("/orders/{number}/answer", post(answer))
        .route("/orders/{number}/photos", post(add_photos).layer(DefaultBodyLimit::max(MOST_BODY)))
}

#[derive(Deserialize)]
struct Asked {
    key: Option<String>,
    #[serde(default)]
    placed: String,
    #[serde(default)]
    joined: String,
    #[serde(default)]
    rated: String,
    #[serde(default)]
    receipt: String,
}

/// A step of the story.
pub(crate) struct Step {
    pub code: &'static str,
    pub title: String,
    pub words: String,
    pub by: String,
    pub when: String,
    pub machine: String,
}

/// The stations that every order passes, for the picture at the top.
pub(crate) struct Station {
    pub words: String,
    /// `done`, `now` or `ahead`.
    pub stand: &'static str,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    v: &'a Viewer,
    row: Row<'a>,
    order: &'a Order,
    detail: &'a Detail,
    stations: Vec<Station>,
    steps: Vec<Step>,
    photos: Vec<Shown>,
    evidence: Vec<Shown>,
    reply: Option<String>,
    chain: Vec<(String, bool)>,
    key: String,
    own: bool,
    may_rate: bool,
    question: Option<String>,
    placed: bool,
    joined: bool,
    rated: bool,
    /// Taken in by staff, who hand over this page.
    receipt: bool,
    follow: Option<(String, String, usize)>,
    note: Option<String>,
    place_code: String,
    /// Answers to the category's own questions: question, answer.
    answers: Vec<(String, String)>,
    /// Longitude and latitude in degrees.
    point: Option<(f64, f64)>,
    /// The reader's own data was erased; may be; is kept from the handler.
    forgotten: bool,
    may_erase: bool,
    unnamed: bool,
    /// What the reporters were told: sentence, when, for programs.
    told: Vec<(String, String, String)>,
    /// Whether the reader gets mail, if they gave an address.
    by_email: Option<bool>,
    /// How many of their browsers may ring.
    browsers: usize,
    push_key: String,
    /// To the reader's own orders, or to prove that this is one of them; nothing where it cannot be.
    way: String,
}

/// What only a reporter sees of their order: what they were told, and how.
#[derive(Default)]
struct Own {
    told: Vec<(String, String, String)>,
    by_email: Option<bool>,
    browsers: usize,
    push_key: String,
}

/// What a reporter was told, and how they are.
async fn own_part(app: &App, v: &Viewer, detail: &Detail) -> Result<Own, AppError> {
    let Some(id) = detail.own else { return Ok(Own::default()) };
    let (notices, (wishes, browsers), email, push_key) = tokio::try_join!(
        app.notices_of_reporters(detail.order.id),
        app.reporter_wishes(id),
        app.left_email(id),
        app.push_key()
    )?;
    let told = notices.iter().map(|notice| (v.code("event", &notice.event), v.when(notice.at), v.machine(notice.at)));
    let by_email = email.then_some(!wishes.no_email);
    Ok(Own { told: told.collect(), by_email, browsers, push_key })
}

/// The stations of an order's life and where it stands.
pub(crate) fn stations(v: &Viewer, order: &Order) -> Vec<Station> {
    let at = match order.state {
        Stand::Placed { .. } | Stand::Diverted { .. } | Stand::Merged { .. } => 0,
        Stand::Routed { .. } => 1,
        Stand::Accepted { .. } | Stand::InProgress { .. } | Stand::Deferred { .. } => 2,
        Stand::Replied { .. } => 3,
        Stand::Closed { .. } => 5,
    };
    let second = if at == 1 { "state-routed" } else { "state-accepted" };
    ["state-placed", second, "state-in_progress", "state-replied", "state-closed"]
        .iter()
        .enumerate()
        .map(|(index, key)| {
            let stand = if index < at || (index == 0 && at > 0) {
                "done"
            } else if index == at {
                "now"
            } else {
                "ahead"
            };
            Station { words: v.language.t(key).to_owned(), stand }
        })
        .collect()
}

/// The story in words; what reporters wrote is left out for those who may not read it.
pub(crate) fn steps(app: &App, v: &Viewer, events: &[Recorded], full: bool) -> Vec<Step> {
    let directory = app.directory();
    let name = |org| directory.org_name(org);
    events
        .iter()
        .map(|event| {
            let words = match &event.what {
                What::Routed { to, rule } => {
                    let rule = if rule.starts_with("dispatch:") { String::new() } else { format!(" · {rule}") };
                    format!("→ {}{rule}", name(*to))
                }
                What::Escalated { to, .. } => format!("→ {}", name(*to)),
                What::Returned { to, reason, .. } => format!("→ {} {reason}", name(*to)),
                // The reason is the reporter's comment, which stands with their rating.
                What::Reopened { to, .. } | What::Supervised { to, .. } => format!("→ {}", name(*to)),
                What::Whistled { to, ask, .. } => format!("→ {} {ask}", name(*to)),
                What::Reported { text, .. } | What::Replied { text, .. } | What::Noted { text, .. } => text.clone(),
                What::Extended { reason, due } => format!("{reason} · {}", v.when(*due)),
                What::Deferred { reason, review_on } => format!("{reason} · {review_on}"),
                What::Diverted { note, .. } => note.clone(),
                What::Resumed { note } => note.clone(),
                What::Merged { number, .. } | What::Absorbed { number, .. } => number.clone(),
                What::Rated { solved, satisfied, comment, .. } => {
                    let mut words = v.code("solved", solved.code());
                    if let Some(satisfied) = satisfied {
                        words = format!("{words} · {}", v.code("satisfied", satisfied.code()));
                    }
                    if full && !comment.is_empty() { format!("{words} · {comment}") } else { words }
                }
                What::Contacted { note } if full => note.clone(),
                What::Asked { text } | What::Answered { text } if full => text.clone(),
                _ => String::new(),
            };
            let by = match &event.actor {
                Actor::Staff { org, .. } => name(*org),
                Actor::System => v.t("by-clock").to_owned(),
                Actor::Integrator { label, .. } => label.clone(),
                _ => v.t("by-resident").to_owned(),
            };
            Step {
                code: event.what.code(),
                title: v.code("event", event.what.code()),
                words,
                by,
                when: v.when(event.at),
                machine: v.machine(event.at),
            }
        })
        .collect()
}

async fn order(
    State(site): State<Site>,
    v: Viewer,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let detail = match site.app.order(&v.actor(), &number, asked.key.as_deref()).await {
        Ok(detail) => detail,
        Err(error) => return Fault::from(error).page(&v),
    };
    // The link of somebody whose order was joined with another leads on to that one.
    if let Some(carried_on) = &detail.carried_on {
        return Redirect::to(&format!("/orders/{carried_on}?key={}", encode(&asked.key.unwrap_or_default())))
            .into_response();
    }
    let order = &detail.order;
    let own_part = match own_part(&site.app, &v, &detail).await {
        Ok(part) => part,
        Err(error) => return Fault::from(error).page(&v),
    };
    // A key that proves nothing is not carried on.
    let key = asked.key.clone().filter(|_| detail.by_link).unwrap_or_default();
    let own = detail.own.is_some();
    let directory = site.app.directory();
    let chain = order.location.place.map(|place| directory.chain(place).0).unwrap_or_default();
    let holder = order.state.holder();
    let of_kind = |evidence: bool| {
        detail
            .files
            .iter()
            .filter(|file| file.evidence == evidence)
            .map(|file| shown(&number, &key, file))
            .collect::<Vec<_>>()
    };
    let follow = detail.by_link.then(|| {
        let link = format!("{}/orders/{number}?key={key}", site.address);
        square(&link).map(|(modules, width)| (link, modules, width))
    });
    let reply = match &order.state {
        Stand::Replied { reply, .. } | Stand::Closed { reply, .. } => Some(reply.text.clone()),
        _ => None,
    };
    let note = match &order.state {
        Stand::Diverted { note, .. } => Some(note.clone()),
        Stand::Deferred { reason, review_on, .. } => Some(format!("{reason} · {review_on}")),
        _ => None,
    };
    let forgotten = detail.own_about.as_ref().is_some_and(|about| about.erased_at.is_some());
    let names = Names::of(&site.app);
    let page = OrderPage {
        v: &v,
        row: Row::of(&names, &v, order),
        order,
        detail: &detail,
        stations: stations(&v, order),
        steps: steps(&site.app, &v, &detail.events, own || detail.internal),
        photos: of_kind(false),
        evidence: of_kind(true),
        reply,
        chain: chain.iter().map(|org| (directory.org_name(*org), holder == Some(*org))).collect(),
        key,
        own,
        may_rate: own && matches!(order.state, Stand::Replied { .. } | Stand::Closed { .. }),
        question: order
            .questions
            .iter()
            .rev()
            .find(|question| question.answer.is_none())
            .map(|question| question.text.clone()),
        placed: asked.placed == "1" && own,
        joined: asked.joined == "1" && own,
        rated: asked.rated == "1" && own,
        receipt: asked.receipt == "1" && own && v.staff.is_some(),
        follow: follow.flatten(),
        note,
        place_code: order
            .location
            .place
            .and_then(|place| directory.place(place))
            .map(|place| place.code.clone())
            .unwrap_or_default(),
        answers: answers(&site.app, &v, order),
        point: order.location.point.map(|point| (point.lon, point.lat)),
        forgotten,
        may_erase: own && (!forgotten || (order.state.ended() && !order.description.is_empty())),
        unnamed: detail.own_about.as_ref().is_some_and(|about| about.unnamed),
        told: own_part.told,
        by_email: own_part.by_email,
        browsers: own_part.browsers,
        push_key: own_part.push_key,
        way: match v.codes && v.staff.is_none() {
            true if own => "/mine".to_owned(),
            true if v.resident.is_none() => mine::way(&number),
            _ => String::new(),
        },
    };
    match own && !detail.by_link {
        // Under the address that everybody has: it must not stay for the next one.
        true => unkept(html(&page)),
        false => html(&page),
    }
}

/// The reporter that a form's secret, or what they proved in this browser, makes them; or a page that
/// says why not.
async fn reporter(site: &Site, v: &Viewer, number: &str, form: &Form) -> Result<Detail, Response> {
    let detail = site.app.order(&v.private(), number, Some(form.get("key"))).await;
    let detail = detail.map_err(|error| Fault::from(error).page(v))?;
    if detail.own.is_none() {
        return Err(Fault::from(AppError::Refused(luyuan_domain::orders::Refusal::NotPermitted)).page(v));
    }
    Ok(detail)
}

async fn rate(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let detail = match reporter(&site, &v, &number, &form).await {
        Ok(detail) => detail,
        Err(page) => return page,
    };
    let Some((id, solved)) = detail.own.zip(Solved::parse(form.get("solved"))) else {
        return Fault::from(AppError::wrong("solved", "solved_missing", "")).page(&v);
    };
    let rate = Rate {
        solved,
        satisfied: Satisfied::parse(form.get("satisfied")),
        comment: form.get("comment").into(),
        go_on: form.get("go_on") == "1",
    };
    let seen = Seen { number: number.clone(), version: None };
    match site.app.rate(&Actor::Reporter { id }, &seen, id, rate).await {
        Ok(_) => Redirect::to(&format!("/orders/{number}?key={}&rated=1", encode(form.get("key")))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn answer(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let detail = match reporter(&site, &v, &number, &form).await {
        Ok(detail) => detail,
        Err(page) => return page,
    };
    let Some(id) = detail.own else { return Fault::forged().page(&v) };
    let seen = Seen { number: number.clone(), version: None };
    match site.app.answer(&Actor::Reporter { id }, &seen, Answering { text: form.get("answer").into() }).await {
        Ok(_) => Redirect::to(&format!("/orders/{number}?key={}", encode(form.get("key")))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// A reporter adds photos to their order.
async fn add_photos(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let detail = match reporter(&site, &v, &number, &form).await {
        Ok(detail) => detail,
        Err(page) => return page,
    };
    let Some(id) = detail.own else { return Fault::forged().page(&v) };
    let kept = match form.keep_photos(&site.app, false).await {
        Ok(kept) => kept,
        Err(error) => return Fault::from(error).page(&v),
    };
    let seen = Seen { number: number.clone(), version: None };
    match site.app.add_photos(&Actor::Reporter { id }, &seen, kept).await {
        Ok(_) => Redirect::to(&format!("/orders/{number}?key={}", encode(form.get("key")))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
