//! Logging in through another provider (OpenID Connect), and linking one's account with it.

use super::{
    admin::{Typed, unkept},
    login,
};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    origin::From,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    oidc::{Back, Returned},
};
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/login/oidc", get(go))
        .route("/login/oidc/return", get(come_back))
        .route("/account/oidc", get(ask).post(begin))
        .route("/account/oidc/end", post(end))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Onward {
    next: String,
}

/// Off to the provider.
async fn go(State(site): State<Site>, v: Viewer, Query(onward): Query<Onward>) -> Response {
    match site.app.begin_elsewhere(&site.address, &v.token, &onward.next).await {
        Ok(way) => unkept(Redirect::to(&way).into_response()),
        Err(error) => refused(&site, &v, error, &onward.next).await,
    }
}

/// Back from the provider.
async fn come_back(State(site): State<Site>, v: Viewer, From(from): From, Query(back): Query<Back>) -> Response {
    let who = v.staff.as_ref().map(|staff| (staff.person, v.actor()));
    match site.app.come_back(&back, &site.address, &v.token, who, &from).await {
        Ok(Returned::Linked) => Redirect::to("/account/oidc").into_response(),
        Ok(Returned::Entered(entered, next)) => login::first_done(&site, &v, entered, &next),
        Err(error) => refused(&site, &v, error, "").await,
    }
}

/// Why it came to nothing, in words, with the other ways to log in beside it; for somebody who is
/// logged in, on their own page.
async fn refused(site: &Site, v: &Viewer, error: AppError, next: &str) -> Response {
    let name = match site.app.provider() {
        Ok(provider) => provider.name().to_owned(),
        Err(error) => return Fault::from(error).page(v),
    };
    let sentence = match &error {
        AppError::Away(_) => v.with("error-provider_away", "detail", &name),
        AppError::Login => v.t("error-provider_idle").to_owned(),
        AppError::NotFound("step") => v.t("error-step_ended").to_owned(),
        AppError::Wait(until) => v.with("login-wait", "when", v.when_exactly(*until)),
        AppError::Wrong(wrong) => {
            let say = |one: &luyuan_app::Wrong| match one.code {
                "provider_unlinked" => {
                    let values = [("name", name.as_str()), ("detail", one.detail.as_str())];
                    v.language.with("error-provider_unlinked", &values)
                }
                code => v.with(&format!("error-{code}"), "detail", &name),
            };
            wrong.iter().map(say).collect::<Vec<_>>().join(" ")
        }
        _ => return Fault::from(error).page(v),
    };
    let status = match error {
        AppError::NotFound(_) => StatusCode::UNAUTHORIZED,
        other => Fault::from(other).status,
    };
    let page = match v.staff.is_some() {
        true => show(site, v, &Typed { fields: Vec::new(), sentences: vec![sentence] }).await,
        false => login::show(site, v, "", &sentence, next).await,
    };
    (status, unkept(page)).into_response()
}

#[derive(Template)]
#[template(path = "oidc.html")]
struct Page<'a> {
    v: &'a Viewer,
    /// How people call the provider.
    name: String,
    /// Subject and since when.
    linked: Vec<(String, String)>,
    typed: &'a Typed,
}

async fn ask(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, &Typed::default()).await
}

async fn show(site: &Site, v: &Viewer, typed: &Typed) -> Response {
    let Some(staff) = &v.staff else { return login::first(site, v).await };
    let read = async {
        let name = site.app.provider()?.name().to_owned();
        Ok::<_, AppError>((name, site.app.identities(staff.person).await?))
    };
    match read.await {
        Ok((name, linked)) => {
            let linked = linked.into_iter().map(|one| (one.subject, v.day(one.linked))).collect();
            unkept(html(&Page { v, name, linked, typed }))
        }
        Err(error) => Fault::from(error).page(v),
    }
}

#[derive(Template)]
#[template(path = "oidc_way.html")]
struct Way<'a> {
    v: &'a Viewer,
    name: &'a str,
    /// The provider's address with what it is asked.
    way: &'a str,
}

/// The password fits: a link onward, not a redirection, because the pages' policy lets forms lead
/// nowhere but here.
async fn begin(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.begin_link(staff.person, form.raw("password"), &site.address, &v.token).await {
        Ok(way) => {
            let name = site.app.provider().map(|provider| provider.name().to_owned()).unwrap_or_default();
            unkept(html(&Way { v: &v, name: &name, way: &way }))
        }
        Err(error) => refused(&site, &v, error, "").await,
    }
}

async fn end(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.unlink(&v.actor(), staff.person, form.raw("password")).await {
        Ok(()) => Redirect::to("/account/oidc").into_response(),
        Err(error) => refused(&site, &v, error, "").await,
    }
}
