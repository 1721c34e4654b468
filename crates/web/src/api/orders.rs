//! Orders over JSON.

use super::problem::{Body, Problem, Query};
use crate::{
    Site,
    pages::filter::{Wanted, written},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use luyuan_app::{
    App,
    orders::{Contact, Place, Where},
};
use luyuan_domain::{
    actor::Actor,
    geo::Wgs84,
    orders::{Channel, Kind, Order},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An order as the public sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublicOrder {
    /// Number that people use.
    number: String,
    /// Where it stands.
    state: &'static str,
    /// Category code.
    category: String,
    /// What the person wants.
    kind: &'static str,
    /// How soon it must be handled.
    urgency: &'static str,
    /// The person's own words.
    description: String,
    /// Where, in words.
    address: String,
    /// Code of the lowest place that contains it.
    place: Option<String>,
    /// Longitude in degrees, WGS-84.
    lon: Option<f64>,
    /// Latitude in degrees, WGS-84.
    lat: Option<f64>,
    /// How it arrived.
    channel: &'static str,
    /// The organisation that holds it.
    holder: Option<String>,
    /// When it was placed (RFC 3339).
    placed_at: String,
    /// When it last changed (RFC 3339).
    updated_at: String,
    /// The deadline of the present hop (RFC 3339).
    due_at: Option<String>,
    /// How often it was reopened.
    reworks: u8,
    /// Supervised by the superior.
    supervised: bool,
    /// Counts changes.
    version: i64,
}

impl PublicOrder {
    fn of(app: &App, order: Order) -> Self {
        let directory = app.directory();
        Self {
            number: order.number,
            state: order.state.code(),
            category: order.category,
            kind: order.kind.code(),
            urgency: order.urgency.code(),
            description: order.description,
            address: order.location.address,
            place: order.location.place.and_then(|place| directory.place(place)).map(|place| place.code.clone()),
            lon: order.location.point.map(|point| point.lon),
            lat: order.location.point.map(|point| point.lat),
            channel: order.channel.code(),
            holder: order.state.holder().map(|org| directory.org_name(org)),
            placed_at: order.placed_at.to_string(),
            updated_at: order.updated_at.to_string(),
            due_at: order.state.due().map(|due| due.to_string()),
            reworks: order.reworks,
            supervised: order.supervised,
            version: order.version,
        }
    }
}

/// A page of orders, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct OrderPage {
    /// The orders.
    items: Vec<PublicOrder>,
    /// Give this as `after` for the next page; missing on the last.
    next: Option<String>,
}

/// What a list may be narrowed to.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Narrow {
    /// `open`, `ended`, or a state.
    state: Option<String>,
    /// Category code.
    category: Option<String>,
    /// Code of a place; what lies inside it counts.
    place: Option<String>,
    /// Words that must occur.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many, 1 to 200; 50 when not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Public orders, newest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(Narrow), responses(
    (status = 200, body = OrderPage),
    (status = 400, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(site): State<Site>, Query(narrow): Query<Narrow>) -> Result<Json<OrderPage>, Problem> {
    let limit = narrow.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "limit", "limit is 1 to 200"));
    }
    let wanted = Wanted {
        state: narrow.state.unwrap_or_default(),
        category: narrow.category.unwrap_or_default(),
        place: narrow.place.unwrap_or_default(),
        q: narrow.q.unwrap_or_default(),
        after: narrow.after.unwrap_or_default(),
        ..Wanted::default()
    };
    if !wanted.after.is_empty() && wanted.cursor().is_none() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "after", "after is not the next of a page"));
    }
    let page = site.app.orders(wanted.filter(true, site.app.env.now()), wanted.cursor(), limit).await?;
    let next = page.next.as_ref().map(written);
    Ok(Json(OrderPage {
        items: page.orders.into_iter().map(|order| PublicOrder::of(&site.app, order)).collect(),
        next,
    }))
}

/// A new order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// Category code.
    category: String,
    /// The person's own words, 1 to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    description: String,
    /// Longitude in degrees, WGS-84; with `lat`.
    #[schema(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// Latitude in degrees, WGS-84; with `lon`.
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Code of a place, instead of a point or with it.
    place: Option<String>,
    /// Where, in words.
    #[schema(max_length = 256)]
    address: Option<String>,
    /// Not to be shown to the public.
    private: Option<bool>,
    /// Name of the person; never public.
    name: Option<String>,
    /// Phone of the person; never public.
    phone: Option<String>,
    /// E-mail of the person; never public.
    email: Option<String>,
}

/// What the program gets.
#[derive(Serialize, ToSchema)]
pub(super) struct PlacedOrder {
    /// Number of the order.
    number: String,
    /// Secret of the reporter's link; shown once.
    secret: String,
}

/// The program that an `Authorization: Bearer` header names.
async fn integrator(site: &Site, headers: &HeaderMap) -> Result<Actor, Problem> {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let known = match key {
        Some(key) => site.app.integrator(key.trim()).await?,
        None => None,
    };
    known.ok_or_else(Problem::key)
}

/// Places an order. With an `Idempotency-Key` header the same request may be sent again.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", request_body = NewOrder, security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, nothing is placed twice")),
    responses(
        (status = 201, body = PlacedOrder, headers(("Location" = String, description = "The order's address"))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn place(
    State(site): State<Site>,
    headers: HeaderMap,
    body: Result<Body<NewOrder>, Problem>,
) -> Result<Response, Problem> {
    // The key comes first: who has none learns nothing about what is right.
    let actor = integrator(&site, &headers).await?;
    let Body(new) = body?;
    let point = match (new.lon, new.lat) {
        (Some(lon), Some(lat)) => {
            let wrong = || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "point", "lon is −180 to 180, lat −90 to 90");
            Some(Wgs84::new(lon, lat).ok_or_else(wrong)?)
        }
        (None, None) => None,
        _ => return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "point", "lon and lat come together")),
    };
    let kind = site.app.rulebook().on(site.app.env.now())?.kind(&new.category).unwrap_or(Kind::Help);
    let key =
        headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(|key| format!("api:{actor:?}:{key}"));
    let order = Place {
        kind,
        category: new.category,
        description: new.description,
        at: Where { point, place_code: new.place, address: new.address.unwrap_or_default() },
        channel: Channel::Api,
        private: new.private.unwrap_or(false),
        attributes: Vec::new(),
        contact: Contact {
            name: new.name.unwrap_or_default(),
            phone: new.phone.unwrap_or_default(),
            email: new.email.unwrap_or_default(),
            language: String::new(),
        },
        photos: Vec::new(),
        key,
    };
    let placed = site.app.place(&actor, order).await?;
    let location =
        HeaderValue::from_str(&format!("/api/v1/orders/{}", placed.number)).unwrap_or(HeaderValue::from_static(""));
    let body = Json(PlacedOrder { number: placed.number, secret: placed.secret });
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// One public order.
#[utoipa::path(get, path = "/api/v1/orders/{number}", tag = "orders", params(("number" = String, Path, description = "The order's number")), responses(
    (status = 200, body = PublicOrder),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn one(State(site): State<Site>, Path(number): Path<String>) -> Result<Json<PublicOrder>, Problem> {
    let order = site.app.public_order(&number).await?;
    Ok(Json(PublicOrder::of(&site.app, order)))
}

/// A step of an order's story.
#[derive(Serialize, ToSchema)]
pub(super) struct Happened {
    /// The order's version after it.
    version: i64,
    /// When (RFC 3339).
    at: String,
    /// What.
    what: &'static str,
    /// Kind of who did it: anyone, reporter, staff, integrator, system.
    by: &'static str,
    /// For which organisation.
    org: Option<String>,
}

/// What happened to a public order, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{number}/events", tag = "orders", params(("number" = String, Path, description = "The order's number")), responses(
    (status = 200, body = Vec<Happened>),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn events(
    State(site): State<Site>,
    Path(number): Path<String>,
) -> Result<Json<Vec<Happened>>, Problem> {
    let detail = site.app.order(&Actor::Anyone, &number, None).await?;
    let directory = site.app.directory();
    let happened = detail.events.into_iter().map(|event| Happened {
        version: event.seq,
        at: event.at.to_string(),
        what: event.what.code(),
        by: event.actor.code(),
        org: event.org.map(|org| directory.org_name(org)),
    });
    Ok(Json(happened.collect()))
}
