//! The evidence log: its signed checkpoint, proofs that it only grew, and receipts.

use super::{Problem, problem::Query, reporter::Secret};
use crate::Site;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use luyuan_app::{
    AppError,
    evidence::{Receipt, to_base64},
};
use luyuan_domain::actor::Actor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// A receipt as a file; whose words are in it may not be kept by others on the way.
pub(crate) fn file(number: &str, receipt: &Receipt) -> Response {
    let mut response = receipt.text().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, TEXT);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A number is digits and a hyphen, but whoever imported it may have had others.
    let name: String =
        number.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();
    if let Ok(name) = HeaderValue::try_from(format!("attachment; filename=\"{name}.tlog-proof\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The newest checkpoint of the log of everything that happened: its name, size and root, signed
/// (C2SP tlog-checkpoint v1, Ed25519). Whoever keeps it can find out later whether anything that it
/// covers was changed.
#[utoipa::path(get, path = "/api/v1/log/checkpoint", operation_id = "getCheckpoint", tag = "evidence",
    responses((status = 200, body = String, content_type = "text/plain")),
)]
pub(super) async fn checkpoint(State(site): State<Site>) -> Result<Response, Problem> {
    let standing = site.app.checkpoint().await?.ok_or(AppError::NotFound("checkpoint"))?;
    let kept = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((kept, standing.note).into_response())
}

/// Two sizes of the log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Sizes {
    /// The older size, at least 1.
    #[param(minimum = 1)]
    from: u64,
    /// The newer size; that of the newest checkpoint when not said.
    #[param(minimum = 1)]
    to: Option<u64>,
}

/// A proof that a log only grew (RFC 6962 section 2.1.2).
#[derive(Serialize, ToSchema)]
pub(super) struct Grown {
    /// The older size.
    from: u64,
    /// The newer size.
    to: u64,
    /// Hashes in base64.
    proof: Vec<String>,
}

/// The proof that the log of the newer size is the older one with entries added at its end.
#[utoipa::path(get, path = "/api/v1/log/consistency", operation_id = "proveConsistency", tag = "evidence",
    params(Sizes),
    responses((status = 200, body = Grown)),
)]
pub(super) async fn consistency(State(site): State<Site>, Query(sizes): Query<Sizes>) -> Result<Json<Grown>, Problem> {
    let (to, proof) = site.app.grown(sizes.from, sizes.to).await?;
    Ok(Json(Grown { from: sizes.from, to, proof: proof.iter().map(to_base64).collect() }))
}

/// Which of the things that happened to an order.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The `version` of an event of the order; 1, that it was placed, when not said.
    #[param(minimum = 1)]
    version: Option<i64>,
}

/// The receipt for what happened to an order: that it was placed, or another of its events. A text
/// file in the form of C2SP tlog-proof v1, which `luyuan verify receipt` and other tools check without
/// asking this server. An event of the last few seconds may have to be asked for again (503).
#[utoipa::path(get, path = "/api/v1/orders/{number}/receipt", operation_id = "getReceipt", tag = "evidence",
    params(
        ("number" = String, Path, description = "The order's number"),
        ("Order-Secret" = Option<String>, Header, description = "The secret of one of the order's reporters"),
        Which,
    ),
    responses((status = 200, body = String, content_type = "text/plain")),
)]
pub(super) async fn receipt(
    State(site): State<Site>,
    Path(number): Path<String>,
    secret: Secret,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let version = which.version.unwrap_or(1);
    let receipt = site.app.order_receipt(&Actor::Anyone, &number, secret.0.as_deref(), version).await?;
    Ok(file(&number, &receipt))
}
