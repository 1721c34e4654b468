//! What a use case may refuse or fail with.

use jiff::Timestamp;
use luyuan_domain::{orders::Refusal, roles::Scope};
use luyuan_store::StoreError;
use thiserror::Error;

/// A refusal or failure of a use case.
#[derive(Debug, Clone, Error)]
pub enum AppError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing, or the caller may not know of it.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// Something that was sent is wrong; nothing was saved.
    #[error("wrong input")]
    Wrong(Vec<Wrong>),
    /// The point lies outside the district; what was typed is kept by the caller.
    #[error("outside the district")]
    Outside,
    /// The same key was used for a different request.
    #[error("idempotency key reused")]
    KeyReused,
    /// Login or password do not fit.
    #[error("login or password")]
    Login,
    /// Too many attempts failed; the next may be made at this instant.
    #[error("wait until {0}")]
    Wait(Timestamp),
    /// A program's key is not for this; it would need the scope.
    #[error("the key lacks the scope {}", .0.code())]
    Scope(Scope),
    /// The provider through which people log in gives no answer, or none that can be used.
    #[error("provider: {0}")]
    Away(String),
    /// A code could not be sent; why, without anybody's address in it.
    #[error("code not sent: {0}")]
    Unsent(String),
    /// The database.
    #[error(transparent)]
    Store(StoreError),
    /// A ruleset, catalogue or calendar is wrong or missing.
    #[error("rules: {0}")]
    Rules(String),
    /// A file that is to be imported cannot be; the sentence says why and what to do.
    #[error("{0}")]
    Import(String),
    /// The file system.
    #[error("file: {0}")]
    File(String),
}

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which field, as the caller named it.
    pub field: String,
    /// Stable code, under which the sentence for people stands.
    pub code: &'static str,
    /// The value given or allowed, for the sentence.
    pub detail: String,
}

impl AppError {
    /// One wrong field.
    pub fn wrong(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Wrong(vec![Wrong { field: field.into(), code, detail: detail.into() }])
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound(_) => "not_found",
            Self::Wrong(wrong) => wrong.first().map_or("wrong", |wrong| wrong.code),
            Self::Outside => "outside",
            Self::KeyReused => "key_reused",
            Self::Login => "login",
            Self::Wait(_) => "wait",
            Self::Scope(_) => "scope",
            Self::Away(_) => "provider_away",
            Self::Unsent(_) => "code_unsent",
            Self::Store(error) => error.code(),
            Self::Rules(_) => "rules",
            Self::Import(_) => "import",
            Self::File(_) => "file",
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
