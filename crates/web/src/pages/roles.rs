//! Who holds which role, and giving and ending one.

use super::admin::{Typed, day, denied};
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
    roles::{Giving, Standing},
};
use luyuan_domain::{
    actor::Action,
    ids::{OrgId, PlaceId, RoleId},
    roles::Role,
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/admin/roles", get(list).post(give)).route("/admin/roles/{id}/end", post(end))
}

/// A role in words.
struct Line {
    id: String,
    login: String,
    name: String,
    role: String,
    org: String,
    place: String,
    since: String,
    until: String,
    /// It has not begun.
    later: bool,
}

#[derive(Template)]
#[template(path = "roles.html")]
struct Roles<'a> {
    v: &'a Viewer,
    lines: Vec<Line>,
    roles: Vec<(&'static str, String, String)>,
    typed: &'a Typed,
    /// Code of the administrator's own organisation.
    own: String,
}

/// The organisation and the place that a form names by their codes.
pub(super) fn named(site: &Site, form: &Form) -> Result<(OrgId, Option<PlaceId>), AppError> {
    let directory = site.app.directory();
    let org = directory.org_by_code(form.get("org")).map(|org| org.id);
    let org = org.ok_or_else(|| AppError::wrong("org", "org_unknown", form.get("org")))?;
    let place = match form.get("place") {
        "" => None,
        code => Some(directory.place_by_code(code).ok_or_else(|| AppError::wrong("place", "unknown_place", code))?.id),
    };
    Ok((org, place))
}

/// The role that a form names.
pub(super) fn role(form: &Form) -> Result<Role, AppError> {
    Role::parse(form.get("role")).ok_or_else(|| AppError::wrong("role", "role_unknown", form.get("role")))
}

/// The roles to choose from: code, name, and what it may do.
pub(super) fn choices(site: &Site, v: &Viewer) -> Vec<(&'static str, String, String)> {
    let Ok(rules) = site.app.rulebook().roles(v.now) else { return Vec::new() };
    let known = Role::ALL.into_iter().filter(|role| rules.may(*role).each().next().is_some());
    let may = |role| rules.may(role).each().map(|action| v.code("may", action.code())).collect::<Vec<_>>();
    known.map(|role| (role.code(), v.code("role", role.code()), may(role).join(v.t("list-comma")))).collect()
}

async fn list(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, &Typed::default()).await
}

async fn show(site: &Site, v: &Viewer, typed: &Typed) -> Response {
    let Some(staff) = v.staff.as_ref().filter(|staff| staff.may(Action::GiveRoles)) else {
        return denied(site, v).await;
    };
    let standing = match site.app.standing_roles(&v.actor()).await {
        Ok(standing) => standing,
        Err(error) => return Fault::from(error).page(v),
    };
    let directory = site.app.directory();
    let line = |one: Standing| Line {
        id: one.held.id.to_string(),
        login: one.login,
        name: one.name,
        role: v.code("role", one.held.role.code()),
        org: directory.org_name(one.held.org),
        place: one.held.place.and_then(|place| directory.place(place)).map(|p| p.name.clone()).unwrap_or_default(),
        since: v.when(one.held.since),
        until: one.held.until.map(|until| v.when(until)).unwrap_or_default(),
        later: one.held.since > v.now,
    };
    let page = Roles {
        v,
        lines: standing.into_iter().map(line).collect(),
        roles: choices(site, v),
        typed,
        own: directory.org(staff.org).map(|org| org.code.clone()).unwrap_or_default(),
    };
    html(&page)
}

async fn give(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    if v.staff.as_ref().is_none_or(|staff| !staff.may(Action::GiveRoles)) {
        return denied(&site, &v).await;
    }
    let done = async {
        let (org, place) = named(&site, &form)?;
        let giving = Giving {
            login: form.get("login").to_owned(),
            org,
            role: role(&form)?,
            place,
            since: day(&site.app, &form, "since", false)?,
            until: day(&site.app, &form, "until", true)?,
        };
        site.app.give_role(&v.actor(), giving).await
    };
    let fault = match done.await {
        Ok(_) => return Redirect::to("/admin/roles").into_response(),
        Err(error) => Fault::from(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    (fault.status, show(&site, &v, &Typed::refused(&form, &fault, &v)).await).into_response()
}

async fn end(State(site): State<Site>, v: Viewer, Path(id): Path<String>, _form: Form) -> Response {
    if v.staff.as_ref().is_none_or(|staff| !staff.may(Action::GiveRoles)) {
        return denied(&site, &v).await;
    }
    let Ok(id) = id.parse::<RoleId>() else { return Fault::from(AppError::NotFound("role")).page(&v) };
    match site.app.end_role(&v.actor(), id).await {
        Ok(()) => Redirect::to("/admin/roles").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
