//! What became of messages over other channels, for the administrator; and the self-test.

use super::login;
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{AppError, people::Staff, telling::Delivery};
use luyuan_domain::{
    actor::Action,
    orders::Refusal,
    telling::{Recipient, Sent},
};
use serde::Deserialize;
use uuid::Uuid;

/// Rows of the page.
const ROWS: i64 = 200;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/work/deliveries", get(list))
        .route("/work/deliveries/test", post(test))
        .route("/work/deliveries/{id}/retry", post(retry))
        .route("/work/deliveries/{id}/drop", post(take_away))
}

/// A message on a page.
pub(super) struct Line {
    pub id: Uuid,
    pub number: String,
    pub event: String,
    pub way: String,
    pub to: String,
    pub state: &'static str,
    pub state_name: String,
    pub when: String,
    pub next: Option<String>,
    pub attempts: i64,
    pub reason: String,
    pub open: bool,
}

/// Why something failed, in words: a code, and a detail behind it.
fn reason(v: &Viewer, kept: &str) -> String {
    let (code, detail) = kept.split_once(' ').unwrap_or((kept, ""));
    let key = format!("reason-{code}");
    match v.language.has(&key) {
        true => v.language.with(&key, &[("detail", detail)]),
        // Not a code of the channels: something inside, in its own words.
        false => v.language.with("reason-other", &[("detail", kept)]),
    }
}

/// A message as pages show it; to whom only by kind, never where.
pub(super) fn line(v: &Viewer, delivery: &Delivery) -> Line {
    let to = match delivery.to {
        Recipient::Reporter(_) => "reporter",
        Recipient::Person(_) => "person",
        Recipient::Hook(_) => "hook",
    };
    Line {
        id: delivery.id,
        number: delivery.number.clone(),
        event: v.code("event", &delivery.event),
        way: v.code("way", delivery.way.code()),
        to: v.code("to", to),
        state: delivery.state.code(),
        state_name: v.code("sent", delivery.state.code()),
        when: v.when(delivery.done_at.unwrap_or(delivery.created_at)),
        next: delivery.next_at.filter(|_| delivery.done_at.is_none()).map(|at| v.when(at)),
        attempts: delivery.attempts,
        reason: delivery.reason.as_deref().map(|kept| reason(v, kept)).unwrap_or_default(),
        open: matches!(delivery.state, Sent::Queued | Sent::Failed | Sent::Dead),
    }
}

/// Somebody of the organisation at the top, who looks after the district's channels.
async fn admin(site: &Site, v: &Viewer) -> Result<Staff, Response> {
    let Some(staff) = v.staff.clone() else { return Err(login::first(site, v).await) };
    if site.app.directory().top().map(|top| top.id) == Some(staff.org) && staff.may(Action::Configure) {
        return Ok(staff);
    }
    Err(Fault::from(AppError::Refused(Refusal::NotPermitted)).page(v))
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct Deliveries<'a> {
    v: &'a Viewer,
    /// Code, words, count, chosen.
    tabs: Vec<(&'static str, String, i64, bool)>,
    lines: Vec<Line>,
    /// Programs and groups: id, name, kind.
    hooks: Vec<(Uuid, String, String)>,
    /// What came of a test.
    tested: Option<Result<(), String>>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    state: String,
}

async fn show(site: &Site, v: &Viewer, state: Sent, tested: Option<Result<(), String>>) -> Response {
    let found = tokio::try_join!(site.app.deliveries(state, ROWS), site.app.hooks());
    let ((rows, counts), hooks) = match found {
        Ok(found) => found,
        Err(error) => return Fault::from(error).page(v),
    };
    let count = |code: &str| counts.iter().find(|(known, _)| known == code).map_or(0, |(_, count)| *count);
    let tab = |one: &Sent| (one.code(), v.code("sent", one.code()), count(one.code()), *one == state);
    let page = Deliveries {
        v,
        tabs: Sent::ALL.iter().map(tab).collect(),
        lines: rows.iter().map(|row| line(v, row)).collect(),
        hooks: hooks.into_iter().map(|(id, hook)| (id, hook.name, v.code("way", hook.way.code()))).collect(),
        tested,
    };
    html(&page)
}

async fn list(State(site): State<Site>, v: Viewer, Query(asked): Query<Asked>) -> Response {
    match admin(&site, &v).await {
        Ok(_) => show(&site, &v, Sent::parse(&asked.state).unwrap_or(Sent::Failed), None).await,
        Err(page) => page,
    }
}

async fn retry(State(site): State<Site>, v: Viewer, Path(id): Path<Uuid>, _form: Form) -> Response {
    if let Err(page) = admin(&site, &v).await {
        return page;
    }
    match site.app.retry_job(&v.actor(), id).await {
        Ok(()) => Redirect::to("/work/deliveries?state=queued").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn take_away(State(site): State<Site>, v: Viewer, Path(id): Path<Uuid>, _form: Form) -> Response {
    if let Err(page) = admin(&site, &v).await {
        return page;
    }
    match site.app.drop_job(&v.actor(), id).await {
        Ok(()) => Redirect::to("/work/deliveries?state=withdrawn").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// Sends a test message and says what happened.
async fn test(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let staff = match admin(&site, &v).await {
        Ok(staff) => staff,
        Err(page) => return page,
    };
    let (app, language) = (&site.app, v.language.code());
    let done = match form.get("channel") {
        "email" => match app.wishes(staff.person).await {
            Ok((wishes, _)) if wishes.email.is_empty() => Ok(Err(v.t("deliveries-no-email").to_owned())),
            Ok((wishes, _)) => {
                let sent = app.test_mail(&wishes.email, language).await;
                sent.map(|sent| sent.map_err(|failed| reason(&v, &failed.reason)))
            }
            Err(error) => Err(error),
        },
        "push" => app.test_push(staff.person, language).await.map(|sent| match sent {
            Ok(0) => Err(v.t("deliveries-no-push").to_owned()),
            Ok(_) => Ok(()),
            Err(failed) => Err(reason(&v, &failed.reason)),
        }),
        hook => {
            let sent = app.test_hook(hook).await;
            sent.map(|sent| sent.map_err(|failed| reason(&v, &failed.reason)))
        }
    };
    match done {
        Ok(tested) => show(&site, &v, Sent::Failed, Some(tested)).await,
        Err(error) => Fault::from(error).page(&v),
    }
}
