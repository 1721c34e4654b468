//! What another platform adds to an order that it knows too.

use super::{Changed, Order, Refusal, Timetable, What, clean, new::required};
use crate::ids::FileId;
use jiff::Timestamp;

/// Something that another platform says of an order. It changes nothing in where the order stands:
/// that is decided by those who handle it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its own key for it.
    pub key: String,
    /// Its own status, in its own words.
    pub status: String,
    /// What it says.
    pub text: String,
    /// Addresses of pictures kept there.
    pub media: Vec<String>,
    /// Pictures that it sent along.
    pub files: Vec<FileId>,
}

impl Order {
    /// Adds a note of another platform, in whatever state the order is.
    ///
    /// # Errors
    /// [`Refusal::Empty`] or [`Refusal::TooLong`] for the text.
    pub fn note(self, note: Note, rules: &impl Timetable, now: Timestamp) -> Changed {
        let text = required("description", &note.text, rules.max_text())?;
        let most = rules.max_text();
        let long = |field, text: &str| {
            let length = text.chars().count();
            if length > most { Err(Refusal::TooLong { field, length, most }) } else { Ok(()) }
        };
        let (key, status) = (clean(&note.key), clean(&note.status));
        long("key", &key)?;
        long("status", &status)?;
        Ok(self.changed(now, What::Noted { key, status, text, media: note.media, files: note.files }))
    }
}
