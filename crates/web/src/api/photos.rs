//! Photos: sent before the order that takes them, read with the order that they belong to.

use super::{
    Problem,
    key::{Integrator, Reader},
    reporter::Secret,
};
use crate::Site;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use luyuan_app::AppError;
use luyuan_domain::roles::Scope;
use serde::Serialize;
use utoipa::ToSchema;

/// Most bytes of a request with a photo; the rules say how large the photo may be.
pub(super) const MOST: usize = 32 * 1024 * 1024;

/// A photo that was kept.
#[derive(Serialize, ToSchema)]
pub(super) struct KeptPhoto {
    /// Give it with a new order; without one it belongs to nothing and is not shown.
    id: String,
}

/// Keeps a photo for an order that is placed afterwards. JPEG, PNG or WebP, as the body itself or as
/// the part `photo` of multipart/form-data. It is drawn anew: position, camera and everything else
/// that is not the picture are left out.
#[utoipa::path(post, path = "/api/v1/photos", operation_id = "keepPhoto", tag = "orders", security(("key" = [])),
    request_body(content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses((status = 201, body = KeptPhoto)),
)]
pub(super) async fn keep(
    State(site): State<Site>,
    Integrator(actor): Integrator,
    request: Request,
) -> Result<Response, Problem> {
    site.app.within(&actor, Scope::Place)?;
    let large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "", "body_large", MOST / 1024 / 1024);
    let refused = |status: StatusCode| match status {
        StatusCode::PAYLOAD_TOO_LARGE => large(),
        _ => Problem::new(status, "", "unreadable", ""),
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = if kind.starts_with("multipart/form-data") {
        let mut parts = Multipart::from_request(request, &site).await.map_err(|error| refused(error.status()))?;
        let mut found = None;
        while let Some(part) = parts.next_field().await.map_err(|error| refused(error.status()))? {
            if part.name() == Some("photo") {
                found = Some(part.bytes().await.map_err(|error| refused(error.status()))?);
            }
        }
        found.ok_or_else(|| Problem::field("photo", "photo_missing"))?
    } else if kind.starts_with("image/") || kind == "application/octet-stream" {
        Bytes::from_request(request, &site).await.map_err(|error| refused(error.status()))?
    } else {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "", "not_photo", ""));
    };
    let id = site.app.keep_photo(bytes.into(), false).await?.to_string();
    Ok((StatusCode::CREATED, Json(KeptPhoto { id })).into_response())
}

/// A photo of an order.
#[utoipa::path(get, path = "/api/v1/orders/{number}/photos/{id}", operation_id = "getPhoto", tag = "orders", security((), ("key" = [])),
    params(
        ("number" = String, Path, description = "The order's number"),
        ("id" = String, Path, description = "The photo's id"),
        ("Order-Secret" = Option<String>, Header, description = "The secret of one of the order's reporters"),
    ),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg")),
)]
pub(super) async fn one(
    State(site): State<Site>,
    Path((number, id)): Path<(String, String)>,
    Reader(reader): Reader,
    secret: Secret,
) -> Result<Response, Problem> {
    let detail = site.app.order(&reader, &number, secret.0.as_deref()).await?;
    let file = detail.files.iter().find(|file| file.id.to_string() == id).ok_or(AppError::NotFound("photo"))?;
    let (row, bytes) = site.app.photo(file.id).await?;
    let kept = [(header::CONTENT_TYPE, row.media_type), (header::CACHE_CONTROL, "private, max-age=86400".into())];
    Ok((kept, bytes).into_response())
}
