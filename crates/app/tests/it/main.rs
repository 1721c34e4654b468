//! Use cases on both engines.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)] // a test that cannot go on must fail loudly

mod backup;
mod city;
mod evidence;
mod export;
mod import;
mod orders;
mod privacy;
mod registers;
mod search;
mod stage;
