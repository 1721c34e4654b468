//! The page that tells what the evidence log is, how it stands, and the key that signs it; and the
//! receipt of an order.

use crate::{
    Site, api,
    fault::{Fault, html},
    viewer::Viewer,
};
use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use luyuan_app::evidence::to_base64;
use serde::Deserialize;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/evidence", get(evidence)).route("/orders/{number}/receipt", get(receipt))
}

/// The newest checkpoint in words.
struct Now {
    size: u64,
    root: String,
    when: String,
    machine: String,
    verifier: String,
}

#[derive(Template)]
#[template(path = "evidence.html")]
struct Evidence<'a> {
    v: &'a Viewer,
    now: Option<Now>,
}

async fn evidence(State(site): State<Site>, v: Viewer) -> Response {
    let standing = match site.app.checkpoint().await {
        Ok(standing) => standing,
        Err(error) => return Fault::from(error).page(&v),
    };
    let now = standing.map(|standing| Now {
        size: standing.checkpoint.size,
        root: to_base64(standing.checkpoint.root),
        when: v.when(standing.at),
        machine: v.machine(standing.at),
        verifier: standing.verifier,
    });
    html(&Evidence { v: &v, now })
}

/// Which event, and whose link.
#[derive(Deserialize)]
struct Asked {
    key: Option<String>,
    step: Option<i64>,
}

async fn receipt(
    State(site): State<Site>,
    v: Viewer,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let step = asked.step.unwrap_or(1);
    match site.app.order_receipt(&v.actor(), &number, asked.key.as_deref(), step).await {
        Ok(receipt) => api::receipt_file(&number, &receipt),
        Err(error) => Fault::from(error).page(&v),
    }
}
