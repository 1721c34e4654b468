//! The whole log checked against what it is of: every leaf computed anew from the events, the tree
//! from the leaves, and each signed checkpoint held against the tree.

mod finding;
mod walk;

pub use finding::{Anchors, Finding, Report};

use super::{Standing, corrupt};
use crate::{App, AppError};
use luyuan_analysis::evidence::{Checkpoint, Commitments, Entry, Fact, Hash, Verifier, from_base64, to_base64};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Conn, evidence};

/// The entry of a fact as it was sealed, and its salt unless that was destroyed.
///
/// # Errors
/// [`luyuan_store::StoreError::Corrupt`] when the fact is not the one that was sealed.
pub(super) fn entry(fact: &Fact, sealed: &evidence::Entry) -> Result<(Entry, Option<Hash>), AppError> {
    let changed = || corrupt("log_entries", "hash", format!("{} {} {}", sealed.kind, sealed.subject, sealed.seq));
    let salt: Option<Hash> = sealed.salt.as_ref().and_then(|text| from_base64(text)?.try_into().ok());
    let commitments = match (&salt, &sealed.erased) {
        (Some(salt), _) => fact.commitments(salt),
        (None, Some((content, person))) => Commitments { content: content.clone(), person: person.clone() },
        (None, None) => return Err(changed()),
    };
    let entry = fact.entry(commitments);
    if to_base64(entry.leaf()) == sealed.hash { Ok((entry, salt)) } else { Err(changed()) }
}

/// What a kept checkpoint says, by whichever key of the log signed it.
pub(super) async fn standing(
    conn: &mut Conn<'_>,
    j: &JurisdictionId,
    kept: &evidence::Checkpoint,
) -> Result<Standing, AppError> {
    let keys = evidence::keys(conn, j).await?;
    let signed = keys.iter().rev().find_map(|key| {
        let by: Verifier = key.verifier.parse().ok()?;
        Some((Checkpoint::verified(&kept.note, &by).ok()?, key.verifier.clone()))
    });
    let (checkpoint, verifier) = signed.ok_or_else(|| corrupt("log_checkpoints", "note", kept.size))?;
    if super::signed(checkpoint.size) != kept.size {
        return Err(corrupt("log_checkpoints", "size", kept.size));
    }
    Ok(Standing { checkpoint, note: kept.note.clone(), verifier, at: kept.at })
}

impl App {
    /// Checks the whole log. `tell` hears how many leaves of how many are done.
    ///
    /// # Errors
    /// As the database says. What is wrong with the log is no error but in the report.
    pub async fn verify_log(&self, anchors: Anchors, tell: impl Fn(u64, u64)) -> Result<Report, AppError> {
        walk::Walk::begin(self, anchors).await?.run(tell).await
    }
}
