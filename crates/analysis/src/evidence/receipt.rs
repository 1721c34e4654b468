//! Receipts: one text file that proves that an entry is in the log, in the form of C2SP tlog-proof
//! v1. Its `extra` line holds what is needed beside the proof: the entry, the words when the reader
//! may see them, and the public key.

use super::{
    Checkpoint, CheckpointError, Entry, Hash, Opening, ProofError, Verifier, from_base64, hash_from_base64, to_base64,
    verify_inclusion,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const MAGIC: &str = "c2sp.org/tlog-proof@v1";
/// Most bytes that are looked at.
const MOST: usize = 1024 * 1024;

/// Why a receipt proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// It is not a receipt, or a receipt that was written over.
    #[error("the file is not a receipt, or is damaged")]
    Form,
    /// The key that is trusted is not the one named in it.
    #[error("the receipt names another key than the one that was given")]
    Key,
    /// The words are not those that were sealed.
    #[error("the words in the receipt are not those that were sealed")]
    Opening,
    /// The checkpoint in it cannot be relied on.
    #[error("the checkpoint in the receipt: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not where it claims to be.
    #[error("the entry is not in the sealed log: {0}")]
    Proof(#[from] ProofError),
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What happened.
    pub entry: Entry,
    /// The words, for who may read them.
    pub opening: Option<Opening>,
    /// The public key, as its holder should know it from elsewhere.
    pub verifier: String,
    /// The leaf, counted from 0.
    pub index: u64,
    /// The hashes from the leaf's sibling up.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What happened.
    pub entry: Entry,
    /// The words that were sealed with it, when the receipt shows them.
    pub content: Option<String>,
    /// The leaf, counted from 0.
    pub index: u64,
    /// How large the log was, and its root.
    pub checkpoint: Checkpoint,
    /// Who signed.
    pub verifier: Verifier,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    entry: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    opening: Option<Opening>,
    verifier: String,
}

impl Receipt {
    /// The file.
    pub fn text(&self) -> String {
        let (entry, opening, verifier) = (self.entry.bytes(), self.opening.clone(), self.verifier.clone());
        let extra = serde_json::to_string(&Extra { entry, opening, verifier }).unwrap_or_default();
        let proof: String = self.proof.iter().map(|hash| to_base64(hash) + "\n").collect();
        format!("{MAGIC}\nextra {}\nindex {}\n{proof}\n{}", to_base64(extra), self.index, self.checkpoint)
    }

    /// Reads a file, whose truth is another question.
    ///
    /// # Errors
    /// [`ReceiptError::Form`] when it is not exactly what [`Receipt::text`] writes.
    pub fn read(text: &str) -> Result<Self, ReceiptError> {
        let read = || {
            let (head, checkpoint) = text.split_once("\n\n").filter(|_| text.len() <= MOST)?;
            let mut lines = head.split('\n');
            lines.next().filter(|first| *first == MAGIC)?;
            let extra = from_base64(lines.next()?.strip_prefix("extra ")?)?;
            let extra: Extra = serde_json::from_slice(&extra).ok()?;
            Some(Self {
                entry: Entry::read(&extra.entry)?,
                opening: extra.opening,
                verifier: extra.verifier,
                index: lines.next()?.strip_prefix("index ")?.parse().ok()?,
                proof: lines.map(hash_from_base64).collect::<Option<_>>()?,
                checkpoint: checkpoint.to_owned(),
            })
        };
        // In one way only, so that no byte of it can be changed unnoticed.
        read().filter(|receipt| receipt.text() == text).ok_or(ReceiptError::Form)
    }

    /// Checks everything: words, place in the tree, signature. Without a key from elsewhere the one
    /// named in it is used, which proves that the file is whole, not who made it.
    ///
    /// # Errors
    /// As [`ReceiptError`] says.
    pub fn check(&self, trusted: Option<&Verifier>) -> Result<Checked, ReceiptError> {
        let verifier: Verifier = self.verifier.parse().map_err(|_| ReceiptError::Form)?;
        if trusted.is_some_and(|trusted| *trusted != verifier) {
            return Err(ReceiptError::Key);
        }
        if self.opening.as_ref().is_some_and(|opening| !opening.fits(&self.entry)) {
            return Err(ReceiptError::Opening);
        }
        let checkpoint = Checkpoint::verified(&self.checkpoint, &verifier)?;
        verify_inclusion(self.index, checkpoint.size, &self.entry.leaf(), &self.proof, &checkpoint.root)?;
        let content = self.opening.as_ref().map(|opening| opening.content.clone());
        Ok(Checked { entry: self.entry.clone(), content, index: self.index, checkpoint, verifier })
    }
}
