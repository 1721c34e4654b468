//! The evidence log as it is kept: sealed entries, salts, hashes of subtrees, signed checkpoints.
//! All of it is only added to, which triggers enforce; what the bytes mean is for those who call.

mod facts;
mod keys;
#[cfg(all(test, feature = "testing"))]
mod tests;

pub use facts::{Fact, Fresh, Horizon, facts_of, fresh, horizon, places};
pub use keys::{PublicKey, add_key, keys};

use crate::{Conn, Row, StoreError, from_ms, to_ms};
use jiff::Timestamp;
use luyuan_domain::ids::JurisdictionId;
use std::ops::Range;

/// Kinds of things whose happenings are sealed. A new one gets its statements in `facts.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The events of orders.
    Order,
    /// Erasures of what was sealed.
    Erasure,
}

impl Kind {
    /// All of them, in the order in which they are sealed.
    pub const ALL: [Self; 2] = [Self::Order, Self::Erasure];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Erasure => "erasure",
        }
    }

    /// The kind of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A sealed entry. Hashes, salts and commitments are in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counted from 0.
    pub leaf: i64,
    /// Code of the kind of what it is of.
    pub kind: String,
    /// Which one.
    pub subject: String,
    /// Which of its happenings, from 1.
    pub seq: i64,
    /// Its place among its kind.
    pub ord: i64,
    /// The hash of the leaf.
    pub hash: String,
    /// The salt, unless it was destroyed.
    pub salt: Option<String>,
    /// The commitments, when the words were erased.
    pub erased: Option<(String, String)>,
}

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves.
    pub size: i64,
    /// Code of the kind of the last of them.
    pub kind: String,
    /// The place of the last among its kind.
    pub ord: i64,
    /// When it was signed.
    pub at: Timestamp,
    /// The whole note.
    pub note: String,
}

/// What one sealing adds.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Entries with their salts, next to each other.
    pub entries: Vec<Entry>,
    /// Hashes of subtrees: level, index, hash.
    pub nodes: Vec<(i64, i64, String)>,
    /// The checkpoint after them.
    pub checkpoint: Checkpoint,
}

fn checkpoint(row: &Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        size: row.get(0)?,
        kind: row.get(1)?,
        ord: row.get(2)?,
        at: from_ms(row.get(3)?)?,
        note: row.get(4)?,
    })
}

/// The newest checkpoint.
///
/// # Errors
/// As the engine says.
pub async fn newest(conn: &mut Conn<'_>, j: &JurisdictionId) -> Result<Option<Checkpoint>, StoreError> {
    let text = "SELECT size, kind, ord, at, note FROM log_checkpoints WHERE jurisdiction_id = $1
         ORDER BY size DESC LIMIT 1";
    conn.query(text).bind(&j.0).maybe().await?.as_ref().map(checkpoint).transpose()
}

/// Checkpoints larger than `after`, smallest first.
///
/// # Errors
/// As the engine says.
pub async fn checkpoints(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    after: i64,
    limit: i64,
) -> Result<Vec<Checkpoint>, StoreError> {
    let text = "SELECT size, kind, ord, at, note FROM log_checkpoints WHERE jurisdiction_id = $1 AND size > $2
         ORDER BY size LIMIT $3";
    conn.query(text).bind(&j.0).bind(after).bind(limit).all().await?.iter().map(checkpoint).collect()
}

/// Up to which place the happenings of a kind are sealed; 0 before the first.
///
/// # Errors
/// As the engine says.
pub async fn sealed_to(conn: &mut Conn<'_>, j: &JurisdictionId, kind: Kind) -> Result<i64, StoreError> {
    let text = "SELECT ord FROM log_checkpoints WHERE jurisdiction_id = $1 AND kind = $2
         ORDER BY size DESC LIMIT 1";
    conn.query(text).bind(&j.0).bind(kind.code()).maybe().await?.map_or(Ok(0), |row| row.get(0))
}

/// Adds a batch, if the log is still as large as when the batch was made.
///
/// # Errors
/// [`StoreError::Conflict`] when another program has sealed meanwhile.
pub async fn append(conn: &mut Conn<'_>, j: &JurisdictionId, batch: &Batch) -> Result<(), StoreError> {
    let size = newest(conn, j).await?.map_or(0, |checkpoint| checkpoint.size);
    if batch.entries.first().is_none_or(|entry| entry.leaf != size) {
        return Err(StoreError::Conflict("the log grew meanwhile".into()));
    }
    let mut together = conn.together();
    let text = "INSERT INTO log_entries (jurisdiction_id, leaf, kind, subject, seq, ord, hash) VALUES";
    together.insert(text, batch.entries.len(), 7);
    for entry in &batch.entries {
        together.bind(&j.0)?.bind(entry.leaf)?.bind(&entry.kind)?.bind(&entry.subject)?;
        together.bind(entry.seq)?.bind(entry.ord)?.bind(&entry.hash)?;
    }
    let salted = || batch.entries.iter().filter_map(|entry| Some((entry.leaf, entry.salt.as_ref()?)));
    together.insert("INSERT INTO log_salts (jurisdiction_id, leaf, salt) VALUES", salted().count(), 3);
    for (leaf, salt) in salted() {
        together.bind(&j.0)?.bind(leaf)?.bind(salt)?;
    }
    if !batch.nodes.is_empty() {
        let text = "INSERT INTO log_nodes (jurisdiction_id, level, idx, hash) VALUES";
        together.insert(text, batch.nodes.len(), 4);
        for (level, index, hash) in &batch.nodes {
            together.bind(&j.0)?.bind(*level)?.bind(*index)?.bind(hash)?;
        }
    }
    let Checkpoint { size, kind, ord, at, note } = &batch.checkpoint;
    let text = "INSERT INTO log_checkpoints (jurisdiction_id, size, kind, ord, at, note) VALUES";
    together.insert(text, 1, 6);
    together.bind(&j.0)?.bind(*size)?.bind(kind)?.bind(*ord)?.bind(to_ms(*at))?.bind(note)?;
    together.run().await
}

/// Hashes that are next to each other: of leaves (level 0) or of subtrees, by index.
///
/// # Errors
/// As the engine says.
pub async fn hashes(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    level: i64,
    range: &Range<i64>,
) -> Result<Vec<(i64, String)>, StoreError> {
    let leaves = "SELECT leaf, hash FROM log_entries WHERE jurisdiction_id = $1 AND leaf >= $2 AND leaf < $3";
    let nodes = "SELECT idx, hash FROM log_nodes WHERE jurisdiction_id = $1 AND idx >= $2 AND idx < $3 AND level = $4";
    let query = conn.query(if level == 0 { leaves } else { nodes }).bind(&j.0).bind(range.start).bind(range.end);
    let query = if level == 0 { query } else { query.bind(level) };
    query.all().await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

const ENTRY: &str = "SELECT l.leaf, l.kind, l.subject, l.seq, l.ord, l.hash, s.salt, e.content, e.person
     FROM log_entries l
     LEFT JOIN log_salts s ON s.jurisdiction_id = l.jurisdiction_id AND s.leaf = l.leaf
     LEFT JOIN log_erased e ON e.jurisdiction_id = l.jurisdiction_id AND e.leaf = l.leaf";

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let (content, person): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    Ok(Entry {
        leaf: row.get(0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        seq: row.get(3)?,
        ord: row.get(4)?,
        hash: row.get(5)?,
        salt: row.get(6)?,
        erased: content.zip(person),
    })
}

/// Sealed entries from a leaf on, in order.
///
/// # Errors
/// As the engine says.
pub async fn entries(conn: &mut Conn<'_>, j: &JurisdictionId, from: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let text = format!("{ENTRY} WHERE l.jurisdiction_id = $1 AND l.leaf >= $2 ORDER BY l.leaf LIMIT $3");
    conn.composed(text).bind(&j.0).bind(from).bind(limit).all().await?.iter().map(entry).collect()
}

/// The sealed entry of a happening, if it is sealed.
///
/// # Errors
/// As the engine says.
pub async fn entry_of(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kind: Kind,
    subject: &str,
    seq: i64,
) -> Result<Option<Entry>, StoreError> {
    let text = format!("{ENTRY} WHERE l.jurisdiction_id = $1 AND l.kind = $2 AND l.subject = $3 AND l.seq = $4");
    let query = conn.composed(text).bind(&j.0).bind(kind.code()).bind(subject).bind(seq);
    query.maybe().await?.as_ref().map(entry).transpose()
}

/// Destroys the salt of an entry, for a stated reason, so that nobody can show its words any more;
/// its commitments stay, so that the leaf can still be computed. After this the words themselves
/// may be taken out of what the entry is of.
///
/// # Errors
/// [`StoreError::Conflict`] when they are erased already.
pub async fn erase(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    entry: &Entry,
    (content, person): (&str, &str),
    reason: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let text = "INSERT INTO log_erased (jurisdiction_id, leaf, kind, subject, seq, content, person, reason, at)
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)";
    let query = conn.query(text).bind(&j.0).bind(entry.leaf).bind(&entry.kind).bind(&entry.subject).bind(entry.seq);
    query.bind(content).bind(person).bind(reason).bind(to_ms(at)).run().await?;
    let text = "DELETE FROM log_salts WHERE jurisdiction_id = $1 AND leaf = $2";
    conn.query(text).bind(&j.0).bind(entry.leaf).run().await?;
    Ok(())
}
