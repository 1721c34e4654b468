//! What is sent back: a tree in the caller's format, or a text that is already written.

use super::{
    call::{Call, Format},
    errors::Errors,
    reply::{Node, document},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use luyuan_app::orders::Leaf;

/// An answer that is not an error.
pub(super) struct Answer {
    status: StatusCode,
    content: Content,
    headers: HeaderMap,
}

enum Content {
    Tree(&'static str, Node),
    Written(Body),
}

impl Answer {
    /// A tree under a root, written in the caller's format.
    pub fn tree(root: &'static str, node: Node) -> Self {
        Self { status: StatusCode::OK, content: Content::Tree(root, node), headers: HeaderMap::new() }
    }

    /// A text in the caller's format.
    pub fn written(body: Body) -> Self {
        Self { status: StatusCode::OK, content: Content::Written(body), headers: HeaderMap::new() }
    }

    /// With a header.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The caller has it already.
    pub fn unchanged(tag: HeaderValue) -> Self {
        let answer = Self::written(Body::empty());
        Self { status: StatusCode::NOT_MODIFIED, ..answer }.tagged(tag)
    }

    /// With an entity tag, so that the caller can ask whether it changed.
    pub fn tagged(self, tag: HeaderValue) -> Self {
        self.with(header::ETAG, tag).with(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
    }

    /// More follows: the address of the next page (RFC 8288).
    pub fn followed(self, call: &Call, resource: &str, leaf: Leaf) -> Self {
        let kept =
            call.query.0.iter().filter(|(name, _)| !["page", "page_size", "max_requests"].contains(&name.as_str()));
        let kept = kept.filter(|(name, _)| name != "api_key");
        let mut query: String = kept
            .map(|(name, value)| format!("{}={}&", crate::viewer::encode(name), crate::viewer::encode(value)))
            .collect();
        query.push_str(&format!("page={}&page_size={}", leaf.skip / leaf.limit + 2, leaf.limit));
        let url = format!("<{}/{resource}.{}?{query}>; rel=\"next\"", call.endpoint.url, call.format.suffix());
        match HeaderValue::from_str(&url) {
            Ok(link) => self.with(header::LINK, link),
            Err(_) => self,
        }
    }
}

impl Call {
    /// An answer in the caller's format.
    pub fn write(&self, answer: Answer) -> Response {
        let body = match answer.content {
            Content::Written(body) => body,
            Content::Tree(_, node) if self.format == Format::Json => Body::from(node.json().to_string()),
            Content::Tree(root, node) => Body::from(document(root, &node)),
        };
        let mut response = (answer.status, body).into_response();
        response.headers_mut().extend(answer.headers);
        self.dress(&mut response);
        response
    }

    /// What is wrong, in the caller's format; a feed or a table has no errors of its own, so XML,
    /// which the standard requires, stands in.
    pub fn refuse(&self, wrong: &Errors) -> Response {
        let format = if self.format == Format::Json { Format::Json } else { Format::Xml };
        let call = Self { format, ..self.clone() };
        let (root, node) = wrong.node();
        call.write(Answer { status: wrong.status, ..Answer::tree(root, node) })
    }

    fn dress(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.format.media_type()));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
        open_to_all(headers);
    }
}

/// Pages of other sites may read it.
pub(super) fn open_to_all(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Link"));
}

/// The answer to `OPTIONS`.
pub(super) fn options(methods: &'static str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    open_to_all(headers);
    let names: [(HeaderName, &'static str); 4] = [
        (header::ALLOW, methods),
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Idempotency-Key, If-None-Match, Accept-Language"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in names {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
