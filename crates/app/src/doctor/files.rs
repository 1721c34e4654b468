//! Whether the files that rows name are there as they were, and whether others lie there.

use super::Finding;
use crate::{AppError, env::sha256, files::Files};
use jiff::{SignedDuration, Timestamp};
use luyuan_store::{Db, files};
use std::collections::{BTreeMap, BTreeSet};

/// How closely files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Whether they are there.
    There,
    /// Whether every byte is as it was.
    Bytes,
}

/// How long a file may wait for its row: whoever fills in a form sends photos before the order.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Compares what lies there with the rows; `clean` removes what no row has named for a day.
///
/// # Errors
/// As the database and the disk say.
pub async fn examine(
    db: &Db,
    lying: &Files,
    now: Timestamp,
    depth: Depth,
    clean: bool,
    mut tell: impl FnMut(u64, u64),
) -> Result<Vec<Finding>, AppError> {
    // First what lies there, then the rows: a file that comes between has its row by then.
    let there = lying.list().await?;
    let named = db.scan(|mut conn| Box::pin(async move { files::named(&mut conn).await }));
    let named = named.await.map_err(AppError::Store)?;
    let by_hash: BTreeMap<&str, &str> =
        there.iter().filter_map(|one| Some((one.hash.as_deref()?, one.path.as_str()))).collect();
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for (name, done) in named.iter().zip(1..) {
        if !by_hash.contains_key(name.as_str()) {
            // It may have come after the list was made.
            if lying.get(name).await?.is_none() {
                missing.push(name.as_str());
            }
        } else if depth == Depth::Bytes && lying.get(name).await?.is_none_or(|bytes| sha256(bytes) != *name) {
            changed.push(name.as_str());
        }
        tell(done, named.len() as u64);
    }
    let mut found = Vec::new();
    let advice = "restore a backup into another folder and copy them from its files/";
    if missing.is_empty() && changed.is_empty() {
        let how = if depth == Depth::Bytes { "as they were" } else { "there" };
        found.push(Finding::ok(format!("{} files that rows name are {how}", named.len())));
    }
    if let Some(first) = missing.first() {
        found
            .push(Finding::bad(format!("{} files that rows name are missing, first {first}: {advice}", missing.len())));
    }
    if let Some(first) = changed.first() {
        found.push(Finding::bad(format!(
            "{} files have other bytes than they had, first {first}: {advice}",
            changed.len()
        )));
    }
    let named: BTreeSet<&str> = named.iter().map(String::as_str).collect();
    let free = there.iter().filter(|one| one.hash.as_deref().is_none_or(|hash| !named.contains(hash)));
    let oldest = (now - GRACE).as_millisecond();
    let old: Vec<_> = free.filter(|one| one.at < oldest).collect();
    let bytes: u64 = old.iter().map(|one| one.bytes).sum();
    if old.is_empty() {
        found.push(Finding::ok("no file has been without a row for more than a day"));
    } else if clean {
        for one in &old {
            lying.remove(&one.path).await?;
        }
        found.push(Finding::ok(format!("{} files ({bytes} bytes) that no row named were removed", old.len())));
    } else {
        found.push(Finding::warn(format!(
            "{} files ({bytes} bytes) have been without a row for more than a day, as a crash leaves them: remove them with `luyuan doctor --clean`",
            old.len()
        )));
    }
    Ok(found)
}
