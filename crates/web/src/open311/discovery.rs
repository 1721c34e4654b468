//! Discovery: which endpoints there are, and how to get a key.

use super::{
    Answer,
    call::{Call, Endpoint, written},
    errors::Errors,
    reply::Node,
};
use crate::{Site, fault::html, viewer::Viewer};
use askama::Template;
use axum::{extract::State, response::Response};

/// What the standard calls itself.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";

/// The document for programs.
pub(super) async fn document(call: &Call, endpoints: [&Endpoint; 2]) -> Result<Answer, Errors> {
    let changeset = written(call.app().changeset().await.map_err(|error| call.failed(error))?);
    let site = endpoints.iter().find_map(|endpoint| endpoint.site.as_deref()).unwrap_or_default();
    let words = |key: &str| Node::text(call.language.with(key, &[("detail", site)]));
    let endpoint = |endpoint: &Endpoint, kind: &'static str| {
        Node::Map(vec![
            ("specification", Node::text(SPECIFICATION)),
            ("url", Node::text(&endpoint.url)),
            ("changeset", Node::text(&changeset)),
            ("type", Node::text(kind)),
            ("formats", Node::List("format", ["text/xml", "application/json"].map(Node::text).to_vec())),
        ])
    };
    let [own, trial] = endpoints;
    let node = Node::Map(vec![
        ("changeset", Node::text(&changeset)),
        ("contact", words("open311-contact")),
        ("key_service", words("open311-key-service")),
        ("max_requests", Node::Whole(super::requests::MOST)),
        ("endpoints", Node::List("endpoint", vec![endpoint(own, "production"), endpoint(trial, "test")])),
    ]);
    Ok(Answer::tree("discovery", node))
}

#[derive(Template)]
#[template(path = "open311.html")]
struct Page<'a> {
    v: &'a Viewer,
    endpoints: [(String, String); 2],
    contact: String,
    key: String,
}

/// The page for people.
pub(super) async fn page(State(site): State<Site>, v: Viewer) -> Response {
    let [own, trial] = super::endpoints(&site);
    let endpoints = [(v.t("open311-production").to_owned(), own.url), (v.t("open311-test").to_owned(), trial.url)];
    let words = |key: &str| v.with(key, "detail", &site.address);
    html(&Page { v: &v, endpoints, contact: words("open311-contact"), key: words("open311-key-service") })
}
