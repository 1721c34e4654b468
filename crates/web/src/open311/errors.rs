//! Errors of GeoReport v2: the status says which kind, each error has a code and a description that
//! is shown to the user.

use super::{call::Call, reply::Node};
use crate::{fault::Fault, i18n::Language};
use axum::http::StatusCode;
use luyuan_app::AppError;
use luyuan_domain::{catalogue::AttributeProblem, orders::Refusal};

/// What is wrong with a request, in the caller's language.
#[derive(Debug)]
pub(super) struct Errors {
    /// The HTTP status.
    pub status: StatusCode,
    /// Descriptions.
    pub each: Vec<String>,
}

impl Errors {
    /// One.
    pub fn new(status: StatusCode, description: impl Into<String>) -> Self {
        Self { status, each: vec![description.into()] }
    }

    /// All of several as one; the first of their statuses that is not 400 counts.
    pub fn all(several: Vec<Self>) -> Result<(), Self> {
        let first = several.iter().map(|one| one.status).find(|status| *status != StatusCode::BAD_REQUEST);
        if several.is_empty() {
            return Ok(());
        }
        let status = first.unwrap_or(StatusCode::BAD_REQUEST);
        Err(Self { status, each: several.into_iter().flat_map(|one| one.each).collect() })
    }

    /// A use case's refusal or failure.
    pub fn of(call: &Call, error: AppError) -> Self {
        let say = |key: &str, detail: &str| call.language.with(key, &[("detail", detail)]);
        match &error {
            AppError::Refused(Refusal::UnknownCategory { code }) => {
                return Self::new(StatusCode::NOT_FOUND, say("open311-no-service", code));
            }
            AppError::KeyReused => return Self::new(StatusCode::BAD_REQUEST, say("open311-key-reused", "")),
            AppError::NotFound(_) => return Self::new(StatusCode::NOT_FOUND, say("open311-not-found", "")),
            _ => {}
        }
        let fault = Fault::from(error);
        // Only 400, 403 and 404 are the standard's; what is our own trouble keeps its status.
        let status = match fault.status {
            StatusCode::FORBIDDEN => StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND => StatusCode::NOT_FOUND,
            status if status.is_server_error() => status,
            _ => StatusCode::BAD_REQUEST,
        };
        let each = fault.wrong.iter().map(|(field, code, detail)| described(call.language, field, code, detail));
        Self { status, each: each.collect() }
    }

    /// As an answer's tree: root and content.
    pub fn node(&self) -> (&'static str, Node) {
        let code = Node::Whole(i64::from(self.status.as_u16()));
        let error = |text: &String| Node::Map(vec![("code", code.clone()), ("description", Node::text(text))]);
        ("errors", Node::List("error", self.each.iter().map(error).collect()))
    }
}

/// `WHISPAWN required: …` for a category's own question, which is what clients look for; the
/// standard's name of the field and a sentence for the rest.
fn described(language: Language, field: &str, code: &str, detail: &str) -> String {
    let sentence = language.with(&format!("error-{code}"), &[("detail", detail)]);
    let own = ["description", "address", "location", "category", "place", "photo", "reply"].contains(&field);
    let name = match field {
        "category" => "service_code",
        "location" => "lat, long",
        "address" => "address_string",
        "place" => "address_id",
        "photo" => "media",
        other => other,
    };
    match name {
        "" => sentence,
        name if !own && AttributeProblem::CODES.contains(&code) => {
            format!("{name} {}: {sentence}", code.replace('_', " "))
        }
        name => format!("{name}: {sentence}"),
    }
}
