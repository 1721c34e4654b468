//! My orders: whoever proves an address or a number by a code sees, on every device, what was left with
//! it, for a short while.

use super::{
    admin::unkept,
    row::{Names, Row},
};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    origin::From,
    viewer::{RESIDENT, Viewer, cookie, encode, set_cookie},
};
use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    residents::{Asking, Ways},
};
use luyuan_domain::ruleset::ResidentBound;
use serde::Deserialize;

/// Name of the cookie that binds a code to the browser that asked for it.
const STEP: &str = "luyuan_code";

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/mine", get(mine))
        .route("/mine/code", get(awaited).post(ask))
        .route("/mine/proof", post(prove))
        .route("/mine/end", post(end))
}

/// Where somebody wants to go afterwards.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

/// The form that asks for an address or a number.
#[derive(Template)]
#[template(path = "mine.html")]
struct Asked<'a> {
    v: &'a Viewer,
    ways: Ways,
    next: &'a str,
    contact: &'a str,
    wrong: &'a str,
}

/// The form that asks for the code.
#[derive(Template)]
#[template(path = "mine_code.html")]
struct Awaited<'a> {
    v: &'a Viewer,
    /// Where it was sent.
    lead: String,
    until: String,
    wrong: &'a str,
}

/// Somebody's own orders.
#[derive(Template)]
#[template(path = "mine_orders.html")]
struct Own<'a> {
    v: &'a Viewer,
    who: String,
    waiting: Vec<Row<'a>>,
    others: Vec<Row<'a>>,
}

/// An order's page or nothing: nobody is led to another site.
fn own_page(next: &str) -> &str {
    let fits =
        next.starts_with("/orders/") && next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-".contains(&byte));
    if fits { next } else { "" }
}

fn asked(site: &Site, v: &Viewer, status: StatusCode, (contact, next): (&str, &str), wrong: &str) -> Response {
    let page = Asked { v, ways: site.app.code_ways(), next: own_page(next), contact, wrong };
    (status, unkept(html(&page))).into_response()
}

async fn mine(State(site): State<Site>, v: Viewer, Query(wanted): Query<Wanted>) -> Response {
    let Some(resident) = &v.resident else { return asked(&site, &v, StatusCode::OK, ("", &wanted.next), "") };
    let own = match site.app.own_orders(resident).await {
        Ok(own) => own,
        Err(error) => return Fault::from(error).page(&v),
    };
    let names = Names::of(&site.app);
    let rows =
        |waits: bool| own.iter().filter(|one| one.waits == waits).map(|one| Row::of(&names, &v, &one.order)).collect();
    let country = site.app.rulebook().residents(v.now).map_or(0, |rules| rules.get(ResidentBound::CountryCode));
    unkept(html(&Own { v: &v, who: resident.reach.masked_within(country), waiting: rows(true), others: rows(false) }))
}

async fn ask(State(site): State<Site>, v: Viewer, From(from): From, form: Form) -> Response {
    let (contact, next) = (form.get("contact"), own_page(form.get("next")));
    let asking =
        Asking { contact, language: v.language.code(), browser: &v.token, address: from.address.as_deref(), next };
    match site.app.send_code(asking).await {
        Ok(step) => {
            let minutes = site.app.rulebook().residents(v.now).map_or(0, |rules| rules.get(ResidentBound::CodeMinutes));
            let mut response = Redirect::to("/mine/code").into_response();
            response.headers_mut().append(header::SET_COOKIE, set_cookie(STEP, &step, minutes * 60));
            response
        }
        Err(AppError::Wait(until)) => {
            let wrong = v.with("code-wait", "when", v.when_exactly(until));
            asked(&site, &v, StatusCode::TOO_MANY_REQUESTS, (contact, next), &wrong)
        }
        Err(error) => {
            let fault = Fault::from(error);
            if fault.status.is_server_error() && fault.status != StatusCode::BAD_GATEWAY {
                return fault.page(&v);
            }
            let wrong = fault.sentences(&v).into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" ");
            asked(&site, &v, fault.status, (contact, next), &wrong)
        }
    }
}

/// The form for the code, or the way back when none is awaited in this browser.
async fn code_page(site: &Site, v: &Viewer, token: &str, status: StatusCode, wrong: &str) -> Response {
    match site.app.code_step(token).await {
        Ok(Some(step)) => {
            let lead = v.with(&format!("code-sent-{}", step.kind), "to", step.masked);
            let page = Awaited { v, lead, until: v.when_exactly(step.ends), wrong };
            (status, unkept(html(&page))).into_response()
        }
        Ok(None) => asked(site, v, StatusCode::UNPROCESSABLE_ENTITY, ("", ""), v.t("code-ended")),
        Err(error) => Fault::from(error).page(v),
    }
}

async fn awaited(State(site): State<Site>, v: Viewer, headers: HeaderMap) -> Response {
    code_page(&site, &v, cookie(&headers, STEP).unwrap_or_default(), StatusCode::OK, "").await
}

async fn prove(State(site): State<Site>, v: Viewer, headers: HeaderMap, form: Form) -> Response {
    let step = cookie(&headers, STEP).unwrap_or_default();
    match site.app.prove(step, form.get("code")).await {
        Ok(proved) => {
            let minutes =
                site.app.rulebook().residents(v.now).map_or(0, |rules| rules.get(ResidentBound::SessionMinutes));
            let next = own_page(&proved.next);
            let mut response = Redirect::to(if next.is_empty() { "/mine" } else { next }).into_response();
            let cookies = response.headers_mut();
            cookies.append(header::SET_COOKIE, set_cookie(RESIDENT, &proved.token, minutes * 60));
            cookies.append(header::SET_COOKIE, set_cookie(STEP, "", 0));
            response
        }
        Err(AppError::Wrong(wrong)) => {
            let left = wrong.first().map(|wrong| wrong.detail.clone()).unwrap_or_default();
            let sentence = v.with("error-resident_code", "detail", left);
            code_page(&site, &v, step, StatusCode::UNPROCESSABLE_ENTITY, &sentence).await
        }
        Err(AppError::NotFound(_)) => asked(&site, &v, StatusCode::UNPROCESSABLE_ENTITY, ("", ""), v.t("code-ended")),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn end(State(site): State<Site>, v: Viewer, headers: HeaderMap, _form: Form) -> Response {
    if let Some(token) = cookie(&headers, RESIDENT)
        && let Err(error) = site.app.end_resident(token).await
    {
        return Fault::from(error).page(&v);
    }
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().append(header::SET_COOKIE, set_cookie(RESIDENT, "", 0));
    response
}

/// The way to prove that an order is one's own, for its page.
pub(super) fn way(number: &str) -> String {
    format!("/mine?next=/orders/{}", encode(number))
}
