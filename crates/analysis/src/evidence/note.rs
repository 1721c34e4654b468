//! Signed notes (C2SP signed-note v1.0.0) with Ed25519 (RFC 8032): a text, a blank line, and
//! signature lines. Keys are written as Go's `golang.org/x/mod/sumdb/note` writes them, so that the
//! tools of other logs read them.

use super::{from_base64, to_base64};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Ed25519, as the specification numbers kinds of signatures.
const ED25519: u8 = 1;
/// Most signature lines that are looked at; the specification asks for at least 16.
const MOST_SIGNATURES: usize = 64;
const SECRET: &str = "PRIVATE+KEY+";

/// Why a note or a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoteError {
    /// It is not written as the specification says.
    #[error("it is not a signed note")]
    Form,
    /// A key is not written as it must be.
    #[error("it is not a key")]
    Key,
    /// No signature is by the key that is trusted.
    #[error("it is not signed by this key")]
    Unsigned,
    /// A signature by that key does not fit the text.
    #[error("the signature does not fit the text")]
    Signature,
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '+')
}

/// The first four bytes of SHA-256 over name, newline, kind and public key.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new_with_prefix(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// `NAME+ID+KEY`: what a key, public or secret, is written as.
fn parts(text: &str) -> Option<(&str, [u8; 4], [u8; 32])> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let (id, key) = (u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 8)?, from_base64(key)?);
    let bytes: [u8; 32] = key.strip_prefix(&[ED25519])?.try_into().ok()?;
    is_name(name).then_some((name, id.to_be_bytes(), bytes))
}

fn written(name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let bytes = [&[ED25519], key.as_slice()].concat();
    format!("{name}+{:08x}+{}", u32::from_be_bytes(id), to_base64(bytes))
}

/// A public key with the name of who signs with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Verifier {
    /// Who signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short identifier of the key in signature lines.
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.key.as_bytes())
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&written(&self.name, self.id(), self.key.as_bytes()))
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, key) = parts(text).ok_or(NoteError::Key)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        let verifier = Self { name: name.to_owned(), key };
        if verifier.id() == id && verifier.to_string() == text { Ok(verifier) } else { Err(NoteError::Key) }
    }
}

/// A secret key with the name of who signs with it. It is never shown by `Debug`.
#[derive(Clone)]
pub struct Key {
    name: String,
    key: SigningKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Key({})", self.verifier())
    }
}

impl Key {
    /// The key of 32 random bytes. What a name may not hold becomes `-`.
    pub fn new(name: &str, seed: [u8; 32]) -> Self {
        let fit = |letter: char| if is_name(&letter.to_string()) { letter } else { '-' };
        let name: String = name.chars().map(fit).collect();
        let name = if name.is_empty() { "-".to_owned() } else { name };
        Self { name, key: SigningKey::from_bytes(&seed) }
    }

    /// The key as it is kept: one line, secret.
    pub fn secret(&self) -> String {
        let id = key_id(&self.name, self.key.verifying_key().as_bytes());
        format!("{SECRET}{}", written(&self.name, id, self.key.as_bytes()))
    }

    /// The key that [`Key::secret`] wrote.
    ///
    /// # Errors
    /// [`NoteError::Key`] when the text is none.
    pub fn read(secret: &str) -> Result<Self, NoteError> {
        let (name, _, seed) = secret.trim().strip_prefix(SECRET).and_then(parts).ok_or(NoteError::Key)?;
        let key = Self { name: name.to_owned(), key: SigningKey::from_bytes(&seed) };
        if key.secret() == secret.trim() { Ok(key) } else { Err(NoteError::Key) }
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Signs a text, which must end its last line: the whole note.
    pub fn sign(&self, text: &str) -> String {
        let verifier = self.verifier();
        let bytes = [verifier.id().as_slice(), &self.key.sign(text.as_bytes()).to_bytes()].concat();
        format!("{text}\n\u{2014} {} {}\n", self.name, to_base64(bytes))
    }
}

/// A note, taken apart; what it says counts only after [`Signed::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The text that was signed, with its last newline.
    pub text: String,
    /// Signature lines: name, key id, signature.
    signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

impl FromStr for Signed {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        let control = |letter: char| letter < ' ' && letter != '\n';
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        if note.contains(control) || text.is_empty() || lines.split('\n').count() > MOST_SIGNATURES {
            return Err(NoteError::Form);
        }
        let line = |line: &str| {
            let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
            let bytes = from_base64(bytes)?;
            let (id, signature) = bytes.split_first_chunk::<4>().filter(|(_, rest)| !rest.is_empty())?;
            is_name(name).then(|| (name.to_owned(), *id, signature.to_vec()))
        };
        let signatures = lines.split('\n').map(line).collect::<Option<_>>().ok_or(NoteError::Form)?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

impl Signed {
    /// Checks that it is signed by a key. Lines by other keys are for others.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`], or [`NoteError::Signature`] when one by that key does not fit.
    pub fn verify(&self, by: &Verifier) -> Result<(), NoteError> {
        let own = self.signatures.iter().filter(|(name, id, _)| *name == by.name && *id == by.id());
        let mut found = Err(NoteError::Unsigned);
        for (_, _, signature) in own {
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
            by.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            found = Ok(());
        }
        found
    }
}
