//! The evidence log, computed: a Merkle tree as Certificate Transparency has it (RFC 6962 section
//! 2.1, RFC 9162 section 2.1), checkpoints as signed notes (C2SP signed-note and tlog-checkpoint),
//! and receipts that anybody checks without the log (C2SP tlog-proof).
//!
//! Nothing here reads or keeps anything: what is stored comes in as a [`Shelf`] of hashes.

mod checkpoint;
mod entry;
mod note;
mod proof;
mod receipt;
mod tree;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Commitments, Entry, Fact, Opening, commitment};
pub use note::{Key, NoteError, Signed, Verifier};
pub use proof::{Plan, ProofError, consistency, inclusion, verify_consistency, verify_inclusion};
pub use receipt::{Checked, Receipt, ReceiptError};
pub use tree::{Frontier, Hash, Node, STRIDE, Shelf, Span, empty_root, leaf_hash, node_hash, span_of, spans};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Standard base64 (RFC 4648 section 4), as all C2SP formats write bytes.
pub fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard base64, written in the one way in which they can be.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash of 32 bytes from standard base64.
pub fn hash_from_base64(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}
