//! The key of a program, and the key under which it may send a request again.

use super::Problem;
use crate::Site;
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, StatusCode, header, request::Parts},
};
use luyuan_app::keys::Shown;
use luyuan_domain::actor::Actor;

/// The header of the key under which a request may be sent again.
pub(super) const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");

/// The program that an `Authorization: Bearer` header names.
///
/// It comes before the body among a handler's arguments: who has no key learns nothing about what
/// is right.
pub(super) struct Integrator(pub Actor);

impl FromRequestParts<Site> for Integrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key =
            value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, key)) = key else { return Err(Problem::new(StatusCode::UNAUTHORIZED, "", "api_key", "")) };
        match site.app.integrator(key.trim()).await? {
            Shown::Program(actor) => Ok(Self(actor)),
            Shown::Unknown => Err(Problem::new(StatusCode::UNAUTHORIZED, "", "api_key", "")),
            // A whole second: what people read.
            Shown::Ended(at) => {
                Err(Problem::new(StatusCode::UNAUTHORIZED, "", "key_ended", at.strftime("%Y-%m-%dT%H:%M:%SZ")))
            }
        }
    }
}

/// Who reads: a program when the request carries a key, anybody when it does not. A key that is
/// wrong is refused all the same, so that nobody takes half an answer for the whole.
pub(super) struct Reader(pub Actor);

impl FromRequestParts<Site> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self(Actor::Anyone));
        }
        Integrator::from_request_parts(parts, site).await.map(|Integrator(actor)| Self(actor))
    }
}

/// The key under which a request may be sent again, if there is one: 1 to 255 visible characters of
/// ASCII, as the header's draft standard has it.
pub(super) struct Again(Option<String>);

impl Again {
    /// The key as it is kept: the program's own, for this kind of request.
    pub fn of(self, actor: &Actor, what: &str) -> Option<String> {
        let Actor::Integrator { label, .. } = actor else { return None };
        self.0.map(|key| format!("{what}:{label}:{key}"))
    }
}

impl FromRequestParts<Site> for Again {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IDEMPOTENCY) else { return Ok(Self(None)) };
        let wrong = || Problem::query("Idempotency-Key", "key_bad");
        let key = value.to_str().map_err(|_| wrong())?.trim();
        let fits = (1..=255).contains(&key.len()) && key.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
        fits.then(|| Self(Some(key.to_owned()))).ok_or_else(wrong)
    }
}
