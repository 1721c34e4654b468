//! Bulk export: live from the database, every order exactly once, no contact data.

mod cells;
mod orders;
mod sheet;

pub(crate) use cells::restored;
pub use orders::{COLUMNS, Format};
