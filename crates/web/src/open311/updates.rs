//! Updates of requests, as other platforms exchange them: what happened here lately, and what
//! happened there.

use super::{
    Answer,
    call::{Call, written},
    errors::Errors,
    place::{check_media, keep_files, open},
    record::{photo, told},
    reply::Node,
    requests::leaf,
};
use axum::{extract::Request, http::StatusCode};
use luyuan_app::{
    AppError,
    orders::{Happened, Noting, Recorded, Window, event_name},
};
use luyuan_domain::orders::{Note, Solved, What};

/// The statuses that are exchanged. Those that we send are among them.
const STATUSES: [&str; 15] = [
    "unchanged",
    "open",
    "closed",
    "fixed",
    "in_progress",
    "planned",
    "action_scheduled",
    "investigating",
    "duplicate",
    "not_councils_responsibility",
    "no_further_action",
    "internal_referral",
    "cancelled",
    "reopen",
    "for_triage",
];

/// What an event means to another platform. A reply is not `fixed`: the reporters say whether it is.
fn status(what: &What) -> &'static str {
    match what {
        What::Placed { .. } | What::Routed { .. } => "open",
        What::Diverted { .. } => "not_councils_responsibility",
        What::Merged { .. } => "duplicate",
        What::Accepted { .. } => "investigating",
        What::Contacted { .. } | What::Resumed { .. } => "in_progress",
        What::Deferred { .. } => "planned",
        What::Closed { solved: Some(Solved::Yes) } => "fixed",
        What::Closed { .. } => "closed",
        What::Reopened { .. } => "reopen",
        _ => "unchanged",
    }
}

/// What happened to public requests.
pub(super) async fn list(call: &Call) -> Result<Answer, Errors> {
    call.check_jurisdiction(&call.query)?;
    let (from, to) = (call.instant(&call.query, "start_date")?, call.instant(&call.query, "end_date")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(call.bad_with("open311-order", "start_date", "end_date"));
    }
    let leaf = leaf(call, false)?;
    let numbers = call.query.list("service_request_id");
    if i64::try_from(numbers.len()).unwrap_or(i64::MAX) > super::requests::MOST {
        return Err(call.bad_with("open311-not-a-count", "service_request_id", super::requests::MOST));
    }
    let window = Window { from, to, numbers, skip: leaf.skip, limit: leaf.limit };
    let (happened, more) = call.app().happened(window).await.map_err(|error| call.failed(error))?;
    let events: Vec<Recorded> = happened.iter().map(|one| one.event.clone()).collect();
    let updates = happened.iter().zip(told(call, &events)).map(|(one, words)| update(call, one, words));
    let answer = Answer::tree("service_request_updates", Node::List("request_update", updates.collect()));
    Ok(if more { answer.followed(call, "servicerequestupdates", leaf) } else { answer })
}

fn update(call: &Call, one: &Happened, words: String) -> Node {
    let files = match &one.event.what {
        What::Replied { files, .. } | What::Noted { files, .. } => files.clone(),
        What::Pictured { file } => vec![*file],
        _ => Vec::new(),
    };
    let media = files.into_iter().map(|file| photo(&call.endpoint, &one.number, file));
    let linked = match &one.event.what {
        What::Noted { media, .. } => media.clone(),
        _ => Vec::new(),
    };
    let mut media: Vec<_> = media.chain(linked).map(Node::text).collect();
    let media = match media.len() {
        0 => Node::Empty,
        1 => media.remove(0),
        _ => Node::List("media_url", media),
    };
    // What another platform said is said again in its own words and under its own status.
    let (status, words) = match &one.event.what {
        What::Noted { status, text, .. } => (status.to_ascii_lowercase(), text.clone()),
        what => (status(what).to_owned(), words),
    };
    Node::Map(vec![
        ("update_id", Node::text(event_name(&one.number, one.event.seq))),
        ("service_request_id", Node::text(&one.number)),
        ("status", Node::text(status)),
        ("updated_datetime", Node::text(written(one.event.at))),
        ("description", Node::text(words)),
        ("media_url", media),
        ("external_status_code", Node::text(one.event.what.code())),
    ])
}

/// Takes an update of another platform. It is kept with the order and shown; where the order stands
/// is decided by those who handle it.
pub(super) async fn post(call: &Call, request: Request) -> Result<Answer, Errors> {
    let (actor, form) = open(call, request).await?;
    let fields = &form.fields;
    let bad = |what: &str| Errors::new(StatusCode::BAD_REQUEST, format!("Bad request: {what}"));
    let mut wrong = Vec::new();
    for name in ["service_request_id", "update_id", "status", "updated_datetime", "description"] {
        if fields.get(name).is_none() {
            wrong.push(bad(name));
        }
    }
    let status = fields.get("status").unwrap_or_default().to_ascii_lowercase();
    if !status.is_empty() && !STATUSES.contains(&status.as_str()) {
        wrong.push(bad("status"));
    }
    if fields.get("updated_datetime").is_some() && call.instant(fields, "updated_datetime").is_err() {
        wrong.push(bad("updated_datetime"));
    }
    let media = form.media();
    wrong.extend(check_media(call, &media).err());
    Errors::all(wrong)?;
    let get = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let mut note = Note { key: get("update_id"), status, text: get("description"), media, files: Vec::new() };
    let number = get("service_request_id");
    note.files = keep_files(call, form.files).await?;
    let name = call.app().note(&actor, Noting { number, note }).await.map_err(|error| match error {
        AppError::NotFound(_) => Errors::new(StatusCode::NOT_FOUND, "Bad request: not found"),
        AppError::KeyReused => bad("already exists"),
        other => call.failed(other),
    })?;
    let update = Node::Map(vec![("update_id", Node::text(name))]);
    Ok(Answer::tree("service_request_updates", Node::List("request_update", vec![update])))
}
