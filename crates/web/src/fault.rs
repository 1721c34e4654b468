//! Errors as people and programs see them.

use crate::{api::Problem, i18n::Language, viewer::Viewer};
use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use luyuan_app::AppError;
use luyuan_domain::orders::Refusal;

/// An error on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// The status.
    pub status: StatusCode,
    /// Sentences' codes with values: field, code, detail.
    pub wrong: Vec<(String, &'static str, String)>,
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let status = match &error {
            AppError::Refused(Refusal::NotPermitted) | AppError::Scope(_) => StatusCode::FORBIDDEN,
            AppError::Refused(Refusal::Stale { .. } | Refusal::WrongState { .. }) => StatusCode::CONFLICT,
            AppError::Refused(_)
            | AppError::Wrong(_)
            | AppError::Outside
            | AppError::KeyReused
            | AppError::Import(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Login => StatusCode::UNAUTHORIZED,
            AppError::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            AppError::NotFound(_) => StatusCode::NOT_FOUND,
            AppError::Away(_) | AppError::Unsent(_) => StatusCode::BAD_GATEWAY,
            AppError::Store(error) if error.code() == "busy" => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Store(error) if error.code() == "conflict" => StatusCode::CONFLICT,
            AppError::Store(_) | AppError::Rules(_) | AppError::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(%error, "a request failed");
        }
        let wrong = match error {
            AppError::Refused(Refusal::Several(all)) => all.iter().map(refusal).collect(),
            AppError::Refused(one) => vec![refusal(&one)],
            AppError::Wrong(all) => all.into_iter().map(|wrong| (wrong.field, wrong.code, wrong.detail)).collect(),
            AppError::Wait(until) => vec![(String::new(), "wait", until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())],
            AppError::Scope(scope) => vec![(String::new(), "scope", scope.code().to_owned())],
            // What failed inside is for the log; the caller gets the request's id.
            _ if status == StatusCode::INTERNAL_SERVER_ERROR => return Self::internal(),
            other => vec![(String::new(), other.code(), String::new())],
        };
        Self { status, wrong }
    }
}

fn refusal(refusal: &Refusal) -> (String, &'static str, String) {
    let (field, detail) = match refusal {
        Refusal::Empty { field } => (*field, String::new()),
        Refusal::TooLong { field, most, .. } => (*field, most.to_string()),
        Refusal::NoLocation => ("location", String::new()),
        Refusal::UnknownCategory { .. } => ("category", String::new()),
        Refusal::WhistlesOpen { open } => ("reply", open.to_string()),
        _ => ("", String::new()),
    };
    (field.to_owned(), refusal.code(), detail)
}

impl Fault {
    /// A form that did not come from our own page, or came too late.
    pub fn forged() -> Self {
        Self { status: StatusCode::FORBIDDEN, wrong: vec![(String::new(), "forged", String::new())] }
    }

    fn one(status: StatusCode, code: &'static str, detail: impl ToString) -> Self {
        Self { status, wrong: vec![(String::new(), code, detail.to_string())] }
    }

    /// A request that cannot be read.
    pub fn unreadable() -> Self {
        Self::one(StatusCode::BAD_REQUEST, "unreadable", "")
    }

    /// A value in an address that makes no sense.
    pub fn query(field: &str, code: &'static str, detail: impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, wrong: vec![(field.to_owned(), code, detail.to_string())] }
    }

    /// Words in another encoding than UTF-8.
    pub fn encoding() -> Self {
        Self::one(StatusCode::BAD_REQUEST, "encoding", "")
    }

    /// Something failed inside; the log says what, under the request's id.
    pub fn internal() -> Self {
        Self::one(StatusCode::INTERNAL_SERVER_ERROR, "internal", "")
    }

    /// The words for an answer that came without any, as from the router or from a limit.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::one(status, "not_found", ""),
            StatusCode::METHOD_NOT_ALLOWED => Self::one(status, "method", ""),
            StatusCode::PAYLOAD_TOO_LARGE => Self::one(status, "body_large", MOST_BODY / 1024 / 1024),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::one(status, "media_type", ""),
            status if status.is_server_error() => Self { status, ..Self::internal() },
            status => Self { status, ..Self::unreadable() },
        }
    }

    /// Somebody asks too often; after so many seconds they may again.
    pub fn too_many(seconds: impl ToString) -> Self {
        Self::one(StatusCode::TOO_MANY_REQUESTS, "too_many", seconds)
    }

    /// A link that was used, has ended, or was never made.
    pub fn ended_link() -> Self {
        Self::one(StatusCode::NOT_FOUND, "link_ended", "")
    }

    /// A step between two requests that was taken, has ended, or was never begun.
    pub fn ended_step() -> Self {
        Self::one(StatusCode::UNAUTHORIZED, "step_ended", "")
    }

    /// Somebody has to log in first.
    pub fn login() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, wrong: vec![(String::new(), "login_needed", String::new())] }
    }

    /// The sentences in the viewer's language.
    pub fn sentences(&self, viewer: &Viewer) -> Vec<(String, String)> {
        let say = |(field, code, detail): &(String, &'static str, String)| {
            (field.clone(), said(viewer.language, field, code, detail))
        };
        self.wrong.iter().map(say).collect()
    }

    /// A page that says what is wrong and what to do.
    pub fn page(&self, viewer: &Viewer) -> Response {
        let sentences = self.sentences(viewer).into_iter().map(|(_, sentence)| sentence).collect();
        let request = if self.status.is_server_error() { viewer.request.as_str() } else { "" };
        let page = ErrorPage { v: viewer, status: self.status.as_u16(), sentences, request };
        let mut response = (self.status, html(&page)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY);
        }
        response
    }

    /// For a script of one of our pages: problem+json in the page's language.
    pub fn problem(self, viewer: &Viewer) -> Response {
        Problem::from(self).written(viewer.language, &viewer.request)
    }
}

/// The sentence for a code. A number at the end of the field (`list.6`) is the row that is meant.
pub(crate) fn said(language: Language, field: &str, code: &str, detail: &str) -> String {
    let row = field.rsplit_once('.').map_or("", |(_, row)| row);
    language.with(&format!("error-{code}"), &[("detail", detail), ("row", row)])
}

/// Most bytes of a form with its photos.
pub(crate) const MOST_BODY: usize = 64 * 1024 * 1024;

/// After how many seconds a caller of a busy system should try again.
pub(crate) const RETRY: HeaderValue = HeaderValue::from_static("2");

/// Whether an answer says that something is wrong, but in no words of ours: the router, a limit or
/// an extractor made it, or somebody's code panicked.
pub(crate) fn is_bare(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let wrong = response.status().is_client_error() || response.status().is_server_error();
    wrong && kind.is_none_or(|kind| kind.starts_with(b"text/plain"))
}

/// Puts words to an answer that has none; what its headers say stays.
pub(crate) fn dressed(bare: Response, words: impl FnOnce(Fault) -> Response) -> Response {
    let after = bare.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let fault = match (bare.status(), after) {
        (StatusCode::TOO_MANY_REQUESTS, Some(seconds)) => Fault::too_many(seconds),
        (status, _) => Fault::of_status(status),
    };
    let mut response = words(fault);
    let kept: HeaderMap = bare
        .headers()
        .iter()
        .filter(|(name, _)| [header::ALLOW, header::RETRY_AFTER].contains(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    response.headers_mut().extend(kept);
    response
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    v: &'a Viewer,
    status: u16,
    sentences: Vec<String>,
    /// The request's id, when the operator needs it.
    request: &'a str,
}

/// A rendered page.
pub(crate) fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The answer to an address that is none.
pub(crate) async fn no_such_page(viewer: Viewer) -> Response {
    Fault::from(AppError::NotFound("page")).page(&viewer)
}
