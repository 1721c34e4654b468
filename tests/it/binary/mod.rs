//! The real program, run as people and other programs run it.

mod api;
mod away;
mod backup;
mod bucket;
mod bulk;
mod commands;
mod crash;
mod doctor;
mod evidence;
mod green;
mod http;
mod limits;
mod open311;
mod running;
mod site;
mod siting;
mod telling;
mod upgrade;

/// The program under test.
pub const LUYUAN: &str = env!("CARGO_BIN_EXE_luyuan");
