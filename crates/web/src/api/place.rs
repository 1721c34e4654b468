//! Placing an order, and "me too".

use super::{
    Problem, codes,
    key::{Again, Integrator},
    problem::Body,
};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use luyuan_app::orders::{Contact, Joining, Place, Where};
use luyuan_domain::{
    geo::Wgs84,
    ids::FileId,
    orders::{Channel, Kind},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How to reach a person; never public. All of it may be left out.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContact {
    /// Name.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// Phone.
    #[schema(max_length = 256)]
    phone: Option<String>,
    /// E-mail.
    #[schema(max_length = 256)]
    email: Option<String>,
    /// Language to write to them in; Chinese when not said.
    #[schema(value_type = Option<codes::Language>)]
    language: Option<String>,
    /// The organisation that handles the order is not to know who they are.
    unnamed: Option<bool>,
}

impl NewContact {
    fn read(self) -> Result<Contact, Problem> {
        let language = self.language.unwrap_or_else(|| "zh-CN".into());
        if !["zh-CN", "en"].contains(&language.as_str()) {
            return Err(Problem::field("contact.language", "language"));
        }
        Ok(Contact {
            name: self.name.unwrap_or_default(),
            phone: self.phone.unwrap_or_default(),
            email: self.email.unwrap_or_default(),
            language,
            unnamed: self.unnamed.unwrap_or_default(),
        })
    }
}

/// An answer: one value, or several of a list.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Answer {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// A new order. It needs a point, a place or an address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// Category code.
    category: String,
    /// What the person wants; the category's usual kind when not said.
    #[schema(value_type = Option<codes::Kind>)]
    kind: Option<String>,
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
    /// Answers to the category's own questions, by the questions' codes.
    attributes: Option<BTreeMap<String, Answer>>,
    /// Ids of photos that were sent before.
    #[schema(value_type = Option<Vec<String>>)]
    photos: Option<Vec<FileId>>,
    /// Not to be shown to the public.
    private: Option<bool>,
    /// How to reach the person.
    contact: Option<NewContact>,
}

/// What the program gets.
#[derive(Serialize, ToSchema)]
pub(super) struct PlacedOrder {
    /// Number of the order.
    number: String,
    /// Secret of the reporter: with it they follow, answer and rate. It is kept only as a hash, and
    /// told again only to the same request with the same Idempotency-Key.
    secret: String,
}

impl PlacedOrder {
    fn answer(number: String, secret: String) -> Response {
        let location = HeaderValue::try_from(format!("/api/v1/orders/{number}"));
        let location = location.unwrap_or(HeaderValue::from_static("/api/v1/orders"));
        (StatusCode::CREATED, [(header::LOCATION, location)], Json(Self { number, secret })).into_response()
    }
}

fn point(lon: Option<f64>, lat: Option<f64>) -> Result<Option<Wgs84>, Problem> {
    match (lon, lat) {
        (Some(lon), Some(lat)) => Wgs84::new(lon, lat).map(Some).ok_or_else(|| Problem::field("lon", "point")),
        (None, None) => Ok(None),
        (None, _) => Err(Problem::field("lon", "point_half")),
        (_, None) => Err(Problem::field("lat", "point_half")),
    }
}

/// Places an order. With an `Idempotency-Key` the same request may be sent again: nothing is placed
/// twice, and the answer is the same.
#[utoipa::path(post, path = "/api/v1/orders", operation_id = "placeOrder", tag = "orders", request_body = NewOrder, security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$", description = "1 to 255 visible ASCII characters of the program's own")),
    responses(
        (status = 201, body = PlacedOrder, headers(("Location" = String, description = "The order's address"))),
))]
pub(super) async fn place(
    State(site): State<Site>,
    Integrator(actor): Integrator,
    again: Again,
    Body(new): Body<NewOrder>,
) -> Result<Response, Problem> {
    let kind = match new.kind {
        Some(code) => Kind::parse(&code).ok_or_else(|| Problem::field("kind", "kind"))?,
        None => site.app.rulebook().on(site.app.env.now())?.kind(&new.category).unwrap_or(Kind::Help),
    };
    let answers = new.attributes.unwrap_or_default().into_iter().map(|(code, answer)| match answer {
        Answer::One(value) => (code, vec![value]),
        Answer::Several(values) => (code, values),
    });
    let order = Place {
        kind,
        category: new.category,
        description: new.description,
        at: Where { point: point(new.lon, new.lat)?, place_code: new.place, address: new.address.unwrap_or_default() },
        channel: Channel::Api,
        private: new.private.unwrap_or(false),
        attributes: answers.collect(),
        contact: new.contact.unwrap_or_default().read()?,
        photos: new.photos.unwrap_or_default(),
        key: again.of(&actor, "api"),
    };
    let placed = site.app.place(&actor, order).await?;
    Ok(PlacedOrder::answer(placed.number, placed.secret))
}

/// One more person with the same trouble.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReporter {
    /// Their own words; may be left out.
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// Ids of photos that were sent before.
    #[schema(value_type = Option<Vec<String>>)]
    photos: Option<Vec<FileId>>,
    /// How to reach them.
    contact: Option<NewContact>,
}

/// "Me too": one more person behind an order, who is asked about the result as well. The secret is
/// their own. With an `Idempotency-Key` the same request may be sent again.
#[utoipa::path(post, path = "/api/v1/orders/{number}/reporters", operation_id = "joinOrder", tag = "reporters", request_body = NewReporter,
    security(("key" = [])),
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$", description = "1 to 255 visible ASCII characters of the program's own"),
    ),
    responses(
        (status = 201, body = PlacedOrder, headers(("Location" = String, description = "The order's address"))),
))]
pub(super) async fn join(
    State(site): State<Site>,
    Path(number): Path<String>,
    Integrator(actor): Integrator,
    again: Again,
    Body(new): Body<NewReporter>,
) -> Result<Response, Problem> {
    let joining = Joining {
        contact: new.contact.unwrap_or_default().read()?,
        words: new.description.unwrap_or_default(),
        photos: new.photos.unwrap_or_default(),
        key: again.of(&actor, "api-join"),
    };
    let secret = site.app.join(&actor, &number, joining).await?;
    Ok(PlacedOrder::answer(number, secret))
}
