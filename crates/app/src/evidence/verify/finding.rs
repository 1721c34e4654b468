//! What checking the log may find, in words for an operator.

use luyuan_analysis::evidence::Verifier;
use std::fmt;

/// What the log is held against from outside the database.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    /// The public key that everybody knows; without it the keys in the database are believed.
    pub key: Option<Verifier>,
    /// Checkpoints that somebody kept: from where, and the note.
    pub notes: Vec<(String, String)>,
}

/// Something that is wrong with the log, or with what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// What happened reads otherwise than when it was sealed.
    Changed {
        /// The leaf, counted from 0.
        leaf: u64,
        /// What it is of.
        of: String,
    },
    /// What was sealed is gone.
    Removed {
        /// The leaf, counted from 0.
        leaf: u64,
        /// What it was of.
        of: String,
    },
    /// What was sealed stands elsewhere in the order of what happened.
    Reordered {
        /// The leaf, counted from 0.
        leaf: u64,
        /// What it is of.
        of: String,
    },
    /// Something stands among what was sealed that was never sealed.
    Added {
        /// The leaf before which it would stand, counted from 0.
        leaf: u64,
        /// What it is.
        of: String,
    },
    /// An entry of the log itself is gone.
    Missing {
        /// The leaf, counted from 0.
        leaf: u64,
    },
    /// A stored hash of a subtree is not that of its leaves, or is gone.
    Node {
        /// Its height.
        level: u8,
        /// Its place at that height.
        index: u64,
    },
    /// The entries are not those that were signed.
    Tree {
        /// Up to here they are.
        from: u64,
        /// The size of the first checkpoint that does not fit.
        to: u64,
    },
    /// A checkpoint is signed for more entries than there are.
    Short {
        /// What it says.
        size: u64,
        /// How many there are.
        there: u64,
        /// Which one.
        from: String,
    },
    /// The last entries are under no checkpoint.
    Unsigned {
        /// From this leaf on.
        from: u64,
    },
    /// A checkpoint cannot be relied on.
    Checkpoint {
        /// Which one.
        from: String,
        /// Why.
        why: String,
    },
    /// The key in force is not the one that everybody knows.
    Key {
        /// As the database has it.
        verifier: String,
    },
}

impl Finding {
    /// The leaf at which it shows.
    pub(super) fn leaf(&self) -> u64 {
        match self {
            Self::Changed { leaf, .. }
            | Self::Removed { leaf, .. }
            | Self::Reordered { leaf, .. }
            | Self::Added { leaf, .. }
            | Self::Missing { leaf } => *leaf,
            // What is known exactly comes first.
            _ => u64::MAX,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { leaf, of } => write!(to, "changed: {of} is not what was sealed as entry {leaf}"),
            Self::Removed { leaf, of } => write!(to, "removed: {of}, sealed as entry {leaf}, is gone"),
            Self::Reordered { leaf, of } => {
                write!(to, "reordered: {of}, sealed as entry {leaf}, stands elsewhere in the order of events")
            }
            Self::Added { leaf, of } => {
                write!(to, "added: {of} stands before entry {leaf} among what was sealed, but was never sealed")
            }
            Self::Missing { leaf } => write!(to, "removed from the log: entry {leaf}"),
            Self::Node { level, index } => write!(to, "changed in the log: the stored hash {index} of level {level}"),
            Self::Tree { from, to: size } => {
                write!(to, "changed in the log: entries {from} to {} are not those that were signed", size - 1)
            }
            Self::Short { size, there, from } => {
                write!(to, "cut off: {from} was signed for {size} entries, and only {there} are there")
            }
            Self::Unsigned { from } => write!(to, "not signed: the entries from {from} on are under no checkpoint"),
            Self::Checkpoint { from, why } => write!(to, "{from}: {why}"),
            Self::Key { verifier } => write!(to, "another key: the log in this database is signed with {verifier}"),
        }
    }
}

/// How the log stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that were checked.
    pub entries: u64,
    /// Checkpoints that were checked.
    pub checkpoints: u64,
    /// Entries whose words were erased: of them only the public part could be checked.
    pub erased: u64,
    /// What is wrong, first things first; at most a hundred.
    pub findings: Vec<Finding>,
}
