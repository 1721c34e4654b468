//! Photos of requests that the public may see.

use super::{Answer, call::Call, errors::Errors};
use axum::{
    body::Body,
    http::{HeaderValue, header},
};
use luyuan_app::orders::{Filter, Leaf};

/// A photo, by the number of its request and its own id.
pub(super) async fn send(call: &Call, number: &str, file: &str) -> Result<Answer, Errors> {
    let filter = Filter { numbers: vec![number.to_owned()], ..Filter::default() };
    let leaf = Leaf { skip: 0, limit: 1, whole: false };
    let (stories, _) = call.app().stories(filter, leaf).await.map_err(|error| call.failed(error))?;
    let files = stories.iter().flat_map(|story| &story.files).filter(|file| file.is_picture());
    let found = files.map(|row| row.id).find(|id| id.to_string() == file).ok_or_else(|| call.missing())?;
    let (_, bytes) = call.app().photo(found).await.map_err(|error| call.failed(error))?;
    // What a photo shows never changes; whether it may be seen can.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    let caching = HeaderValue::from_static("public, max-age=3600");
    let answer = Answer::written(Body::from(bytes)).with(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer.with(header::CACHE_CONTROL, caching))
}
