//! The site over HTTP, in one process: requests in, answers out, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod admin;
mod api;
mod bad_input;
mod district;
mod evidence;
mod forged;
mod fuzz;
mod green;
mod hidden;
mod oidc;
mod open311;
mod pages;
mod permission;
mod photos;
mod pictures;
mod privacy;
mod residents;
mod second;
mod site;
mod streets;
mod telling;
mod tiles;
