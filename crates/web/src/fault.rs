//! Errors as people and programs see them.

use crate::viewer::Viewer;
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use luyuan_app::AppError;
use luyuan_domain::orders::Refusal;

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The status.
    pub status: StatusCode,
    /// Sentences' codes with values: field, code, detail.
    pub wrong: Vec<(String, &'static str, String)>,
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let status = match &error {
            AppError::Refused(Refusal::NotPermitted) => StatusCode::FORBIDDEN,
            AppError::Refused(Refusal::Stale { .. } | Refusal::WrongState { .. }) => StatusCode::CONFLICT,
            AppError::Refused(_)
            | AppError::Wrong(_)
            | AppError::Outside
            | AppError::KeyReused
            | AppError::Import(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Login => StatusCode::UNAUTHORIZED,
            AppError::NotFound(_) => StatusCode::NOT_FOUND,
            AppError::Store(error) if error.code() == "busy" => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Store(_) | AppError::Rules(_) | AppError::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(%error, "a request failed");
        }
        let wrong = match error {
            AppError::Refused(Refusal::Several(all)) => all.iter().map(refusal).collect(),
            AppError::Refused(one) => vec![refusal(&one)],
            AppError::Wrong(all) => all.into_iter().map(|wrong| (wrong.field, wrong.code, wrong.detail)).collect(),
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

    /// A request that cannot be read.
    pub fn unreadable() -> Self {
        Self { status: StatusCode::BAD_REQUEST, wrong: vec![(String::new(), "unreadable", String::new())] }
    }

    /// Somebody has to log in first.
    pub fn login() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, wrong: vec![(String::new(), "login_needed", String::new())] }
    }

    /// The sentences in the viewer's language.
    pub fn sentences(&self, viewer: &Viewer) -> Vec<(String, String)> {
        let say = |(field, code, detail): &(String, &'static str, String)| {
            (field.clone(), viewer.with(&format!("error-{code}"), "detail", detail))
        };
        self.wrong.iter().map(say).collect()
    }

    /// A page that says what is wrong and what to do.
    pub fn page(&self, viewer: &Viewer) -> Response {
        let sentences = self.sentences(viewer).into_iter().map(|(_, sentence)| sentence).collect();
        let page = ErrorPage { v: viewer, status: self.status.as_u16(), sentences };
        (self.status, html(&page)).into_response()
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    v: &'a Viewer,
    status: u16,
    sentences: Vec<String>,
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
