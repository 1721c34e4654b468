//! One call of a program: what it asks for, and how it wants to be answered.

use super::{errors::Errors, params::Params};
use crate::i18n::Language;
use axum::http::{HeaderMap, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use luyuan_app::{App, AppError, keys::Shown, rules::Day};
use luyuan_domain::{actor::Actor, orders::Timetable};

/// An endpoint: the district's own, or its trial.
#[derive(Clone)]
pub(super) struct Endpoint {
    /// The use cases.
    pub app: App,
    /// Which jurisdiction programs name.
    pub jurisdiction: String,
    /// Its address, without a slash at the end.
    pub url: String,
    /// The site's address, for links that people follow; none in the trial, which has no pages.
    pub site: Option<String>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// XML.
    Xml,
    /// JSON.
    Json,
    /// An RSS feed.
    Rss,
    /// A table.
    Csv,
    /// A photo.
    Jpeg,
}

impl Format {
    /// The format of a suffix.
    pub fn parse(suffix: &str) -> Option<Self> {
        match suffix {
            "xml" => Some(Self::Xml),
            "json" => Some(Self::Json),
            "rss" => Some(Self::Rss),
            "csv" => Some(Self::Csv),
            "jpg" => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// The suffix.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Json => "json",
            Self::Rss => "rss",
            Self::Csv => "csv",
            Self::Jpeg => "jpg",
        }
    }

    /// What the answer's `Content-Type` says.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A call.
#[derive(Clone)]
pub(super) struct Call {
    /// To which endpoint.
    pub endpoint: Endpoint,
    /// The method.
    pub method: Method,
    /// The wanted format.
    pub format: Format,
    /// Its headers.
    pub headers: HeaderMap,
    /// Parameters of the address.
    pub query: Params,
    /// In which language people are told things.
    pub language: Language,
}

impl Call {
    /// The use cases.
    pub fn app(&self) -> &App {
        &self.endpoint.app
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.app().env.now()
    }

    /// The rules of today.
    pub fn day(&self) -> Result<Day, Errors> {
        self.app().rulebook().on(self.now()).map_err(|error| self.failed(error))
    }

    /// Something is wrong with a parameter; `key` names the sentence.
    pub fn bad(&self, key: &str, name: &str) -> Errors {
        self.bad_with(key, name, "")
    }

    /// As [`Call::bad`], with the value that would be right.
    pub fn bad_with(&self, key: &str, name: &str, detail: impl ToString) -> Errors {
        let values = [("name", name), ("detail", &detail.to_string())];
        Errors::new(StatusCode::BAD_REQUEST, self.language.with(key, &values))
    }

    /// A use case refused or failed.
    pub fn failed(&self, error: AppError) -> Errors {
        Errors::of(self, error)
    }

    /// There is no such thing.
    pub fn missing(&self) -> Errors {
        self.failed(AppError::NotFound("resource"))
    }

    /// Checks the jurisdiction that is named, if one is.
    pub fn check_jurisdiction(&self, params: &Params) -> Result<(), Errors> {
        match params.get("jurisdiction_id").or_else(|| self.query.get("jurisdiction_id")) {
            Some(other) if other != self.endpoint.jurisdiction => {
                let sentence = self.language.with("open311-no-jurisdiction", &[("detail", other)]);
                Err(Errors::new(StatusCode::NOT_FOUND, sentence))
            }
            _ => Ok(()),
        }
    }

    /// The program that a key belongs to; whoever has none learns nothing else.
    pub async fn actor(&self, form: Option<&Params>) -> Result<Actor, Errors> {
        let key = form.and_then(|form| form.get("api_key")).or_else(|| self.query.get("api_key"));
        let unknown = || Errors::new(StatusCode::FORBIDDEN, self.language.t("open311-key"));
        match self.app().integrator(key.ok_or_else(unknown)?).await.map_err(|error| self.failed(error))? {
            Shown::Program(actor) => Ok(actor),
            Shown::Unknown => Err(unknown()),
            Shown::Ended(at) => {
                let sentence = self.language.with("open311-key-ended", &[("detail", &written(at))]);
                Err(Errors::new(StatusCode::FORBIDDEN, sentence))
            }
        }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
    }

    /// An instant as W3C writes it, with a zone; a date alone is the beginning of that day here.
    pub fn instant(&self, params: &Params, name: &'static str) -> Result<Option<Timestamp>, Errors> {
        let Some(text) = params.get(name) else { return Ok(None) };
        // A `+` that was not encoded arrives as a space before the zone.
        let text = match text.rsplit_once(' ') {
            Some((head, zone)) if head.contains('T') => format!("{head}+{zone}"),
            _ => text.to_owned(),
        };
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Some(at));
        }
        let date = Some(&text).filter(|text| text.len() == 10).and_then(|text| text.parse::<jiff::civil::Date>().ok());
        match date.and_then(|date| date.yesterday().ok()) {
            Some(eve) => Ok(Some(self.day()?.end_of(eve) + SignedDuration::from_secs(1))),
            None => Err(self.bad("open311-not-a-date", name)),
        }
    }

    /// The language that the caller prefers.
    pub fn language_of(headers: &HeaderMap) -> Language {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        accepted.and_then(Language::negotiate).unwrap_or_default()
    }
}

/// An instant as answers write it: whole seconds, UTC.
pub(super) fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
