//! The front doors in process: pages and the JSON API, on both engines.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)] // a test that cannot go on must fail loudly

mod api;
mod bad_input;
mod forged;
mod hidden;
mod pages;
mod photos;
mod pictures;
mod site;
