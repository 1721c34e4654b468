//! Errors as problem+json (RFC 9457), and extractors that answer with them.

use crate::{
    fault::{Fault, RETRY, said},
    i18n::Language,
};
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use luyuan_app::AppError;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// An error on its way out, before it is known in which language it is told.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Fault);

impl Problem {
    /// One thing that is wrong.
    pub fn new(status: StatusCode, field: &str, code: &'static str, detail: impl ToString) -> Self {
        Self(Fault { status, wrong: vec![(field.to_owned(), code, detail.to_string())] })
    }

    /// A value of the query that makes no sense.
    pub fn query(field: &str, code: &'static str) -> Self {
        Self(Fault::query(field, code, ""))
    }

    /// A field of the body that makes no sense.
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, code, "")
    }

    /// There is no such thing, or the caller may not know of it.
    pub fn not_found() -> Self {
        Self(Fault::of_status(StatusCode::NOT_FOUND))
    }

    /// The answer in words. `request` is told only when something failed inside.
    pub fn written(self, language: Language, request: &str) -> Response {
        let Self(Fault { status, wrong }) = self;
        let errors: Vec<WrongField> = wrong
            .iter()
            .map(|(field, code, detail)| WrongField {
                field: field.clone(),
                code,
                detail: said(language, field, code, detail),
            })
            .collect();
        let (code, detail) = errors.first().map(|first| (first.code, first.detail.clone())).unwrap_or_default();
        let body = Body9457 {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code,
            detail,
            errors: errors.into_iter().filter(|wrong| !wrong.field.is_empty()).collect(),
            request_id: status.is_server_error().then(|| request.to_owned()),
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY);
        }
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self(Fault::from(error))
    }
}

impl IntoResponse for Problem {
    /// Without words: [`super::speak`] knows the language.
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An error (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body9457 {
    /// Kind of error: `about:blank`, the status says it.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status's usual words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Stable code of what is wrong.
    code: &'static str,
    /// A sentence for people, in the language of `Accept-Language`: English, or Chinese for `zh`.
    detail: String,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<WrongField>,
    /// When something failed inside: the request's id, under which the log says what.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// One wrong field.
#[derive(Serialize, ToSchema)]
pub(super) struct WrongField {
    /// Which.
    field: String,
    /// Stable code.
    code: &'static str,
    /// A sentence for people.
    detail: String,
}

/// A query, or a problem that says what is wrong with it.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "", "query", reason(&error)))
    }
}

/// A JSON body, or a problem that says what is wrong with it.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(match error.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(error.status(), "", "not_json", ""),
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(error.status(), "", "json_large", super::MOST_JSON / 1024 / 1024)
                }
                status => Problem::new(status, "", "body", reason(&error)),
            }),
        }
    }
}

/// The innermost reason of an error: the one that names the field.
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}
