//! Pure rules: what an order, a place, an organisation and a deadline are and what may happen to
//! them. Nothing here reads a clock, makes an id, or touches a file or a network.

pub mod actor;
pub mod calendar;
pub mod catalogue;
pub mod contact;
pub mod dated;
pub mod geo;
pub mod ids;
pub mod located;
pub mod orders;
pub mod org;
pub mod place;
pub mod roles;
pub mod ruleset;
mod table;
pub mod telling;
