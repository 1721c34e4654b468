//! Whether the site lives, and whether it can do its work: for whatever starts, stops and balances.
//! The answers say no more than a stranger may know.

use crate::Site;
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use luyuan_app::doctor::{self, Grade};
use serde_json::json;
use std::time::Duration;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes that must be free: the write-ahead log of SQLite may grow by as many before it is folded
/// back, see `crates/store/src/lite.rs`.
const LEAST_FREE: u64 = 32 * 1024 * 1024;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// The program runs and answers; nothing else is asked.
async fn live() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// Orders can be placed: the database answers, its tables fit, the disk has room.
async fn ready(State(site): State<Site>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, doctor::migrations(&site.app.db)).await;
    let (database, tables) = match asked {
        Ok(Ok(finding)) => (true, finding.grade == Grade::Ok),
        _ => (false, false),
    };
    let room = site.operating.data.as_ref().is_none_or(|data| doctor::free(data).is_ok_and(|free| free >= LEAST_FREE));
    let ready = database && tables && room;
    let body = Json(json!({ "ready": ready, "database": database, "tables": tables, "room": room }));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
