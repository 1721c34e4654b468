//! The administrators' side: what each of them may look after, and the audit trail.

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
    extract::{Query, State},
    http::{HeaderValue, header},
    response::Response,
    routing::get,
};
use jiff::{Timestamp, civil::Date};
use luyuan_app::{App, AppError, audit::Entry};
use luyuan_domain::{
    actor::{Action, Actor},
    orders::Refusal,
};
use serde::Deserialize;

/// Entries of a page.
const ENTRIES: i64 = 100;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/admin", get(admin)).route("/admin/audit", get(audit))
}

/// What was typed into a form that was refused, and why it was.
#[derive(Default)]
pub(super) struct Typed {
    /// Names and values.
    pub fields: Vec<(String, String)>,
    /// Why, in words.
    pub sentences: Vec<String>,
}

impl Typed {
    /// A form that was refused.
    pub fn refused(form: &Form, fault: &Fault, v: &Viewer) -> Self {
        let sentences = fault.sentences(v).into_iter().map(|(_, sentence)| sentence).collect();
        Self { fields: form.fields.clone(), sentences }
    }

    /// What was typed into a field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Whether a value was ticked or chosen.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(field, typed)| field == name && typed == value)
    }
}

/// The first instant of the day in a field of a form, or of the day after it; none when it is empty.
pub(super) fn day(app: &App, form: &Form, field: &'static str, after: bool) -> Result<Option<Timestamp>, AppError> {
    let text = form.get(field);
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || AppError::wrong(field, "not_a_day", text);
    let date: Date = text.parse().map_err(|_| wrong())?;
    let date = if after { date.tomorrow().map_err(|_| wrong())? } else { date };
    app.first_instant(date).map(Some)
}

/// A page that no cache keeps: it holds a secret that is shown once.
pub(super) fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer for whoever may not.
pub(super) async fn denied(site: &Site, v: &Viewer) -> Response {
    match v.staff {
        Some(_) => Fault::from(AppError::Refused(Refusal::NotPermitted)).page(v),
        None => login::first(site, v).await,
    }
}

#[derive(Template)]
#[template(path = "admin.html")]
struct Admin<'a> {
    v: &'a Viewer,
    org: String,
    keys: bool,
    trail: bool,
    /// The three administrators are separate.
    separate: bool,
}

async fn admin(State(site): State<Site>, v: Viewer) -> Response {
    let Some(staff) = v.staff.as_ref().filter(|_| v.administers()) else { return denied(&site, &v).await };
    let actor = v.actor();
    let allows = |action| site.app.allows(&actor, action, None);
    let page = Admin {
        v: &v,
        org: site.app.directory().org_name(staff.org),
        keys: allows(Action::GiveKeys),
        trail: allows(Action::ReadAudit),
        separate: site.app.rulebook().roles(v.now).is_ok_and(|rules| rules.separate.0),
    };
    html(&page)
}

/// An entry in words.
struct Line {
    when: String,
    machine: String,
    by: String,
    what: String,
    about: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit<'a> {
    v: &'a Viewer,
    lines: Vec<Line>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    before: String,
}

async fn audit(State(site): State<Site>, v: Viewer, Query(asked): Query<Before>) -> Response {
    if v.staff.is_none() {
        return denied(&site, &v).await;
    }
    let read = async {
        let people = site.app.people().await?;
        Ok::<_, AppError>((site.app.audit(&v.actor(), &asked.before, ENTRIES).await?, people))
    };
    let (entries, people) = match read.await {
        Ok(read) => read,
        Err(error) => return Fault::from(error).page(&v),
    };
    let by = |entry: &Entry| match &entry.actor {
        Actor::Staff { person, .. } => people.iter().find(|one| one.id == *person).map(|one| one.login.clone()),
        Actor::System => Some(v.t("audit-operator").to_owned()),
        _ => None,
    };
    let full = i64::try_from(entries.len()).is_ok_and(|read| read == ENTRIES);
    let page = Audit {
        v: &v,
        next: entries.last().filter(|_| full).map(|entry| entry.id.clone()),
        lines: entries
            .iter()
            .map(|entry| Line {
                when: v.when(entry.at),
                machine: v.machine(entry.at),
                by: by(entry).unwrap_or_default(),
                what: v.code("audit", &entry.what),
                about: entry.about.clone(),
                detail: entry.detail.clone(),
            })
            .collect(),
    };
    html(&page)
}
