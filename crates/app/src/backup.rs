//! Backup and restore: the whole database, whichever engine holds it, and the files that its rows
//! name, in one archive that either engine can be restored from.
//!
//! The archive is a gzipped tar. First stands `about.json`; then each table in parts of lines, one
//! JSON array a row; then files under their hashes; then keys, when they were asked for; and last
//! `manifest.json` with the counts and hashes of what came before. An archive without its end was
//! cut short.

mod hashing;
mod line;
mod read;
mod restore;
mod write;

pub(crate) use hashing::Hashed;
pub use read::check;
pub use restore::{Target, restore, verify};
pub use write::{Source, write};

use crate::AppError;
use jiff::Timestamp;
use luyuan_store::portable::Table;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The form of archives that this program writes and reads.
const FORMAT: u32 = 1;
const ABOUT: &str = "about.json";
const MANIFEST: &str = "manifest.json";

/// What stands first in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Form of the archive.
    pub luyuan_backup: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// Where the rows came from: `sqlite` or `postgres`.
    pub engine: String,
}

/// What stands last in an archive: what has to be in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// What stands first, again.
    pub about: About,
    /// Migrations that had been run, by version and name.
    pub migrations: Vec<(i64, String)>,
    /// Tables with how many rows they have, in the order in which they are restored.
    pub tables: Vec<Kept>,
    /// Everything but files and this manifest.
    pub parts: Vec<Part>,
    /// Files; each has its SHA-256 for a name.
    pub files: Count,
    /// SHA-256 of files that rows name and that were not there, or had other bytes.
    pub missing: Vec<String>,
    /// Whether keys are in it.
    pub keys: bool,
}

/// A table in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Name and columns.
    #[serde(flatten)]
    pub table: Table,
    /// How many rows.
    pub rows: u64,
    /// The sum of the rows' hashes: the same whatever order they come in.
    pub digest: String,
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path in the archive.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

/// How many, and how large together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Bytes together.
    pub bytes: u64,
}

impl Manifest {
    /// Rows in all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|kept| kept.rows).sum()
    }
}

/// How far a backup or restore is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What is being done.
    pub step: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do: rows, files or bytes, as the step is.
    pub total: u64,
}

/// An archive that cannot be used, with what is wrong with it.
fn refused(archive: &Path, why: impl std::fmt::Display) -> AppError {
    AppError::Import(format!("{}: {why}; nothing was restored", archive.display()))
}

/// A file or folder that cannot be read or written.
fn cannot(path: &Path, why: impl std::fmt::Display) -> AppError {
    AppError::File(format!("{}: {why}", path.display()))
}
