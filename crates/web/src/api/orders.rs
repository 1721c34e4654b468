//! Orders as the public sees them.

use super::{Problem, codes, key::Reader, reporter::Secret};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use luyuan_app::{
    directory::Directory,
    orders::{Detail, Recorded},
};
use luyuan_domain::{
    ids::FileId,
    orders::{Order, Solved, State as Stand, What},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An order as the public sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicOrder<'a> {
    /// Number that people use.
    number: &'a str,
    /// Where it stands.
    #[schema(value_type = codes::State)]
    state: &'static str,
    /// Category code.
    category: &'a str,
    /// What the person wants.
    #[schema(value_type = codes::Kind)]
    kind: &'static str,
    /// How soon it must be handled.
    #[schema(value_type = codes::Urgency)]
    urgency: &'static str,
    /// The person's own words.
    description: &'a str,
    /// Answers to the category's own questions, by the questions' codes.
    attributes: BTreeMap<&'a str, &'a [String]>,
    /// Where, in words.
    address: &'a str,
    /// Code of the lowest place that contains it.
    place: Option<&'a str>,
    /// Longitude in degrees, WGS-84.
    lon: Option<f64>,
    /// Latitude in degrees, WGS-84.
    lat: Option<f64>,
    /// How it arrived.
    #[schema(value_type = codes::Channel)]
    channel: &'static str,
    /// Code of the organisation that has to act or acted last.
    holder: Option<&'a str>,
    /// Its name.
    holder_name: Option<&'a str>,
    /// When it was placed (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
    /// When it last changed (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// The deadline of the present hop (RFC 3339).
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// The deadline counts on a year whose holidays are not known yet.
    due_assumed: bool,
    /// When it ended with a reply (RFC 3339).
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// What its reporters said when it ended: the worst of their answers.
    #[schema(value_type = Option<codes::Solved>)]
    solved: Option<&'static str>,
    /// Number of the order that carries on, when it was merged.
    merged_into: Option<&'a str>,
    /// How often it was reopened.
    reworks: u8,
    /// Supervised by the superior.
    supervised: bool,
    /// Counts changes; the ETag of a single order is made of it.
    version: i64,
}

impl<'a> PublicOrder<'a> {
    pub fn of(directory: &'a Directory, order: &'a Order) -> Self {
        let holder = order.state.holder().and_then(|org| directory.org(org));
        let (closed_at, solved, merged_into) = match &order.state {
            Stand::Closed { at, solved, .. } => (Some(*at), solved.map(Solved::code), None),
            Stand::Merged { number, .. } => (None, None, Some(number.as_str())),
            _ => (None, None, None),
        };
        Self {
            number: &order.number,
            category: &order.category,
            kind: order.kind.code(),
            urgency: order.urgency.code(),
            description: &order.description,
            attributes: order.attributes.iter().map(|(code, values)| (code.as_str(), values.as_slice())).collect(),
            address: &order.location.address,
            place: order.location.place.and_then(|place| directory.place(place)).map(|place| place.code.as_str()),
            lon: order.location.point.map(|point| point.lon),
            lat: order.location.point.map(|point| point.lat),
            channel: order.channel.code(),
            holder: holder.map(|org| org.code.as_str()),
            holder_name: holder.map(|org| org.name.as_str()),
            placed_at: order.placed_at,
            updated_at: order.updated_at,
            due_at: order.state.due(),
            due_assumed: order.due_assumed,
            closed_at,
            solved,
            merged_into,
            state: order.state.code(),
            reworks: order.reworks,
            supervised: order.supervised,
            version: order.version,
        }
    }
}

/// An order with its story.
#[derive(Serialize, ToSchema)]
pub(super) struct WholeOrder<'a> {
    #[serde(flatten)]
    order: PublicOrder<'a>,
    /// How many people are behind it.
    reporters: usize,
    /// Addresses of photos of the trouble.
    photos: Vec<String>,
    /// What was done.
    reply: Option<PublicReply>,
    /// Why it cannot be solved for now.
    deferral: Option<Deferral>,
    /// What happened, oldest first.
    events: Vec<Happened<'a>>,
    /// For who showed the secret of one of its reporters.
    own: Option<Own>,
}

/// What was done, with its evidence.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicReply {
    /// In words for the person.
    text: String,
    /// When (RFC 3339).
    #[schema(format = DateTime)]
    at: String,
    /// Addresses of photos that show it.
    photos: Vec<String>,
}

/// A deferral (挂账).
#[derive(Serialize, ToSchema)]
pub(super) struct Deferral {
    /// Why it cannot be solved now.
    reason: String,
    /// The day on which it is looked at again.
    #[schema(format = Date)]
    review_on: String,
}

/// What a reporter sees beyond the public.
#[derive(Serialize, ToSchema)]
pub(super) struct Own {
    /// The question that waits for an answer.
    question: Option<String>,
    /// A rating may be given now.
    may_rate: bool,
}

/// A step of an order's story.
#[derive(Serialize, ToSchema)]
pub(super) struct Happened<'a> {
    /// The order's version after it.
    version: i64,
    /// When (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What.
    what: &'static str,
    /// Kind of who did it: anyone, reporter, resident (who proved a number or an address), staff, integrator, system.
    by: &'static str,
    /// Code of the organisation that did it.
    org: Option<&'a str>,
    /// Code of the organisation that it went to, or that was called.
    to: Option<&'a str>,
    /// What was written with it, when that is public.
    words: Option<&'a str>,
}

/// What people wrote in a step, and to which organisation it led. Words that are not public stay out.
fn told(what: &What) -> (Option<luyuan_domain::ids::OrgId>, Option<&str>) {
    let (to, words) = match what {
        // What the dispatch list decided has a rule's name, not words.
        What::Routed { to, rule } if rule.starts_with("dispatch:") => (Some(*to), None),
        What::Routed { to, rule } => (Some(*to), Some(rule.as_str())),
        What::Escalated { to, .. } => (Some(*to), None),
        What::Returned { to, reason, .. } | What::Reopened { to, reason, .. } | What::Supervised { to, reason } => {
            (Some(*to), Some(reason.as_str()))
        }
        What::Whistled { to, ask, .. } => (Some(*to), Some(ask.as_str())),
        What::Diverted { note: words, .. }
        | What::Merged { number: words, .. }
        | What::Absorbed { number: words, .. }
        | What::Contacted { note: words }
        | What::Reported { text: words, .. }
        | What::Extended { reason: words, .. }
        | What::Deferred { reason: words, .. }
        | What::Resumed { note: words }
        | What::Asked { text: words }
        | What::Answered { text: words }
        | What::Replied { text: words, .. }
        | What::Rated { comment: words, .. } => (None, Some(words.as_str())),
        _ => (None, None),
    };
    (to, words.filter(|words| what.words_public() && !words.is_empty()))
}

fn happened<'a>(directory: &'a Directory, event: &'a Recorded) -> Happened<'a> {
    let code = |org| directory.org(org).map(|org| org.code.as_str());
    let (to, words) = told(&event.what);
    Happened {
        version: event.seq,
        at: event.at,
        what: event.what.code(),
        by: event.actor.code(),
        org: event.org.and_then(code),
        to: to.and_then(code),
        words,
    }
}

impl<'a> WholeOrder<'a> {
    fn of(directory: &'a Directory, detail: &'a Detail) -> Self {
        let number = detail.order.number.clone();
        let address = |id: FileId| format!("/api/v1/orders/{number}/photos/{id}");
        let photos = |evidence: bool| {
            let fitting = detail.files.iter().filter(move |file| file.evidence == evidence && file.is_picture());
            fitting.map(|file| address(file.id)).collect()
        };
        let reply = match &detail.order.state {
            Stand::Replied { reply, .. } | Stand::Closed { reply, .. } => {
                Some(PublicReply { text: reply.text.clone(), at: reply.at.to_string(), photos: photos(true) })
            }
            _ => None,
        };
        let deferral = match &detail.order.state {
            Stand::Deferred { reason, review_on, .. } => {
                Some(Deferral { reason: reason.clone(), review_on: review_on.to_string() })
            }
            _ => None,
        };
        let own = detail.own.map(|_| Own {
            question: detail.order.questions.iter().rev().find(|one| one.answer.is_none()).map(|one| one.text.clone()),
            may_rate: matches!(detail.order.state, Stand::Replied { .. } | Stand::Closed { .. }),
        });
        Self {
            reporters: detail.reporter_count,
            photos: photos(false),
            reply,
            deferral,
            events: detail.events.iter().map(|event| happened(directory, event)).collect(),
            own,
            order: PublicOrder::of(directory, &detail.order),
        }
    }
}

/// One order with its story. An order that is not public is shown to who has the secret of one of
/// its reporters, and to a program whose key has the scope `read-internal`.
#[utoipa::path(get, path = "/api/v1/orders/{number}", operation_id = "getOrder", tag = "orders", security((), ("key" = [])),
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Order-Secret" = Option<String>, Header, description = "The secret of one of the order's reporters"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the version at hand"),
    ),
    responses(
        (status = 200, body = WholeOrder<'_>, headers(("ETag" = String, description = "Made of the order's version"))),
        (status = 304, description = "It is still the version at hand"),
))]
pub(super) async fn one(
    State(site): State<Site>,
    Path(number): Path<String>,
    Reader(reader): Reader,
    secret: Secret,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let detail = site.app.order(&reader, &number, secret.0.as_deref()).await?;
    // A reporter sees more: the same version is then another text.
    let tag = format!("\"{}{}\"", detail.order.version, if detail.own.is_some() { "-own" } else { "" });
    let fresh = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|known| {
        known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    });
    let kept = [
        (header::ETAG, HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("order-secret, authorization")),
    ];
    if fresh {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, Json(WholeOrder::of(&site.app.directory(), &detail))).into_response())
}

/// What happened to an order, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{number}/events", operation_id = "listEvents", tag = "orders", security((), ("key" = [])),
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Order-Secret" = Option<String>, Header, description = "The secret of one of the order's reporters"),
    ),
    responses((status = 200, body = Vec<Happened<'_>>)),
)]
pub(super) async fn events(
    State(site): State<Site>,
    Path(number): Path<String>,
    Reader(reader): Reader,
    secret: Secret,
) -> Result<Response, Problem> {
    let detail = site.app.order(&reader, &number, secret.0.as_deref()).await?;
    let directory = site.app.directory();
    let events: Vec<_> = detail.events.iter().map(|event| happened(&directory, event)).collect();
    Ok(Json(events).into_response())
}
