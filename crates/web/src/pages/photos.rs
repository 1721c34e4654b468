//! Photos and documents, shown only with an order that the reader may see.

use crate::{Site, fault::Fault, viewer::Viewer};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::{AppError, orders::FileRow};
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/orders/{number}/photos/{id}", get(photo))
}

#[derive(Deserialize)]
struct Asked {
    key: Option<String>,
    size: Option<String>,
}

/// A file on a page.
pub(super) struct Shown {
    /// Where the whole of it is.
    pub address: String,
    /// Where the picture for the page is.
    pub small: String,
    /// Whether it is a picture; a document is only linked to.
    pub picture: bool,
}

/// How a file of an order is shown to who has the key, which may be empty.
pub(super) fn shown(number: &str, key: &str, file: &FileRow) -> Shown {
    let key = if key.is_empty() { String::new() } else { format!("&key={key}") };
    let address = format!("/orders/{number}/photos/{}?size=", file.id);
    Shown { small: format!("{address}small{key}"), address: format!("{address}whole{key}"), picture: file.is_picture() }
}

async fn photo(
    State(site): State<Site>,
    v: Viewer,
    Path((number, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let found = async {
        let detail = site.app.order(&v.actor(), &number, asked.key.as_deref()).await?;
        let file = detail.files.iter().find(|file| file.id.to_string() == id).ok_or(AppError::NotFound("photo"))?;
        let small = file.small.as_ref().filter(|_| asked.size.as_deref() == Some("small"));
        let bytes = site.app.bytes(small.unwrap_or(&file.sha256)).await?;
        Ok::<_, AppError>((file.clone(), detail.order.hidden(), bytes))
    };
    match found.await {
        Ok((file, hidden, bytes)) => (headers(&number, &file, hidden), bytes).into_response(),
        Err(error) => Fault::from(error).page(&v),
    }
}

/// What a browser may do with a file: show a picture and nothing in it, save a document, and keep it
/// for others only while everybody may see it. An order can be hidden later, so not for long.
pub(crate) fn headers(number: &str, file: &FileRow, hidden: bool) -> [(HeaderName, String); 4] {
    let (how, ending) = if file.is_picture() { ("inline", "jpg") } else { ("attachment", "pdf") };
    let kept = if hidden { "private, no-store" } else { "public, max-age=3600, immutable" };
    [
        (header::CONTENT_TYPE, file.media_type.clone()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{number}-{}.{ending}\"", file.id)),
        (header::CACHE_CONTROL, kept.into()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".into()),
    ]
}
