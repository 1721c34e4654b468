//! Keys of programs: which there are, making and ending one.

use super::admin::{Typed, day, denied, unkept};
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    keys::{Key, NewKey},
};
use luyuan_domain::{
    actor::Action,
    roles::{Scope, Scopes},
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/admin/keys", get(list).post(make)).route("/admin/keys/{name}/end", post(end))
}

/// A key in words.
struct Line {
    name: String,
    label: String,
    scopes: String,
    since: String,
    until: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys<'a> {
    v: &'a Viewer,
    lines: Vec<Line>,
    scopes: Vec<(&'static str, String)>,
    typed: &'a Typed,
    /// The key that was just made; shown once.
    made: &'a str,
}

async fn list(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, &Typed::default(), "").await
}

async fn show(site: &Site, v: &Viewer, typed: &Typed, made: &str) -> Response {
    if v.staff.as_ref().is_none_or(|staff| !staff.may(Action::GiveKeys)) {
        return denied(site, v).await;
    }
    let keys = match site.app.keys(&v.actor()).await {
        Ok(keys) => keys,
        Err(error) => return Fault::from(error).page(v),
    };
    let scope = |scope: Scope| v.code("scope", scope.code());
    let line = |key: &Key| Line {
        name: key.name().to_owned(),
        label: key.label.clone(),
        scopes: key.scopes.0.iter().map(|one| scope(*one)).collect::<Vec<_>>().join(v.t("list-comma")),
        since: v.when(key.since),
        until: key.until.map(|until| v.when(until)).unwrap_or_default(),
        holds: key.holds(v.now),
    };
    let scopes = Scope::ALL.map(|one| (one.code(), scope(one))).to_vec();
    html(&Keys { v, lines: keys.iter().map(line).collect(), scopes, typed, made })
}

async fn make(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    if v.staff.as_ref().is_none_or(|staff| !staff.may(Action::GiveKeys)) {
        return denied(&site, &v).await;
    }
    let done = async {
        let chosen: Vec<&str> = form.all("scope").collect();
        let scopes = Scopes::parse(&chosen.join(" ")).map_err(|_| AppError::wrong("scope", "scope_missing", ""))?;
        let until = day(&site.app, &form, "until", true)?;
        site.app.make_key(&v.actor(), NewKey { label: form.get("label").to_owned(), scopes, until }).await
    };
    let fault = match done.await {
        Ok(key) => return unkept(show(&site, &v, &Typed::default(), &key).await),
        Err(error) => Fault::from(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    (fault.status, show(&site, &v, &Typed::refused(&form, &fault, &v), "").await).into_response()
}

async fn end(State(site): State<Site>, v: Viewer, Path(name): Path<String>, _form: Form) -> Response {
    if v.staff.is_none() {
        return denied(&site, &v).await;
    }
    match site.app.end_key(&v.actor(), &name).await {
        Ok(()) => Redirect::to("/admin/keys").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
