//! Every request has an id: in the answer's `x-request-id`, in each line of the log that it causes,
//! and, when something failed inside, in the words for the caller. Every answer also says what
//! browsers may do with it.

use crate::{Site, limits};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, time::Instant};
use tracing::Instrument;

/// The header that carries the id.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What a page may load: only from this server, no inline script, workers for the map.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What every answer says, unless its handler says otherwise.
const FIXED: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("geolocation=(self), camera=(self)")),
];

/// The id of the request that is being answered.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub String);

/// Names a request, and turns a panic into an answer. The log gets the path without its query, which
/// may hold the secret of a reporter's link.
pub(crate) async fn named(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let id = site.app.env.id().to_string();
    // Of the highest level, so that no filter takes the id away from a line that is logged.
    let span = tracing::error_span!("request", %id, method = %request.method(), path = request.uri().path());
    request.extensions_mut().insert(RequestId(id.clone()));
    let counted = limits::count(&site, &mut request);
    let measured = site.operating.metrics.as_ref().map(|metrics| {
        let route = request.extensions().get::<MatchedPath>().cloned();
        (metrics, route, request.method().clone(), Instant::now())
    });
    let mut response = next.run(request).instrument(span).await;
    if let Some(counted) = counted {
        limits::settle(&site, &counted, response.status());
    }
    if let Some((metrics, route, method, begun)) = measured {
        metrics.count(route.as_ref().map(MatchedPath::as_str), &method, response.status(), begun.elapsed());
    }
    if site.is_secure() {
        secured(response.headers_mut());
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(id) {
        headers.insert(HEADER, value);
    }
    // Here and not in layers of their own: each layer costs every request.
    for (name, value) in FIXED {
        headers.entry(name).or_insert(value);
    }
    response
}

fn marked(cookie: &HeaderValue) -> Result<HeaderValue, header::InvalidHeaderValue> {
    HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure"].concat())
}

/// For a site that is reached over TLS: cookies go nowhere else, and browsers ask nowhere else for a
/// year (RFC 6797).
fn secured(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let known = cookie.as_bytes().windows(8).any(|part| part == b"; Secure");
        let marked = if known { Ok(cookie.clone()) } else { marked(&cookie) };
        headers.append(header::SET_COOKIE, marked.unwrap_or(cookie));
    }
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}

/// Runs the rest of the way; a panic is logged and becomes an answer without words.
pub(crate) async fn run(request: Request, next: Next) -> Response {
    let done = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    done.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(panic = words, "a request failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// Whether an address is text that can be kept: percent-encoded UTF-8 without NUL, which no
/// database takes.
pub(crate) fn is_text(uri: &Uri) -> bool {
    let text = uri.path_and_query().map_or("", |whole| whole.as_str());
    !text.contains('%') || decoded(text.as_bytes()).is_some_and(|text| !text.contains('\0'))
}

/// Percent-encoded bytes as text; none when they are no UTF-8. What is no percent code stays as it is.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_noticed() {
        assert_eq!(decoded(b"%E7%81%AF").as_deref(), Some("灯"));
        assert_eq!(decoded("100%，%".as_bytes()).as_deref(), Some("100%，%"));
        assert_eq!(decoded(b"%B5%C6"), None, "灯 in GBK");
        assert!(is_text(&Uri::from_static("/orders?q=%E7%81%AF")));
        assert!(!is_text(&Uri::from_static("/orders/%00")));
        assert!(!is_text(&Uri::from_static("/orders?q=%B5%C6")));
    }
}
