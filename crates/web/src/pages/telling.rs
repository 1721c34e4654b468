//! How somebody is told: settings of staff, browsers that may ring, and the one link that ends mail.

use super::login;
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    i18n::Language,
    viewer::{Viewer, encode},
};
use askama::Template;
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    telling::{Browser, Wishes},
};
use luyuan_domain::telling::{Quiet, Recipient, clock};
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/work/telling", get(settings).post(save))
        .route("/work/telling/push", post(allow_own))
        .route("/work/telling/push/end", post(forbid_own))
        .route("/orders/{number}/push", post(allow_reporter))
        .route("/orders/{number}/push/end", post(forbid_reporter))
        .route("/unsubscribe/{token}", get(ask_unsubscribe).post(unsubscribe))
        .route("/unsubscribe/{token}/undo", post(undo))
}

#[derive(Template)]
#[template(path = "telling.html")]
struct Settings<'a> {
    v: &'a Viewer,
    wishes: &'a Wishes,
    browsers: usize,
    push_key: String,
    /// The district's quiet hours in words.
    default: String,
    from: String,
    until: String,
    own: bool,
    saved: bool,
    wrong: Vec<(String, String)>,
}

async fn show(site: &Site, v: &Viewer, wishes: Option<&Wishes>, saved: bool, wrong: Vec<(String, String)>) -> Response {
    let Some(staff) = v.staff.clone() else { return login::first(site, v).await };
    let found = tokio::try_join!(site.app.wishes(staff.person), site.app.push_key());
    let ((kept, browsers), push_key) = match found {
        Ok(found) => found,
        Err(error) => return Fault::from(error).page(v),
    };
    let wishes = wishes.unwrap_or(&kept);
    let default = site.app.quiet_hours().unwrap_or(Quiet { from: 0, until: 0 });
    let (from, until) = wishes.quiet.unwrap_or(default).times();
    let page = Settings {
        v,
        wishes,
        browsers,
        push_key,
        default: v
            .language
            .with("telling-quiet-default", &[("from", &clock(default.from)), ("until", &clock(default.until))]),
        from,
        until,
        own: wishes.quiet.is_some(),
        saved,
        wrong,
    };
    html(&page)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    saved: String,
}

async fn settings(State(site): State<Site>, v: Viewer, Query(asked): Query<Asked>) -> Response {
    show(&site, &v, None, asked.saved == "1", Vec::new()).await
}

async fn save(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    let quiet = match form.get("quiet") {
        "own" => Quiet::parse(form.get("from"), form.get("until")).map(Some),
        _ => Some(None),
    };
    let language = Language::negotiate(form.get("language")).unwrap_or(v.language);
    let wishes = Wishes {
        email: form.get("email").into(),
        digest: form.get("digest") == "1",
        quiet: quiet.flatten(),
        language: language.code().into(),
    };
    let done = match quiet {
        Some(_) => site.app.wish(staff.person, wishes.clone()).await,
        None => Err(AppError::wrong("quiet", "quiet_bad", "")),
    };
    match done {
        Ok(()) => Redirect::to("/work/telling?saved=1").into_response(),
        Err(error @ AppError::Wrong(_)) => {
            let fault = Fault::from(error);
            let sentences = fault.sentences(&v);
            (fault.status, show(&site, &v, Some(&wishes), false, sentences).await).into_response()
        }
        Err(error) => Fault::from(error).page(&v),
    }
}

/// What a browser says when it subscribed.
fn browser(form: &Form) -> Browser {
    let get = |name: &str| form.get(name).to_owned();
    Browser { endpoint: get("endpoint"), p256dh: get("p256dh"), auth: get("auth") }
}

/// The answer to a script that subscribed.
fn subscribed(done: Result<(), AppError>, v: &Viewer) -> Response {
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Fault::from(error).problem(v),
    }
}

async fn allow_own(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().problem(&v) };
    subscribed(site.app.allow_push(Recipient::Person(staff.person), browser(&form)).await, &v)
}

async fn forbid_own(State(site): State<Site>, v: Viewer, _form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    match site.app.forbid_push(Recipient::Person(staff.person)).await {
        Ok(()) => Redirect::to("/work/telling?saved=1").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// The reporter that a form's secret, or what they proved in this browser, makes them.
async fn reporter(site: &Site, v: &Viewer, number: &str, form: &Form) -> Result<Recipient, AppError> {
    let detail = site.app.order(&v.private(), number, Some(form.get("key"))).await?;
    let refused = AppError::Refused(luyuan_domain::orders::Refusal::NotPermitted);
    detail.own.map(Recipient::Reporter).ok_or(refused)
}

async fn allow_reporter(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    match reporter(&site, &v, &number, &form).await {
        Ok(to) => subscribed(site.app.allow_push(to, browser(&form)).await, &v),
        Err(error) => Fault::from(error).problem(&v),
    }
}

async fn forbid_reporter(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let done = match reporter(&site, &v, &number, &form).await {
        Ok(to) => site.app.forbid_push(to).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/orders/{number}?key={}", encode(form.get("key")))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Unsubscribe<'a> {
    v: &'a Viewer,
    token: &'a str,
    /// They get mail now.
    mail: bool,
}

async fn ask_unsubscribe(State(site): State<Site>, v: Viewer, Path(token): Path<String>) -> Response {
    match site.app.unsubscriber(&token).await {
        Ok((_, mail)) => html(&Unsubscribe { v: &v, token: &token, mail }),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// One click of a mail program (RFC 8058): it has no cookies and no form of ours, and the link itself
/// proves who it is. The button on the page posts the same.
async fn unsubscribe(State(site): State<Site>, v: Viewer, Path(token): Path<String>, _body: Bytes) -> Response {
    match site.app.unsubscribe(&token, true).await {
        Ok(()) => html(&Unsubscribe { v: &v, token: &token, mail: false }),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn undo(State(site): State<Site>, v: Viewer, Path(token): Path<String>, _form: Form) -> Response {
    match site.app.unsubscribe(&token, false).await {
        Ok(()) => Redirect::to(&format!("/unsubscribe/{}", encode(&token))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
