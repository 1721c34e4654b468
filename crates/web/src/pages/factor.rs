//! One's own second factor: an authenticator, and recovery codes to write down.

use super::{
    admin::{Typed, unkept},
    login,
    places::square,
};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{AppError, factors::Factor};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/account/factor", get(ask).post(begin))
        .route("/account/factor/confirmation", post(confirm))
        .route("/account/factor/codes", post(renew))
        .route("/account/factor/end", post(end))
}

#[derive(Template)]
#[template(path = "factor.html")]
struct Page<'a> {
    v: &'a Viewer,
    factor: Factor,
    /// The square code's modules as an SVG path, and its width in modules.
    square: Option<(String, usize)>,
    /// Recovery codes, told once.
    codes: &'a [String],
    typed: &'a Typed,
}

async fn ask(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, &Typed::default(), &[]).await
}

async fn show(site: &Site, v: &Viewer, typed: &Typed, codes: &[String]) -> Response {
    let Some(staff) = &v.staff else { return login::first(site, v).await };
    let factor = match site.app.factor(staff.person).await {
        Ok(factor) => factor,
        Err(error) => return Fault::from(error).page(v),
    };
    let square = match &factor {
        Factor::Begun { address, .. } => square(address),
        _ => None,
    };
    unkept(html(&Page { v, factor, square, codes, typed }))
}

/// The page again, with why something was refused.
async fn again(site: &Site, v: &Viewer, error: AppError) -> Response {
    if let AppError::Wait(until) = error {
        let sentences = vec![v.with("login-wait", "when", v.when_exactly(until))];
        let typed = Typed { fields: Vec::new(), sentences };
        return (StatusCode::TOO_MANY_REQUESTS, show(site, v, &typed, &[]).await).into_response();
    }
    let fault = Fault::from(error);
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(v);
    }
    let sentences = fault.sentences(v).into_iter().map(|(_, sentence)| sentence).collect();
    (fault.status, show(site, v, &Typed { fields: Vec::new(), sentences }, &[]).await).into_response()
}

async fn begin(State(site): State<Site>, v: Viewer, _form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.begin_factor(staff.person).await {
        Ok(()) => Redirect::to("/account/factor").into_response(),
        Err(error) => again(&site, &v, error).await,
    }
}

async fn confirm(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.confirm_factor(&v.actor(), staff.person, form.get("code")).await {
        Ok(codes) => show(&site, &v, &Typed::default(), &codes).await,
        Err(error) => again(&site, &v, error).await,
    }
}

async fn renew(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.renew_codes(&v.actor(), staff.person, form.raw("password")).await {
        Ok(codes) => show(&site, &v, &Typed::default(), &codes).await,
        Err(error) => again(&site, &v, error).await,
    }
}

async fn end(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = &v.staff else { return Fault::login().page(&v) };
    match site.app.end_factor(&v.actor(), staff.person, form.raw("password")).await {
        Ok(()) => Redirect::to("/account/factor").into_response(),
        Err(error) => again(&site, &v, error).await,
    }
}
