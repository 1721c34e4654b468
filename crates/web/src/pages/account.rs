//! One's own account: organisation, password, sessions.

use super::{
    admin::{Typed, unkept},
    login,
};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::{Token, Viewer},
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::AppError;
use luyuan_domain::ruleset::AccountBound;
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/account", get(account))
        .route("/account/password", post(password))
        .route("/account/org", post(org))
        .route("/account/sessions/end", post(end_others))
        .route("/account/sessions/{name}/end", post(end_one))
        .route("/reset/{token}", get(ask_reset).post(reset))
}

/// A session in words.
struct Line {
    name: String,
    device: String,
    opened: String,
    seen: String,
    /// The one that asks.
    own: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    v: &'a Viewer,
    login: String,
    name: String,
    org: String,
    /// The other organisations for which they may act: code, name.
    others: Vec<(String, String)>,
    sessions: Vec<Line>,
    /// How people call the provider with which the account can be linked.
    provider: &'a str,
    /// Fewest characters of a password.
    least: u32,
    typed: &'a Typed,
    /// What was just done, as a key of words.
    done: &'a str,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
}

/// What may be told as done.
const DONE: [&str; 3] = ["password", "sessions", "org"];

async fn account(State(site): State<Site>, v: Viewer, token: Token, Query(asked): Query<Asked>) -> Response {
    let done = DONE.into_iter().find(|known| *known == asked.done).unwrap_or_default();
    show(&site, &v, &token, &Typed::default(), done).await
}

/// The page of one's account; with what was typed before, if that was refused.
async fn show(site: &Site, v: &Viewer, token: &Token, typed: &Typed, done: &str) -> Response {
    let Some(staff) = v.staff.clone() else { return login::first(site, v).await };
    let read = async {
        let orgs = site.app.orgs_of(staff.person).await?;
        Ok::<_, AppError>((orgs, site.app.sessions(staff.person, &token.0).await?))
    };
    let (orgs, sessions) = match read.await {
        Ok(read) => read,
        Err(error) => return Fault::from(error).page(v),
    };
    let directory = site.app.directory();
    let others = orgs.iter().filter(|org| **org != staff.org).filter_map(|org| directory.org(*org));
    let line = |(session, own): (luyuan_app::sessions::Session, bool)| Line {
        name: session.name().to_owned(),
        device: if session.device.is_empty() { v.t("device-unknown").to_owned() } else { session.device.clone() },
        opened: v.when(session.opened),
        seen: v.day(session.seen),
        own,
    };
    let page = Account {
        v,
        org: directory.org_name(staff.org),
        others: others.map(|org| (org.code.clone(), org.name.clone())).collect(),
        sessions: sessions.into_iter().map(line).collect(),
        provider: site.app.provider().map(luyuan_app::oidc::Provider::name).unwrap_or_default(),
        login: staff.login,
        name: staff.name,
        least: least(site, v),
        typed,
        done,
    };
    unkept(html(&page))
}

/// Fewest characters of a password by the rules of the day.
pub(super) fn least(site: &Site, v: &Viewer) -> u32 {
    site.app.rulebook().accounts(v.now).map(|rules| rules.get(AccountBound::PasswordMin)).unwrap_or_default()
}

fn done(what: &str) -> Response {
    Redirect::to(&format!("/account?done={what}")).into_response()
}

async fn password(State(site): State<Site>, v: Viewer, token: Token, form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    let (old, new) = (form.raw("old"), form.raw("password"));
    let changed = match new == form.raw("again") {
        true => site.app.change_password(staff.person, &token.0, old, new).await,
        false => Err(AppError::wrong("again", "password_again", "")),
    };
    let fault = match changed {
        Ok(()) => return done("password"),
        Err(AppError::Wait(until)) => {
            let sentence = v.with("login-wait", "when", v.when_exactly(until));
            let typed = Typed { fields: Vec::new(), sentences: vec![sentence] };
            return (StatusCode::TOO_MANY_REQUESTS, show(&site, &v, &token, &typed, "").await).into_response();
        }
        Err(error) => Fault::from(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    // Passwords are not written back into a page.
    let typed = Typed { fields: Vec::new(), ..Typed::refused(&form, &fault, &v) };
    (fault.status, show(&site, &v, &token, &typed, "").await).into_response()
}

async fn org(State(site): State<Site>, v: Viewer, token: Token, form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    let org = site.app.directory().org_by_code(form.get("org")).map(|org| org.id);
    let acted = match org {
        Some(org) => site.app.act_for(staff.person, &token.0, org).await,
        None => Err(AppError::NotFound("org")),
    };
    match acted {
        Ok(()) => done("org"),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn end_others(State(site): State<Site>, v: Viewer, token: Token, _form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    match site.app.end_sessions(staff.person, &token.0).await {
        Ok(_) => done("sessions"),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn end_one(State(site): State<Site>, v: Viewer, Path(name): Path<String>, _form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    match site.app.end_session(staff.person, &name).await {
        Ok(()) => done("sessions"),
        Err(error) => Fault::from(error).page(&v),
    }
}

#[derive(Template)]
#[template(path = "reset.html")]
struct Reset<'a> {
    v: &'a Viewer,
    login: String,
    token: &'a str,
    least: u32,
    sentences: Vec<String>,
}

async fn ask_reset(State(site): State<Site>, v: Viewer, Path(token): Path<String>) -> Response {
    match site.app.reset_for(&token).await {
        Ok(person) => {
            let (login, least) = (person.login, least(&site, &v));
            unkept(html(&Reset { v: &v, login, token: &token, least, sentences: Vec::new() }))
        }
        Err(error) => link_fault(error).page(&v),
    }
}

/// A link that is not there says more than that.
pub(super) fn link_fault(error: AppError) -> Fault {
    match error {
        AppError::NotFound("link") => Fault::ended_link(),
        other => Fault::from(other),
    }
}

async fn reset(State(site): State<Site>, v: Viewer, Path(token): Path<String>, form: Form) -> Response {
    let changed = match form.raw("password") == form.raw("again") {
        true => site.app.reset_password(&token, form.raw("password")).await,
        false => Err(AppError::wrong("again", "password_again", "")),
    };
    let fault = match changed {
        Ok(()) => return Redirect::to("/login").into_response(),
        Err(error) => link_fault(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    let sentences = fault.sentences(&v).into_iter().map(|(_, sentence)| sentence).collect();
    match site.app.reset_for(&token).await {
        Ok(person) => {
            let page = Reset { v: &v, login: person.login, token: &token, least: least(&site, &v), sentences };
            (fault.status, unkept(html(&page))).into_response()
        }
        Err(error) => link_fault(error).page(&v),
    }
}
