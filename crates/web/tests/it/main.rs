//! The site over HTTP, in one process: requests in, answers out, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod bad_input;
mod district;
mod forged;
mod hidden;
mod open311;
mod pages;
mod photos;
mod pictures;
mod site;
mod telling;
