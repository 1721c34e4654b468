//! What can be wrong with a file.

use std::io;
use thiserror::Error;

/// Why an extract could not be read. Places are counted in bytes from the beginning.
#[derive(Debug, Error)]
pub enum OsmError {
    /// It cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("this is no OpenStreetMap extract in PBF form (.osm.pbf): {0}")]
    NotPbf(String),
    /// It ends too early.
    #[error("the file is torn: it ends at byte {at}, in the middle of a block; fetch it again")]
    Torn {
        /// Where it ends.
        at: u64,
    },
    /// A block is damaged.
    #[error("the file is damaged in the block before byte {at}: {why}; fetch it again")]
    Damaged {
        /// Where the block ends.
        at: u64,
        /// What the decoder said.
        why: String,
    },
    /// It is of a kind that is not understood, such as a history.
    #[error("the file wants {0:?}, which is not understood; use a plain extract")]
    Feature(String),
    /// Nothing in it carries walking, at least not in the part that is wanted.
    #[error("nothing in the file, or in the part of it that is wanted, can be walked on")]
    NothingToWalk,
}

impl OsmError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "osm_io",
            Self::Empty => "osm_empty",
            Self::NotPbf(_) => "osm_not_pbf",
            Self::Torn { .. } => "osm_torn",
            Self::Damaged { .. } => "osm_damaged",
            Self::Feature(_) => "osm_feature",
            Self::NothingToWalk => "osm_nothing_to_walk",
        }
    }
}
