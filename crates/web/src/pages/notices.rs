//! The in-app inbox of an organisation: every notice, with each person's own read marks.

use super::login;
use crate::{
    Site,
    fault::{Fault, html},
    form::Form,
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::AppError;
use luyuan_domain::{actor::Action, orders::Refusal};
use serde::Deserialize;
use uuid::Uuid;

/// Rows of a page.
const ROWS: i64 = 50;
/// So many unread notices are counted; more are shown as more.
const COUNTED: i64 = 99;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/work/notices", get(inbox))
        .route("/work/notices/reading", post(read_all))
        .route("/work/notices/{id}/reading", post(read))
}

/// A notice on the page.
struct Line {
    id: Uuid,
    number: String,
    event: String,
    code: String,
    when: String,
    machine: String,
    unread: bool,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Notices<'a> {
    v: &'a Viewer,
    org: String,
    lines: Vec<Line>,
    unread: i64,
    newest: Option<Uuid>,
    next: Option<Uuid>,
    admin: bool,
}

#[derive(Deserialize)]
struct Asked {
    before: Option<Uuid>,
}

async fn inbox(State(site): State<Site>, v: Viewer, Query(asked): Query<Asked>) -> Response {
    let Some(staff) = v.staff.clone() else { return login::first(&site, &v).await };
    if !staff.may(Action::ReadInternal) {
        return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v);
    }
    let found = tokio::try_join!(
        site.app.notices(staff.org, staff.person, asked.before, ROWS),
        site.app.unread(staff.org, staff.person, COUNTED)
    );
    let (page, unread) = match found {
        Ok(found) => found,
        Err(error) => return Fault::from(error).page(&v),
    };
    let lines = page.notices.iter().map(|(notice, unread)| Line {
        id: notice.id,
        number: notice.number.clone(),
        event: v.code("event", &notice.event),
        code: notice.event.clone(),
        when: v.when(notice.at),
        machine: v.machine(notice.at),
        unread: *unread,
    });
    let directory = site.app.directory();
    let page = Notices {
        v: &v,
        org: directory.org_name(staff.org),
        lines: lines.collect(),
        unread,
        newest: page.notices.first().map(|(notice, _)| notice.id).filter(|_| asked.before.is_none()),
        next: page.next,
        admin: directory.top().map(|top| top.id) == Some(staff.org) && staff.may(Action::Configure),
    };
    html(&page)
}

async fn read(State(site): State<Site>, v: Viewer, Path(id): Path<Uuid>, _form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    if !staff.may(Action::ReadInternal) {
        return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v);
    }
    match site.app.read_notice(staff.org, staff.person, id).await {
        Ok(number) => Redirect::to(&format!("/work/orders/{number}")).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

async fn read_all(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    let Some(staff) = v.staff.clone() else { return Fault::login().page(&v) };
    if !staff.may(Action::ReadInternal) {
        return Fault::from(AppError::Refused(Refusal::NotPermitted)).page(&v);
    }
    let Ok(until) = form.get("until").parse() else { return Fault::from(AppError::NotFound("notice")).page(&v) };
    match site.app.read_notices(staff.person, until).await {
        Ok(()) => Redirect::to("/work/notices").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}
