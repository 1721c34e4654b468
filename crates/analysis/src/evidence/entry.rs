//! What is sealed. An entry names what happened without a person in it, and holds two commitments:
//! to the words and to who acted. A commitment is a salted hash: who has the salt can show what was
//! said, and once the salt is destroyed nobody can, though the log stays verifiable.

use super::{Hash, from_base64, leaf_hash, to_base64};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The form of [`Entry::bytes`]. Another form gets another number; old entries keep theirs.
const VERSION: u8 = 1;

/// A salted hash: SHA-256 of the salt's 32 bytes and the text.
pub fn commitment(salt: &Hash, text: &str) -> Hash {
    Sha256::new_with_prefix(salt).chain_update(text).finalize().into()
}

/// What happened, in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Kind of what it happened to: `order`.
    pub kind: String,
    /// Identifier of what it happened to.
    pub subject: String,
    /// Counts what happened to it, from 1.
    pub seq: i64,
    /// What people call it: an order's number.
    pub name: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Code of what happened.
    pub what: String,
    /// Code of the kind of who did it.
    pub by: String,
    /// Identifier of the organisation for which they did it.
    pub org: Option<String>,
    /// The facts and words of it, which may be about people.
    pub content: String,
    /// Who did it.
    pub person: String,
}

/// The two commitments of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitments {
    /// To the facts and words, in base64.
    pub content: String,
    /// To who did it, in base64.
    pub person: String,
}

impl Fact {
    /// The salt for a part, from the entry's own: so that one can be shown without the other.
    fn part(salt: &Hash, part: &str) -> Hash {
        Sha256::new_with_prefix(salt).chain_update(part).finalize().into()
    }

    /// The commitments to what is not public.
    pub fn commitments(&self, salt: &Hash) -> Commitments {
        let to = |part: &str, text: &str| to_base64(commitment(&Self::part(salt, part), text));
        Commitments { content: to("content", &self.content), person: to("person", &self.person) }
    }

    /// The entry that is sealed.
    pub fn entry(&self, to: Commitments) -> Entry {
        Entry {
            at: self.at,
            by: self.by.clone(),
            content: to.content,
            kind: self.kind.clone(),
            name: self.name.clone(),
            org: self.org.clone(),
            person: to.person,
            seq: self.seq,
            subject: self.subject.clone(),
            v: VERSION,
            what: self.what.clone(),
        }
    }

    /// What shows the facts and words to somebody who has the entry.
    pub fn opening(&self, salt: &Hash) -> Opening {
        Opening { content: self.content.clone(), salt: to_base64(Self::part(salt, "content")) }
    }
}

/// An entry of the log. Its fields stand in the order of their names, as RFC 8785 wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Code of the kind of who did it.
    pub by: String,
    /// Commitment to facts and words, in base64.
    pub content: String,
    /// Kind of what it happened to.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// Identifier of the organisation for which it was done.
    pub org: Option<String>,
    /// Commitment to who did it, in base64.
    pub person: String,
    /// Counts what happened to it.
    pub seq: i64,
    /// Identifier of what it happened to.
    pub subject: String,
    /// The form of these bytes.
    pub v: u8,
    /// Code of what happened.
    pub what: String,
}

impl Entry {
    /// The canonical bytes: JSON in the form of RFC 8785 (JCS). The leaf is their hash.
    pub fn bytes(&self) -> String {
        // Strings and whole numbers only: there is nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads canonical bytes; nothing when they are none.
    pub fn read(bytes: &str) -> Option<Self> {
        let entry: Self = serde_json::from_str(bytes).ok()?;
        (entry.v == VERSION && entry.bytes() == bytes).then_some(entry)
    }

    /// The hash of the leaf.
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.bytes().as_bytes())
    }
}

/// Facts and words of an entry, with the salt that proves them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The facts and words.
    pub content: String,
    /// 32 bytes in base64.
    pub salt: String,
}

impl Opening {
    /// Whether an entry commits to these words.
    pub fn fits(&self, entry: &Entry) -> bool {
        let salt = from_base64(&self.salt).and_then(|bytes| bytes.try_into().ok());
        salt.is_some_and(|salt: Hash| to_base64(commitment(&salt, &self.content)) == entry.content)
    }
}
