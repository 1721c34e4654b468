//! Tests of the whole: its structure, its documents, and the real program.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)] // a test that cannot go on must fail loudly

mod architecture;
mod binary;
mod docs;
mod files;
