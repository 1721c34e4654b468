//! Bulk import: orders of another system, places, organisations, members, rules.
//!
//! Every import reads the whole row before it keeps anything of it, names what is wrong by line,
//! and may be repeated: what is there already is not added again.

mod input;
mod mapping;
mod members;
mod orders;
mod orgs;
mod places;
mod rejects;
mod row;
mod rules;
mod table;

pub use input::Input;
pub use mapping::Mapping;
pub use members::FirstPassword;
pub use orders::Progress;
pub use rejects::{Reject, Rejects};
pub use table::Sheet;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Rows that were read.
    pub read: u64,
    /// Rows that were added.
    pub added: u64,
    /// Rows that changed what was there (places and organisations).
    pub changed: u64,
    /// Rows that were there already.
    pub known: u64,
    /// Rows that were rejected.
    pub rejected: u64,
}

/// What to do with the good rows of a file that has bad ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Keep nothing: the file is corrected and imported again.
    #[default]
    Whole,
    /// Keep the good ones.
    Partial,
}
