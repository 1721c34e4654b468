//! What the people behind an order do: answer a question, rate the result. The secret that they got
//! when they reported proves who they are; it comes in the body or in a header, never in an address,
//! which would be logged on its way.

use super::{Problem, codes, orders::PublicOrder, problem::Body};
use crate::Site;
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{HeaderName, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use luyuan_app::{
    AppError,
    orders::{Answering, Rate, Seen},
};
use luyuan_domain::{
    actor::Actor,
    ids::ReporterId,
    orders::{Refusal, Satisfied, Solved},
};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// The header of a reporter's secret.
pub(super) const SECRET: HeaderName = HeaderName::from_static("order-secret");

/// The secret in the header, if there is one.
pub(super) struct Secret(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Secret {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get(SECRET).and_then(|value| value.to_str().ok());
        Ok(Self(value.map(|value| value.trim().to_owned())))
    }
}

/// A rating.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRating {
    /// The reporter's secret, unless it is in the header.
    secret: Option<String>,
    /// Whether it is solved.
    #[schema(value_type = codes::Solved)]
    solved: String,
    /// How satisfied they are.
    #[schema(value_type = Option<codes::Satisfied>)]
    satisfied: Option<String>,
    /// In their own words; never public.
    #[schema(max_length = 4000)]
    comment: Option<String>,
    /// Only part is done, and work should go on.
    go_on: Option<bool>,
    /// The version of the order that they saw; when it has changed since, the rating is refused.
    version: Option<i64>,
}

/// An answer to the question of those who handle an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    /// The reporter's secret, unless it is in the header.
    secret: Option<String>,
    /// The answer; never public.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// The version of the order that they saw; when it has changed since, the answer is refused.
    version: Option<i64>,
}

/// The reporter that a secret proves.
async fn proved(site: &Site, number: &str, header: Secret, body: Option<String>) -> Result<ReporterId, Problem> {
    let secret = body.or(header.0).ok_or_else(|| Problem::new(StatusCode::FORBIDDEN, "secret", "secret", ""))?;
    let detail = site.app.order(&Actor::Anyone, number, Some(&secret)).await?;
    detail.own.ok_or_else(|| AppError::Refused(Refusal::NotPermitted).into())
}

/// A reporter says whether it is solved. An unsolved order goes back to work.
#[utoipa::path(post, path = "/api/v1/orders/{number}/rating", operation_id = "rateOrder", tag = "reporters", request_body = NewRating,
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Order-Secret" = Option<String>, Header, description = "The reporter's secret, unless it is in the body"),
    ),
    responses((status = 200, body = PublicOrder<'_>, description = "The order after it")),
)]
pub(super) async fn rate(
    State(site): State<Site>,
    Path(number): Path<String>,
    secret: Secret,
    Body(new): Body<NewRating>,
) -> Result<Response, Problem> {
    let id = proved(&site, &number, secret, new.secret).await?;
    let satisfied = match new.satisfied {
        Some(code) => Some(Satisfied::parse(&code).ok_or_else(|| Problem::field("satisfied", "satisfied"))?),
        None => None,
    };
    let rate = Rate {
        solved: Solved::parse(&new.solved).ok_or_else(|| Problem::field("solved", "solved_missing"))?,
        satisfied,
        comment: new.comment.unwrap_or_default(),
        go_on: new.go_on.unwrap_or(false),
    };
    let seen = Seen { number, version: new.version };
    let order = site.app.rate(&Actor::Reporter { id }, &seen, id, rate).await?;
    Ok(Json(PublicOrder::of(&site.app.directory(), &order)).into_response())
}

/// A reporter answers a question.
#[utoipa::path(post, path = "/api/v1/orders/{number}/answer", operation_id = "answerQuestion", tag = "reporters", request_body = NewAnswer,
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Order-Secret" = Option<String>, Header, description = "The reporter's secret, unless it is in the body"),
    ),
    responses((status = 200, body = PublicOrder<'_>, description = "The order after it")),
)]
pub(super) async fn answer(
    State(site): State<Site>,
    Path(number): Path<String>,
    secret: Secret,
    Body(new): Body<NewAnswer>,
) -> Result<Response, Problem> {
    let id = proved(&site, &number, secret, new.secret).await?;
    let seen = Seen { number, version: new.version };
    let order = site.app.answer(&Actor::Reporter { id }, &seen, Answering { text: new.text }).await?;
    Ok(Json(PublicOrder::of(&site.app.directory(), &order)).into_response())
}
