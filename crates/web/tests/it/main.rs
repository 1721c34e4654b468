//! The site over HTTP, in one process: requests in, answers out, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod open311;
mod site;
