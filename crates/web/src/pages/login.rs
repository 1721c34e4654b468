//! Logging in and out.

use super::admin::unkept;
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    origin::From,
    viewer::{SESSION, Viewer, cookie, set_cookie},
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{AppError, login::Entered};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/login", get(ask).post(log_in))
        .route("/login/second", post(second))
        .route("/logout", post(log_out))
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    v: &'a Viewer,
    login: &'a str,
    /// Why it was refused, in words.
    wrong: &'a str,
    /// Where they wanted to go: an address of the staff's side.
    next: &'a str,
    /// There can be passkeys here.
    passkeys: bool,
    /// How people call the provider through which they can log in too.
    provider: &'a str,
    /// Demonstration accounts: login, name.
    accounts: Vec<(String, String)>,
    password: &'static str,
}

/// The staff's page that was asked for without logging in: the form, that leads on to it.
pub(super) async fn first(site: &Site, v: &Viewer) -> Response {
    (StatusCode::UNAUTHORIZED, show(site, v, "", "", &v.here).await).into_response()
}

pub(super) async fn show(site: &Site, v: &Viewer, login: &str, wrong: &str, next: &str) -> Response {
    let mut accounts = Vec::new();
    if site.demo {
        let people = site.app.people().await.unwrap_or_default();
        accounts = people.into_iter().filter(|person| person.demo).map(|person| (person.login, person.name)).collect();
    }
    let passkeys = site.app.passkeys_possible(&site.address);
    let provider = site.app.provider().map(luyuan_app::oidc::Provider::name).unwrap_or_default();
    html(&Login { v, login, wrong, next, passkeys, provider, accounts, password: luyuan_app::demo::PASSWORD })
}

async fn ask(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, "", "", "").await
}

async fn log_in(State(site): State<Site>, v: Viewer, From(from): From, form: Form) -> Response {
    let (login, next) = (form.get("login"), form.get("next"));
    let (status, wrong) = match site.app.log_in(login, form.raw("password"), &from).await {
        Ok(entered) => return first_done(&site, &v, entered, next),
        Err(AppError::Login) => (StatusCode::UNAUTHORIZED, v.t("error-login").to_owned()),
        Err(AppError::Wait(until)) => {
            (StatusCode::TOO_MANY_REQUESTS, v.with("login-wait", "when", v.when_exactly(until)))
        }
        Err(error) => return Fault::from(error).page(&v),
    };
    (status, show(&site, &v, login, &wrong, next).await).into_response()
}

/// The first factor was right: logged in, or the second is asked for.
pub(super) fn first_done(site: &Site, v: &Viewer, entered: Entered, next: &str) -> Response {
    match entered {
        Entered::Session(token) => self::entered(site, &token, next),
        Entered::Second(step) => unkept(html(&Second { v, step: &step, next, wrong: "" })),
    }
}

#[derive(Template)]
#[template(path = "second.html")]
struct Second<'a> {
    v: &'a Viewer,
    /// The token of this step.
    step: &'a str,
    next: &'a str,
    wrong: &'a str,
}

async fn second(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let (step, next) = (form.get("step"), form.get("next"));
    match site.app.second(step, form.get("code")).await {
        Ok(entered) => {
            entered.session().map_or_else(|| Fault::internal().page(&v), |token| self::entered(&site, &token, next))
        }
        Err(AppError::Wrong(_)) => {
            let page = Second { v: &v, step, next, wrong: v.t("error-code_wrong") };
            (StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&page))).into_response()
        }
        // Too late or too often: from the beginning.
        Err(AppError::NotFound(_)) => {
            (StatusCode::UNAUTHORIZED, show(&site, &v, "", v.t("login-step-ended"), next).await).into_response()
        }
        Err(error) => Fault::from(error).page(&v),
    }
}

/// The session's cookie; sent over TLS only where people reach the site by it.
fn session_cookie(site: &Site, token: &str, seconds: u32) -> HeaderValue {
    let cookie = set_cookie(SESSION, token, seconds);
    match cookie.to_str() {
        Ok(text) if site.address.starts_with("https://") => {
            HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or(cookie)
        }
        _ => cookie,
    }
}

/// Logged in: the session's cookie, and on to where they wanted to go.
pub(super) fn entered(site: &Site, token: &str, next: &str) -> Response {
    // Only to our own pages, and with nothing in the address that could end a header.
    let own = ["/work", "/account", "/admin"].iter().any(|start| next.starts_with(start));
    let own = own && next.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\');
    let mut response = Redirect::to(if own { next } else { "/work" }).into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(site, token, 43_200));
    response
}

async fn log_out(State(site): State<Site>, v: Viewer, headers: HeaderMap, _form: Form) -> Response {
    if let Some(token) = cookie(&headers, SESSION)
        && let Err(error) = site.app.log_out(token).await
    {
        return Fault::from(error).page(&v);
    }
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(&site, "", 0));
    response
}
