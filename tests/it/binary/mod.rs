//! The real program, run as people and other programs run it.

mod api;
mod backup;
mod bulk;
mod commands;
mod crash;
mod doctor;
mod http;
mod open311;
mod site;

/// The program under test.
pub const LUYUAN: &str = env!("CARGO_BIN_EXE_luyuan");
