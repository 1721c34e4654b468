//! The real program, run as people and other programs run it.

mod api;
mod bulk;
mod commands;
mod crash;
mod evidence;
mod http;
mod open311;
mod site;
mod telling;

/// The program under test.
pub const LUYUAN: &str = env!("CARGO_BIN_EXE_luyuan");
