//! The interface's files, built from `ui/` and carried inside the binary.

use crate::Site;
use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// A name of all files together: it changes when any of them does, so that browsers may keep them.
pub(crate) static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for name in Dist::iter() {
        let hash = Dist::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default();
        // FNV-1a: it only has to differ, not to be secret.
        for byte in name.bytes().chain(hash) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{sum:016x}")
});

/// Whether the interface was built before the program.
pub fn interface_built() -> bool {
    Dist::get("app.js").is_some()
}

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/assets/{build}/{file}", get(|Path((_, file)): Path<(String, String)>| async move { serve(&file) }))
        // At the top, because a service worker rules over what lies below its own address.
        .route("/sw.js", get(|| async { worker() }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
}

/// The service worker; looked at anew each time, because its address never changes.
fn worker() -> Response {
    const SCRIPT: &str = include_str!("../../../ui/src/sw.js");
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, SCRIPT).into_response()
}

fn serve(file: &str) -> Response {
    let Some(found) = Dist::get(file) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match file.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, found.data).into_response()
}
