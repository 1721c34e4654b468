//! Inviting somebody by a link, and making an account with it; links to a new password.

use super::{
    account::{least, link_fault},
    admin::{Typed, day, denied, unkept},
    roles::{choices, named, role},
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
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use luyuan_app::{
    AppError,
    invitations::{Invitation, Inviting},
};
use luyuan_domain::actor::Action;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/invitations", get(list).post(invite))
        .route("/admin/invitations/{name}/end", post(withdraw))
        .route("/admin/resets", post(make_reset))
        .route("/invitation/{token}", get(ask).post(join))
}

/// An invitation in words.
struct Line {
    name: String,
    role: String,
    org: String,
    place: String,
    made: String,
    ends: String,
}

#[derive(Template)]
#[template(path = "invitations.html")]
struct Invitations<'a> {
    v: &'a Viewer,
    lines: Vec<Line>,
    roles: Vec<(&'static str, String, String)>,
    typed: &'a Typed,
    own: String,
    /// How people call the provider for logins.
    provider: &'a str,
    /// The link that was just made; shown once.
    made: String,
}

fn may_give(v: &Viewer) -> bool {
    v.staff.as_ref().is_some_and(|staff| staff.may(Action::GiveRoles))
}

async fn list(State(site): State<Site>, v: Viewer) -> Response {
    show(&site, &v, &Typed::default(), String::new()).await
}

async fn show(site: &Site, v: &Viewer, typed: &Typed, made: String) -> Response {
    let Some(staff) = v.staff.as_ref().filter(|_| may_give(v)) else { return denied(site, v).await };
    let open = match site.app.invitations(&v.actor()).await {
        Ok(open) => open,
        Err(error) => return Fault::from(error).page(v),
    };
    let directory = site.app.directory();
    let line = |one: &Invitation| Line {
        name: one.name().to_owned(),
        role: v.code("role", one.role.code()),
        org: directory.org_name(one.org),
        place: one.place.and_then(|place| directory.place(place)).map(|place| place.name.clone()).unwrap_or_default(),
        made: v.when(one.made),
        ends: v.when(one.ends),
    };
    let page = Invitations {
        v,
        lines: open.iter().map(line).collect(),
        roles: choices(site, v),
        typed,
        own: directory.org(staff.org).map(|org| org.code.clone()).unwrap_or_default(),
        provider: site.app.provider().map(luyuan_app::oidc::Provider::name).unwrap_or_default(),
        made,
    };
    unkept(html(&page))
}

async fn invite(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    if !may_give(&v) {
        return denied(&site, &v).await;
    }
    let made = async {
        let (org, place) = named(&site, &form)?;
        let (role, until) = (role(&form)?, day(&site.app, &form, "until", true)?);
        let subject = Some(form.get("subject").to_owned()).filter(|subject| !subject.is_empty());
        site.app.invite(&v.actor(), Inviting { org, role, place, until, subject }).await
    };
    answer(&site, &v, &form, "invitation", made.await).await
}

async fn make_reset(State(site): State<Site>, v: Viewer, form: Form) -> Response {
    if !may_give(&v) {
        return denied(&site, &v).await;
    }
    let made = site.app.make_reset(&v.actor(), form.get("login")).await;
    answer(&site, &v, &form, "reset", made).await
}

/// The page with the link that was made, or with why it was not.
async fn answer(site: &Site, v: &Viewer, form: &Form, kind: &str, made: Result<String, AppError>) -> Response {
    let fault = match made {
        Ok(token) => {
            let link = format!("{}/{kind}/{token}", site.address.trim_end_matches('/'));
            return show(site, v, &Typed::default(), link).await;
        }
        Err(error) => Fault::from(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(v);
    }
    (fault.status, show(site, v, &Typed::refused(form, &fault, v), String::new()).await).into_response()
}

async fn withdraw(State(site): State<Site>, v: Viewer, Path(name): Path<String>, _form: Form) -> Response {
    if !may_give(&v) {
        return denied(&site, &v).await;
    }
    match site.app.withdraw(&v.actor(), &name).await {
        Ok(()) => Redirect::to("/admin/invitations").into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Join<'a> {
    v: &'a Viewer,
    token: &'a str,
    org: String,
    role: String,
    least: u32,
    /// The identity at the provider with which the account will be linked, in words.
    linked: String,
    typed: &'a Typed,
}

async fn ask(State(site): State<Site>, v: Viewer, Path(token): Path<String>) -> Response {
    form_for(&site, &v, &token, &Typed::default()).await
}

async fn form_for(site: &Site, v: &Viewer, token: &str, typed: &Typed) -> Response {
    match site.app.invitation(token).await {
        Ok(invitation) => {
            let org = site.app.directory().org_name(invitation.org);
            let role = v.code("role", invitation.role.code());
            let name = site.app.provider().map(luyuan_app::oidc::Provider::name).unwrap_or_default();
            let linked = invitation.identity.map(|(issuer, subject)| {
                let name = if name.is_empty() { issuer.as_str() } else { name };
                v.language.with("provider-invited", &[("name", name), ("detail", subject.as_str())])
            });
            let linked = linked.unwrap_or_default();
            unkept(html(&Join { v, token, org, role, least: least(site, v), linked, typed }))
        }
        Err(error) => link_fault(error).page(v),
    }
}

async fn join(State(site): State<Site>, v: Viewer, Path(token): Path<String>, form: Form) -> Response {
    let joined = match form.raw("password") == form.raw("again") {
        true => site.app.join_by(&token, form.get("login"), form.get("name"), form.raw("password")).await,
        false => Err(AppError::wrong("again", "password_again", "")),
    };
    let fault = match joined {
        Ok(_) => return Redirect::to("/login").into_response(),
        Err(error) => link_fault(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    let typed = Typed::refused(&form, &fault, &v);
    (fault.status, form_for(&site, &v, &token, &typed).await).into_response()
}
