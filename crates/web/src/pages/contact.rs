//! Personal data: how to reach a reporter, shown with a reason; what a reporter wants erased.

use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::{Viewer, encode},
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use luyuan_app::{AppError, contact::Erasing};
use luyuan_domain::{actor::Actor, contact::ContactData, ids::ReporterId, orders::Refusal};

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/work/orders/{number}/reporters/{id}/contact", post(reveal))
        .route("/work/orders/{number}/reporters/{id}/erasure", post(erase_for))
        .route("/orders/{number}/erasure", post(erase))
}

/// The purposes for which contact data may be shown, in the viewer's language: code, words.
pub(super) fn purposes(site: &Site, v: &Viewer) -> Vec<(String, String)> {
    let zh = v.language == crate::i18n::Language::Zh;
    let rules = site.app.rulebook().privacy(v.now).ok();
    let purposes = rules.iter().flat_map(|rules| rules.purposes.iter());
    purposes.map(|one| (one.code.clone(), if zh { one.zh.clone() } else { one.en.clone() })).collect()
}

#[derive(Template)]
#[template(path = "contact.html")]
struct Shown<'a> {
    v: &'a Viewer,
    number: &'a str,
    data: ContactData,
}

async fn reveal(
    State(site): State<Site>,
    v: Viewer,
    Path((number, id)): Path<(String, String)>,
    form: Form,
) -> Response {
    if v.staff.is_none() {
        return Fault::login().page(&v);
    }
    let Ok(id) = id.parse::<ReporterId>() else { return Fault::from(AppError::NotFound("reporter")).page(&v) };
    match site.app.reveal(&v.actor(), &number, id, form.get("purpose")).await {
        Ok(data) => {
            let mut page = html(&Shown { v: &v, number: &number, data });
            page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            page
        }
        Err(error) => Fault::from(error).page(&v),
    }
}

/// Staff erase for somebody who asked in writing or by telephone.
async fn erase_for(
    State(site): State<Site>,
    v: Viewer,
    Path((number, id)): Path<(String, String)>,
    form: Form,
) -> Response {
    if v.staff.is_none() {
        return Fault::login().page(&v);
    }
    let Ok(id) = id.parse::<ReporterId>() else { return Fault::from(AppError::NotFound("reporter")).page(&v) };
    let erasing = Erasing { words: form.get("words") == "1" };
    match site.app.erase(&v.actor(), &number, id, erasing).await {
        Ok(_) => Redirect::to(&format!("/work/orders/{}", encode(&number))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// A reporter erases what is known of them.
async fn erase(State(site): State<Site>, v: Viewer, Path(number): Path<String>, form: Form) -> Response {
    let key = form.get("key");
    let id = match site.app.order(&v.private(), &number, Some(key)).await {
        Ok(detail) => detail.own,
        Err(error) => return Fault::from(error).page(&v),
    };
    let Some(id) = id else { return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v) };
    let erasing = Erasing { words: form.get("words") == "1" };
    match site.app.erase(&Actor::Reporter { id }, &number, id, erasing).await {
        Ok(_) => Redirect::to(&format!("/orders/{}?key={}", encode(&number), encode(key))).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
