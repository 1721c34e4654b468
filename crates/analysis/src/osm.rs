//! OpenStreetMap: from an extract (`.osm.pbf`) to what a walker's city needs.
//!
//! The file is read three times, each time for one kind of thing (relations, ways, nodes), and only
//! what a later step needs is kept, so that memory follows what is wanted and not the file.

mod base;
mod blocks;
mod build;
mod coast;
mod problem;
mod relations;
mod rings;
mod tags;
mod ways;

pub use base::base;
pub use coast::Sea;
pub use problem::OsmError;

use crate::walk::{Draft, Spot};
use geo::MultiPolygon;
use luyuan_domain::ruleset::WalkRules;
use std::io::{self, Read};

/// Whom every map made from OpenStreetMap names.
pub const ATTRIBUTION: &str = "© OpenStreetMap contributors (ODbL 1.0)";

/// Which part of a file is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cut {
    /// All of it.
    #[default]
    Whole,
    /// What lies in a box: its south-west and its north-east corner.
    Box(Spot, Spot),
    /// What lies in an area, in degrees WGS-84.
    Area(MultiPolygon),
}

/// How far reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read, over all three times.
    pub bytes: u64,
    /// Which time, from 1 to 3.
    pub pass: u8,
}

/// What was found in a file and could not be used; nothing of it stops an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// Rings of relations that are not closed, mostly cut off by the extract's edge.
    pub unclosed: usize,
    /// Grounds whose rings cross or enclose nothing: key and stable code of the reason; the first
    /// hundred.
    pub invalid: Vec<(String, &'static str)>,
    /// How many such grounds.
    pub invalid_count: usize,
    /// Nodes that ways name and the file does not hold.
    pub missing_nodes: usize,
}

/// Reads an extract. `open` opens the file anew each time; `tell` hears of progress.
///
/// # Errors
/// [`OsmError`] with the place in the file for a file that is empty, torn, no extract, or of a kind
/// that is not understood, and when nothing in it carries walking.
pub fn read<R: Read + Send>(
    open: impl Fn() -> io::Result<R>,
    cut: &Cut,
    rules: &WalkRules,
    mut tell: impl FnMut(Progress),
) -> Result<(Draft, Left), OsmError> {
    let mut tags = tags::Tags::new(rules);
    let mut blocks = blocks::Blocks::default();
    let mut wanted = relations::Wanted::default();
    let mut hear = |pass: u8, bytes: u64| tell(Progress { bytes, pass });
    let size =
        blocks.each(open()?, blocks::Kind::Relation, |bytes| hear(1, bytes), |block| wanted.take(block, &mut tags))?;
    wanted.close();
    let mut ways = ways::Ways::default();
    blocks.each(
        open()?,
        blocks::Kind::Way,
        |bytes| hear(2, size + bytes),
        |block| ways.take(block, &wanted, &mut tags),
    )?;
    let mut nodes = ways::Nodes::of(&ways);
    blocks.each(
        open()?,
        blocks::Kind::Node,
        |bytes| hear(3, size * 2 + bytes),
        |block| nodes.take(block, &mut tags),
    )?;
    let (draft, left) = build::draft(&wanted, &ways, &nodes, cut);
    if draft.network.is_empty() {
        return Err(OsmError::NothingToWalk);
    }
    Ok((draft, left))
}

#[cfg(test)]
mod tests;
