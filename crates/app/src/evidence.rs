//! The evidence log: what happened is sealed into a Merkle tree whose head is signed, so that
//! nobody, the operator included, can change, remove or reorder it unnoticed.

mod erase;
mod key;
mod receipt;
mod seal;
mod settled;
mod verify;

pub use luyuan_analysis::evidence::{Checked, Checkpoint, Receipt, ReceiptError, Verifier, to_base64};
pub use receipt::Standing;
pub use verify::{Anchors, Finding, Report};

pub(crate) use key::Ledger;

use crate::AppError;
use luyuan_analysis::evidence::{Hash, Node, Plan, Shelf, hash_from_base64, spans, verify_consistency};
use luyuan_domain::ids::JurisdictionId;
use luyuan_store::{Conn, StoreError, evidence};

/// Whether a checkpoint's log grew into another's, by a proof of hashes in base64.
pub fn grew(before: &Checkpoint, after: &Checkpoint, proof: &[&str]) -> bool {
    let proof: Option<Vec<Hash>> = proof.iter().map(|text| hash_from_base64(text)).collect();
    let ends = ((before.size, &before.root), (after.size, &after.root));
    proof.is_some_and(|proof| verify_consistency(ends.0, ends.1, &proof).is_ok())
}

/// What is kept does not fit together.
fn corrupt(table: &'static str, column: &'static str, id: impl ToString) -> AppError {
    AppError::Store(StoreError::corrupt(table, column, id))
}

/// A number of the log, which is never negative.
fn unsigned(number: i64) -> Result<u64, AppError> {
    u64::try_from(number).map_err(|_| corrupt("log_entries", "leaf", number))
}

/// A number of the log as the database has it.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn hash(table: &'static str, text: &str) -> Result<Hash, AppError> {
    hash_from_base64(text).ok_or_else(|| corrupt(table, "hash", text))
}

/// Reads the stored hashes from which some subtrees are computed.
async fn shelf(conn: &mut Conn<'_>, j: &JurisdictionId, nodes: &[Node]) -> Result<Shelf, AppError> {
    let mut shelf = Shelf::default();
    for span in spans(nodes) {
        let range = signed(span.range.start)..signed(span.range.end);
        for (index, text) in evidence::hashes(conn, j, span.level.into(), &range).await? {
            shelf.put(Node { level: span.level, index: unsigned(index)? }, hash("log_nodes", &text)?);
        }
    }
    Ok(shelf)
}

/// Makes a planned proof from what is stored.
async fn proven(conn: &mut Conn<'_>, j: &JurisdictionId, plan: &Plan) -> Result<Vec<Hash>, AppError> {
    let shelf = shelf(conn, j, &plan.nodes()).await?;
    plan.made(&shelf).ok_or_else(|| corrupt("log_nodes", "hash", "missing"))
}
