//! One's own passkeys, and logging in with one. Making and using one needs a script of ours: only a
//! script can ask the browser.

use super::{admin::unkept, login};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    origin::From,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{AppError, passkeys::Asked};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/account/passkeys", get(list).post(make))
        .route("/account/passkeys/options", post(begin))
        .route("/account/passkeys/{id}/end", post(end))
        .route("/login/passkey/options", post(ask))
        .route("/login/passkey", post(enter))
}

/// A passkey in words.
struct Line {
    id: String,
    label: String,
    added: String,
    used: String,
}

#[derive(Template)]
#[template(path = "passkeys.html")]
struct Page<'a> {
    v: &'a Viewer,
    possible: bool,
    lines: Vec<Line>,
}

async fn list(State(site): State<Site>, v: Viewer) -> Response {
    let Some(staff) = &v.staff else { return login::first(&site, &v).await };
    let passkeys = match site.app.passkeys(staff.person).await {
        Ok(passkeys) => passkeys,
        Err(error) => return Fault::from(error).page(&v),
    };
    let line = |one: luyuan_app::passkeys::Passkey| Line {
        label: if one.label.is_empty() { v.t("device-unknown").to_owned() } else { one.label },
        added: v.day(one.added),
        used: one.used.map(|used| v.day(used)).unwrap_or_default(),
        id: one.id,
    };
    let possible = site.app.passkeys_possible(&site.address);
    html(&Page { v: &v, possible, lines: passkeys.into_iter().map(line).collect() })
}

/// What the script gets: what to ask the browser for, or why not.
fn options(v: &Viewer, asked: Result<Asked, AppError>) -> Response {
    match asked {
        Ok(asked) => unkept(Json(asked).into_response()),
        Err(error) => Fault::from(error).problem(v),
    }
}

async fn begin(State(site): State<Site>, v: Viewer, _form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().problem(&v) };
    options(&v, site.app.begin_passkey(staff.person, &site.address).await)
}

async fn make(State(site): State<Site>, v: Viewer, From(from): From, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    let (step, response) = (form.get("step"), form.raw("response"));
    match site.app.make_passkey(&v.actor(), staff.person, &site.address, step, response, &from.device).await {
        Ok(()) => Redirect::to("/account/passkeys").into_response(),
        Err(error) => step_fault(error).page(&v),
    }
}

async fn end(State(site): State<Site>, v: Viewer, Path(id): Path<String>, _form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.end_passkey(&v.actor(), staff.person, &id).await {
        Ok(()) => Redirect::to("/account/passkeys").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn ask(State(site): State<Site>, v: Viewer, _form: Form) -> Response {
    options(&v, site.app.ask_passkey(&site.address).await)
}

async fn enter(State(site): State<Site>, v: Viewer, From(from): From, form: Form) -> Response {
    match site.app.use_passkey(&site.address, form.get("step"), form.raw("response"), &from).await {
        Ok(entered) => match entered.session() {
            Some(token) => login::entered(&site, &token, form.get("next")),
            None => Fault::internal().page(&v),
        },
        Err(error) => step_fault(error).page(&v),
    }
}

/// A step that is over says so.
fn step_fault(error: AppError) -> Fault {
    match error {
        AppError::NotFound("step") => Fault::ended_step(),
        other => Fault::from(other),
    }
}
