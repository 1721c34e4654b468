//! Photos, shown only with an order that the reader may see.

use crate::{Site, fault::Fault, viewer::Viewer};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::AppError;
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/orders/{number}/photos/{id}", get(photo))
}

#[derive(Deserialize)]
struct Key {
    key: Option<String>,
}

async fn photo(
    State(site): State<Site>,
    v: Viewer,
    Path((number, id)): Path<(String, String)>,
    Query(key): Query<Key>,
) -> Response {
    let found = async {
        let detail = site.app.order(&v.actor(), &number, key.key.as_deref()).await?;
        let file = detail.files.iter().find(|file| file.id.to_string() == id).ok_or(AppError::NotFound("photo"))?;
        site.app.photo(file.id).await
    };
    match found.await {
        Ok((row, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, row.media_type),
                (header::CACHE_CONTROL, "private, max-age=86400, immutable".into()),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".into()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => Fault::from(error).page(&v),
    }
}
