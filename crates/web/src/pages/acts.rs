//! What staff do with an order: each verb is a resource that is posted to.

use super::work;
use crate::{
    Site,
    fault::{Fault, MOST_BODY},
    form::Form,
    viewer::Viewer,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use luyuan_app::{
    AppError,
    orders::{Deferring, Diverting, Extending, Rate, Replying, Routing, Seen, Whistling},
};
use luyuan_domain::{
    ids::{OrgId, ReporterId, WhistleId},
    orders::{Diversion, Order, Satisfied, Solved, State as Stand},
};

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/orders/{number}/{act}", post(act).layer(DefaultBodyLimit::max(MOST_BODY)))
}

async fn act(State(site): State<Site>, v: Viewer, Path((number, act)): Path<(String, String)>, form: Form) -> Response {
    if v.staff.is_none() {
        return Fault::login().page(&v);
    }
    let fields = form.fields.clone();
    let fault = match run(&site, &v, &number, &act, form).await {
        Ok(order) => return Redirect::to(&onward(&act, &order)).into_response(),
        Err(error) => Fault::from(error),
    };
    if fault.status != StatusCode::UNPROCESSABLE_ENTITY {
        return fault.page(&v);
    }
    // What was typed is not lost: the same page, with the reason.
    let sentences = fault.sentences(&v).into_iter().map(|(_, sentence)| sentence).collect();
    let refused = work::Refused { act, fields, sentences };
    (fault.status, work::show(&site, &v, &number, &refused).await).into_response()
}

/// Where to go on after a step: an order that was returned, sent elsewhere or joined with another is
/// no longer this organisation's to look at.
fn onward(act: &str, order: &Order) -> String {
    match &order.state {
        Stand::Merged { number, .. } => format!("/work/orders/{number}"),
        Stand::Diverted { .. } => "/work".to_owned(),
        _ if act == "return" => "/work".to_owned(),
        _ => format!("/work/orders/{}", order.number),
    }
}

/// The organisation that a form names by its code.
fn org(site: &Site, form: &Form) -> Result<OrgId, AppError> {
    let directory = site.app.directory();
    let found = directory.org_by_code(form.get("org")).map(|org| org.id);
    found.ok_or(AppError::Refused(luyuan_domain::orders::Refusal::UnknownOrg))
}

async fn run(site: &Site, v: &Viewer, number: &str, act: &str, form: Form) -> Result<Order, AppError> {
    let (app, actor) = (&site.app, v.actor());
    let seen = Seen { number: number.to_owned(), version: form.get("version").parse().ok() };
    let text = |name: &str| form.get(name).to_owned();
    match act {
        "acceptance" => app.accept(&actor, &seen).await,
        "return" => app.give_back(&actor, &seen, text("reason")).await,
        "route" => app.route(&actor, &seen, Routing { to: org(site, &form)?, reason: text("reason") }).await,
        "diversion" => {
            let reason = Diversion::parse(form.get("reason"));
            let reason = reason.ok_or_else(|| AppError::wrong("reason", "choose_reason", ""))?;
            app.divert(&actor, &seen, Diverting { reason, note: text("note") }).await
        }
        "merge" => app.merge(&actor, &seen, text("target")).await,
        "contact" => app.contact(&actor, &seen, text("note")).await,
        "whistle" => app.whistle(&actor, &seen, Whistling { to: org(site, &form)?, ask: text("ask") }).await,
        "report" => {
            let whistle = form.get("whistle").parse::<WhistleId>();
            let whistle = whistle.map_err(|_| AppError::Refused(luyuan_domain::orders::Refusal::NoWhistle))?;
            app.report(&actor, &seen, whistle, text("report")).await
        }
        "extension" => app.extend(&actor, &seen, Extending { reason: text("reason") }).await,
        "deferral" => {
            let review_on = form.get("review_on").parse();
            let review_on = review_on.map_err(|_| AppError::Refused(luyuan_domain::orders::Refusal::ReviewDate))?;
            app.defer(&actor, &seen, Deferring { reason: text("reason"), review_on }).await
        }
        "resumption" => app.resume(&actor, &seen, text("note")).await,
        "question" => app.ask(&actor, &seen, text("question")).await,
        "reply" => {
            // Photos are kept first: they stay free when the reply is refused, and are not lost.
            let files = form.keep_photos(app, true).await?;
            app.reply(&actor, &seen, Replying { text: text("reply"), files }).await
        }
        "callback" => {
            let reporter = form.get("reporter").parse::<ReporterId>().map_err(|_| AppError::NotFound("reporter"))?;
            let solved =
                Solved::parse(form.get("solved")).ok_or_else(|| AppError::wrong("solved", "solved_missing", ""))?;
            let rate = Rate {
                solved,
                satisfied: Satisfied::parse(form.get("satisfied")),
                comment: text("comment"),
                go_on: false,
            };
            app.rate(&actor, &seen, reporter, rate).await
        }
        _ => Err(AppError::NotFound("page")),
    }
}
