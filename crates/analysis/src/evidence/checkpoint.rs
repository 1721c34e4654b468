//! Checkpoints (C2SP tlog-checkpoint v1): the log's name, size and root, as the text of a signed
//! note.

use super::{Hash, Key, NoteError, Signed, Verifier, hash_from_base64, to_base64};
use thiserror::Error;

/// Why a checkpoint cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is signed, but its text is no checkpoint of this log.
    #[error("the signed text is not a checkpoint of this log")]
    Form,
}

/// How large the log is, and the root over all its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: that of the key that signs for it.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The tree's head.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, to_base64(self.root))
    }

    /// The whole note, signed. Its first line is the key's name.
    pub fn signed(size: u64, root: Hash, key: &Key) -> String {
        key.sign(&Self { origin: key.verifier().name().to_owned(), size, root }.text())
    }

    /// Reads the text of a note, whose signature is another question.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let checkpoint = Self { origin: origin.to_owned(), size: size.parse().ok()?, root: hash_from_base64(root)? };
        // Lines that follow are opaque to us; numbers are written in one way only.
        let fits = !origin.is_empty() && text.starts_with(&checkpoint.text()) && lines.all(|line| !line.is_empty());
        fits.then_some(checkpoint)
    }

    /// Reads a note that a key signed for the log that bears its name.
    ///
    /// # Errors
    /// As [`CheckpointError`] says.
    pub fn verified(note: &str, by: &Verifier) -> Result<Self, CheckpointError> {
        let signed: Signed = note.parse()?;
        signed.verify(by)?;
        Self::read(&signed.text).filter(|read| read.origin == by.name()).ok_or(CheckpointError::Form)
    }
}
