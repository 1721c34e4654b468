//! Errors in the caller's language, whatever made them.

use super::Problem;
use crate::{
    fault::{Fault, dressed, is_bare},
    i18n::Language,
    limits::TooMany,
    request::{self, RequestId},
};
use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Puts words to what went wrong: a [`Problem`], or an answer of the router, an extractor or a limit.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let early = request.extensions().get::<TooMany>().copied();
    let mut response = match (early, request::is_text(request.uri())) {
        (Some(early), _) => early.bare(),
        (None, true) => request::run(request, next).await,
        (None, false) => Problem::from(Fault::unreadable()).into_response(),
    };
    if !is_bare(&response) {
        return response;
    }
    let language = accepted.as_ref().and_then(|value| value.to_str().ok()).and_then(Language::negotiate);
    let language = language.unwrap_or(Language::En);
    let known = response.extensions_mut().remove::<Problem>();
    dressed(response, |fault| known.unwrap_or_else(|| fault.into()).written(language, &id))
}
