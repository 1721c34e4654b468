//! Errors as problem+json (RFC 9457), and extractors that answer with them.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use luyuan_app::AppError;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{fault::Fault, i18n::Language};

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Kind of error: `about:blank`, the status says it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status's usual words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code of what is wrong.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<WrongField>,
}

/// One wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WrongField {
    /// Which.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", Language::En.t("error-not_found"))
    }

    pub fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This address does not take that method.")
    }

    pub fn key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "key", "A valid API key is needed: Authorization: Bearer KEY")
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let fault = Fault::from(error);
        let say = |code: &str, detail: &str| Language::En.with(&format!("error-{code}"), &[("detail", detail)]);
        let errors: Vec<WrongField> = fault
            .wrong
            .iter()
            .map(|(field, code, detail)| WrongField {
                field: field.clone(),
                code: (*code).to_owned(),
                detail: say(code, detail),
            })
            .collect();
        let (code, detail) = errors.first().map(|first| (first.code.clone(), first.detail.clone())).unwrap_or_default();
        let errors = errors.into_iter().filter(|wrong| !wrong.field.is_empty()).collect();
        Self { errors, ..Self::new(fault.status, &code, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A query, or a problem that says what is wrong with it.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "query", error.body_text()))
    }
}

/// A JSON body, or a problem that says what is wrong with it.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) => Err(Problem::new(error.status(), "body", error.body_text())),
        }
    }
}
