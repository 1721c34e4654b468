//! Open311 GeoReport v2 for programs: a translator between its words and the use cases. Its words
//! live only here. What each answer is, and where the standard leaves a choice, stands in
//! `docs/open311.md`.

mod answer;
mod body;
mod bulk;
mod call;
mod catalogue;
mod discovery;
mod errors;
mod location;
mod params;
mod photo;
mod place;
mod record;
mod reply;
mod requests;
mod rss;
mod tokens;
mod updates;

use crate::{Site, limits::TooMany};
use answer::{Answer, options};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::{any, get},
};
use call::{Call, Endpoint, Format};
use errors::Errors;
use params::Params;

/// Most bytes of a request with its photos.
const MOST: usize = 64 * 1024 * 1024;

/// The methods of what can only be read.
const READ: &str = "GET, HEAD, OPTIONS";

/// The two endpoints: the district's own and its trial.
fn endpoints(site: &Site) -> [Endpoint; 2] {
    let address = site.address.trim_end_matches('/');
    let jurisdiction = site.app.jurisdiction.0.clone();
    let own = Endpoint {
        app: site.app.clone(),
        jurisdiction: jurisdiction.clone(),
        url: format!("{address}/open311/v2"),
        site: Some(address.to_owned()),
    };
    let trial = Endpoint { app: site.app.trial(), jurisdiction, url: format!("{address}/open311/test/v2"), site: None };
    [own, trial]
}

/// The routes. Programs ask for a resource with a suffix; what is wrong is said in its format, so
/// everything below one address is looked up here.
pub(crate) fn routes(site: &Site) -> Router<Site> {
    let programs = Router::new().route("/open311/{*path}", any(answer)).layer(DefaultBodyLimit::max(MOST));
    let programs = programs.with_state(endpoints(site));
    Router::new().route("/open311/discovery.html", get(discovery::page)).merge(programs)
}

/// What is asked for.
enum Resource {
    Discovery,
    Services,
    Definition(String),
    Requests,
    Request(String),
    Token(String),
    Updates,
    Location,
    Photo(String, String),
}

impl Resource {
    /// The resource of a path without its suffix.
    fn parse(path: &str) -> Option<Self> {
        let parts: Option<Vec<String>> =
            path.split('/').map(|part| params::decode(&part.replace('+', "%2B"))).collect();
        let parts = parts?;
        Some(match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["discovery"] => Self::Discovery,
            ["services"] => Self::Services,
            ["services", code] => Self::Definition((*code).to_owned()),
            ["requests"] => Self::Requests,
            ["requests", number] => Self::Request((*number).to_owned()),
            ["tokens", token] => Self::Token((*token).to_owned()),
            ["servicerequestupdates"] => Self::Updates,
            ["location"] => Self::Location,
            ["requests", number, "media", file] => Self::Photo((*number).to_owned(), (*file).to_owned()),
            _ => return None,
        })
    }

    /// Which methods it takes in a format; none when it has no such format.
    fn methods(&self, format: Format) -> Option<&'static str> {
        match (self, format) {
            (Self::Photo(..), Format::Jpeg) => Some(READ),
            (Self::Photo(..), _) | (_, Format::Jpeg) => None,
            (Self::Requests | Self::Updates, Format::Xml | Format::Json) => Some("GET, HEAD, POST, OPTIONS"),
            (_, Format::Xml | Format::Json) | (Self::Requests, Format::Rss | Format::Csv) => Some(READ),
            _ => None,
        }
    }
}

async fn answer(State(endpoints): State<[Endpoint; 2]>, request: Request) -> Response {
    let path = request.uri().path().strip_prefix("/open311/").unwrap_or_default().to_owned();
    let (endpoint, path) = match (path.strip_prefix("v2/"), path.strip_prefix("test/v2/")) {
        (Some(path), _) => (&endpoints[0], path),
        (_, Some(path)) => (&endpoints[1], path),
        // Only discovery stands above the endpoints.
        _ if path.starts_with("discovery.") => (&endpoints[0], path.as_str()),
        _ => (&endpoints[0], ""),
    };
    let (stem, suffix) = path.rsplit_once('.').unwrap_or((path, ""));
    let mut call = Call {
        endpoint: endpoint.clone(),
        method: request.method().clone(),
        format: Format::parse(suffix).unwrap_or(Format::Xml),
        language: Call::language_of(request.headers()),
        headers: request.headers().clone(),
        query: Params::default(),
    };
    if let Some(TooMany(seconds)) = request.extensions().get::<TooMany>() {
        let words = call.language.with("error-too_many", &[("detail", &seconds.to_string())]);
        let mut response = call.refuse(&Errors::new(StatusCode::TOO_MANY_REQUESTS, words));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        return response;
    }
    let resource = Resource::parse(stem).filter(|_| Format::parse(suffix).is_some());
    let methods = resource.as_ref().and_then(|resource| resource.methods(call.format));
    let (Some(resource), Some(methods)) = (resource, methods) else {
        return call.refuse(&call.missing());
    };
    match Params::parse(request.uri().query().unwrap_or_default()) {
        Some(query) => call.query = query,
        None => return call.refuse(&call.bad("open311-charset", "")),
    }
    if call.method == Method::OPTIONS {
        return options(methods);
    }
    if !methods.split(", ").any(|method| method == call.method.as_str()) {
        let wrong =
            Errors::new(StatusCode::METHOD_NOT_ALLOWED, call.language.with("open311-method", &[("detail", methods)]));
        let mut response = call.refuse(&wrong);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
        return response;
    }
    let head = call.method == Method::HEAD;
    let done = carry_out(&call, &resource, &endpoints, request).await;
    let mut response = match done {
        Ok(answer) => call.write(answer),
        Err(wrong) => call.refuse(&wrong),
    };
    // Without its body the answer still says how long it would be; a table that is sent as it is
    // read does not know.
    if head && let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        *response.body_mut() = Body::empty();
    }
    response
}

async fn carry_out(
    call: &Call,
    resource: &Resource,
    endpoints: &[Endpoint; 2],
    request: Request,
) -> Result<Answer, Errors> {
    let post = call.method == Method::POST;
    match resource {
        Resource::Discovery => discovery::document(call, [&endpoints[0], &endpoints[1]]).await,
        Resource::Services => catalogue::list(call).await,
        Resource::Definition(code) => catalogue::definition(call, code).await,
        Resource::Requests if post => place::place(call, request).await,
        Resource::Requests if call.format == Format::Rss => rss::feed(call).await,
        Resource::Requests if call.format == Format::Csv => bulk::table(call),
        Resource::Requests => requests::list(call).await,
        Resource::Request(number) => requests::one(call, number).await,
        Resource::Token(token) => tokens::resolve(call, token).await,
        Resource::Updates if post => updates::post(call, request).await,
        Resource::Updates => updates::list(call).await,
        Resource::Location => location::check(call),
        Resource::Photo(number, file) => photo::send(call, number, file).await,
    }
}
